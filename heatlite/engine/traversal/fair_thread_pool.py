"""FairThreadPool: a pool of threads that takes work from one project after the other.

    project a ▯▯▯▯▯▯▯▯▯▯ ┐
    project b ▯           ├──▶ threads        what the engine itself has to do goes before all of them
    project c ▯▯          ┘

A project with a thousand steps to be run and one with a single step get every other thread that becomes free. A pool
may have a thread more for the engine's own work: so writing down what steps came to takes no thread from the next ones.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from typing import Protocol

LOG = logging.getLogger(__name__)

OWN = ""
"""The lane of the engine's own work: what results come to is written down before more is begun."""

AHEAD = 2
"""Functions of one lane that wait for each thread, before the lane is full: less, and a thread would have nothing to do
while the next batch is being taken.
"""

MOST_A_THREAD = 8
"""Functions that wait for each thread, before a lane is full with the first of its own."""

Task = Callable[[], None]


class StepPool(Protocol):
    """Runs steps."""

    def submit(self, function: Task, lane: str = OWN) -> object:
        """Run a function soon, on a thread."""

    def is_full(self, lane: str) -> bool:
        """Whether as many functions of a lane wait for a thread as may."""


class FairThreadPool:
    """A pool with a lane for each project.

    :param spawn: runs a function on a thread of its own
    :param threads: how many run at once
    :param most_of_one: how many of one lane run at once, so that another's never wait for all of them; None: all
    :param for_own: how many threads more there are, which run the engine's own work and nothing else
    :param when_room: called when a lane that was full no longer is
    """

    def __init__(
        self,
        spawn: Callable[[Task], object],
        threads: int,
        most_of_one: int | None = None,
        *,
        for_own: int = 0,
        when_room: Task = lambda: None,
    ) -> None:
        self._spawn = spawn
        self._threads = threads
        self._for_own = for_own
        self._when_room = when_room
        self._most_of_one = threads if most_of_one is None else most_of_one
        self._at_work: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._lanes: OrderedDict[str, deque[Task]] = OrderedDict()
        self._running = 0

    def submit(self, function: Task, lane: str = OWN) -> None:
        """Run a function when its lane has its turn."""
        with self._lock:
            self._lanes.setdefault(lane, deque()).append(function)
            own = self._for_own if lane == OWN else min(self._for_own, self._at_work[OWN])
            if self._running >= self._threads + own:
                return
            self._running += 1
        try:
            self._spawn(self._work)
        except Exception:
            with self._lock:
                self._running -= 1
            raise

    def waiting(self, lane: str) -> int:
        """How many functions of a lane wait for a thread."""
        with self._lock:
            return len(self._lanes.get(lane, ()))

    def is_full(self, lane: str) -> bool:
        """Whether ``AHEAD`` functions of a lane wait for each thread; or any, where there are many of other lanes."""
        own = self.waiting(lane)
        return own >= AHEAD * self._threads or (own > 0 and len(self) >= MOST_A_THREAD * self._threads)

    def __len__(self) -> int:
        """How many functions wait."""
        with self._lock:
            return sum(len(lane) for lane in self._lanes.values())

    def _work(self) -> None:
        lane = None
        while (found := self._next(lane)) is not None:
            lane, function = found
            try:
                function()
            except Exception:
                LOG.exception("Work on a thread of the pool failed")

    def _next(self, done: str | None) -> tuple[str, Task] | None:
        """Return the next function with its lane. Where none may run, return None and let this thread end.

        :param done: the lane of what this thread has just run
        """
        with self._lock:
            if done is not None:
                self._at_work[done] -= 1
                if not self._at_work[done]:
                    del self._at_work[done]
            lane = OWN if OWN in self._lanes else next(filter(self._may_run, self._lanes), None)
            if lane is None:
                self._running -= 1
                return None
            functions = self._lanes[lane]
            function = functions.popleft()
            if functions:
                self._lanes.move_to_end(lane)
            else:
                del self._lanes[lane]
            self._at_work[lane] += 1
            has_room = lane != OWN and len(functions) == AHEAD * self._threads - 1
        if has_room:
            self._when_room()
        return lane, function

    def _may_run(self, lane: str) -> bool:
        others = self._at_work.total() - self._at_work[OWN]
        return others < self._threads and self._at_work[lane] < self._most_of_one
