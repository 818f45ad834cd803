"""Resources' rows: how to get into each state of the table that isn't final, and out of it."""

from __future__ import annotations

from tests.functional.engine.fleet import Fleet
from tests.functional.engine.mishaps import (
    FAILS,
    SHORT,
    after,
    between_two_steps,
    e0_dies,
    e0_leaves,
    e1_declares_it_and_dies,
    its_wait_ends,
    lost_sight_of,
    messages_are_lost,
    slow,
    threaded,
)
from tests.functional.engine.states import Case, held_by, is_unfinished
from tests.functional.engine.templates import template


def is_held_by_the_first(fleet: Fleet) -> bool:
    return held_by(fleet) == fleet.first


def superseded(fleet: Fleet) -> None:
    fleet.update(template({"a": threaded("2")}))
    fleet.message(to=1)
    fleet.request()


def is_free_and_unfinished(fleet: Fleet) -> bool:
    return is_unfinished(fleet) and held_by(fleet) is None


def another_failed(fleet: Fleet) -> None:
    fleet.create(template({"a": slow(SHORT), "b": FAILS}))
    fleet.message()
    assert fleet.state() == "CREATE_FAILED"


CASES = {
    "row: locked between two steps": Case(
        between_two_steps, is_held_by_the_first, its_wait_ends, {"dead_engines": e0_dies}
    ),
    "row: locked by a dead engine": Case(
        after(between_two_steps, e0_dies),
        is_held_by_the_first,
        "dead_engines",
        {"dead_engines": e1_declares_it_and_dies},
    ),
    "row: locked by an engine that lost sight of it": Case(
        after(lost_sight_of, superseded),
        is_held_by_the_first,
        "lost_locks",
        {"dead_engines": e0_dies},
        "UPDATE_COMPLETE",
    ),
    "row: IN_PROGRESS and free in a running stack": Case(
        after(between_two_steps, e0_leaves), is_free_and_unfinished, Fleet.message, {"lost_casts": messages_are_lost}
    ),
    "row: IN_PROGRESS in a stack that ended": Case(
        another_failed, is_unfinished, its_wait_ends, {"dead_engines": e0_dies}, "CREATE_FAILED"
    ),
}
