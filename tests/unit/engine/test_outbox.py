"""The outbox: what arrives while results are being written is written together next."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from heatlite.engine.traversal.outbox import Outbox
from tests.waiting import PATIENCE


class Harness:
    """An outbox whose work is run when the test says so, on the test's own thread."""

    def __init__(self, most: int = 100) -> None:
        self.submitted: deque[Callable[[], None]] = deque()
        self.handled: list[tuple[str, list[str]]] = []
        self.while_handling: Callable[[], None] = lambda: None
        self.outbox: Outbox[str] = Outbox(self.submitted.append, self.handle, most)

    def handle(self, key: str, items: Sequence[str]) -> None:
        self.handled.append((key, list(items)))
        self.while_handling()

    def put(self, key: str, *items: str) -> None:
        for item in items:
            self.outbox.put(key, item)

    def run(self) -> None:
        while self.submitted:
            self.submitted.popleft()()


def test_nothing_is_handled_on_the_thread_that_puts():
    harness = Harness()

    harness.put("a", "1")

    assert harness.handled == []
    assert len(harness.submitted) == 1


def test_what_gathered_before_the_handler_ran_is_handled_together_in_order():
    harness = Harness()

    harness.put("a", "1", "2", "3")
    harness.run()

    assert harness.handled == [("a", ["1", "2", "3"])]


def test_what_arrives_while_handling_is_handled_together_next_by_the_same_runner():
    harness = Harness()
    arriving = iter([["2", "3"], []])
    harness.while_handling = lambda: harness.put("a", *next(arriving))

    harness.put("a", "1")
    harness.run()

    assert harness.handled == [("a", ["1"]), ("a", ["2", "3"])]


def test_no_more_than_the_most_are_handled_at_once():
    harness = Harness(most=2)

    harness.put("a", "1", "2", "3", "4", "5")
    harness.run()

    assert [items for _, items in harness.handled] == [["1", "2"], ["3", "4"], ["5"]]


def test_keys_are_handled_apart():
    harness = Harness()

    harness.put("a", "1")
    harness.put("b", "2")
    harness.put("a", "3")
    assert len(harness.submitted) == 2
    harness.run()

    assert harness.handled == [("a", ["1", "3"]), ("b", ["2"])]


def test_a_key_that_was_worked_off_begins_anew():
    harness = Harness()
    for item in ("1", "2"):
        harness.put("a", item)
        harness.run()

    assert harness.handled == [("a", ["1"]), ("a", ["2"])]


def test_a_handler_that_fails_is_told_of_and_what_came_after_is_handled_all_the_same(caplog):
    harness = Harness(most=1)

    def fail_once() -> None:
        harness.while_handling = lambda: None
        raise RuntimeError("the database is away")

    harness.while_handling = fail_once
    harness.put("a", "1", "2")
    with caplog.at_level(logging.ERROR):
        harness.run()
    harness.put("a", "3")
    harness.run()

    assert harness.handled == [("a", ["1"]), ("a", ["2"]), ("a", ["3"])]
    assert "Handling 1 results of a failed" in caplog.text


def test_threads_that_put_at_once_lose_nothing_and_no_key_has_two_handlers():
    handled: list[int] = []
    at_work = threading.Lock()
    overlaps = []

    def handle(key: str, items: Sequence[int]) -> None:
        if not at_work.acquire(blocking=False):
            overlaps.append(items)
            return
        handled.extend(items)
        at_work.release()

    with ThreadPoolExecutor(4) as runners, ThreadPoolExecutor(8) as putters:
        outbox: Outbox[int] = Outbox(runners.submit, handle, 7)
        start = threading.Barrier(8)

        def put(first: int) -> None:
            start.wait(PATIENCE)
            for number in range(first, first + 200):
                outbox.put("a", number)

        for done in [putters.submit(put, thread * 200) for thread in range(8)]:
            done.result(PATIENCE)

    assert overlaps == []
    assert sorted(handled) == list(range(1600))
