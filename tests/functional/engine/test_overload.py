"""Overload: more than can be served waits in the database; messages that no engine sends harm nothing; what an engine
process counts of itself.

One engine process of heatlite's own, with its threads, on SQLite and the in-memory transport.
"""

from __future__ import annotations

import dataclasses
import pathlib
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

import oslo_messaging
import pytest
import sqlalchemy as sa

from heatlite.cmd.connect import client_of
from heatlite.context import EngineContext
from heatlite.convergence.model import NodeState
from heatlite.db import migration, models, services
from heatlite.db.api import Database
from heatlite.db.api import Settings as DatabaseSettings
from heatlite.engine.common.counts import Count
from heatlite.engine.common.settings import Settings
from heatlite.engine.membership.liveness import FileLocks
from heatlite.engine.runtime.embedded import MEMORY
from heatlite.engine.runtime.process import EngineProcess, Surroundings
from heatlite.resources.base import Resource
from heatlite.resources.builtin.test_resource import TestResource
from heatlite.resources.registry import Registry
from heatlite.rpc import messages, transport
from tests.deployment import conf
from tests.functional.engine.templates import stores, template
from tests.waiting import PATIENCE, wait_until

PROJECTS, STACKS, WIDTH = ("a", "b", "c"), 10, 10
SETTINGS = Settings(
    step_threads=4, batch_size=5, worker_threads=4, casts_per_project=2, sweep_interval=0.5, recast_after=5
)


class Blocking(Resource):
    """Its creation comes back when the test lets it."""

    may_end = threading.Event()

    def handle_create(self) -> None:
        assert self.may_end.wait(PATIENCE)


class Served:
    """An engine process in this one."""

    def __init__(self, directory: pathlib.Path, settings: Settings = SETTINGS) -> None:
        self.database = Database(DatabaseSettings(f"sqlite:///{directory}/heatlite.sqlite3"))
        migration.sync(self.database.engine)
        self.bus = transport.get(conf(), MEMORY)
        registry = Registry({"Test::Blocking": Blocking, "OS::Heat::TestResource": TestResource})
        locks = FileLocks(self.database, directory)
        self.engine = EngineProcess(
            Surroundings(self.database, self.bus, settings, registry=registry, file_locks=locks)
        )
        self.engine.start()
        assert self.engine.servers.ready.wait(PATIENCE)
        self.client = client_of(self.bus)

    def create(self, project: str, name: str, content: dict[str, Any]) -> None:
        """Begin to create a stack."""
        self.client.create_stack({"project_id": project, "username": "ann"}, name, content, {}, {}, {})

    def nodes(self) -> Counter[NodeState]:
        """State → how many nodes are in it, those of rows only."""
        node = models.sync_point.c
        counts = sa.select(node.state, sa.func.count()).where(node.resource_id > 0).group_by(node.state)
        return Counter({NodeState(state): count for state, count in self.ask(counts)})

    def queued(self) -> int:
        """How many nodes wait because their project has used up its share."""
        node = models.sync_point.c
        return self.ask(sa.select(sa.func.count()).where(node.held_for.is_not(None)))[0][0]

    def states(self) -> Counter[str]:
        """How many stacks are in which state."""
        stack = models.stack.c
        return Counter(dict(self.ask(sa.select(stack.status, sa.func.count()).group_by(stack.status))))

    def ask(self, statement: sa.Select[Any]) -> list[Any]:
        """What the database answers."""
        with self.database.reader(EngineContext(self.database)) as connection:
            return [tuple(row) for row in connection.execute(statement)]

    def stop(self) -> None:
        Blocking.may_end.set()
        self.engine.stop()
        self.bus.cleanup()
        self.database.dispose()


@pytest.fixture
def served(tmp_path: pathlib.Path) -> Iterator[Served]:
    Blocking.may_end.clear()
    served = Served(tmp_path)
    yield served
    served.stop()


def test_an_engine_holds_no_more_than_it_has_threads_for_and_the_rest_waits_in_the_database(served: Served) -> None:
    blocking = template({f"r{n}": {"type": "Test::Blocking"} for n in range(WIDTH)})
    for number in range(STACKS):
        for project in PROJECTS:
            served.create(project, f"stack-{number}", blocking)
    lanes = served.engine.lanes
    wait_until(lambda: all(lanes.is_full(project) for project in PROJECTS), PATIENCE, "every lane to be full")
    at_once = SETTINGS.worker_threads + SETTINGS.casts_per_project  # batches that are claimed before a lane is full
    most = SETTINGS.step_threads + len(PROJECTS) * (SETTINGS.step_threads + at_once * SETTINGS.batch_size)
    counted, counts = served.nodes(), served.engine.shared.counts
    pulled, queued = counts[Count.PULLED], served.queued()
    assert len(lanes) + SETTINGS.step_threads <= most
    assert counted[NodeState.RUNNING] <= most
    assert counted[NodeState.SCHEDULED] >= len(PROJECTS) * STACKS * WIDTH - most
    assert len(served.engine.shared.claims) <= most
    assert queued > 0
    wait_until(lambda: counts[Count.HELD] >= queued, PATIENCE, "each queued node to be counted")
    served.create("neighbour", "small", template({"r": stores("1")}))
    wait_until(lambda: served.states()["COMPLETE"] == 1, PATIENCE, "a neighbour's stack, which needs no thread")
    Blocking.may_end.set()
    wait_until(lambda: served.states() == {"COMPLETE": len(PROJECTS) * STACKS + 1}, PATIENCE, "all of them")
    assert counts[Count.PULLED] >= pulled + queued


@pytest.mark.parametrize(
    ("version", "arguments"),
    [
        ("7.0", {"traversal_id": "t", "nodes": [[1, 1]]}),
        ("1.0", {"traversal_id": "t", "nodes": [[1, 1]] * 5_000}),
        ("1.0", {"traversal_id": "t" * 1_000_000, "nodes": [[1, 1]]}),
        ("1.0", {"nodes": "x" * 3_000_000}),
        ("1.0", {}),
    ],
    ids=["unknown version", "too many nodes", "endless id", "large rubbish", "nothing"],
)
def test_a_message_that_no_engine_sends_is_told_of_and_harms_nothing(
    served: Served, version: str, arguments: dict[str, Any]
) -> None:
    target = oslo_messaging.Target(exchange=messages.EXCHANGE, topic=messages.WORKER_TOPIC, version=version)
    client = oslo_messaging.get_rpc_client(served.bus, target)
    for _ in range(SETTINGS.worker_threads * 3):  # more than there are threads: none of them is lost to it
        client.cast({}, "check_resource", **arguments)
    served.create("a", "stack", template({f"r{n}": stores(str(n)) for n in range(20)}))
    wait_until(lambda: served.states() == {"COMPLETE": 1}, PATIENCE, "a stack behind them")


def test_an_engine_counts_the_steps_that_take_too_long_and_the_leases_that_it_lost(tmp_path: pathlib.Path) -> None:
    Blocking.may_end.clear()
    served = Served(tmp_path, dataclasses.replace(SETTINGS, step_time_limit=0.1))
    try:
        served.create("a", "stack", template({"r": {"type": "Test::Blocking"}}))
        counts = served.engine.shared.counts
        wait_until(lambda: counts[Count.OVERRUNS] == 1, PATIENCE, "a step to be told of")
        assert counts[Count.LEASES_LOST] == 0
        lease = served.engine.shared.lease
        services.forget(EngineContext(served.database), [lease.engine_id])
        lease.renew()
        assert counts[Count.LEASES_LOST] == 1
    finally:
        served.stop()
