"""Announcements: who is woken, what is remembered, and which waits rely on being told. The clock is a fake."""

from __future__ import annotations

import queue
from collections.abc import Collection, Iterator
from typing import Any

import pytest

from heatlite.engine.common.counts import Count, Counts
from heatlite.engine.traversal import announcements
from heatlite.engine.traversal.announcements import Announcements
from tests.unit.engine.test_timers import FakeClock
from tests.waiting import PATIENCE

KIND, OTHER_KIND = ("Server", "CREATE"), ("Server", "DELETE")
INTERVAL = 600


class Engine:
    """What waits in an engine, and what it is woken for."""

    def __init__(self) -> None:
        self.clock, self.counts, self.hears = FakeClock(), Counts(), True
        self.awaited: set[str] = set()
        self.woken: queue.Queue[set[str]] = queue.Queue()
        self.heard = Announcements(INTERVAL, self.counts, lambda: self.hears, self.clock)
        self.heard.serve(lambda it: it in self.awaited, self.wake)

    def wake(self, ids: Collection[str]) -> int:
        self.woken.put(set(ids))
        if "broken" in ids:
            raise RuntimeError("no")
        return len(ids)


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine()
    yield engine
    engine.heard.stop()


def learnt(engine: Engine, kind: Any = KIND) -> None:
    engine.heard.learn(kind, is_over=True, was_woken=True, relied=False)


def test_what_waits_is_woken_and_what_nobody_waits_for_is_counted(engine: Engine) -> None:
    engine.awaited = {"a", "b"}
    engine.heard.hear({"c", "d"})
    engine.heard.hear({"a", "c"})
    engine.heard.start()

    assert engine.woken.get(timeout=PATIENCE) == {"a"}
    engine.heard.hear({"b"})
    assert engine.woken.get(timeout=PATIENCE) == {"b"}
    engine.heard.stop()
    assert engine.counts[Count.WOKEN] == 2
    assert engine.counts[Count.UNAWAITED] == 1
    assert engine.woken.empty()


def test_those_that_come_together_wake_together(engine: Engine) -> None:
    engine.awaited = {"a", "b", "c"}
    for it in sorted(engine.awaited):
        engine.heard.hear({it})
    engine.heard.start()

    assert engine.woken.get(timeout=PATIENCE) == {"a", "b", "c"}


def test_a_failure_ends_nothing(engine: Engine) -> None:
    engine.awaited = {"broken", "a"}
    engine.heard.start()
    engine.heard.hear({"broken"})
    assert engine.woken.get(timeout=PATIENCE) == {"broken"}
    engine.heard.hear({"a"})
    assert engine.woken.get(timeout=PATIENCE) == {"a"}


def test_what_was_heard_while_a_step_ran_is_remembered_for_a_while(engine: Engine) -> None:
    begun = engine.clock.now
    assert not engine.heard.came_since({"a"}, begun)
    engine.heard.hear({"a"})
    assert engine.heard.came_since({"a", "b"}, begun)
    assert not engine.heard.came_since({"b"}, begun)
    assert not engine.heard.came_since({"a"}, begun + 1), "a step that began later has seen what came before"
    engine.clock.now += announcements.REMEMBERED
    assert not engine.heard.came_since({"a"}, begun)


def test_only_so_many_are_remembered(engine: Engine) -> None:
    begun = engine.clock.now
    for number in range(announcements.MOST_REMEMBERED + 1):
        engine.heard.hear({str(number)})
    assert not engine.heard.came_since({"0"}, begun)
    assert engine.heard.came_since({"1"}, begun)


def test_a_wait_relies_on_being_told_once_its_kind_was(engine: Engine) -> None:
    assert engine.heard.pause(KIND, 1) == 1
    learnt(engine)
    assert engine.heard.pause(KIND, 1) == INTERVAL
    assert engine.heard.pause(KIND, 2 * INTERVAL) == 2 * INTERVAL
    assert engine.heard.pause(KIND, 0) == 0, "a plugin that asks for its next step waits for no service"
    assert engine.heard.pause(OTHER_KIND, 1) == 1


def test_nothing_relies_on_being_told_while_nothing_can_be_heard(engine: Engine) -> None:
    learnt(engine)
    engine.hears = False
    assert engine.heard.pause(KIND, 1) == 1
    engine.hears = True
    assert engine.heard.pause(KIND, 1) == INTERVAL


def test_who_relied_in_vain_does_so_no_more_until_told_again(engine: Engine) -> None:
    learnt(engine)
    engine.heard.learn(KIND, is_over=False, was_woken=False, relied=True)
    engine.heard.learn(KIND, is_over=True, was_woken=False, relied=False)
    assert engine.heard.pause(KIND, 1) == INTERVAL, "it hasn't been in vain yet"
    engine.heard.learn(KIND, is_over=True, was_woken=False, relied=True)
    assert engine.heard.pause(KIND, 1) == 1
    engine.heard.learn(KIND, is_over=False, was_woken=True, relied=False)
    assert engine.heard.pause(KIND, 1) == 1, "being told of something else isn't being told of the end"
    learnt(engine)
    assert engine.heard.pause(KIND, 1) == INTERVAL
