"""Counters of events in this process that an operator may want an alarm for. ``metrics`` shows them."""

from __future__ import annotations

import enum
import threading
from collections import Counter


class Count(enum.StrEnum):
    """The counted events. The value is the metric's name, the text its description."""

    text: str

    def __new__(cls, value: str, text: str) -> Count:
        member = str.__new__(cls, value)
        member._value_, member.text = value, text
        return member

    DEAD_ENGINES = "engines_found_dead", "Engines that this one declared dead"
    TAKEN_OVER = "nodes_taken_over", "Nodes of dead engines that this one made ready again"
    RECASTS = "nodes_recast", "Ready nodes that no engine had claimed in time, and that this engine queued for others"
    GIVEN_BACK = "nodes_given_back", "Nodes that this engine had claimed and gave back unfinished, because it stopped"
    LOST_SIGHT = "nodes_lost_sight_of", "Claims and locks that this engine had lost track of, and released"
    WORN_OUT = "resources_worn_out", "Resources that aren't tried again, because too many engines died while at them"
    OVERRUNS = "steps_overrun", "Steps of plugins that took longer than step_time_limit"
    LEASES_LOST = "leases_lost", "Times that this engine found itself declared dead"
    OUTAGES = "sweep_outages", "Times that a sweep began to fail, for example because the database is unreachable"
    HELD = "nodes_held", "Ready nodes that were queued in the database, because their project had used up its share"
    PULLED = "nodes_pulled", "Queued nodes that this engine took"
    OBSERVED = "resources_observed", "Real resources that this engine's observer looked at"
    REPAIRS = "observer_repairs", "Updates that this engine's observer began, to repair stacks that ask to be kept"
    WOKEN = "notifications_woke", "Waiting resources that this engine looked at because a service told of a change"
    UNAWAITED = "notifications_unawaited", "Notifications of services about which nothing waited here at that moment"
    REFUSED = "notifications_refused", "Notifications of services that this engine didn't read, because of their size"


class Counts:
    """Counters that start at 0 with the process, and only grow."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers: Counter[Count] = Counter()

    def add(self, what: Count, number: int = 1) -> None:
        """Increase a counter."""
        with self._lock:
            self._numbers[what] += number

    def __getitem__(self, what: Count) -> int:
        with self._lock:
            return self._numbers[what]
