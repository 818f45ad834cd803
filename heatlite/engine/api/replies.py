"""Replies: records as the dicts that Heat's clients know. Pure; what has to be looked up is handed in.

Every dict is plain JSON: times are text, as Heat writes them.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from heatlite.db.records import EventRecord, ResourceRecord, ServiceRecord, StackRecord
from heatlite.db.snapshots import SnapshotRecord
from heatlite.resources.groups.attributes import RECORDED as MEMBERS
from heatlite.resources.nested.port import ERRORS
from heatlite.template import Parameters, Template

Reply = dict[str, Any]

UNSHOWN = (ERRORS, MEMBERS)
"""Attributes that plugins record for themselves."""

NO_OUTPUT_DESCRIPTION = "No description given"


def time(moment: datetime.datetime | None) -> str | None:
    """``2026-11-20T22:11:37Z``."""
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def identity(stack: StackRecord, path: str = "") -> Reply:
    """A stack's identity, or that of a part of it, such as ``/resources/web``."""
    return {"tenant": stack.tenant, "stack_name": stack.name, "stack_id": stack.id, "path": path}


def stack_summary(stack: StackRecord, tags: Sequence[str] | None) -> Reply:
    """A stack in a list; without tags they are None."""
    return {
        "stack_identity": identity(stack),
        "stack_name": stack.name,
        "description": "",
        "stack_action": stack.action,
        "stack_status": stack.status,
        "stack_status_reason": stack.status_reason,
        "creation_time": time(stack.created_at),
        "updated_time": time(stack.updated_at),
        "deletion_time": time(stack.deleted_at),
        "stack_owner": stack.username,
        "parent": stack.owner_id,
        "stack_user_project_id": stack.stack_user_project_id,
        "tags": list(tags) if tags else None,
    }


def stack_details(stack: StackRecord, tags: Sequence[str], template: Template, parameters: Parameters) -> Reply:
    """A stack in full, without its outputs; hidden parameters are ``******``."""
    return {
        **stack_summary(stack, None),
        "description": template.description,
        "template_description": template.description,
        "parameters": parameters.as_strings(),
        "disable_rollback": stack.disable_rollback,
        "timeout_mins": stack.timeout,
        "tags": list(tags),
        "notification_topics": [],
        "capabilities": [],
    }


def resource(stack: StackRecord, row: ResourceRecord, required_by: Sequence[str], template: Template) -> Reply:
    """A resource in a list."""
    definition = template.resources.get(row.name)
    is_of_it = definition is not None and definition.type == row.type
    reply = {
        "resource_identity": identity(stack, f"/resources/{row.name}"),
        "stack_identity": identity(stack),
        "stack_name": stack.name,
        "resource_name": row.name,
        "resource_type": definition.written_type if definition is not None and is_of_it else row.type,
        "physical_resource_id": row.physical_resource_id or "",
        "resource_action": row.action,
        "resource_status": row.status,
        "resource_status_reason": row.status_reason,
        "creation_time": time(row.created_at),
        "updated_time": time(row.updated_at or row.created_at),
        "required_by": list(required_by),
    }
    if stack.parent_resource_name:
        reply["parent_resource"] = stack.parent_resource_name
    return reply


def resource_details(row: ResourceRecord, template: Template, attributes: Reply | None) -> Reply:
    """What a resource in full has beside what it has in a list; ``attributes`` of None are left out."""
    definition = template.resources.get(row.name)
    reply: Reply = {
        "description": definition.description if definition else "",
        "metadata": row.resource_metadata or {},
    }
    return reply if attributes is None else {**reply, "attributes": attributes}


def attributes(row: ResourceRecord, also: Sequence[str] = ()) -> Reply:
    """Every attribute that the last success recorded, and those asked for; what isn't known is None."""
    recorded: Mapping[str, Any] = (row.attr_data or {}).get("attributes") or {}
    return {**dict.fromkeys(also), **{name: value for name, value in recorded.items() if name not in UNSHOWN}}


def event(stack: StackRecord, record: EventRecord, *, with_properties: bool, root: StackRecord | None) -> Reply:
    """An event.

    :param with_properties: as where a single event is shown; there are none, since events don't keep them
    :param root: the stack that was asked for, where those of stacks in it are wanted too
    """
    reply = {
        "event_identity": identity(stack, f"/resources/{record.resource_name}/events/{record.uuid}"),
        "stack_identity": identity(stack),
        "stack_name": stack.name,
        "event_time": time(record.created_at),
        "resource_name": record.resource_name,
        "physical_resource_id": record.physical_resource_id,
        "resource_action": record.resource_action,
        "resource_status": record.resource_status,
        "resource_status_reason": record.resource_status_reason,
        "resource_type": record.resource_type,
    }
    if root is not None:
        reply["root_stack_id"] = identity(root)
    return {**reply, "resource_properties": {}} if with_properties else reply


def output(name: str, description: str) -> Reply:
    """An output without its value."""
    return {"output_key": name, "description": description or NO_OUTPUT_DESCRIPTION}


def service(record: ServiceRecord, now: datetime.datetime) -> Reply:
    """An engine process; only for people to read.

    It is ``up`` if it was heard of within two of its intervals, and the broker hands out messages to it.
    """
    seen = record.updated_at or record.created_at
    age = (now - seen).total_seconds() if seen else float("inf")
    is_up = record.deleted_at is None and record.serving is not False and age <= 2 * record.report_interval
    return {
        "id": record.id,
        "binary": record.binary,
        "engine_id": record.engine_id,
        "host": record.host,
        "hostname": record.hostname,
        "topic": record.topic,
        "report_interval": record.report_interval,
        "created_at": exact_time(record.created_at),
        "updated_at": exact_time(record.updated_at),
        "deleted_at": exact_time(record.deleted_at),
        "status": "up" if is_up else "down",
    }


def exact_time(moment: datetime.datetime | None) -> str | None:
    """``2026-11-20T22:11:37.000000``, as Heat's services have it, and nothing else."""
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%S.%f")


def snapshot(record: SnapshotRecord) -> Reply:
    """A snapshot as Heat's clients know it."""
    return {
        "id": record.id,
        "name": record.name,
        "action": record.action,
        "status": str(record.status),
        "status_reason": record.status_reason,
        "data": record.data,
        "creation_time": time(record.created_at),
    }
