"""Timers: what is waited for holds an entry in a heap, and no thread.

One thread sleeps until the next entry is due, takes all that are due by then, and hands them on together, so that a
thousand resources that become due at once are one call.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

LOG = logging.getLogger(__name__)

Item = TypeVar("Item")


class Timers(Generic[Item]):
    """Items that are due at a time of a monotonic clock."""

    def __init__(self, monotonic: Callable[[], float], when_due: Callable[[Sequence[Item]], None]) -> None:
        self._monotonic = monotonic
        self._when_due = when_due
        self._heap: list[tuple[float, int, Item]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="timers", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def add(self, seconds: float, item: Item) -> None:
        """Hand the item on after so many seconds."""
        with self._changed:
            heapq.heappush(self._heap, (self._monotonic() + max(0.0, seconds), next(self._order), item))
            if self._heap[0][2] is item:
                self._changed.notify()

    def take_all(self) -> list[Item]:
        """Take every item out, due or not."""
        with self._changed:
            items = [item for _, _, item in sorted(self._heap, key=lambda entry: entry[:2])]
            self._heap.clear()
            return items

    def take(self, chosen: Callable[[Item], bool]) -> list[Item]:
        """Take out the items that are chosen, due or not."""
        with self._changed:
            items = [entry[2] for entry in self._heap if chosen(entry[2])]
            if items:
                self._heap = [entry for entry in self._heap if entry[2] not in items]
                heapq.heapify(self._heap)
            return items

    def stop(self) -> None:
        """End the thread; what hasn't become due stays for ``take_all``."""
        with self._changed:
            self._stopped = True
            self._changed.notify()

    def __len__(self) -> int:
        return len(self._heap)

    def _run(self) -> None:
        while (items := self._next()) is not None:
            try:
                self._when_due(items)
            except Exception:
                LOG.exception("Handling %d items that became due failed", len(items))

    def _next(self) -> list[Item] | None:
        with self._changed:
            while not self._stopped:
                now = self._monotonic()
                if self._heap and self._heap[0][0] <= now:
                    return self._pop_due(now)
                self._changed.wait(self._heap[0][0] - now if self._heap else None)
            return None

    def _pop_due(self, now: float) -> list[Item]:
        items = []
        while self._heap and self._heap[0][0] <= now:
            items.append(heapq.heappop(self._heap)[2])
        return items
