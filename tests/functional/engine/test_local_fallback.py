"""Here: what an engine does itself while the broker takes nothing, and how much of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from oslo_db import exception as db_error

from heatlite.convergence.model import Node, NodeKind
from heatlite.engine.runtime.local_fallback import BACKLOG, LocalFallback
from tests.waiting import PATIENCE, wait_until

NODES = (Node(1, NodeKind.UPDATE),)


class Engine:
    """A checker, and what begins nested operations: both remember, and wait at a gate."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.done: list[Any] = []
        self.failed: list[str] = []
        self.error: Exception | None = None

    def check(self, traversal_id: str, nodes: Sequence[Node]) -> None:
        self.gate.wait(PATIENCE)
        if self.error is not None:
            self.failed.append(traversal_id)
            raise self.error.with_traceback(None)  # or each would carry, and log, the tracebacks of all before it
        self.done.append(traversal_id)

    def receive(self, request: Any, message: Any) -> None:
        self.done.append((request.project_id, message))


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def here(engine: Engine) -> Iterator[LocalFallback]:
    made = LocalFallback(None, engine, engine, threads=2)  # type: ignore[arg-type]
    yield made
    engine.gate.set()
    made.stop()


def test_nodes_are_converged_and_nested_operations_begun(here: LocalFallback, engine: Engine) -> None:
    here.check("t", NODES)
    here.begin({"project_id": "demo"}, "a child")  # type: ignore[arg-type]
    wait_until(lambda: len(engine.done) == 2, PATIENCE, "both to be done")
    assert sorted(engine.done, key=str) == [("demo", "a child"), "t"]


def test_what_is_too_much_is_left_for_a_sweep(here: LocalFallback, engine: Engine) -> None:
    engine.gate.clear()
    there_was_room = [here.check(str(number), NODES) for number in range(2 * BACKLOG + 20)]
    assert there_was_room == [True] * 2 * BACKLOG + [False] * 20
    engine.gate.set()
    wait_until(lambda: len(engine.done) == 2 * BACKLOG, PATIENCE, "what there was room for")
    here.check("later", NODES)
    wait_until(lambda: "later" in engine.done, PATIENCE, "room again")


@pytest.mark.parametrize("error", [ValueError("a mistake"), db_error.DBConnectionError()])
def test_what_fails_takes_no_room_for_ever(here: LocalFallback, engine: Engine, error: Exception) -> None:
    engine.error = error
    for number in range(2 * BACKLOG + 1):  # one more than there is room for: a failure that kept its room would be seen
        name = str(number)
        wait_until(
            lambda name=name: name in engine.failed or (here.check(name, NODES) and name in engine.failed),
            PATIENCE,
            "it to fail",
        )


def test_who_leaves_begins_nothing_more(here: LocalFallback, engine: Engine) -> None:
    engine.gate.clear()
    for number in range(10):
        here.check(str(number), NODES)
    here.stop()
    assert not here.check("later", NODES)
    engine.gate.set()
    here._pool.shutdown(wait=True)
    assert len(engine.done) <= 2, "only what ran already"
