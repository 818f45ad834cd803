"""One engine process in a simulation: heatlite's own parts, wired as ``heatlite.engine.runtime.process`` wires them.

Only what has a thread, a socket or a clock of its own is another: the timers, the pool, the bus, the inputs; and the
loops that renew the lease and sweep, which are tasks of the scheduler.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from heatlite.context import RequestContext
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.common.settings import Settings
from heatlite.engine.decision.evaluate import Evaluator
from heatlite.engine.definitions.traversals import Library
from heatlite.engine.membership.engine_claims import Claims
from heatlite.engine.membership.lease import Lease
from heatlite.engine.membership.liveness import LeaseWatch
from heatlite.engine.nested.begin import Children
from heatlite.engine.operations.lifecycle import Lifecycle
from heatlite.engine.ports.nested_stacks import Ports
from heatlite.engine.runtime.listener import ListenerEndpoint
from heatlite.engine.runtime.recovery import Sweeper, Sweeps
from heatlite.engine.runtime.worker import WorkerEndpoint
from heatlite.engine.shared import Shared
from heatlite.engine.traversal.checker import Checker
from heatlite.engine.traversal.result_recorder import ResultRecorder
from heatlite.engine.traversal.step_runner import StepRunner
from heatlite.resources.registry import Registry
from tests.simulator import sharing
from tests.simulator.line import SimulatedLine
from tests.simulator.nesting import Stack
from tests.simulator.plugins import TYPES
from tests.simulator.scenario import NESTED
from tests.simulator.scheduler import Process, Scheduler
from tests.simulator.store.database import SimulatedDatabase

if TYPE_CHECKING:
    from tests.simulator.simulation import Simulation

EPOCH = 1_700_000_000.0
REGISTRY = Registry({**TYPES, NESTED: Stack})
Item = TypeVar("Item")


class SimulatedTimers(Generic[Item]):
    """``Timers`` of the scheduler's time: no thread, an event for each item."""

    def __init__(self, scheduler: Scheduler, process: Process, when_due: Callable[[Sequence[Item]], None]) -> None:
        self._scheduler = scheduler
        self._process = process
        self._when_due = when_due
        self._items: dict[int, Item] = {}
        self._due: dict[int, float] = {}
        self._last = 0

    def start(self) -> None:
        """There is no thread to start."""

    def stop(self) -> None:
        """Nor one to stop."""

    def add(self, seconds: float, item: Item) -> None:
        """Hand the item on after so many seconds."""
        self._last += 1
        number = self._last
        self._items[number] = item
        self._due[number] = self._scheduler.now + seconds
        self._scheduler.at(seconds, lambda: self._fire(number))

    def _fire(self, number: int) -> None:
        if number in self._items and not self._process.is_dead:
            self._scheduler.spawn(self._process, "timer", lambda: self._hand_on(number))

    def _hand_on(self, number: int) -> None:
        if number in self._items:
            self._when_due([self._items.pop(number)])

    def take(self, chosen: Callable[[Item], bool]) -> list[Item]:
        """Take out the items that are chosen, due or not."""
        numbers = [number for number, item in self._items.items() if chosen(item)]
        return [self._items.pop(number) for number in numbers]

    def due_later(self, seconds: float) -> list[Item]:
        """The items that become due after more than so many seconds; they stay."""
        return [item for number, item in self._items.items() if self._due[number] > self._scheduler.now + seconds]

    def take_all(self) -> list[Item]:
        """Take every item out, due or not."""
        items = list(self._items.values())
        self._items.clear()
        return items


class SimulatedPool:
    """A pool of threads: as many tasks as there is work."""

    def __init__(self, spawn: Callable[[str, Callable[[], Any]], None]) -> None:
        self._spawn = spawn

    def submit(self, function: Callable[[], Any], lane: str = "") -> None:
        """Run it some time."""
        self._spawn("step", function)

    def is_full(self, lane: str) -> bool:
        """There is always room."""
        return False


class SimulatedEngine:
    """One engine process, from its start to its death."""

    def __init__(self, simulation: Simulation, name: str) -> None:
        self.simulation = simulation
        self.process = Process(name)
        self.skew = 0.0
        self.pauses = 0
        self.serves = False
        scheduler = simulation.scheduler
        self.line = SimulatedLine(scheduler, simulation.mishaps, simulation.line)
        self.database = SimulatedDatabase(simulation.store, self.line)
        inputs = Inputs(
            now=lambda: EPOCH + scheduler.now + self.skew,
            monotonic=lambda: scheduler.now,
            new_id=simulation.new_id,
            new_timed_id=lambda now: simulation.new_id(),
            random=simulation.chance_of_engines,
            sleep=scheduler.sleep,
            recast_after=simulation.settings.recast_after,
        )
        self.shared = self._share(inputs, simulation.settings)
        self.recorder = ResultRecorder(self.shared)
        pool: Any = SimulatedPool(self.spawn)
        self.runner = StepRunner(self.shared, self.recorder, pool, self._timers)
        self.checker = Checker(self.shared, self.recorder, self.runner)
        self.endpoint = WorkerEndpoint(self.checker)
        self.listener = ListenerEndpoint(self.runner)
        self.lifecycle = Lifecycle(self.shared, self.recorder)
        self.children = Children(self.shared, self.recorder)
        self.sweeps = Sweeps(self.shared, Sweeper(self.shared, self.recorder, self.runner))

    def _share(self, inputs: Inputs, settings: Settings) -> Shared:
        database: Any = self.database
        library, wakes = Library(), self.simulation.bus
        lease = Lease(database, inputs, settings, when_lost=self._lost)
        ports = Ports(database, inputs, settings, library, REGISTRY, wakes)
        return Shared(
            database=database,
            inputs=inputs,
            settings=settings,
            registry=REGISTRY,
            library=library,
            evaluator=Evaluator(REGISTRY, inputs, settings.max_attempts, ports.of),
            lease=lease,
            liveness=LeaseWatch(database, inputs.monotonic, settings.lease_seconds, lambda: lease.holds_since),
            claims=Claims(),
            wakes=wakes,
            quota=sharing.quota_of(self.simulation.scenario.sharing, database, inputs, lambda: self._alive()),
        )

    def _alive(self) -> int:
        return self.shared.liveness.alive

    def _timers(self, monotonic: Callable[[], float], when_due: Callable[[Sequence[Any]], None]) -> Any:
        return SimulatedTimers(self.simulation.scheduler, self.process, when_due)

    def _lost(self, engine_id: str) -> None:
        self.runner.drop()
        self.shared.claims.clear()

    def spawn(self, label: str, function: Callable[[], Any], *, is_service: bool = False) -> None:
        """A task of this process; what escapes from it is told to the simulation."""
        simulation = self.simulation

        def guarded() -> None:
            try:
                function()
            except Exception as error:
                simulation.escaped(f"{self.process.name}, {label}", error)

        simulation.scheduler.spawn(self.process, label, guarded, is_service=is_service)

    def start(self) -> None:
        """Register, and serve from then on."""
        self.spawn("start", self._start)

    def _start(self) -> None:
        try:
            self.shared.lease.acquire()
        except Exception:
            self.simulation.crash(self)  # as an engine does that finds no database: its launcher starts another
            raise
        self.serves = True
        self.spawn("lease", self._renew, is_service=True)
        self.spawn("sweeps", self._sweep, is_service=True)
        if self.shared.quota is not None:
            self.spawn("pulling", lambda: sharing.pull(self), is_service=True)
        self.simulation.bus.listening()

    def _renew(self) -> None:
        scheduler, interval = self.simulation.scheduler, self.simulation.settings.lease_seconds / 4
        while True:
            scheduler.sleep(interval)
            try:
                self.shared.lease.renew()
            except Exception as error:
                self.simulation.escaped(f"{self.process.name}, renewal", error)

    def _sweep(self) -> None:
        scheduler, settings = self.simulation.scheduler, self.simulation.settings
        chance: random.Random = self.simulation.chance_of_engines
        while self.serves:
            self.sweeps.sweep()
            if self.simulation.scenario.is_calm:
                return
            scheduler.sleep(settings.sweep_interval * chance.uniform(0.75, 1.25))

    def receive(self, message: dict[str, Any]) -> None:
        """A message from the bus."""
        if "operations" in message:
            context = RequestContext(self.shared.database, message["request"])
            self.spawn("nested operation", lambda: self.children.receive(context, message["operations"]))
            return
        self.spawn("message", lambda: self.endpoint.check_resource({}, **message))

    def hear(self, request: dict[str, Any]) -> None:
        """A message from the bus to this engine and no other."""
        if "resource_ids" not in request:
            self.spawn("request", lambda: self.listener.over({}, **request))
            return
        heard = self.listener.asked if "traversal_id" in request else self.listener.wake
        self.spawn("request", lambda: heard({}, **request))

    def context(self) -> RequestContext:
        """The context of a client's call."""
        database: Any = self.database
        return RequestContext(database, {"project_id": "project", "username": "user"})

    def drain(self) -> None:
        """Leave in good order."""
        self.serves = False
        try:
            self._give_up()
        finally:
            self.simulation.crash(self)  # the process ends, with whatever it still has

    def _give_up(self) -> None:
        self.runner.drain()
        for _ in range(60):
            if not len(self.shared.claims):
                break
            self.simulation.scheduler.sleep(1.0)
        self.shared.lease.release()
