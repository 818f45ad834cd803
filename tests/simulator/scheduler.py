"""The scheduler: who runs next, and what time it is. Nothing else in a simulation happens by itself.

Every task (a message's handler, a step, a sweep, a client's call) is a greenlet. Where something could come in between
on real engines, the task comes to a *point*; there the scheduler may switch to another task, chosen by chance from the
seed. Only one thing at a time ever runs, so that the same seed gives the same story.

    point    somebody else may go first         before each statement, commit, cast and step
    sleep    go on at a later time
    park     go on when somebody calls ``wake``

The clock stands still while anybody can run, and then jumps to the next event; ``haste`` is the chance that it jumps
although somebody could run, as it does for a thread that the machine doesn't get round to.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import greenlet

LONGEST_HASTE = 45.0
LONGEST_LAG = 150.0
"""Steps of others."""
MOST_STEPS = 200_000


class Stuck(Exception):
    """A simulation that doesn't come to an end."""


@dataclass(eq=False)
class Process:
    """Who a task belongs to. A dead one's tasks never run again; a paused one's wait until it is resumed."""

    name: str
    is_dead: bool = False
    is_paused: bool = False
    tasks: dict[Task, None] = field(default_factory=dict)
    frozen: list[Task] = field(default_factory=list)


class Task:
    """One thing that a process does."""

    __slots__ = ("greenlet", "is_service", "label", "process", "started")

    def __init__(self, process: Process, label: str, is_service: bool) -> None:
        self.process = process
        self.label = label
        self.is_service = is_service
        self.greenlet: Any = None


class Scheduler:
    """Runs tasks.

    :param stickiness: the chance that a task which comes to a point just goes on
    :param lag: the chance that a task which comes to a point falls behind all others for a while
    :param haste: the chance that time passes although somebody could run
    """

    def __init__(self, chance: random.Random, *, stickiness: float = 0.0, lag: float = 0.0, haste: float = 0.0) -> None:
        self.now = 0.0
        self.steps = 0
        self.current: Task | None = None
        self.last: Process | None = None
        """Whose task ran last."""
        self.stickiness = stickiness
        self.lag = lag
        self.haste = haste
        self.interrupts: list[tuple[int, Callable[[], None]]] = []
        """What happens at which step, the next one last: crashes and the like."""
        self._chance = chance.random
        self._runnable: list[Task] = []
        self._behind: list[tuple[int, int, Task]] = []
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._hub = greenlet.getcurrent()

    def spawn(self, process: Process, label: str, function: Callable[[], Any], *, is_service: bool = False) -> Task:
        """A new task, which will run some time. A service is one that never ends by itself."""
        task = Task(process, label, is_service)

        def run() -> None:
            try:
                function()
            finally:
                process.tasks.pop(task, None)

        task.greenlet = greenlet.greenlet(run, self._hub)
        process.tasks[task] = None
        self._runnable.append(task)
        return task

    def at(self, seconds: float, function: Callable[[], None]) -> None:
        """Call a function, in nobody's name, after so many seconds."""
        heapq.heappush(self._events, (self.now + max(0.0, seconds), next(self._order), function))

    def point(self) -> None:
        """Let others go first, perhaps."""
        self.steps += 1
        task = self.current
        if task is None:
            return
        if task.process.is_dead:
            raise greenlet.GreenletExit
        due = self.interrupts and self.interrupts[-1][0] <= self.steps
        if not due and (
            (not self._runnable and not self._behind and not self.haste) or self._chance() < self.stickiness
        ):
            return
        if self.lag and self._chance() < self.lag:
            until = self.steps + int(LONGEST_LAG ** self._chance())
            heapq.heappush(self._behind, (until, next(self._order), task))
        else:
            self._runnable.append(task)
        self._away(task)

    def sleep(self, seconds: float) -> None:
        """Go on after so many seconds."""
        task = self._me()
        self.at(seconds, lambda: self.wake(task))
        self._away(task)

    def park(self) -> None:
        """Go on when ``wake`` is called for this task."""
        self._away(self._me())

    def _me(self) -> Task:
        assert self.current is not None, "only tasks can wait"
        return self.current

    def _away(self, task: Task) -> None:
        if not task.process.is_dead:
            self._hub.switch()
        if task.process.is_dead:
            raise greenlet.GreenletExit

    def wake(self, task: Task) -> None:
        """Make a task that sleeps or is parked ready to run."""
        if not task.process.is_dead:
            self._runnable.append(task)

    def resume(self, process: Process) -> None:
        """Let a paused process go on."""
        process.is_paused = False
        self._runnable += process.frozen
        process.frozen.clear()

    def soon(self, function: Callable[[], None]) -> None:
        """Call a function in nobody's name before anybody runs again."""
        self.interrupts.append((0, function))

    def kill(self, process: Process) -> None:
        """End a process here and now, in whatever its tasks are."""
        process.is_dead = True
        self._runnable = [task for task in self._runnable if task.process is not process]
        process.frozen.clear()
        for task in list(process.tasks):
            if task.greenlet:  # an unstarted or ended one is false
                self.current = task
                task.greenlet.throw(greenlet.GreenletExit)
        self.current = None
        process.tasks.clear()

    @property
    def is_idle(self) -> bool:
        """Whether nothing can run before the next event."""
        return not self._runnable

    def run(self, is_over: Callable[[], bool], seconds: float, is_due: Callable[[], bool] = lambda: False) -> bool:
        """Run until something is so. False where it wasn't in so many seconds.

        :param is_over: looked at whenever nobody can run
        :param is_due: looked at after every step
        :raises Stuck: where tasks go on and on without time passing
        """
        end, last = self.now + seconds, self.steps + MOST_STEPS
        while True:
            while self.interrupts and self.interrupts[-1][0] <= self.steps:
                self.interrupts.pop()[1]()
            if is_due():
                return True
            while self._behind and (self._behind[0][0] <= self.steps or not self._runnable):
                self._runnable.append(heapq.heappop(self._behind)[2])
            if self._runnable and not (self.haste and self._hastens()):
                self._switch()
                if self.steps > last:
                    raise Stuck(f"{MOST_STEPS} steps and no end")
                continue
            if not self._runnable and is_over():
                return True
            if not self._events or self._events[0][0] > end:
                return False
            self.steps += not self._runnable
            when, _, function = heapq.heappop(self._events)
            self.now = max(self.now, when)
            function()

    def _hastens(self) -> bool:
        soon = self._events and self._events[0][0] - self.now < LONGEST_HASTE
        return bool(soon) and self._chance() < self.haste

    def _switch(self) -> None:
        runnable = self._runnable
        at = int(self._chance() * len(runnable))
        task, runnable[at] = runnable[at], runnable[-1]
        runnable.pop()
        if task.process.is_dead:
            return
        if task.process.is_paused:
            task.process.frozen.append(task)
            return
        self.current, self.last = task, task.process
        task.greenlet.switch()
        self.current = None
