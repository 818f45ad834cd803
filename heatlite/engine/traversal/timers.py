"""Timers: what is waited for holds an entry in a heap, and no thread.

One thread sleeps until the next entry is due, takes all that are due by then, and hands them on together, so that a
thousand resources that become due at once are one call. An entry may have names, by which it is found at once.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
from collections.abc import Callable, Collection, Sequence
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
        self._named: dict[str, set[int]] = {}
        self._names: dict[int, Collection[str]] = {}
        self._changed = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="timers", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def add(self, seconds: float, item: Item, names: Collection[str] = ()) -> None:
        """Hand the item on after so many seconds; ``take_named`` finds it by its names until then."""
        with self._changed:
            order = next(self._order)
            heapq.heappush(self._heap, (self._monotonic() + max(0.0, seconds), order, item))
            if names:
                self._names[order] = names
                for name in names:
                    self._named.setdefault(name, set()).add(order)
            if self._heap[0][2] is item:
                self._changed.notify()

    def take_all(self) -> list[Item]:
        """Take every item out, due or not."""
        with self._changed:
            items = [item for _, _, item in sorted(self._heap, key=lambda entry: entry[:2])]
            self._heap.clear()
            self._named.clear()
            self._names.clear()
            return items

    def take(self, chosen: Callable[[Item], bool]) -> list[Item]:
        """Take out the items that are chosen, due or not."""
        with self._changed:
            return self._take({order for _, order, item in self._heap if chosen(item)})

    def take_named(self, names: Collection[str]) -> list[Item]:
        """Take out the items that have one of these names, due or not."""
        with self._changed:
            return self._take({order for name in names for order in self._named.get(name, ())})

    def has_name(self, name: str) -> bool:
        """Tell whether an item has this name."""
        return name in self._named

    def _take(self, orders: Collection[int]) -> list[Item]:
        if not orders:
            return []
        items = [item for _, order, item in self._heap if order in orders]
        self._heap = [entry for entry in self._heap if entry[1] not in orders]
        heapq.heapify(self._heap)
        for order in orders:
            self._forget(order)
        return items

    def _forget(self, order: int) -> None:
        for name in self._names.pop(order, ()):
            having = self._named[name]
            having.discard(order)
            if not having:
                del self._named[name]

    def due_later(self, seconds: float) -> list[Item]:
        """Return the items that become due after more than so many seconds; they stay."""
        with self._changed:
            moment = self._monotonic() + seconds
            return [item for at, _, item in self._heap if at > moment]

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
            _, order, item = heapq.heappop(self._heap)
            self._forget(order)
            items.append(item)
        return items
