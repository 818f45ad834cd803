"""Counts: what has happened in this process that somebody may want to be called for. ``metrics`` shows them."""

from __future__ import annotations

import enum
import threading
from collections import Counter


class Count(enum.StrEnum):
    """What is counted; the value is its name among the metrics, the text what it says there."""

    text: str

    def __new__(cls, value: str, text: str) -> Count:
        member = str.__new__(cls, value)
        member._value_, member.text = value, text
        return member

    DEAD_ENGINES = "engines_found_dead", "Engines that this one declared dead"
    TAKEN_OVER = "nodes_taken_over", "Nodes and rows of dead engines that this one freed"
    RECASTS = "nodes_recast", "Ready nodes that nobody had taken in time, and that were put up again"
    GIVEN_BACK = "nodes_given_back", "Nodes that this engine had claimed and didn't end: it was leaving"
    LOST_SIGHT = "nodes_lost_sight_of", "Claims and locks that fell out of this engine's hands and were released"
    WORN_OUT = "resources_worn_out", "Resources that aren't tried again: too many engines died at them"
    OVERRUNS = "steps_overrun", "Steps of plugins that took longer than step_time_limit"
    LEASES_LOST = "leases_lost", "Times that this engine found that it had been declared dead"
    OUTAGES = "sweep_outages", "Times that a sweep began to fail, as it does where the database is away"
    HELD = "nodes_held", "Ready nodes that were left in the database, because their project had its share"
    PULLED = "nodes_pulled", "Held nodes that this engine took"


class Counts:
    """Numbers that only grow, from the start of the process on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers: Counter[Count] = Counter()

    def add(self, what: Count, number: int = 1) -> None:
        """It has happened so many times more."""
        with self._lock:
            self._numbers[what] += number

    def __getitem__(self, what: Count) -> int:
        with self._lock:
            return self._numbers[what]
