"""Outcomes: what a step of a plugin, or a look at a change, came to. Frozen values for a ``match``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Done:
    """The action is complete. ``reference`` is what get_resource gives; no attributes after a DELETE."""

    physical_id: str | None
    attributes: dict[str, Any]
    data: dict[str, Any]
    reference: Any


@dataclass(frozen=True, slots=True)
class Waiting:
    """Not complete yet: poll again with ``progress`` (JSON) after ``poll_after`` seconds, on any engine."""

    progress: Any
    poll_after: float
    physical_id: str | None
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a template sees of a resource: ``reference`` is what get_resource gives."""

    reference: Any
    attributes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Failed:
    """The action failed; the physical id and data set before that are kept. ``reason`` is for the user.

    ``shown`` is what is to be seen of what there is all the same; None where that can't be said.
    """

    reason: str
    physical_id: str | None
    data: dict[str, Any]
    shown: Shown | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Replace:
    """The change needs a new resource."""


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The properties are the same."""


@dataclass(frozen=True, slots=True)
class Update:
    """The change can be made in place: start UPDATE with ``prop_diff``."""

    prop_diff: dict[str, Any]
