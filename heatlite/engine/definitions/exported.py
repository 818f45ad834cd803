"""Export a stack in Heat's format, for a snapshot, for abandoning it, or for adopting it.

::

    {name, id, action, status, template, environment, files, project_id, stack_user_project_id, tags,
     resources: {web: {name, resource_id, type, action, status, metadata, resource_data}, …}}

A resource that is a nested stack also has the keys of that stack, so a tree of stacks is one value. Nothing is masked,
since the export must be enough to adopt or restore the stack.
"""

from __future__ import annotations

from typing import Any

from heatlite import exception
from heatlite.convergence.model import Status
from heatlite.convergence.serving import active_rows
from heatlite.db import resources, snapshots, stacks, templates
from heatlite.db.api import Context
from heatlite.db.records import ResourceRecord, StackRecord
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.common.reply_limits import check_read

Exported = dict[str, Any]


def stack_data(context: Context, stack: StackRecord) -> Exported:
    """Return a stack with its nested stacks, from the rows as they are now.

    :raises RequestLimitExceeded: when the rows of the tree hold too much; nothing of them has been read then
    """
    check_read(tree_bytes(context, stack), "export its nested stacks one by one", f"The export of stack {stack.name}")
    return _stack_data(context, stack)


def tree_bytes(context: Context, stack: StackRecord) -> int:
    """Return the bytes that an export of a stack and its nested stacks would hold, as they are stored."""
    ids = [each.id for each in stacks.family(context, stack)]
    return resources.export_bytes(context, ids) + templates.bytes_of_stacks(context, ids)


def _stack_data(context: Context, stack: StackRecord) -> Exported:
    record = templates.get(context, stack.raw_template_id)
    rows = active_rows(resources.to_export(context, stack.id), stack.raw_template_id)
    children = {child.id: child for child in stacks.children(context, [stack.id])}
    return {
        "name": stack.name,
        "id": stack.id,
        "action": str(stack.action),
        "status": str(stack.status),
        "template": record.template,
        "environment": record.environment,
        "files": record.files,
        "resources": {name: _resource(context, row, children.get(row.uuid)) for name, row in rows.items()},
        "project_id": stack.tenant,
        "stack_user_project_id": stack.stack_user_project_id,
        "tags": stacks.tags(context, [stack.id]).get(stack.id, []),
    }


def _resource(context: Context, row: ResourceRecord, child: StackRecord | None) -> Exported:
    own = {
        "name": row.name,
        "resource_id": row.physical_resource_id,
        "type": row.type,
        "action": str(row.action),
        "status": str(row.status),
        "metadata": row.resource_metadata or {},
        "resource_data": row.resource_data or {},
    }
    if child is None and row.adopted is not None:  # not adopted yet: only the data to adopt it by is known
        return {**own, **row.adopted, "name": row.name}
    return own if child is None else {**own, **_stack_data(context, child)}


def snapshot_ended(context: Context, inputs: Inputs, stack: StackRecord, status: Status, reason: str) -> None:
    """End the snapshot that a visit has taken. A failed visit stores what it has taken, too, unless too large.

    :param status: COMPLETE only if the caller knows that it isn't too large
    """
    fits = status is Status.COMPLETE or too_large(context, stack) is None
    data = _stack_data(context, stacks.get(context, stack.id) or stack) if fits else {}
    snapshots.end(context, stack.current_traversal, status, reason, data, inputs.utcnow())


def too_large(context: Context, stack: StackRecord) -> str | None:
    """Return why a stack's export would be too large for a snapshot; None if it isn't."""
    try:
        check_read(tree_bytes(context, stack), "take snapshots of its nested stacks", f"The snapshot of {stack.name}")
    except exception.RequestLimitExceeded as error:
        return str(error)
    return None
