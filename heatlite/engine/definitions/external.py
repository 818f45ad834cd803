"""Rules for resources that exist before their stack: external resources, and resources to be adopted.

external_id in the template   the stack refers to the resource: it reads it once, and never changes or deletes it
adopted data in the row       the stack adopts the resource. Until that is complete, the resource isn't the stack's,
                              and any other operation leaves it alone. From then on it is like one that the stack made
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
"""Characters of an external id that the database stores."""


class Fixed(Exception):
    """Refuses a change of an external id. The row stays as it is."""


def id_of(definition: ResourceDefinition, resolved: object) -> str | None:
    """Check the resolved ``external_id`` of a definition, and return it; None if there is none, or it is unknown.

    :raises StackValidationFailed: when the value can't be an id
    """
    if resolved is None or resolved is UNKNOWN:
        return None
    if not isinstance(resolved, str) or not 0 < len(resolved) <= LONGEST_ID:
        raise exception.StackValidationFailed(
            path=definition.path("external_id"),
            message=f"An external id must be a string of 1 to {LONGEST_ID} characters, not {resolved!r:.80}",
        )
    return resolved


def check_policy(definition: ResourceDefinition, plugin: type[Resource]) -> None:
    """Refuse a deletion policy that the type doesn't support.

    :raises StackValidationFailed: when the type can't take snapshots; it has the policy's place
    """
    if definition.deletion_policy == "Snapshot" and not callable(getattr(plugin, "handle_snapshot_delete", None)):
        raise exception.StackValidationFailed(
            path=definition.path("deletion_policy"),
            message=f'"Snapshot" deletion policy not supported by {definition.type}: use Delete or Retain',
        )


def check_unchanged(row: ResourceRecord, evaluated: Evaluated) -> None:
    """Refuse to turn a resource of the stack into an external one, or back, or to refer to another external one.

    If an external resource wasn't found, another id may be given.

    :raises Fixed: in Heat's words
    """
    if row.external_id == evaluated.external_id or row.action in (Action.INIT, Action.DELETE) or row.view.has_failed:
        return
    feature = f"Update to property external_id of {row.name} ({row.type})"
    error = exception.NotSupported(feature=feature)
    raise Fixed(str(exception.ResourceFailed(error_class=type(error).__name__, name=row.name, reason=error)))


def is_taken_over(stack_action: Action, row: ResourceRecord | None, evaluated: Evaluated) -> bool:
    """Tell whether a row is for an existing resource. In an ADOPT every row is; those without data fail."""
    has_data = row is not None and row.adopted is not None
    return stack_action is Action.ADOPT or has_data or evaluated.external_id is not None


def adoption_pending(row: ResourceRecord, evaluated: Evaluated, has_child: Callable[[], bool]) -> bool:
    """Tell whether an existing resource is still to be adopted, so that none may be created in its place.

    :param has_child: tells whether the row has a nested stack already, which then knows itself what to adopt
    """
    is_to_adopt = row.adopted is not None and evaluated.external_id is None
    return is_to_adopt and (row.physical_resource_id is None or not has_child())


def properties_unknown(stack_action: Action, row: ResourceRecord, evaluated: Evaluated) -> bool:
    """Tell whether the properties of an adopted resource are unknown, since an update came before its adoption."""
    comes_late = row.action is Action.INIT and stack_action is not Action.ADOPT
    return row.adopted is not None and evaluated.external_id is None and (comes_late or row.properties_unknown)


def not_adopted_yet(row: ResourceRecord, *, has_child: bool) -> bool:
    """Tell whether a deletion must leave the resource alone, since it wasn't adopted yet, and so never the stack's.

    :param has_child: the row has a nested stack, which knows itself what it has adopted
    """
    return row.adopted is not None and row.external_id is None and not has_child
