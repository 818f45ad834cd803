"""RPC replies as the records that people see. Pure.

The engine keeps action and status apart and names things by identities; Heat's users know
``CREATE_COMPLETE`` and plain ids. Here one becomes the other, and a value what a format can show.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import yaml

from heatlite.drawing.markup import in_line

Record = dict[str, Any]

STACK_SUMMARY = (
    "id",
    "stack_name",
    "description",
    "creation_time",
    "updated_time",
    "stack_status",
    "stack_status_reason",
)
STRUCTURED_FORMATS = ("json", "yaml")
NAMES = ("name", "id", "type", "key", "owner", "project")
"""The ends of columns' titles under which a name or an id stands."""


def stack_record(reply: Record) -> Record:
    """A stack: the summary's fields first, then all others in the engine's order."""
    record = {name: reply.get(name) for name in STACK_SUMMARY}
    record["id"] = reply["stack_identity"]["stack_id"]
    if "stack_status" in reply:  # a preview's stack isn't in any state
        record["stack_status"] = f"{reply['stack_action']}_{reply['stack_status']}"
    for name in ("parameters", "outputs"):
        if name in reply:
            record[name] = reply[name]
    hidden = {"stack_identity", "stack_action", "template_description"}
    return record | {name: value for name, value in reply.items() if name not in hidden | set(record)}


def resource_record(reply: Record) -> Record:
    """A resource; ``nested_stack_id`` is the plain id where it has a nested stack."""
    hidden = {"resource_identity", "stack_identity", "resource_action", "metadata"}
    record = {name: value for name, value in reply.items() if name not in hidden}
    record["logical_resource_id"] = reply["resource_name"]
    record["resource_status"] = f"{reply['resource_action']}_{reply['resource_status']}"
    if nested := reply.get("nested_stack_id"):
        record["nested_stack_id"] = nested["stack_id"]
    return record


def event_record(reply: Record) -> Record:
    """An event; ``id`` is the last step of its identity's path, ``stack_id`` the stack it happened in."""
    hidden = {"event_identity", "stack_identity", "resource_action"}
    record = {name: value for name, value in reply.items() if name not in hidden}
    record["id"] = reply["event_identity"]["path"].rpartition("/")[2]
    record["stack_id"] = reply["stack_identity"]["stack_id"]
    record["logical_resource_id"] = reply["resource_name"]
    record["resource_status"] = f"{reply['resource_action']}_{reply['resource_status']}"
    return record


def field(column: str) -> str:
    """The field that a column's title stands for: ``Stack Name`` is ``stack_name``."""
    return column.lower().replace(" ", "_")


def rows(columns: list[str], records: list[Record]) -> list[tuple[Any, ...]]:
    """One tuple of values for each record, in the order of the columns; what a record lacks is empty."""
    return [tuple(record.get(field(column), "") for column in columns) for record in records]


def names_in_line(columns: Sequence[str], row: Sequence[Any]) -> tuple[Any, ...]:
    """A row of a list, whose names and ids don't go over several lines, as if there were more rows."""
    pairs = zip(columns, row, strict=False)
    return tuple(in_line(it) if isinstance(it, str) and field(title).endswith(NAMES) else it for title, it in pairs)


def cell(value: Any, formatter: str) -> Any:
    """A value as a format can show it: structure stays structure in JSON and YAML, and is text elsewhere."""
    if formatter in STRUCTURED_FORMATS or not isinstance(value, dict | list):
        return value
    if formatter == "table":
        return yaml.safe_dump(value, default_flow_style=False, sort_keys=False).rstrip() if value else ""
    return json.dumps(value)


def details(record: Record, formatter: str) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    """One record as a two-column table: names and values."""
    return tuple(record), tuple(cell(value, formatter) for value in record.values())
