"""The long argument lists of the engine's RPC API, as values with named fields.

Each value holds the arguments of one method. ``asdict`` of the value goes over the wire, so field names are the API's.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class StackQuery:
    """A query for stacks. ``sort_dir`` is ``asc`` or ``desc``; ``marker`` is the id of the last stack seen."""

    limit: int | None = None
    marker: str | None = None
    sort_keys: list[str] | None = None
    sort_dir: str | None = None
    filters: dict[str, Any] | None = None
    show_deleted: bool = False
    show_nested: bool = False
    show_hidden: bool = False
    tags: list[str] | None = None
    tags_any: list[str] | None = None
    not_tags: list[str] | None = None
    not_tags_any: list[str] | None = None

    def for_count(self) -> dict[str, Any]:
        """Return the fields that counting takes: all but paging and order."""
        paging = ("limit", "marker", "sort_keys", "sort_dir")
        return {name: value for name, value in asdict(self).items() if name not in paging}


@dataclass(frozen=True)
class EventQuery:
    """A query for a stack's events. Without sort keys or direction the newest come first."""

    filters: dict[str, Any] | None = None
    limit: int | None = None
    marker: str | None = None
    sort_keys: list[str] | None = None
    sort_dir: str | None = None
    nested_depth: int | None = None


ALL_STACKS = StackQuery()
ALL_EVENTS = EventQuery()
