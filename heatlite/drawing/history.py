"""The data of a timeline: one operation, its stacks and their events. Read from the engine's reply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Event:
    """An event of a resource; ``at`` in seconds since the epoch."""

    stack_id: str
    name: str
    type: str
    action: str
    status: str
    reason: str
    engine_id: str | None
    at: float


@dataclass(frozen=True)
class Stack:
    """A stack's place in the tree, and each resource name's required names."""

    stack_id: str
    owner_id: str | None
    parent_resource: str | None
    requires: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class History:
    """One operation.

    ``ended`` is None while it runs. ``now`` is the time of the request. ``follows`` is when the next operation began.
    ``whole`` is False when its first events are deleted. ``cleans_last``: rows that are no longer used are deleted
    after everything else, so that a rollback would find them. ``next_marker`` is None when all events are here. The
    first of ``stacks`` is the root.
    """

    stack_name: str
    action: str
    status: str
    began: float
    ended: float | None
    follows: float | None
    now: float
    whole: bool
    cleans_last: bool
    stacks: tuple[Stack, ...]
    events: tuple[Event, ...]
    next_marker: str | None = None

    @classmethod
    def read(cls, reply: Mapping[str, Any]) -> History:
        """Build it from a reply of ``list_history``."""
        stacks = [
            Stack(
                it["stack_id"],
                it["owner_id"],
                it["parent_resource"],
                {name: tuple(required) for name, required in it["requires"].items()},
            )
            for it in reply["stacks"]
        ]
        plain = ("stack_name", "action", "status", "began", "ended", "follows", "now", "whole", "cleans_last")
        return cls(
            **{name: reply[name] for name in plain},
            stacks=tuple(stacks),
            events=tuple(Event(**event) for event in reply["events"]),
            next_marker=reply.get("next_marker"),
        )

    @property
    def is_over(self) -> bool:
        return self.ended is not None

    def titles(self) -> dict[str, str]:
        """Map each stack's id to its path from the root: ``""``, ``group.``, ``group.0.``."""
        known = {stack.stack_id: stack for stack in self.stacks}
        found: dict[str, str] = {}
        for stack in self.stacks:  # a parent stands before its children
            within = found.get(stack.owner_id or "")
            inner = stack.owner_id in known and within is not None
            found[stack.stack_id] = f"{within}{stack.parent_resource}." if inner else ""
        return found
