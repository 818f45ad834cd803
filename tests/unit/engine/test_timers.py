"""Timers: what is waited for holds an entry in a heap, and no thread. The clock is a fake; nothing is slept for."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Iterator, Sequence

import pytest

from heatlite.engine.traversal.timers import Timers
from tests.waiting import PATIENCE


class FakeClock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Harness:
    """Timers on a fake clock; what they hand on arrives in a queue, call by call."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.calls: queue.Queue[list[str]] = queue.Queue()
        self.timers: Timers[str] = Timers(self.clock, self.handed_on)

    def handed_on(self, items: Sequence[str]) -> None:
        self.calls.put(list(items))
        if "fail" in items:
            raise RuntimeError("handler failed")

    def next_call(self) -> list[str]:
        return self.calls.get(timeout=PATIENCE)

    def now(self, item: str) -> list[str]:
        """Wake the thread by an item that is due at once; all that is due with it."""
        self.timers.add(0, item)
        return self.next_call()


@pytest.fixture
def harness() -> Iterator[Harness]:
    harness = Harness()
    yield harness
    harness.timers.stop()


def test_an_item_that_is_due_at_once_is_handed_on(harness):
    harness.timers.start()

    assert harness.now("a") == ["a"]


def test_an_item_waits_for_its_time(harness):
    harness.timers.start()
    harness.timers.add(60, "later")

    assert harness.now("a") == ["a"]
    harness.clock.now += 59.9
    assert harness.now("b") == ["b"]
    harness.clock.now += 0.1
    assert harness.now("c") == ["later", "c"]


def test_what_becomes_due_together_is_one_call_in_the_order_of_its_times(harness):
    for seconds, item in ((3, "third"), (1, "first"), (2, "second"), (9, "not yet")):
        harness.timers.add(seconds, item)
    harness.clock.now += 5

    harness.timers.start()

    assert harness.next_call() == ["first", "second", "third"]
    assert harness.timers.take_all() == ["not yet"]


def test_items_of_the_same_time_keep_their_order_although_they_cannot_be_compared(harness):
    items = [object() for _ in range(5)]
    for item in items:
        harness.timers.add(1, item)

    assert harness.timers.take_all() == items


def test_a_time_in_the_past_is_now(harness):
    harness.timers.add(-100, "past")
    harness.timers.add(0, "now")

    assert harness.timers.take_all() == ["past", "now"]


def test_an_earlier_item_is_not_kept_waiting_by_a_later_one_that_is_slept_for(harness):
    harness.timers.add(10_000, "much later")
    harness.timers.start()

    assert harness.now("a") == ["a"]
    assert len(harness.timers) == 1


def test_taking_all_leaves_nothing(harness):
    harness.timers.add(2, "b")
    harness.timers.add(1, "a")

    assert len(harness.timers) == 2
    assert harness.timers.take_all() == ["a", "b"]
    assert len(harness.timers) == 0
    assert harness.timers.take_all() == []


def test_what_is_chosen_is_taken_and_the_rest_stays_in_its_order(harness):
    for when, item in ((3, "d"), (1, "a"), (2, "b"), (2, "c")):
        harness.timers.add(when, item)

    assert sorted(harness.timers.take(lambda item: item in "ac")) == ["a", "c"]
    assert harness.timers.take(lambda item: item == "a") == []
    assert harness.timers.take_all() == ["b", "d"]


def test_what_is_due_later_is_told_and_stays(harness):
    for when, item in ((3, "d"), (60, "a"), (70, "b")):
        harness.timers.add(when, item)

    assert sorted(harness.timers.due_later(30)) == ["a", "b"]
    assert harness.timers.take_all() == ["d", "a", "b"]


def test_a_handler_that_fails_is_told_of_and_ends_nothing(harness, caplog):
    harness.timers.start()

    with caplog.at_level(logging.ERROR):
        assert harness.now("fail") == ["fail"]
        assert harness.now("a") == ["a"]

    assert "Handling 1 items that became due failed" in caplog.text


def test_stop_ends_the_thread_and_leaves_what_was_not_due(harness):
    before = set(threading.enumerate())
    harness.timers.start()
    harness.timers.add(60, "later")
    (thread,) = set(threading.enumerate()) - before

    harness.timers.stop()
    thread.join(PATIENCE)

    assert not thread.is_alive()
    assert harness.timers.take_all() == ["later"]
    assert harness.calls.empty()


def test_what_has_a_name_is_found_by_it_and_by_nothing_else(harness):
    for when, item, names in ((3, "d", ("x",)), (1, "a", ("x", "y")), (2, "b", ()), (2, "c", ("z",))):
        harness.timers.add(when, item, names)

    assert [harness.timers.has_name(name) for name in "xyzw"] == [True, True, True, False]
    assert sorted(harness.timers.take_named(["x", "w"])) == ["a", "d"]
    assert [harness.timers.has_name(name) for name in "xyzw"] == [False, False, True, False]
    assert harness.timers.take_named("xyw") == []
    assert harness.timers.take_all() == ["b", "c"]


def test_a_name_goes_with_its_item_however_that_goes(harness):
    for item in "abc":
        harness.timers.add(5, item, [item, "all"])
    harness.timers.take(lambda item: item == "a")
    assert [harness.timers.has_name(name) for name in ("all", "a")] == [True, False]
    harness.clock.now += 5
    harness.timers.add(60, "d", ["d"])
    harness.timers.start()
    assert harness.next_call() == ["b", "c"]
    assert [harness.timers.has_name(name) for name in ("b", "c", "all", "d")] == [False, False, False, True]
    assert harness.timers.take_all() == ["d"]
    assert not harness.timers.has_name("d")
