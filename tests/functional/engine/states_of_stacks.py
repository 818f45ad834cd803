"""Stacks: how to get into each state of the table that isn't final, and out of it."""

from __future__ import annotations

from tests.functional.engine.fleet import Fleet
from tests.functional.engine.mishaps import FAILS, LONG, accepted, broken, e0_dies, e0_dies_with_its_messages, slow
from tests.functional.engine.states import NO_SWEEP, Case, is_planned
from tests.functional.engine.templates import template


def failed_with_rollback(fleet: Fleet) -> None:
    fleet.create(template({"a": FAILS}), rollback=True)
    fleet.database.break_after(lambda: fleet.state().startswith("ROLLBACK"))
    with broken():
        fleet.message()


def e0_plans(fleet: Fleet) -> None:
    fleet.engines[0].recorder.plan(fleet.stack().current_traversal)


def overdue(fleet: Fleet) -> None:
    fleet.create(template({"a": slow(LONG)}), timeout_mins=1)
    fleet.message()
    fleet.pass_time(61)


def is_overdue(fleet: Fleet) -> bool:
    stack = fleet.stack()
    return stack.is_in_progress and stack.deadline is not None and stack.deadline < fleet.clock.now


CASES = {
    "stack: being planned": Case(
        failed_with_rollback,
        lambda fleet: not is_planned(fleet),
        e0_plans,
        {"lost_casts": e0_dies},
        "ROLLBACK_COMPLETE",
    ),
    "stack: IN_PROGRESS with a graph": Case(
        accepted,
        lambda fleet: fleet.stack().is_in_progress and is_planned(fleet),
        Fleet.settle,
        {NO_SWEEP: e0_dies_with_its_messages},
    ),
    "stack: past its deadline": Case(
        overdue, is_overdue, "overdue_stacks", {"overdue_stacks": e0_dies}, "CREATE_FAILED"
    ),
}
