"""Casting: whoever announces something goes on at once, whatever the broker does."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from heatlite.convergence.model import Node, NodeKind
from heatlite.rpc.casting import MOST_WAITING, Casting
from tests.waiting import PATIENCE, wait_until

NODES = [(Node(1, NodeKind.UPDATE),), (Node(2, NodeKind.UPDATE),)]


class Broker:
    """Takes messages, while it may; ``gate`` is closed in a memory alarm."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.taken: list[Any] = []
        self.fails = 0

    def check(self, traversal_id: str, batches: Any, *, here: bool = False) -> None:
        self._take("check", traversal_id, *batches)

    def ask(self, engine_id: str, resource_ids: list[int], traversal_id: str) -> None:
        self._take("ask", engine_id)

    def wake(self, engine_id: str, resource_ids: list[int]) -> None:
        self._take("wake", engine_id)

    def over(self, engine_id: str, traversal_id: str) -> None:
        self._take("over", engine_id)

    def begin(self, request: Any, message: Any) -> None:
        self._take("begin", message)

    def forget(self, engine_id: str) -> None:
        self._take("forget", engine_id)

    def _take(self, *message: Any) -> None:
        self.gate.wait(PATIENCE)
        if self.fails:
            self.fails -= 1
            raise ConnectionError("the broker is away")
        self.taken.append(message)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Bed:
    """Casting with a broker, and what was done here in its place."""

    def __init__(self) -> None:
        self.broker, self.clock = Broker(), Clock()
        self.here: list[Any] = []
        self.has_room = True
        self.casting = Casting(self.broker, self._check, self._begin, monotonic=self.clock)
        self.casting.start()

    def _check(self, traversal_id: str, nodes: Sequence[Node]) -> bool:
        if self.has_room:
            self.here.append(("check", traversal_id, nodes))
        return self.has_room

    def _begin(self, request: dict[str, Any], message: Any) -> None:
        self.here.append(("begin", message))

    def block(self) -> None:
        """Let the broker block for longer than anybody waits for it."""
        self.broker.gate.clear()
        self.casting.wake("e1", [1])
        wait_until(lambda: self.casting._sending is not None, PATIENCE, "a cast to be under way")
        self.clock.now += 5

    def taken(self, count: int) -> list[Any]:
        """What the broker took, once it is so much."""
        wait_until(lambda: len(self.broker.taken) >= count, PATIENCE, "messages to be taken")
        return self.broker.taken


@pytest.fixture
def bed() -> Iterator[Bed]:
    made = Bed()
    yield made
    made.broker.gate.set()
    made.casting.stop(PATIENCE)


def test_casts_go_out_in_their_order(bed: Bed) -> None:
    bed.casting.check("t", NODES)
    bed.casting.ask("e1", [1], "t")
    bed.casting.wake("e2", [1])
    bed.casting.begin({}, "a child")  # type: ignore[arg-type]
    assert bed.taken(5) == [
        ("check", "t", NODES[0]), ("check", "t", NODES[1]), ("ask", "e1"), ("wake", "e2"), ("begin", "a child")
    ]  # fmt: skip
    assert bed.here == []


def test_what_is_best_done_here_is_no_message(bed: Bed) -> None:
    bed.casting.check("t", NODES[:1], here=True)
    assert bed.here == [("check", "t", NODES[0])]
    bed.casting.wake("e1", [1])
    assert bed.taken(1) == [("wake", "e1")]


@pytest.mark.parametrize("why", ["there is no room", "this engine converges nothing", "it leaves"])
def test_what_cannot_be_done_here_is_a_message_all_the_same(bed: Bed, why: str) -> None:
    bed.has_room = why != "there is no room"
    if why == "this engine converges nothing":
        bed.casting.check_here = None
    if why == "it leaves":
        bed.casting.leave()
    bed.casting.check("t", NODES[:1], here=True)
    assert bed.taken(1) == [("check", "t", NODES[0])]
    assert bed.here == []


def test_while_the_broker_blocks_work_is_done_here(bed: Bed) -> None:
    bed.block()
    assert bed.casting.is_stuck
    bed.casting.check("t", NODES)
    bed.casting.begin({}, "a child")  # type: ignore[arg-type]
    assert bed.here == [("check", "t", NODES[0]), ("check", "t", NODES[1]), ("begin", ["a child"])]


def test_what_waited_before_the_broker_was_known_to_be_stuck_is_done_by_the_next_sweep(bed: Bed) -> None:
    bed.broker.gate.clear()
    bed.casting.wake("e1", [1])
    wait_until(lambda: bed.casting._sending is not None, PATIENCE, "a cast to be under way")
    bed.casting.check("t", NODES)
    assert bed.here == []
    bed.casting.held_back_casts()
    assert bed.here == [], "a moment is no trouble"

    bed.clock.now += 5
    bed.casting.held_back_casts()

    assert bed.here == [("check", "t", NODES[0]), ("check", "t", NODES[1])]
    bed.broker.gate.set()
    assert bed.taken(1) == [("wake", "e1")], "what was done here isn't announced as well"


def test_after_it_casts_go_out_again_and_both_is_told_once(bed: Bed, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "heatlite.rpc.casting")
    bed.block()
    bed.casting.held_back_casts()
    bed.casting.held_back_casts()
    bed.broker.gate.set()
    bed.taken(1)
    wait_until(lambda: not bed.casting.is_stuck, PATIENCE, "the broker to be free")
    bed.casting.check("t", NODES[:1])
    assert bed.taken(2)[-1] == ("check", "t", NODES[0])
    assert [record.getMessage() for record in caplog.records] == [
        "The broker takes no messages: this engine continues with the work that it finds in the database",
        "The broker takes messages again",
    ]


def test_a_cast_that_fails_keeps_no_other_from_going_out(bed: Bed) -> None:
    bed.broker.fails = 1
    bed.casting.wake("e1", [1])
    bed.casting.wake("e2", [1])
    assert bed.taken(1) == [("wake", "e2")]


def test_what_waits_is_bounded(bed: Bed) -> None:
    bed.broker.gate.clear()
    for _ in range(MOST_WAITING + 50):
        bed.casting.wake("e1", [1])
    bed.broker.gate.set()
    bed.casting.stop(PATIENCE)
    assert MOST_WAITING <= len(bed.broker.taken) <= MOST_WAITING + 1


def test_whoever_stops_sends_what_waits_and_does_not_wait_for_a_broker_that_blocks(bed: Bed) -> None:
    bed.casting.check("t", NODES)
    bed.casting.stop(PATIENCE)
    assert len(bed.broker.taken) == 2
    other = Bed()
    other.block()
    other.casting.stop(0.01)
    other.broker.gate.set()
