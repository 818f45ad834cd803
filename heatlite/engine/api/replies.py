"""Turn records into the dicts that Heat's clients know. Pure: the caller looks up what a reply needs.

Every dict is plain JSON: times are text, in Heat's formats.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from heatlite.db.records import EventRecord, ResourceRecord, ServiceRecord, StackRecord
from heatlite.db.snapshots import SnapshotRecord
from heatlite.engine.api.arguments import identity
from heatlite.engine.api.stack_summary import Reply, stack_summary
from heatlite.engine.common.times import shown_time
from heatlite.resources.groups.attributes import RECORDED as MEMBERS
from heatlite.resources.nested.port import ERRORS
from heatlite.template import Parameters, Template

UNSHOWN = (ERRORS, MEMBERS)
"""Attributes that plugins record for their own use."""

NO_OUTPUT_DESCRIPTION = "No description given"


time = shown_time


def stack_details(stack: StackRecord, tags: Sequence[str], template: Template, parameters: Parameters) -> Reply:
    """Return a stack in full, without its outputs; hidden parameters are ``******``."""
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
    """Return a resource as a list shows it."""
    definition = template.resources.get(row.name)
    same_type = definition is not None and definition.type == row.type
    reply = {
        "resource_identity": identity(stack, f"/resources/{row.name}"),
        "stack_identity": identity(stack),
        "stack_name": stack.name,
        "resource_name": row.name,
        "resource_type": definition.written_type if definition is not None and same_type else row.type,
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
    """Return the keys that a resource has in full and not in a list; ``attributes`` is left out when it is None."""
    definition = template.resources.get(row.name)
    reply: Reply = {
        "description": definition.description if definition else "",
        "metadata": row.resource_metadata or {},
    }
    return reply if attributes is None else {**reply, "attributes": attributes}


def attributes(row: ResourceRecord, also: Sequence[str] = ()) -> Reply:
    """Return the attributes that the last success recorded, and those named in ``also``; an unknown value is None."""
    recorded: Mapping[str, Any] = (row.attr_data or {}).get("attributes") or {}
    return {**dict.fromkeys(also), **{name: value for name, value in recorded.items() if name not in UNSHOWN}}


def event(stack: StackRecord, record: EventRecord, *, with_properties: bool, root: StackRecord | None) -> Reply:
    """Return an event.

    :param with_properties: True for a reply with a single event. The properties are empty: events don't store them
    :param root: the stack of the request, when events of its nested stacks are listed too
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
    """Return an output without its value."""
    return {"output_key": name, "description": description or NO_OUTPUT_DESCRIPTION}


def service(record: ServiceRecord, now: datetime.datetime) -> Reply:
    """Return an engine process, for people to read.

    It is ``up`` if it reported within the last two report intervals and gets messages from the broker.
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
    """Format a time like ``2026-11-20T22:11:37.000000``. In Heat, only services have this format."""
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%S.%f")


def snapshot(record: SnapshotRecord) -> Reply:
    """Return a snapshot."""
    return {
        "id": record.id,
        "name": record.name,
        "action": record.action,
        "status": str(record.status),
        "status_reason": record.status_reason,
        "data": None if record.is_being_taken else record.data,
        "creation_time": time(record.created_at),
    }
