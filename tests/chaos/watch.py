"""Watch: how long it takes from a fault until a stack that was under way then moves again.

A look reads of each root stack under way its traversal and the newest event in its tree, past the proxies. Where either
changes, or the operation ends, that is progress. What never moves again is for the end to find.
"""

from __future__ import annotations

import statistics
import threading
import time
from dataclasses import dataclass, field

import sqlalchemy as sa

from heatlite.context import EngineContext
from heatlite.db import models
from heatlite.db.api import Database

INTERVAL = 0.2
STACK, EVENT = models.stack.c, models.event.c
CHILD = models.stack.alias()
LOOK = (
    sa.select(STACK.id, STACK.current_traversal, sa.func.max(EVENT.id))
    .select_from(
        models.stack.join(CHILD, CHILD.c.root_id == STACK.id).outerjoin(models.event, EVENT.stack_id == CHILD.c.id)
    )
    .where(STACK.status == "IN_PROGRESS", STACK.owner_id.is_(None))
    .group_by(STACK.id, STACK.current_traversal)
)
Seen = dict[str, tuple[str, int]]


@dataclass
class Fault:
    """One fault: when it began, and what each stack that was under way then looked like."""

    name: str
    began: float
    waiting: Seen
    took: list[float] = field(default_factory=list)


class Watch(threading.Thread):
    """Looks again and again."""

    def __init__(self, database: Database) -> None:
        super().__init__(name="watch", daemon=True)
        self._database = database
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._last: Seen = {}
        self.faults: list[Fault] = []

    def begins(self, name: str) -> None:
        """A fault begins now."""
        with self._lock:
            self.faults.append(Fault(name, time.monotonic(), dict(self._last)))

    def run(self) -> None:
        """Look until told to stop; while the database is down there is nothing to see."""
        while not self._over.wait(INTERVAL):
            try:
                self.look()
            except Exception:
                self._database.engine.dispose()

    def look(self) -> None:
        """Look once."""
        with self._database.reader(EngineContext(self._database)) as connection:
            seen = {row[0]: (row[1], row[2] or 0) for row in connection.execute(LOOK)}
        now = time.monotonic()
        with self._lock:
            self._last = seen
            for fault in self.faults:
                for moved in [it for it, before in fault.waiting.items() if seen.get(it) != before]:
                    del fault.waiting[moved]
                    fault.took.append(now - fault.began)

    def stop(self) -> None:
        """End it."""
        self._over.set()
        self.join()

    def report(self) -> str:
        """A line for each kind of fault, and one for all: how many, the longest and the median time to progress."""
        kinds: dict[str, list[Fault]] = {}
        for fault in self.faults:
            kinds.setdefault(fault.name, []).append(fault)
        lines = [line(name, faults) for name, faults in sorted(kinds.items())]
        return "\n".join([*lines, line("all", self.faults)])


def line(name: str, faults: list[Fault]) -> str:
    """What one kind of fault came to."""
    times = [seconds for fault in faults for seconds in fault.took]
    if not times:
        return f"{name:14} {len(faults):4} times"
    return (
        f"{name:14} {len(faults):4} times, {len(times):5} stacks under way: "
        f"longest {max(times):5.1f} s, median {statistics.median(times):4.1f} s"
    )
