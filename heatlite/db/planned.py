"""The rows that plans have read, kept in this process: a plan of the same stack reads only what was written since.

An entry proves nothing by itself: who uses it compares its version with the database, row by row.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping

import cachetools

from heatlite.db.records import ResourceRecord

ROWS_KEPT = 5_000
"""Rows of all stacks together, at about half a kilobyte each. A stack with more isn't kept."""

Rows = Mapping[int, tuple[str, ResourceRecord]]
"""Id → uuid, and the row as a plan reads it."""


class PlannedRows:
    """Stack's id → its rows."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stacks: cachetools.LRUCache[str, Rows] = cachetools.LRUCache(ROWS_KEPT, len)

    def get(self, stack_id: str) -> Rows:
        """Return the rows that are kept of a stack."""
        with self._lock:
            return self._stacks.get(stack_id, {})

    def keep(self, stack_id: str, rows: Rows) -> None:
        """Keep the rows of a stack, in place of those that were kept of it."""
        with self._lock:
            self._stacks.pop(stack_id, None)
            if 0 < len(rows) <= ROWS_KEPT:
                self._stacks[stack_id] = rows
