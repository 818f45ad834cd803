"""A bare script: servers with ports, and as many volumes, by the SDK's client and 16 threads; and their end.

    by_sdk.py create|delete SERVERS PORTS [attach]    OS_… in the environment say where and as whom

Each server has PORTS ports. With ``attach``, each has one of the volumes attached.

It prints the seconds that it took, imports aside. It is what somebody writes who needs these things once: no state, no
retries, no clean-up after a crash.
"""

from __future__ import annotations

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import openstack

THREADS = 16
PATIENCE = 3600
"""Seconds: the SDK's own two minutes are too short for a cloud that shares its machine."""
NAME = "by-sdk"


def connection() -> Any:
    """The client."""
    said = {it: os.environ[f"OS_{it.upper()}"] for it in ("auth_url", "username", "password", "project_name")}
    auth = {**said, "user_domain_id": "default", "project_domain_id": "default"}
    return openstack.connect(load_yaml_config=False, load_envvars=False, auth=auth, region_name="RegionOne")


def create(cloud: Any, threads: ThreadPoolExecutor, servers: int, ports: int, attaches: bool) -> None:
    """Make everything, and wait until it is ready."""
    network = cloud.network.find_network(os.environ["NETWORK"]).id
    flavor, image = cloud.compute.find_flavor("m1.tiny").id, cloud.image.find_image("cirros").id

    def server(number: int) -> Any:
        its = [cloud.network.create_port(network_id=network, name=f"{NAME}-{number}-{it}") for it in range(ports)]
        networks = [{"port": it.id} for it in its]
        made = cloud.compute.create_server(name=f"{NAME}-{number}", flavor_id=flavor, image_id=image, networks=networks)
        return cloud.compute.wait_for_server(made, interval=1, wait=PATIENCE)

    def volume(number: int) -> Any:
        made = cloud.block_storage.create_volume(size=1, name=f"{NAME}-{number}")
        return cloud.block_storage.wait_for_status(made, status="available", interval=1, wait=PATIENCE)

    def attach(made: tuple[Any, Any]) -> None:
        on, its = (it.result() for it in made)
        cloud.compute.create_volume_attachment(on, volume_id=its.id)
        cloud.block_storage.wait_for_status(its, status="in-use", interval=1, wait=PATIENCE)

    pairs = [(threads.submit(server, number), threads.submit(volume, number)) for number in range(servers)]
    for done in pairs:
        for it in done:
            it.result()
    if attaches:
        list(threads.map(attach, pairs))


def delete(cloud: Any, threads: ThreadPoolExecutor, attaches: bool) -> None:
    """End everything, and wait until it is gone."""

    def detach(it: Any) -> None:
        for each in it.attachments:
            cloud.compute.delete_volume_attachment(each["server_id"], it)
        cloud.block_storage.wait_for_status(it, status="available", interval=1, wait=PATIENCE)

    def server(it: Any) -> None:
        cloud.compute.delete_server(it)
        cloud.compute.wait_for_delete(it, interval=1, wait=PATIENCE)

    def volume(it: Any) -> None:
        cloud.block_storage.delete_volume(it)
        cloud.block_storage.wait_for_delete(it, interval=1, wait=PATIENCE)

    named = [it for it in cloud.compute.servers(details=False) if it.name.startswith(NAME)]
    volumes = [it for it in cloud.block_storage.volumes(details=True) if it.name.startswith(NAME)]
    if attaches:
        list(threads.map(detach, volumes))
    work = [threads.submit(server, it) for it in named] + [threads.submit(volume, it) for it in volumes]
    for done in work:
        done.result()
    ports = [it for it in cloud.network.ports() if it.name.startswith(NAME)]
    list(threads.map(cloud.network.delete_port, ports))


def main() -> None:
    """Do it, and tell how long it took."""
    begun = time.monotonic()
    cloud = connection()
    verb, servers, ports, *rest = sys.argv[1:]
    with ThreadPoolExecutor(THREADS) as threads:
        if verb == "create":
            create(cloud, threads, int(servers), int(ports), bool(rest))
        else:
            delete(cloud, threads, bool(rest))
    print(time.monotonic() - begun)


if __name__ == "__main__":
    main()
