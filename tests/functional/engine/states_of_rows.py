"""Resources' rows: how to get into each state of the table that isn't final, and out of it."""

from __future__ import annotations

import json

from heatlite.db import stacks
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


def its_nested_stack_ended(fleet: Fleet) -> None:
    """After half a minute, so that the owner's next look is far away; the wake-up is under way."""
    inner = json.dumps(template({"inner": threaded("1", wait_secs=40)}))
    fleet.create(template({"a": {"type": "OS::Heat::Stack", "properties": {"template": inner}}}))
    fleet.work()
    while not fleet.bus.wakes:
        fleet.pass_time(1)
        fleet.do_without_wakes()


def is_held_and_its_nested_stack_at_rest(fleet: Fleet) -> bool:
    [child] = stacks.children(fleet.context(), [fleet.identity["stack_id"]])
    return is_held_by_the_first(fleet) and not child.is_in_progress


CASES = {
    "row: locked between two steps": Case(
        between_two_steps, is_held_by_the_first, its_wait_ends, {"dead_engines": e0_dies}
    ),
    "row: locked by the owner of a nested stack that ended": Case(
        its_nested_stack_ended,
        is_held_and_its_nested_stack_at_rest,
        after(Fleet.wake, Fleet.work),
        {"lost_ends": messages_are_lost, "dead_engines": e0_dies},
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
