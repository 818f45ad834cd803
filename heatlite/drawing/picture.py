"""The content of a picture: the resources of a stack, their states, and which resource requires which."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field


class State(enum.StrEnum):
    """The state of a resource in a picture. The values are classes of the style sheet."""

    COMPLETE = "complete"
    IN_PROGRESS = "in-progress"
    FAILED = "failed"
    WAITING = "waiting"

    @property
    def sign(self) -> str:
        """A character for the state, for readers who don't see the colour."""
        return {"complete": "✓", "in-progress": "▶", "failed": "✗", "waiting": "○"}[self.value]

    @property
    def words(self) -> str:
        return self.value.replace("-", " ")


def state_of(action: str, status: str) -> State:
    """Return the state for an action and a status. A resource that no action has touched yet is waiting."""
    if action == "INIT":
        return State.WAITING
    return {"IN_PROGRESS": State.IN_PROGRESS, "FAILED": State.FAILED}.get(status, State.COMPLETE)


@dataclass(frozen=True)
class Vertex:
    """A resource. ``status_text`` is its state in Heat's words; ``holds`` is the section title of its nested stack."""

    name: str
    type: str
    state: State
    status_text: str
    reason: str = ""
    holds: str = ""


@dataclass(frozen=True)
class Section:
    """One stack. ``requires``: each name's required names. Names that no vertex has are left out."""

    title: str
    status_text: str
    state: State
    vertices: tuple[Vertex, ...]
    requires: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def edges(self) -> dict[str, tuple[str, ...]]:
        """The ``requires`` of every vertex, restricted to the vertices."""
        names = {vertex.name for vertex in self.vertices}
        return {
            vertex.name: tuple(sorted({*self.requires.get(vertex.name, ())} & names - {vertex.name}))
            for vertex in self.vertices
        }


@dataclass(frozen=True)
class Picture:
    """A stack and its nested stacks, as far as they were requested; the root comes first."""

    sections: tuple[Section, ...]
    made_at: str = ""
