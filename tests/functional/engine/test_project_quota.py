"""Turns: a crowd of stacks of one project waits in the database, and others' work passes it by. Counted, not timed.

announce ──▶ cast, within the project's share ──▶ message
         └─▶ held ──▶ pulled, one project after the other
"""

from __future__ import annotations

import pathlib
import shutil
import threading
from collections import Counter
from typing import Any

import pytest
import sqlalchemy as sa

from heatlite.context import EngineContext, RequestContext
from heatlite.db import models, sync_points
from heatlite.db.api import Database
from heatlite.db.api import Settings as DatabaseSettings
from heatlite.engine.common.counts import Count
from heatlite.engine.common.settings import Settings
from heatlite.engine.membership.project_quota import LOOK_AGAIN, Share
from heatlite.engine.runtime.backlog_puller import BacklogPuller, Room
from heatlite.resources.registry import Registry
from tests.functional.engine.endpoint import Clock
from tests.functional.engine.fleet import TYPES, ThreadedResource
from tests.functional.engine.still_engine import Bus, Engine, Surroundings
from tests.functional.engine.templates import Template, stores, template
from tests.waiting import PATIENCE

CROWD, FEW = 100, 25
SHARE = Share(batches=2, nodes=5)
THREADS = 4


class Town:
    """One engine, whose work is done when a test says so, and who ``claims`` for whom."""

    def __init__(self, schema: pathlib.Path, path: pathlib.Path) -> None:
        shutil.copy(schema, path)
        self.database = Database(DatabaseSettings(f"sqlite:///{path}"))
        self.clock, self.bus = Clock(), Bus()
        settings = Settings(batch_size=SHARE.nodes, step_threads=2)
        registry = Registry({**TYPES, "Test::Threaded": ThreadedResource})
        self.engine = Engine(Surroundings(self.database, self.clock, self.bus, registry, settings, SHARE))
        quota = self.engine.shared.quota
        assert quota is not None
        self.quota = quota
        self.puller = BacklogPuller(
            quota,
            self.engine.checker,
            lambda function: self.taken.append(function),
            Room(THREADS, is_full=lambda project: project in self.full),
        )
        self.taken: list[Any] = []
        self.full: set[str] = set()
        self.listens = False

    def create(self, project: str, name: str, content: Template) -> None:
        """Begin to create a stack."""
        wire = {"project_id": project, "username": "ann"}
        self.engine.endpoint.create_stack(RequestContext(self.database, wire), name, content, {}, {}, {})

    def pass_time(self, seconds: float) -> None:
        """The clock runs, and the engine keeps its lease."""
        self.clock.now += seconds
        self.engine.shared.lease.renew()

    def messages(self) -> Counter[str]:
        """project → messages that are in the broker."""
        return Counter(self.project_of(traversal_id) for traversal_id, _ in self.bus.casts)

    def project_of(self, traversal_id: str) -> str:
        """Whose traversal it is."""
        return sync_points.project_of(EngineContext(self.database), traversal_id) or "nobody's any more"

    def held(self) -> Counter[str]:
        """project → nodes that are held for it."""
        node = models.sync_point.c
        counts = sa.select(node.held_for, sa.func.count()).where(node.held_for.is_not(None)).group_by(node.held_for)
        with self.database.reader(EngineContext(self.database)) as connection:
            return Counter({row[0]: row[1] for row in connection.execute(counts)})

    def states(self, project: str) -> Counter[str]:
        """How many stacks of a project are in which state."""
        stack = models.stack.c
        counts = sa.select(stack.status, sa.func.count()).where(stack.tenant == project).group_by(stack.status)
        with self.database.reader(EngineContext(self.database)) as connection:
            return Counter({row[0]: row[1] for row in connection.execute(counts)})

    def claim(self) -> bool:
        """One batch that was taken, then one message, and so on; whether there was any."""
        self.clock.now += LOOK_AGAIN * 2
        self.puller.pull()
        self.listens = (not self.listens and bool(self.bus.casts)) or not self.taken
        if not self.listens:
            self.taken.pop(0)()
            return True
        if not self.bus.casts:
            return False
        traversal_id, nodes = self.bus.casts.popleft()
        self.engine.checker.check(traversal_id, nodes)
        return True

    def settle(self) -> int:
        """Claim until nothing is left; how many batches that took."""
        claims = 0
        while self.claim():
            claims += 1
        return claims


@pytest.fixture
def town(schema: pathlib.Path, tmp_path: pathlib.Path) -> Town:
    return Town(schema, tmp_path / "heatlite.sqlite3")


def chain(length: int) -> Template:
    """Resources that follow one another."""
    after: dict[int, Template] = {n: {"depends_on": f"r{n - 1}"} for n in range(1, length)}
    return template({f"r{n}": stores(str(n), **after.get(n, {})) for n in range(length)})


def test_a_crowds_stacks_wait_in_the_database_and_not_in_the_broker(town: Town) -> None:
    for number in range(FEW):
        town.create("crowd", f"stack-{number}", chain(2))
    assert town.messages() == {"crowd": SHARE.batches}
    assert town.held() == {"crowd": FEW - SHARE.batches}
    town.settle()
    assert town.states("crowd") == {"COMPLETE": FEW}
    assert town.held() == {}


def test_beside_a_crowd_anothers_nodes_are_claimed_after_a_few_of_its(town: Town) -> None:
    """Ten in a chain: for each of them a few of the crowd's batches go first, however many wait."""
    for number in range(CROWD):
        town.create("crowd", f"stack-{number}", chain(3))
    town.create("neighbour", "small", chain(10))
    claims = 0
    while town.states("neighbour") != {"COMPLETE": 1}:
        assert town.claim()
        claims += 1
    assert claims <= 10 * (SHARE.batches + THREADS + 1)
    assert town.states("crowd")["IN_PROGRESS"] > CROWD // 2, "the crowd was done: nothing is shown by this"


def test_a_project_that_keeps_within_its_share_never_asks_the_database(town: Town) -> None:
    asked: list[str] = []
    sa.event.listen(
        town.database.engine,
        "before_cursor_execute",
        lambda connection, cursor, statement, *rest: "held_for" in statement and asked.append(statement),
    )
    for number in range(SHARE.batches):
        assert town.quota.spend(f"project {number}", SHARE.batches) == SHARE.batches
    assert not asked


def test_while_one_thread_asks_the_database_others_spend_what_is_left(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    others: list[int] = []
    asked = sync_points.has_queued

    def in_the_middle(context: Any, project: str) -> bool:
        if not others:
            thread = threading.Thread(target=lambda: others.append(town.quota.spend(project, 1)), daemon=True)
            thread.start()
            thread.join(PATIENCE)
        return asked(context, project)

    monkeypatch.setattr(sync_points, "has_queued", in_the_middle)
    town.clock.now += 2 * LOOK_AGAIN
    assert town.quota.spend("crowd", SHARE.batches + 1) > 0
    assert others == [1]


def test_held_projects_are_served_one_after_the_other(town: Town) -> None:
    for project, stacks in (("a", 30), ("b", 10), ("c", 10)):
        for number in range(stacks):
            town.create(project, f"stack-{number}", chain(1))
    town.bus.lose_everything()
    before, served = town.held(), Counter[str]()
    while served.total() < 15:
        town.claim()
        served = before - town.held()
    assert max(served.values()) - min(served[each] for each in "abc") <= SHARE.batches, served


def test_no_more_is_taken_than_there_are_threads_for(town: Town) -> None:
    for project in ("a", "b", "c", "d"):
        for number in range(10):
            town.create(project, f"stack-{number}", chain(1))
    assert town.puller.pull() == THREADS
    assert town.puller.pull() == 0
    assert len(town.taken) == THREADS


def test_one_project_is_given_no_more_threads_than_its_share(town: Town) -> None:
    for number in range(10):
        town.create("a", f"stack-{number}", chain(1))
    assert town.puller.pull() == SHARE.batches
    assert len(town.taken) == SHARE.batches


def test_of_a_project_whose_steps_wait_for_threads_nothing_is_taken(town: Town) -> None:
    for project in ("a", "b"):
        for number in range(10):
            town.create(project, f"stack-{number}", chain(1))
    town.full = {"a"}
    before = town.held()
    town.puller.pull()
    assert before - town.held() == {"b": SHARE.batches}


def test_a_message_for_a_project_whose_steps_wait_for_threads_leaves_its_nodes_in_the_database(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.create("a", "stack", template({"r": {"type": "Test::Threaded"}}))
    monkeypatch.setattr(town.engine.steps, "is_full", lambda project: project == "a")
    traversal_id, nodes = town.bus.casts.popleft()
    town.engine.checker.check(traversal_id, nodes)
    assert town.held() == {"a": 1}
    assert not town.engine.shared.claims
    monkeypatch.undo()
    town.settle()
    town.engine.work()
    assert town.states("a") == {"COMPLETE": 1}


def test_one_large_stack_is_held_beyond_its_share_too(town: Town) -> None:
    town.create("a", "large", template({f"r{n}": stores(str(n)) for n in range(100)}))
    assert len(town.bus.casts) == SHARE.batches
    assert town.held() == {"a": 100 - SHARE.batches * SHARE.nodes}
    town.settle()
    assert town.states("a") == {"COMPLETE": 1}


def test_what_was_held_and_is_superseded_is_forgotten(town: Town) -> None:
    town.create("a", "large", template({f"r{n}": stores(str(n)) for n in range(100)}))
    wire = {"project_id": "a", "username": "ann"}
    with town.database.reader(EngineContext(town.database)) as connection:
        stack_id = connection.execute(sa.select(models.stack.c.id)).scalar_one()
    identity = {"tenant": "a", "stack_name": "large", "stack_id": stack_id, "path": ""}
    town.engine.endpoint.delete_stack(RequestContext(town.database, wire), identity)
    town.settle()
    assert town.held() == {}
    with town.database.reader(EngineContext(town.database)) as connection:
        assert connection.execute(sa.select(models.stack.c.action, models.stack.c.status)).all() == [
            ("DELETE", "COMPLETE")
        ]


def test_nodes_that_were_taken_by_an_engine_that_died_are_cast_again(town: Town) -> None:
    for number in range(5):
        town.create("a", f"stack-{number}", chain(1))
    town.puller.pull()
    town.taken.clear()
    town.bus.lose_everything()
    town.clock.now += 30
    due = sync_points.due(EngineContext(town.database), town.clock.now, 100)
    assert len(due) == 2 * SHARE.batches


def test_without_a_lease_nothing_is_taken(town: Town) -> None:
    for number in range(5):
        town.create("a", f"stack-{number}", chain(1))
    puller = BacklogPuller(town.quota, town.engine.checker, town.taken.append, Room(THREADS, may_act=lambda: False))
    assert puller.pull() == 0
    assert not town.taken


def test_a_look_that_fails_again_and_again_is_told_once(
    town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    looks = threading.Semaphore(0)

    def fail(*arguments: Any) -> str:
        looks.release()
        raise RuntimeError("no such column")

    monkeypatch.setattr(sync_points, "next_queued_project", fail)
    puller = BacklogPuller(town.quota, town.engine.checker, town.taken.append, Room(THREADS))
    puller.start()
    for _ in range(3):
        puller.ask()
        assert looks.acquire(timeout=PATIENCE)
    puller.stop(60)
    assert [it for it in caplog.messages if it.startswith("Queued nodes can't be looked for")] == caplog.messages[:1]


def test_while_a_message_is_worked_on_one_batch_at_most_is_taken(town: Town) -> None:
    for number in range(10):
        town.create("a", f"stack-{number}", chain(1))
    puller = BacklogPuller(town.quota, town.engine.checker, town.taken.append, Room(THREADS, is_busy=lambda: True))
    assert puller.pull() == 1
    assert puller.pull() == 0
    town.taken.pop()()
    assert puller.pull() == 1


def test_a_message_that_comes_while_there_is_taken_leaves_no_room_and_never_less(town: Town) -> None:
    for project in ("a", "b"):
        for number in range(10):
            town.create(project, f"stack-{number}", chain(1))
    idle = iter(
        [False] * 4
    )  # until the first project's share is taken, and it has looked whether there is room for more
    room = Room(THREADS, is_busy=lambda: next(idle, True))
    assert BacklogPuller(town.quota, town.engine.checker, town.taken.append, room).pull() == SHARE.batches


def test_what_lies_in_the_broker_for_long_breeds_no_messages(town: Town) -> None:
    """A backlog of ten sweep intervals: one message of each of 60 projects, a tenth of them worked off in each."""
    for number in range(60):
        town.create(f"project {number}", "stack", chain(1))
    assert len(town.bus.casts) == 60
    delivered = 0
    while town.bus.casts:
        town.pass_time(town.engine.shared.settings.sweep_interval)
        town.engine.sweeper.lost_casts()
        for _ in range(6):
            traversal_id, nodes = town.bus.casts.popleft()
            town.engine.checker.check(traversal_id, nodes)
            town.engine.work()
            delivered += 1
    assert delivered == 60, "a message more than there were nodes"
    assert town.engine.shared.counts[Count.RECASTS] > 0, "nothing was late: nothing is shown by this"
    assert all(town.states(f"project {number}") == {"COMPLETE": 1} for number in range(60))


def test_a_message_that_is_lost_costs_no_other_one(town: Town) -> None:
    town.create("a", "stack", chain(1))
    town.bus.lose_everything()
    town.pass_time(town.engine.shared.settings.recast_after + 1)
    town.engine.sweeper.lost_casts()
    assert town.held() == {"a": 1}
    town.puller.pull()
    town.taken.pop()()
    town.engine.work()
    assert town.states("a") == {"COMPLETE": 1}
    assert not town.bus.casts
