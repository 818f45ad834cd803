"""One engine without threads: heatlite's own parts, whose steps, timers and messages wait for a test to let them go on.

steps     what a pool of threads would run
timers    what is looked at again later, by a clock that a test moves
bus       casts and requests that were sent and not delivered yet; a test delivers them, or loses them
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from heatlite.context import RequestContext
from heatlite.convergence.model import Node
from heatlite.db.api import Database
from heatlite.engine.api.life import LifeEndpoint
from heatlite.engine.api.previews import PreviewEndpoint
from heatlite.engine.api.reading import ReadingEndpoint
from heatlite.engine.api.service import EngineEndpoint
from heatlite.engine.api.signals import SignalEndpoint
from heatlite.engine.api.software import SoftwareEndpoint
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.common.settings import Settings
from heatlite.engine.decision.evaluate import Evaluator
from heatlite.engine.definitions.traversals import Library
from heatlite.engine.membership.engine_claims import Claims
from heatlite.engine.membership.lease import Lease
from heatlite.engine.membership.liveness import LeaseWatch
from heatlite.engine.membership.project_quota import ProjectQuota, Share
from heatlite.engine.nested.begin import Children
from heatlite.engine.nested.endpoint import NestedEndpoint
from heatlite.engine.operations.lifecycle import Lifecycle
from heatlite.engine.ports.nested_stacks import Ports
from heatlite.engine.ports.siblings import siblings_of
from heatlite.engine.ports.software import software_of
from heatlite.engine.runtime.listener import ListenerEndpoint
from heatlite.engine.runtime.recovery import Sweeper
from heatlite.engine.runtime.worker import WorkerEndpoint
from heatlite.engine.shared import Shared
from heatlite.engine.traversal.checker import Checker
from heatlite.engine.traversal.result_recorder import ResultRecorder
from heatlite.engine.traversal.step_runner import StepRunner
from heatlite.resources.registry import Registry
from heatlite.rpc.messages import BeginChild
from tests.functional.engine.endpoint import Clock


class Steps:
    """A pool whose work waits until a test lets it run."""

    def __init__(self) -> None:
        self.waiting: deque[Callable[[], Any]] = deque()

    def submit(self, function: Callable[[], Any], lane: str = "") -> None:
        self.waiting.append(function)

    def is_full(self, lane: str) -> bool:
        return False

    def run(self) -> bool:
        """Run what waits, and what comes of it; whether there was anything."""
        any_waited = bool(self.waiting)
        while self.waiting:
            self.waiting.popleft()()
        return any_waited


class StillTimers:
    """Timers of a clock that a test moves; what is due is handed on when the test says so."""

    def __init__(self, monotonic: Callable[[], float], when_due: Callable[[Sequence[Any]], None]) -> None:
        self._monotonic, self._when_due = monotonic, when_due
        self.items: list[tuple[float, Any]] = []

    def start(self) -> None:
        """There is no thread."""

    def stop(self) -> None:
        """Nor one to stop."""

    def add(self, seconds: float, item: Any) -> None:
        self.items.append((self._monotonic() + max(0.0, seconds), item))

    def take(self, chosen: Callable[[Any], bool]) -> list[Any]:
        taken = [item for _, item in self.items if chosen(item)]
        self.items = [entry for entry in self.items if entry[1] not in taken]
        return taken

    def due_later(self, seconds: float) -> list[Any]:
        return [item for at, item in self.items if at > self._monotonic() + seconds]

    def take_all(self) -> list[Any]:
        return self.take(lambda item: True)

    def fire(self) -> bool:
        """Hand on what is due; whether anything was."""
        due = [item for at, item in self.items if at <= self._monotonic()]
        if due:
            self.take(lambda item: item in due)
            self._when_due(due)
        return bool(due)


class Bus:
    """What was sent and hasn't been delivered yet. A bus that is ``cut`` loses whatever is sent."""

    def __init__(self) -> None:
        self.casts: deque[tuple[str, tuple[Node, ...]]] = deque()
        self.requests: deque[tuple[str, list[int], str]] = deque()
        self.wakes: deque[tuple[str, list[int]]] = deque()
        self.operations: deque[tuple[dict[str, Any], BeginChild | Sequence[BeginChild]]] = deque()
        self.ends: deque[tuple[str, str]] = deque()
        self.cut = False

    def check(self, traversal_id: str, batches: Iterable[Sequence[Node]], *, here: bool = False) -> None:
        for batch in batches:
            if not self.cut:
                self.casts.append((traversal_id, tuple(batch)))

    def ask(self, engine_id: str, resource_ids: list[int], traversal_id: str) -> None:
        if not self.cut:
            self.requests.append((engine_id, resource_ids, traversal_id))

    def wake(self, engine_id: str, resource_ids: list[int]) -> None:
        if not self.cut:
            self.wakes.append((engine_id, resource_ids))

    def over(self, engine_id: str, traversal_id: str) -> None:
        if not self.cut:
            self.ends.append((engine_id, traversal_id))

    def begin(self, request: dict[str, Any], message: BeginChild) -> None:
        if not self.cut:
            self.operations.append((request, message))

    def begin_all(self, request: dict[str, Any], siblings: Sequence[BeginChild]) -> None:
        if not self.cut:
            self.operations.append((request, siblings))

    def forget(self, engine_id: str) -> None:
        """There are no queues here."""

    def lose_everything(self) -> None:
        """Whatever is under way never arrives."""
        self.casts.clear()
        self.requests.clear()
        self.wakes.clear()
        self.operations.clear()
        self.ends.clear()


@dataclass(frozen=True)
class Surroundings:
    """What engines have in common."""

    database: Database
    clock: Clock
    bus: Bus
    registry: Registry
    settings: Settings
    share: Share | None = None
    """How much of a project may be under way; None: everything."""


class Engine:
    """One engine process, of heatlite's own parts, wired as ``heatlite.engine.runtime.process`` wires them."""

    def __init__(self, surroundings: Surroundings) -> None:
        it, settings = surroundings, surroundings.settings
        inputs = Inputs(now=it.clock, monotonic=it.clock, random=random.Random(1), recast_after=settings.recast_after)
        self.lives, self.is_silent, self.steps = True, False, Steps()
        library = Library()
        ports = Ports(it.database, inputs, settings, library, it.registry, it.bus)
        siblings = siblings_of(it.database, it.registry, inputs)
        self.shared = Shared(
            database=it.database,
            inputs=inputs,
            settings=settings,
            registry=it.registry,
            library=library,
            evaluator=Evaluator(
                it.registry,
                inputs,
                settings.max_attempts,
                ports.of,
                siblings,
                software_of=software_of(it.database, inputs),
            ),
            lease=Lease(it.database, inputs, settings, when_lost=self._lost),
            liveness=LeaseWatch(it.database, it.clock, settings.lease_seconds),
            claims=Claims(),
            wakes=it.bus,
            quota=ProjectQuota(it.database, inputs, it.share, lambda: 1) if it.share else None,
        )
        self.recorder = ResultRecorder(self.shared)
        self.runner = StepRunner(self.shared, self.recorder, self.steps, self._make_timers)
        self.checker = Checker(self.shared, self.recorder, self.runner)
        self.sweeper = Sweeper(self.shared, self.recorder, self.runner)
        self.lifecycle, children = Lifecycle(self.shared, self.recorder), Children(self.shared, self.recorder)
        self.endpoint = EngineEndpoint(self.shared, self.lifecycle)
        self.nested = NestedEndpoint(children, lambda wire: RequestContext(it.database, wire))
        self.reading = ReadingEndpoint(self.shared)
        self.signals = SignalEndpoint(self.shared, self.recorder, children)
        self.previews = PreviewEndpoint(self.shared)
        self.software = SoftwareEndpoint(self.shared)
        self.worker = WorkerEndpoint(self.checker)
        self.listener = ListenerEndpoint(self.runner)
        self.life = LifeEndpoint(self.shared, self.lifecycle)
        self.shared.lease.acquire()

    def _make_timers(self, *arguments: Any) -> Any:
        self.timers = StillTimers(*arguments)
        return self.timers

    def _lost(self, engine_id: str) -> None:
        self.runner.drop()
        self.shared.claims.clear()

    @property
    def id(self) -> str:
        return self.shared.lease.engine_id

    def die(self) -> None:
        """All that is in the process is gone; what it committed stays."""
        self.lives = False
        self.steps.waiting.clear()
        self.timers.take_all()

    def leave(self) -> None:
        """Drain, as a process does that is told to stop."""
        self.runner.drain()
        self.steps.run()
        self.shared.lease.release()
        self.lives = False

    def work(self) -> bool:
        """Do what is to be done here by now; whether there was anything."""
        fired = self.timers.fire()
        return self.steps.run() or fired
