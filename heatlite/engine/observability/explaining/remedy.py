"""Choose the operation that repairs a stack. The engine never edits states: it creates or deletes again."""

from __future__ import annotations

import enum

from heatlite import exception
from heatlite.convergence.interrupts import MATRIX, Answer, Operation
from heatlite.convergence.model import Action
from heatlite.db.records import StackRecord


class Remedy(enum.StrEnum):
    """The operation to begin."""

    UPDATE = "UPDATE"
    """An update to the stack's own template, environment and files."""
    DELETE = "DELETE"
    SUSPEND = "SUSPEND"
    """A stack that is to be suspended can't be updated."""


def remedy(stack: StackRecord) -> Remedy:
    """Return the operation that repairs this stack.

    :raises Invalid: when the stack is deleted, or nested: then its root must be repaired
    """
    if stack.deleted_at is not None:
        raise exception.Invalid(reason=f"stack {stack.name} ({stack.id}) is deleted: there is nothing to repair")
    if stack.is_nested:
        raise exception.Invalid(
            reason=f"stack {stack.name} is nested: repair its root, heatlite-manage stack repair {stack.root_id}"
        )
    match stack.action:
        case Action.DELETE:
            return Remedy.DELETE
        case Action.SUSPEND:
            return Remedy.SUSPEND
        case _:
            return Remedy.UPDATE


def check_resettable(stack: StackRecord) -> None:
    """Check that an operation is in progress that may be stopped half-way.

    :raises Invalid: when there is none; the message says what can be done instead
    """
    place = f"stack {stack.name} ({stack.id})"
    if stack.is_nested:
        raise exception.Invalid(
            reason=f"{place} is nested: reset its root, heatlite-manage reset_stack_status {stack.root_id}"
        )
    if not stack.is_in_progress:
        raise exception.Invalid(
            reason=f"{place} is {stack.action}_{stack.status}: no operation is in progress that could be reset"
        )
    if MATRIX[stack.action, stack.status][Operation.CANCEL] is not Answer.END:
        why = f"heatlite-manage stack explain {stack.id}"
        raise exception.Invalid(
            reason=f"{place} is at a {stack.action}, which can't be stopped half-way; it ends by itself. See: {why}"
        )
