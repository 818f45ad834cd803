"""Engines that are killed while they make servers: nothing is made twice for long, and nothing is left."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cloud.left import everything
from tests.cloud.life import PATIENCE
from tests.cloud.reached import Reached
from tests.cloud.words import ref, typed
from tests.deployment import Daemons, running
from tests.servers import Server
from tests.story import Story, hot
from tests.waiting import wait_until

SERVERS = 3
pytestmark = pytest.mark.slow


@pytest.fixture
def daemons(cloud: Reached, mariadb: Server, rabbitmq: Server, tmp_path: pathlib.Path) -> Iterator[Daemons]:
    """Two workers that use the cloud."""
    deployment = Daemons(tmp_path, mariadb.fresh_database(), rabbitmq.fresh_vhost(), **cloud.options())
    with deployment.config.open("a") as config:
        config.write("\n".join(["[trustee]", *(f"{name} = {it}" for name, it in cloud.trustee().items()), ""]))
    with running(deployment):
        yield deployment


def many() -> dict[str, Any]:
    """Servers with ports of their own."""
    own = [{"subnet": ref("subnet")}]
    given = {"flavor": "m1.tiny", "image": "cirros", "networks": own}
    return hot(
        net=typed("Neutron::Net"),
        subnet=typed("Neutron::Subnet", network=ref("net"), cidr="10.8.2.0/24"),
        **{f"s{n}": typed("Nova::Server", **given) for n in range(SERVERS)},
    )


def kill_all(daemons: Daemons) -> None:
    """Kill both workers, and wait for those that the launcher starts in their place."""
    for worker in daemons.workers():
        worker.kill()
        worker.wait(PATIENCE)
    wait_until(lambda: len(daemons.workers()) == 2, PATIENCE, "new workers", daemons.tail)


def test_engines_that_are_killed_as_nova_answers_leave_no_server_and_no_port(daemons: Daemons, cloud: Reached) -> None:
    before = everything(cloud)
    story = Story(daemons)
    story.context = cloud.context("demo", "demo")
    asked = cloud.number_of("nova", "POST", "/servers")
    story.create(many())
    for already in range(
        2
    ):  # the first and the second server: Nova has been asked, and the engine may not know its answer
        wait_until(
            lambda n=already: cloud.number_of("nova", "POST", "/servers") > asked + n, PATIENCE, "a server asked for"
        )
        kill_all(daemons)
    story.settle("CREATE_COMPLETE", PATIENCE)

    recorded = {
        it["physical_resource_id"]
        for name, it in story.resources().items()
        if name.startswith("s") and name != "subnet"
    }
    now = everything(cloud)
    assert now["servers"] - before["servers"] == recorded
    network = cloud.services().api("network")
    owners = [network.get(f"/ports/{it}")["port"]["device_id"] for it in now["ports"] - before["ports"]]
    assert sorted(it for it in owners if it in recorded) == sorted(recorded)
    assert [it for it in owners if not it] == []

    story.delete()
    story.step_until("s0", "DELETE_IN_PROGRESS")
    kill_all(daemons)
    story.settle("DELETE_COMPLETE", PATIENCE)
    assert everything(cloud) == before
