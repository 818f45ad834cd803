"""Remedy: which new operation repairs a stack. States are never edited: what is wrong is made, or deleted, again."""

from __future__ import annotations

import enum

from heatlite import exception
from heatlite.convergence.model import Action
from heatlite.db.records import StackRecord


class Remedy(enum.StrEnum):
    """The operation to begin."""

    UPDATE = "UPDATE"
    """To the template, the environment and the files that the stack has."""
    DELETE = "DELETE"
    SUSPEND = "SUSPEND"
    """A stack that is to sleep isn't updated."""


def remedy(stack: StackRecord) -> Remedy:
    """What repairs this stack.

    :raises Invalid: where it is gone, or nested in another, whose business it is
    """
    if stack.deleted_at is not None:
        raise exception.Invalid(reason=f"stack {stack.name} ({stack.id}) is gone: there is nothing to repair")
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
