"""Slips when an operation's time is over."""

from __future__ import annotations

from collections.abc import Sequence

from heatlite.db import stacks
from heatlite.db.records import StackRecord
from heatlite.engine.traversal.nested_family import Family
from heatlite.engine.traversal.transactions import fail
from tests.simulator.mutations.base import Patch, mutation


@mutation(600)
def look_for_no_operation_whose_time_is_over() -> Sequence[Patch]:
    return [(stacks, "overdue", lambda context, now, limit: [])]


@mutation(2500)
def end_no_nested_stack_with_its_owner() -> Sequence[Patch]:
    return [(Family, "end_below", lambda self, ended, end, rollback=None: None)]


@mutation(50)
def roll_a_nested_stack_back_by_itself() -> Sequence[Patch]:
    def may_roll_back(stack: StackRecord) -> bool:
        return stack.action in fail.ROLLED_BACK and (stack.owner_id is not None or not stack.disable_rollback)

    return [(fail, "may_roll_back", may_roll_back)]
