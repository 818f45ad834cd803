"""Child processes take questions of one project after the other, and no project has all of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from heatlite.schema import patterns
from heatlite.schema.child_process import Children, allowed, on_behalf_of
from tests.waiting import PATIENCE


class Held:
    """In place of a child: answers when the test says so."""

    def __init__(self, asked: list[str]) -> None:
        self.may_answer, self._asked = threading.Event(), asked

    def ask(self, line: bytes, allowance: Any, seconds: float) -> bytes:
        self._asked.append(line.decode())
        assert self.may_answer.wait(PATIENCE)
        return b"{}"


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(20) as threads:
        yield threads


def asked_for(children: Children, project: str, question: dict[str, Any], seconds: float = PATIENCE) -> Any:
    with on_behalf_of(project):
        return children.ask(question, seconds)


def until(is_so: Callable[[], bool]) -> None:
    """Wait for another thread, which has nothing to wait for itself."""
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.001)


def test_a_project_whose_questions_go_on_and_on_keeps_no_other_from_an_answer(pool: ThreadPoolExecutor) -> None:
    order: list[str] = []
    children = Children("nothing", 2)
    slow, quick = Held(order), Held(order)
    quick.may_answer.set()
    children._free = [quick, slow]  # type: ignore[list-item]
    crowd = [pool.submit(asked_for, children, "crowd", {"of": "crowd"}) for _ in range(3)]
    until(lambda: len(order) == 1 and len(children._waiting) == 2)
    assert asked_for(children, "neighbour", {"of": "neighbour"}) == {}
    assert not any(it.done() for it in crowd)
    assert len(order) == 2, "the crowd has one child and waits for that"
    slow.may_answer.set()
    assert [it.result(PATIENCE) for it in crowd] == [{}, {}, {}]


def test_projects_take_turns_however_many_questions_one_has(pool: ThreadPoolExecutor) -> None:
    order: list[str] = []
    children, held = Children("nothing", 1), Held(order)
    children._free = [held]  # type: ignore[list-item]
    asked = []
    for name in ("crowd 0", "crowd 1", "crowd 2", "neighbour 1", "neighbour 2"):
        asked.append(pool.submit(asked_for, children, name.split()[0], {"of": name}))
        until(lambda: len(children._waiting) + len(order) == len(asked))
    held.may_answer.set()
    for it in asked:
        it.result(PATIENCE)
    assert [line.split('"')[3] for line in order] == ["crowd 0", "neighbour 1", "crowd 1", "neighbour 2", "crowd 2"]


def test_a_question_costs_its_call_the_time_that_a_child_takes() -> None:
    with allowed(PATIENCE) as allowance:
        assert patterns.matches("(a|b)+", "ab")
        assert 0 < allowance.left < PATIENCE
