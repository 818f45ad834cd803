"""StepWatchdog: plugin steps that don't come back. A thread can't be killed, so its process has to go.

    step runs ──▶ longer than ``step_time_limit`` ──▶ told in the log, with the line at which it stands
                                                  └─▶ this process drains and leaves; others take the resource over

Whoever takes it over counts an attempt; after ``max_attempts`` the resource is FAILED. What waits between two steps
holds no thread, and has all the time of the stack's operation.
"""

from __future__ import annotations

import contextlib
import logging
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from heatlite.engine.definitions.work import Work

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Step:
    """A step that runs: whose, on which thread, since when on the monotonic clock."""

    work: Work
    thread: int
    since: float


class StepWatchdog:
    """Knows the steps that run now.

    :param limit: seconds that one may take; 0: any
    :param leave: called, once, where one has taken longer; what it does must not wait for that step
    """

    def __init__(self, monotonic: Callable[[], float], limit: float, leave: Callable[[], None] = lambda: None) -> None:
        self._monotonic = monotonic
        self._limit = limit
        self.leave = leave
        self._running: set[Step] = set()
        self._told: set[Step] = set()
        self.when_told: Callable[[], None] = lambda: None
        self._leaves = False
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def watching(self, work: Work) -> Iterator[None]:
        """Watch the block as one step."""
        step = Step(work, threading.get_ident(), self._monotonic())
        with self._lock:
            self._running.add(step)
        try:
            yield
        finally:
            with self._lock:
                self._running.discard(step)
                self._told.discard(step)

    def hanging_steps(self) -> None:
        """Look for steps that take too long: tell of each once, and leave with the first."""
        for step in self._newly_overdue():
            work, seconds = step.work, self._monotonic() - step.since
            LOG.error(
                "%s of %s (%s) has been in one step for %.0f s, which may take %.0f. It stands at\n%s",
                work.action, work.row.name, work.row.type, seconds, self._limit, standing(step.thread),
            )  # fmt: skip
            self.when_told()
            if not self._leaves:
                self._leaves = True
                self.leave()

    def _newly_overdue(self) -> list[Step]:
        if not self._limit:
            return []
        with self._lock:
            late = [step for step in self._running - self._told if self._monotonic() - step.since > self._limit]
            self._told.update(late)
        return sorted(late, key=lambda step: step.since)

    @property
    def has_overdue(self) -> bool:
        """Whether some step that was told of still hangs."""
        with self._lock:
            return bool(self._told)


def standing(thread: int) -> str:
    """Where a thread stands; under green threads, which aren't the interpreter's, it can't be said."""
    frame = sys._current_frames().get(thread)
    return "".join(traceback.format_stack(frame)) if frame else "a place that can't be seen"
