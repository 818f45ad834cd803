"""External: resources that exist before the stack refers to them or takes them over, or outlive it.

external_id in the template   the stack refers to it: looks at it once, never changes it, never deletes it
adopted data in the row       the stack is to take it over; until that is complete, it isn't the stack's, and whatever
                              comes in between leaves it as it is. From then on it is as if the stack had made it
"""

from __future__ import annotations

from collections.abc import Callable

from heatlite import exception
from heatlite.convergence.model import Action
from heatlite.db.records import ResourceRecord
from heatlite.engine.definitions.work import Evaluated
from heatlite.resources.base import Resource
from heatlite.template import UNKNOWN, ResourceDefinition

LONGEST_ID = 255
"""Characters, as many as the database keeps."""


class Fixed(Exception):
    """A change of an external id: it isn't made, and the row stays what it is."""


def id_of(definition: ResourceDefinition, resolved: object) -> str | None:
    """The id that a definition refers to, of what its ``external_id`` resolved to; None without one.

    :raises StackValidationFailed: when that can't be an id
    """
    if resolved is None or resolved is UNKNOWN:
        return None
    if not isinstance(resolved, str) or not 0 < len(resolved) <= LONGEST_ID:
        raise exception.StackValidationFailed(
            path=definition.path("external_id"),
            message=f"An external id is a text of 1 to {LONGEST_ID} characters, and this is {resolved!r:.80}",
        )
    return resolved


def check_policy(definition: ResourceDefinition, plugin: type[Resource]) -> None:
    """Refuse a deletion policy that asks for what the type can't do.

    :raises StackValidationFailed: with the policy's place
    """
    if definition.deletion_policy == "Snapshot" and not callable(getattr(plugin, "handle_snapshot_delete", None)):
        raise exception.StackValidationFailed(
            path=definition.path("deletion_policy"),
            message=f'"Snapshot" deletion policy not supported by {definition.type}: use Delete or Retain',
        )


def check_unchanged(row: ResourceRecord, evaluated: Evaluated) -> None:
    """Refuse to make what the stack has of what it hasn't, or the other way round, or to refer to another.

    :raises Fixed: in Heat's words. One that couldn't be found may be looked for under another id
    """
    if row.external_id == evaluated.external_id or row.action in (Action.INIT, Action.DELETE) or row.view.has_failed:
        return
    feature = f"Update to property external_id of {row.name} ({row.type})"
    error = exception.NotSupported(feature=feature)
    raise Fixed(str(exception.ResourceFailed(error_class=type(error).__name__, name=row.name, reason=error)))


def is_taken_over(stack_action: Action, row: ResourceRecord, evaluated: Evaluated) -> bool:
    """Whether a row is to stand for what exists already. In an ADOPT all do, and those without data fail."""
    return stack_action is Action.ADOPT or row.adopted is not None or evaluated.external_id is not None


def is_waited_for(row: ResourceRecord, evaluated: Evaluated, has_child: Callable[[], bool]) -> bool:
    """Whether what exists is still to be taken over, so that nothing may be made in its place.

    :param has_child: whether the row has a nested stack by now: that knows then what it is to take over
    """
    is_left = row.adopted is not None and evaluated.external_id is None
    return is_left and (row.physical_resource_id is None or not has_child())


def is_unseen(stack_action: Action, row: ResourceRecord, evaluated: Evaluated) -> bool:
    """Whether nobody knows which properties it was made of: an update came before it was taken over."""
    comes_late = row.action is Action.INIT and stack_action is not Action.ADOPT
    return row.adopted is not None and evaluated.external_id is None and (comes_late or row.is_unseen)


def is_left(row: ResourceRecord, *, has_child: bool) -> bool:
    """Whether what a row is to take over is left as it is when the row goes: it never was the stack's.

    :param has_child: the row may have a nested stack, which knows by itself what it has taken over
    """
    return row.adopted is not None and row.external_id is None and not has_child
