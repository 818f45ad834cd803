"""Conversion of RPC replies to the records that users see. Pure.

The engine separates action and status, and names things by identities. Heat's users know ``CREATE_COMPLETE`` and plain
ids. This module converts between them, and formats values for each output format.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

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
"""Endings of the titles of columns that contain a name or an id."""


def stack_record(reply: Record) -> Record:
    """Convert a stack: the summary's fields first, then all others in the engine's order."""
    record = {name: reply.get(name) for name in STACK_SUMMARY}
    record["id"] = reply["stack_identity"]["stack_id"]
    if "stack_status" in reply:  # a preview's stack has no state
        record["stack_status"] = f"{reply['stack_action']}_{reply['stack_status']}"
    for name in ("parameters", "outputs"):
        if name in reply:
            record[name] = reply[name]
    hidden = {"stack_identity", "stack_action", "template_description"}
    return record | {name: value for name, value in reply.items() if name not in hidden | set(record)}


def resource_record(reply: Record) -> Record:
    """Convert a resource. ``nested_stack_id`` is a plain id, if there is a nested stack."""
    hidden = {"resource_identity", "stack_identity", "resource_action", "metadata"}
    record = {name: value for name, value in reply.items() if name not in hidden}
    record["logical_resource_id"] = reply["resource_name"]
    record["resource_status"] = f"{reply['resource_action']}_{reply['resource_status']}"
    if nested := reply.get("nested_stack_id"):
        record["nested_stack_id"] = nested["stack_id"]
    return record


def event_record(reply: Record) -> Record:
    """Convert an event. ``id`` is the last step of its identity's path; ``stack_id`` is its stack's id."""
    hidden = {"event_identity", "stack_identity", "resource_action"}
    record = {name: value for name, value in reply.items() if name not in hidden}
    record["id"] = reply["event_identity"]["path"].rpartition("/")[2]
    record["stack_id"] = reply["stack_identity"]["stack_id"]
    record["logical_resource_id"] = reply["resource_name"]
    record["resource_status"] = f"{reply['resource_action']}_{reply['resource_status']}"
    return record


def field(column: str) -> str:
    """Return the field of a column's title: ``Stack Name`` becomes ``stack_name``."""
    return column.lower().replace(" ", "_")


def rows(columns: list[str], records: list[Record]) -> list[tuple[Any, ...]]:
    """Return one tuple of values for each record, in the order of the columns. A missing value is empty."""
    return [tuple(record.get(field(column), "") for column in columns) for record in records]


def names_in_line(columns: Sequence[str], row: Sequence[Any]) -> tuple[Any, ...]:
    """Escape line ends in the names and ids of a list's row, which would look like more rows."""
    pairs = zip(columns, row, strict=False)
    return tuple(in_line(it) if isinstance(it, str) and field(title).endswith(NAMES) else it for title, it in pairs)


def cell(value: Any, formatter: str) -> Any:
    """Convert a value for a format: JSON and YAML keep its structure, other formats get text."""
    if formatter in STRUCTURED_FORMATS or not isinstance(value, dict | list):
        return value
    if formatter == "table":
        import yaml  # most lists have only texts

        return yaml.safe_dump(value, default_flow_style=False, sort_keys=False).rstrip() if value else ""
    return json.dumps(value)


def details(record: Record, formatter: str) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    """Return one record as a two-column table: names and values."""
    return tuple(record), tuple(cell(value, formatter) for value in record.values())
