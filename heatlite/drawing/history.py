"""What a timeline is drawn from: one operation, its stacks and their events. A value, read from the engine's reply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Event:
    """What happened to a resource; ``at`` in seconds since the epoch."""

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
    """A stack's place in the tree, and name → the names that it requires."""

    stack_id: str
    owner_id: str | None
    parent_resource: str | None
    requires: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class History:
    """One operation. ``ended`` is None while it goes on, and ``now`` when it was asked; ``follows``: the next began.

    ``whole`` is False where its first events are gone. ``cleans_last``: what is no longer used goes after all else, so
    that a rollback would find it. ``next_marker`` is None where all events are here. The first of ``stacks``
    is the root.
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
        """From a reply of ``list_history``."""
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
        """Stack's id → its path from the root: ``""``, ``group.``, ``group.0.``."""
        known = {stack.stack_id: stack for stack in self.stacks}
        found: dict[str, str] = {}
        for stack in self.stacks:  # a parent stands before its children
            within = found.get(stack.owner_id or "")
            inner = stack.owner_id in known and within is not None
            found[stack.stack_id] = f"{within}{stack.parent_resource}." if inner else ""
        return found
