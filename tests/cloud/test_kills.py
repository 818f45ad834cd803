"""Engines that are killed at random moments of a stack of thirty resources: it completes, and nothing is left of it.

``HEATLITE_CLOUD_KILLS`` says how many kills there are (default 8); ``HEATLITE_CLOUD_SEED`` repeats their moments as far
as a real cloud repeats itself. A life is a creation, an update that renames, resizes and replaces, and a deletion::

    create ────────────────▶ update ────────────────▶ delete ───────▶ next life, until there are enough kills
        ✗     ✗  ✗✗     ✗        ✗    ✗       ✗           ✗   ✗
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import random
import threading
import time
from collections.abc import Iterator
from typing import Any

import psutil
import pytest
import sqlalchemy as sa

from heatlite.context import EngineContext
from heatlite.db import models
from tests.cloud.left import everything
from tests.cloud.reached import Reached
from tests.cloud.test_import import daemons
from tests.cloud.words import ref, typed
from tests.deployment import Daemons, running
from tests.integration.broken import state
from tests.servers import MariaDB, RabbitMQ
from tests.story import Story, hot
from tests.waiting import wait_until

KILLS = int(os.environ.get("HEATLITE_CLOUD_KILLS", "8"))
SEED = int(os.environ.get("HEATLITE_CLOUD_SEED") or random.randrange(10**6))
PROJECT = f"killed-{SEED}"  # its own: a run that failed may have left something
PATIENCE = 1800.0
WORKERS = 2
AT_ONCE = 0.25
"""The part of the kills that wait for nothing to be recorded since the one before."""
MOST_REQUESTS, LONGEST_PAUSE = 20, 3.0
"""Requests to the services and seconds that may follow what is recorded, whichever is over first."""
SERVERS, VOLUMES = 5, 5
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900 + 20 * KILLS)]


def thirty(*, changed: bool = False) -> dict[str, Any]:
    """Return a template with thirty resources. The change renames, resizes, rebuilds, and replaces."""
    flavor, image = ("m1.small", "ubuntu") if changed else ("m1.tiny", "cirros")
    named = {"name": "renamed"} if changed else {}
    found: dict[str, Any] = {
        "net": typed("Neutron::Net", **named),
        "subnet": typed("Neutron::Subnet", network=ref("net"), cidr="10.60.0.0/24"),
        "router": typed("Neutron::Router", external_gateway_info={"network": "public"}),
        "interface": typed("Neutron::RouterInterface", router=ref("router"), subnet=ref("subnet")),
        "group": typed("Neutron::SecurityGroup", rules=[{"protocol": "udp" if changed else "tcp"}]),
        "key": typed("Nova::KeyPair", name="killed", save_private_key=True),
        "friends": typed("Nova::ServerGroup", policies=["soft-anti-affinity"]),
        "own": typed("Nova::Server", flavor=flavor, image=image, networks=[{"subnet": ref("subnet")}]),
        "address": typed("Neutron::FloatingIP", floating_network="public"),
        "joined": typed("Neutron::FloatingIPAssociation", floatingip_id=ref("address"), port_id=ref("port0")),
    }
    for n in range(SERVERS):
        port = typed("Neutron::Port", network=ref("net"), security_groups=[ref("group")], **named)
        policy = "REPLACE" if n == 0 else "REBUILD"
        server = typed(
            "Nova::Server",
            flavor=flavor if n == 1 else "m1.tiny",
            image=image if n < 3 else "cirros",
            image_update_policy=policy,
            key_name=ref("key"),
            networks=[{"port": ref(f"port{n}")}],
            **named,
        )
        found |= {f"port{n}": port, f"server{n}": server}
    for n in range(VOLUMES):
        volume = typed("Cinder::Volume", size=2 if changed else 1, **named)
        attached = typed("Cinder::VolumeAttachment", instance_uuid=ref(f"server{n}"), volume_id=ref(f"volume{n}"))
        found |= {f"volume{n}": volume, f"attached{n}": attached}
    assert len(found) == 30
    return hot(**found)


class Killer:
    """Kills engines, one or all of them, until it is told to stop; ``kills`` counts the killed processes."""

    def __init__(self, engines: Daemons, cloud: Reached, seed: int) -> None:
        self._engines, self._cloud, self._random = engines, cloud, random.Random(seed)
        self._stop = threading.Event()
        self.kills = 0

    def kill_until_ended(self, story: Story) -> None:
        """Kill until the stack's operation has ended, by the database: an engine that is killed answers no call."""
        self._stop.clear()
        thread = threading.Thread(target=self._work)
        thread.start()
        try:
            wait_until(
                lambda: not state(story).endswith("IN_PROGRESS"), PATIENCE, f"{story.name} to end", self._engines.tail
            )
        finally:
            self._stop.set()
            thread.join()

    def _work(self) -> None:
        while not self._waits():
            there = self._engines.workers()
            for worker in self._random.sample(there, self._random.randint(1, len(there)) if there else 0):
                with contextlib.suppress(psutil.NoSuchProcess):
                    worker.kill()
                    worker.wait(60)
                    self.kills += 1
            wait_until(lambda: len(self._engines.workers()) == WORKERS, PATIENCE, "new engines", self._engines.tail)

    def _waits(self) -> bool:
        """Wait until the stack has got on, and then for some requests or seconds; return True if it is told to stop.

        So a stack completes in the end, and how many kills that takes doesn't depend on how fast the machine is.
        """
        before, is_patient = self._recorded(), self._random.random() >= AT_ONCE
        while is_patient and self._recorded() == before:
            if self._stop.wait(0.1):
                return True
        until = self._cloud.number_of_requests() + self._random.randint(0, MOST_REQUESTS)
        end = time.monotonic() + self._random.uniform(0.0, LONGEST_PAUSE)
        while self._cloud.number_of_requests() < until and time.monotonic() < end:
            if self._stop.wait(0.05):
                return True
        return self._stop.is_set()

    def _recorded(self) -> set[Any]:
        """Return the states of all resources."""
        resource, database = models.resource.c, self._engines.database
        with database.reader(EngineContext(database)) as connection:
            return set(map(tuple, connection.execute(sa.select(resource.id, resource.action, resource.status))))


@pytest.fixture
def engines(cloud: Reached, mariadb: MariaDB, rabbitmq: RabbitMQ, tmp_path: pathlib.Path) -> Iterator[Daemons]:
    """Two engines. A resource may see many of their deaths: it is to complete however unlucky it is."""
    with running(daemons(cloud, tmp_path, mariadb, rabbitmq, max_attempts=100)) as deployment:
        yield deployment


def test_kills_at_random_moments_leave_a_stack_that_completes_and_nothing_after_it(
    engines: Daemons, cloud: Reached
) -> None:
    cloud.fresh_project(PROJECT)
    before, killer, lives = everything(cloud, PROJECT, admins=False), Killer(engines, cloud, SEED), 0
    while killer.kills < KILLS:
        lives += 1
        story = Story(engines)
        story.context = cloud.context(PROJECT, PROJECT)
        story.create(thirty())
        killer.kill_until_ended(story)
        story.settle("CREATE_COMPLETE", PATIENCE)
        story.verify_nothing_left()
        verify_recorded(story, cloud, before)
        story.update(thirty(changed=True))
        killer.kill_until_ended(story)
        story.settle("UPDATE_COMPLETE", PATIENCE)
        story.verify_nothing_left()
        verify_recorded(story, cloud, before)
        story.delete()
        killer.kill_until_ended(story)
        story.settle("DELETE_COMPLETE", PATIENCE)
        assert everything(cloud, PROJECT, admins=False) == before, f"life {lives}, {killer.kills} kills, seed {SEED}"
        print(f"life {lives}: {killer.kills} kills, seed {SEED}", flush=True)


def verify_recorded(story: Story, cloud: Reached, before: dict[str, set[str]]) -> None:
    """See that the services have exactly what the stack has recorded."""
    now = everything(cloud, PROJECT, admins=False)
    kinds: dict[str, set[str]] = {}
    for it in story.resources().values():
        kinds.setdefault(it["resource_type"], set()).add(it["physical_resource_id"])
    for kind, collection in (
        ("OS::Nova::Server", "servers"),
        ("OS::Cinder::Volume", "volumes"),
        ("OS::Neutron::Net", "networks"),
        ("OS::Neutron::Router", "routers"),
        ("OS::Neutron::FloatingIP", "floatingips"),
        ("OS::Neutron::SecurityGroup", "security-groups"),
        ("OS::Nova::KeyPair", "os-keypairs"),
        ("OS::Nova::ServerGroup", "os-server-groups"),
    ):
        assert now[collection] - before[collection] == kinds[kind], f"{collection}, seed {SEED}"
    owned = SERVERS + 1 + 1  # the ports of servers, and the router's interface; that of its gateway has no project
    assert len(now["ports"] - before["ports"]) == owned, f"ports, seed {SEED}"
