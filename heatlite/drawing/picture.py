"""What is to be drawn: the resources of a stack, each with its state, and which requires which."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field


class State(enum.StrEnum):
    """The state of a resource as a picture tells it. The values are classes of the style sheet."""

    COMPLETE = "complete"
    IN_PROGRESS = "in-progress"
    FAILED = "failed"
    WAITING = "waiting"

    @property
    def sign(self) -> str:
        """A character that tells it to whoever doesn't see the colour."""
        return {"complete": "✓", "in-progress": "▶", "failed": "✗", "waiting": "○"}[self.value]

    @property
    def words(self) -> str:
        return self.value.replace("-", " ")


def state_of(action: str, status: str) -> State:
    """The state that an action and a status come to; one to which nothing was done yet is waiting."""
    if action == "INIT":
        return State.WAITING
    return {"IN_PROGRESS": State.IN_PROGRESS, "FAILED": State.FAILED}.get(status, State.COMPLETE)


@dataclass(frozen=True)
class Vertex:
    """A resource. ``told`` is its state in Heat's words, ``holds`` the title of the section of its nested stack."""

    name: str
    type: str
    state: State
    told: str
    reason: str = ""
    holds: str = ""


@dataclass(frozen=True)
class Section:
    """One stack. ``requires``: name → the names that it follows; names that no vertex has are left out."""

    title: str
    told: str
    state: State
    vertices: tuple[Vertex, ...]
    requires: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def edges(self) -> dict[str, tuple[str, ...]]:
        """``requires`` of every vertex, among the vertices."""
        names = {vertex.name for vertex in self.vertices}
        return {
            vertex.name: tuple(sorted({*self.requires.get(vertex.name, ())} & names - {vertex.name}))
            for vertex in self.vertices
        }


@dataclass(frozen=True)
class Picture:
    """A stack, and those that are nested in it as far as they were asked for: the root first."""

    sections: tuple[Section, ...]
    made_at: str = ""
