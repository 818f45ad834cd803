"""Abandon a stack without deleting its physical resources, and let another stack adopt them.

    abandon    deletes the rows of the whole tree in one transaction; the reply is an export of them
    adopt      is a create whose new rows keep the exported data of each resource until they have taken it over

Neither touches a physical resource. A resource that a worker holds can't be handed over. If a resource is handed over
but not adopted (its row was deleted first, or never existed), an event says so, so that no resource is lost silently.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite import exception
from heatlite.convergence.model import Action, Status
from heatlite.db import resources, snapshots, stacks, sync_points, user_creds
from heatlite.db.api import Context
from heatlite.db.records import ADOPTED, StackRecord
from heatlite.db.retry import retried
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.definitions.exported import Exported, stack_data
from heatlite.engine.operations.idempotent_start import certainly
from heatlite.engine.shared import Shared
from heatlite.engine.traversal.transactions import stack_event, write_events
from heatlite.engine.traversal.unadopted_events import is_there, left_as_it_was

ABANDONED = "Stack abandoned: its resources were left as they are"


def hand_over(
    context: Context, inputs: Inputs, stack_id: str, data: Mapping[str, Any], *, of_same_type: bool = False
) -> None:
    """Record, in the new rows of a stack, the exported data of the physical resources that they adopt.

    :param data: name → its exported data; a resource without any will fail
    :param of_same_type: leave a resource as it was if the template has another type in its place by now
    """
    existing = {name: dict(each) for name, each in data.items() if isinstance(each, Mapping) and is_there(each)}
    named = [row for row in resources.light(context, stack_id) if row.name in existing]
    rows = [row for row in named if not of_same_type or existing[row.name].get("type", row.type) == row.type]
    keys = {row.id: row.atomic_key for row in rows}
    changes = {row.id: {"progress": {ADOPTED: existing[row.name]}} for row in rows}
    if rows:
        resources.write(context, keys, changes, inputs.utcnow(), locked_by=None, lock_for=None)
    without_row = sorted(existing.keys() - {row.name for row in rows})
    left = [each for name in without_row for each in left_as_it_was(name, existing[name])]
    write_events(context, inputs, stack_id, left)


def abandon(shared: Shared, stack: StackRecord) -> Exported:
    """Delete the rows of a stack and its nested stacks, and return their export. It can't be read again afterwards.

    :raises ActionInProgress: when an operation is in progress on one of them
    :raises Error: when the database stays unreachable
    """
    exports: list[Exported] = []

    def look_up() -> Exported | None:
        now = stacks.get(shared.context(), stack.id)
        is_gone = now is not None and now.deleted_at is not None and now.status_reason == ABANDONED
        return exports[-1] if exports and is_gone else None

    return certainly(shared.inputs, lambda: _abandon(shared, stack, exports), look_up)


@retried
def _abandon(shared: Shared, stack: StackRecord, exports: list[Exported]) -> Exported:
    context, inputs = shared.context(), shared.inputs
    with shared.database.writer(context):
        tree = stacks.family(context, stack)
        data = stack_data(context, stack)
        exports.append(data)
        for each in tree:
            _let_go(context, inputs, each)
        for each in tree:
            sync_points.delete_all(context, each.id)
        for each in tree:
            _forget(context, inputs, each)
        if not stack.is_nested and stack.user_creds_id is not None:
            user_creds.remove(context, stack.user_creds_id)
    return data


def _let_go(context: Context, inputs: Inputs, stack: StackRecord) -> None:
    gone = {
        "current_traversal": inputs.new_id(),
        "current_deps": None,
        "action": Action.DELETE,
        "status": Status.COMPLETE,
        "status_reason": ABANDONED,
        "deadline": None,
        "user_creds_id": None,
        **stacks.ended(inputs.utcnow()),
    }
    if stack.is_in_progress or not stacks.supersede(context, stack.id, stack.current_traversal, gone):
        raise _busy(stack)


def _forget(context: Context, inputs: Inputs, stack: StackRecord) -> None:
    """Delete a stack's rows; refuse while any row is locked, since its physical resource could leak."""
    rows = resources.light(context, stack.id)
    keys = {row.id: row.atomic_key for row in rows}
    if rows and resources.remove(context, keys, locked_by=None) != len(keys):
        raise _busy(stack)
    snapshots.remove_all(context, stack.id)
    write_events(context, inputs, stack.id, [stack_event(stack, Action.DELETE, Status.COMPLETE, ABANDONED)])


def _busy(stack: StackRecord) -> exception.ActionInProgress:
    return exception.ActionInProgress(stack_name=stack.name, action=stack.action)
