"""Outcomes: results of a plugin's step, or of the assessment of a change. Frozen values for a ``match``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Done:
    """The action is complete. ``reference`` is the value of get_resource. There are no attributes after a DELETE."""

    physical_id: str | None
    attributes: dict[str, Any]
    data: dict[str, Any]
    reference: Any


@dataclass(frozen=True, slots=True)
class Waiting:
    """The action isn't complete: poll again with ``progress`` (JSON) after ``poll_after`` seconds, on any engine.

    ``wake_ids``: physical ids; a service's notification about one of them is a reason to poll at once.
    """

    progress: Any
    poll_after: float
    physical_id: str | None
    data: dict[str, Any]
    wake_ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Shown:
    """The part of a resource that templates see: ``reference`` is the value of get_resource."""

    reference: Any
    attributes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Failed:
    """The action failed. The physical id and data set before the failure are kept. ``reason`` is for the user.

    ``shown`` is what templates may still read of the resource; None if the plugin can't tell.
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
    """The properties are equal."""


@dataclass(frozen=True, slots=True)
class Update:
    """The change can be made in place: start UPDATE with ``prop_diff``."""

    prop_diff: dict[str, Any]
