"""Exported: a stack as Heat writes it down, for a snapshot, an export, or whoever is to adopt it.

::

    {name, id, action, status, template, environment, files, project_id, stack_user_project_id, tags,
     resources: {web: {name, resource_id, type, action, status, metadata, resource_data}, …}}

A resource that is a nested stack has that stack's form beside its own; so a tree is one value. Nothing is masked: it is
all that a stack can be made from again.
"""

from __future__ import annotations

from typing import Any

from heatlite.convergence.model import Action, Status
from heatlite.db import resources, snapshots, stacks, templates
from heatlite.db.api import Context
from heatlite.db.records import ResourceRecord, StackRecord
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.definitions.active_resources import serving

Exported = dict[str, Any]


def stack_data(context: Context, stack: StackRecord) -> Exported:
    """A stack with what is nested in it, as the rows are now."""
    record = templates.get(context, stack.raw_template_id)
    rows = serving(resources.by_stack(context, stack.id), stack.raw_template_id)
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
    if child is None and row.adopted is not None:  # it isn't taken over yet: what was said of it is all there is
        return {**own, **row.adopted, "name": row.name}
    return own if child is None else {**own, **stack_data(context, child)}


def snapshot_ended(context: Context, inputs: Inputs, stack: StackRecord, status: Status, reason: str) -> None:
    """The visit that takes a snapshot is over; also of one that failed it is written down what was taken."""
    if stack.action is Action.SNAPSHOT:
        data = stack_data(context, stacks.get(context, stack.id) or stack)
        snapshots.end(context, stack.current_traversal, status, reason, data, inputs.utcnow())
