"""The trace: what happened, told so that it reads as a story. Written only where somebody wants to read it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from heatlite.convergence.model import Node, NodeKind, NodeState
from tests.simulator.store.store import Changes

Values = dict[str, Any]


class Trace:
    """Lines of a story, each with the time and who it is about."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.lines: list[str] = []
        self._clock = clock

    def tell(self, who: str, text: str) -> None:
        """Add a line."""
        self.lines.append(f"{self._clock():8.2f}  {who:<10} {text}")

    def commit(self, who: str, changes: Changes) -> None:
        """Add what a commit changed."""
        for row, before, after in changes:
            teller = TELLERS.get(row.table.shape.name)
            if teller is not None and (text := teller(before or {}, after or {})):
                self.tell(who, f"  {text}")


def stack(before: Values, after: Values) -> str:
    told = [f"{after['action']} {after['status']}: {after['status_reason']}"]
    if before.get("current_traversal") != after["current_traversal"]:
        told.append(f"traversal {after['current_traversal']}")
    if before.get("raw_template_id") != after["raw_template_id"]:
        told.append(f"template {after['raw_template_id']}")
    if before.get("prev_raw_template_id") != after["prev_raw_template_id"]:
        told.append(f"committed template {after['prev_raw_template_id']}")
    return "stack " + ", ".join(told)


def resource(before: Values, after: Values) -> str:
    values = after or before
    name = f"resource {values['name']}#{values['id']}"
    if not after:
        return f"{name} is gone"
    told = [f"{after['action']} {after['status']}"] if not same(before, after, "action", "status") else []
    if not same(before, after, "engine_id"):
        told.append(f"locked by {after['engine_id']}" if after["engine_id"] else "unlocked")
    told += [
        f"{column} {after[column]}"
        for column in ("physical_resource_id", "replaces", "replaced_by", "wanted_by", "progress", "attempts")
        if not same(before, after, column) and (after[column] or before.get(column))
    ]
    if not same(before, after, "requires"):
        told.append(f"requires {after['requires']}")
    return f"{name}: {', '.join(told) or 'written'}"


def sync_point(before: Values, after: Values) -> str:
    values = after or before
    name = str(Node(values["resource_id"], NodeKind(values["kind"])))
    if not after:
        return f"node {name} of {values['traversal_id']} is gone"
    if same(before, after, "state", "remaining", "acting_id"):
        return ""
    told = [NodeState(after["state"]).name]
    if not same(before, after, "remaining") and after["remaining"]:
        told.append(f"waits for {after['remaining']}")
    if after["acting_id"] != after["resource_id"]:
        told.append(f"#{after['acting_id']} acts")
    if not same(before, after, "engine_id") and after["engine_id"]:
        told.append(f"claimed by {after['engine_id']}")
    return f"node {name} of {after['traversal_id']}: {', '.join(told)}"


def service(before: Values, after: Values) -> str:
    if not before:
        return f"engine {after['engine_id']} registers"
    if after and after["deleted_at"] and not before["deleted_at"]:
        return f"engine {after['engine_id']} is declared dead, or leaves"
    return ""


def same(before: Values, after: Values, *columns: str) -> bool:
    return bool(before) and all(before[column] == after[column] for column in columns)


TELLERS: dict[str, Callable[[Values, Values], str]] = {
    "stack": stack,
    "resource": resource,
    "sync_point": sync_point,
    "service": service,
}
