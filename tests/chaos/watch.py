"""Watch: how long it takes from a fault until a stack that was under way then moves again.

A look reads of each root stack under way its traversal and the newest event in its tree, past the proxies. Where either
changes, or the operation ends, that is progress. What never moves again is for the end to find.

A stack that doesn't move in time after a fault's end is *late*; OTHERS times later where others follow. The watch keeps
what an operator would be told of it at that moment.
"""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import sqlalchemy as sa

from heatlite.context import EngineContext
from heatlite.db import models
from heatlite.db.api import Database

INTERVAL = 0.2
OTHERS = 3
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
    """One fault: when it began and ended, and what each stack that was under way then looked like."""

    name: str
    began: float
    waiting: Seen
    took: list[float] = field(default_factory=list)
    ended: float = float("inf")
    late: dict[str, str] = field(default_factory=dict)


class Watch(threading.Thread):
    """Looks again and again.

    :param within: seconds from a fault's end after which a stack is late
    :param explain: says of a stack why it is where it is
    """

    def __init__(self, database: Database, within: float, explain: Callable[[str], str]) -> None:
        super().__init__(name="watch", daemon=True)
        self._database = database
        self._within = within
        self._explain = explain
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._last: Seen = {}
        self.faults: list[Fault] = []

    def begins(self, name: str) -> None:
        """A fault begins now."""
        with self._lock:
            self.faults.append(Fault(name, time.monotonic(), dict(self._last)))

    def is_over(self) -> None:
        """The newest fault has ended."""
        with self._lock:
            self.faults[-1].ended = time.monotonic()

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
            late = self._late(now)
        for fault, stack_id in late:
            fault.late[stack_id] = f"{now - fault.ended:.1f} s after the end of {fault.name}: {self._explain(stack_id)}"

    def _late(self, now: float) -> list[tuple[Fault, str]]:
        """The faults with each stack that has just become late after them."""
        return [
            (fault, it)
            for fault in self.faults
            if now - fault.ended > self._within * (1 if fault is self.faults[-1] else OTHERS)
            for it in fault.waiting
            if it not in fault.late
        ]

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
        late = [f"late: {text}" for fault in self.faults for text in fault.late.values()]
        return "\n".join([*lines, line("all", self.faults), *late])


def line(name: str, faults: list[Fault]) -> str:
    """What one kind of fault came to."""
    times = [seconds for fault in faults for seconds in fault.took]
    if not times:
        return f"{name:14} {len(faults):4} times"
    return (
        f"{name:14} {len(faults):4} times, {len(times):5} stacks under way: "
        f"longest {max(times):5.1f} s, median {statistics.median(times):4.1f} s"
    )
