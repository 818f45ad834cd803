"""A simulation: engines, store, bus and world of one scenario, played until everything has settled.

    workload with its faults ─▶ settle ─▶ check ─▶ (a sound update ─▶ settle ─▶ check) ─▶ delete ─▶ settle ─▶ check

Faults stop when the last operation has been accepted and its time has come; from then on everything must end by itself,
within PATIENCE seconds of the virtual clock.
"""

from __future__ import annotations

import dataclasses
import itertools
import random
import uuid
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from heatlite.engine.common.settings import Settings
from tests.simulator import endings, limits, plugins
from tests.simulator.bus import Bus
from tests.simulator.engine import EPOCH, SimulatedEngine
from tests.simulator.faults import Faults
from tests.simulator.hooks import Person
from tests.simulator.invariants import Invariants
from tests.simulator.line import SimulatedLine
from tests.simulator.operations import Client
from tests.simulator.scenario import AT_REST, BESIDE, VISITS, Mishap, Operation, Scenario, Spec, Verb, summary
from tests.simulator.scheduler import Process, Scheduler, Stuck
from tests.simulator.sharing import Neighbours, Turns
from tests.simulator.stage import SimulatedStage
from tests.simulator.store.rows import Row, Values
from tests.simulator.store.store import Changes, Store
from tests.simulator.store.transaction import Transaction
from tests.simulator.surroundings import acceptable, simulated
from tests.simulator.trace import Trace
from tests.simulator.world import World

PATIENCE = 6000.0
SETTINGS = Settings(
    host="host",
    lease_seconds=20,
    sweep_interval=15,
    recast_after=10,
    max_attempts=50,
    stack_action_timeout=10_000_000,
    max_stacks_per_tenant=-1,
    max_events_per_stack=-1,
)
MOST_HOPS = 5
ENOUGH = 600
"""Minutes that the last operations may take: more than anything takes."""
NOBODY = Process("nobody")


class Violation(Exception):
    """Something happened that must not."""


class Simulation:
    """One play of a scenario; ``violations`` says what was wrong with it."""

    def __init__(self, scenario: Scenario, trace: bool = False) -> None:
        self.scenario = scenario
        self.violations: list[str] = []
        self.strikes_due = 0
        self.failed_names: set[str] = set()
        """Of the resources of which some row has failed since the last operation began at rest."""
        self.goals: dict[str, list[tuple[str, str | None]]] = {}
        """For each stack, the actions and templates of its traversals, oldest first."""
        self.scaled: set[str] = set()
        """The templates that signals have made."""
        chance = random.Random(f"schedule {scenario.seed} {scenario.schedule}")
        self.chance = chance
        self.chance_of_engines = random.Random(chance.random())
        self.scheduler = Scheduler(chance, stickiness=scenario.stickiness, lag=scenario.lag, haste=scenario.haste)
        self.trace = Trace(lambda: self.scheduler.now) if trace else None
        hops = MOST_HOPS if scenario.batch_size > 2 else 0  # small batches are for many messages
        self.settings = dataclasses.replace(SETTINGS, batch_size=scenario.batch_size, local_hops=hops)
        self.world = World(self.complain, tell=lambda text: self.tell(self.who(), text))
        self.store = Store(
            scenario.flavour,
            wait_for=self._wait_for,
            in_lock_order=self._shuffled if scenario.shuffled_locks else lambda rows: rows,
            watch=self._committed,
        )
        self.mishaps: deque[Mishap] = deque()
        self.line = SimulatedLine(self.scheduler, self.mishaps)
        self.bus = Bus(self.scheduler, chance, scenario.mail, self._receivers, self._listener)
        self.engines: list[SimulatedEngine] = []
        self.client = Client(self)
        self._at_rest: dict[str, str] | None = None
        self._invariants = Invariants(self.store, self.world)
        self._ids = itertools.count(1)
        self._names = itertools.count()
        self.faults = Faults(self)
        self.stage = SimulatedStage(self)
        self.person = Person(self)
        self.neighbours = Neighbours(self)
        self._turns = Turns(self)

    # what the parts ask for

    def new_id(self) -> str:
        """An id that people can read in a trace."""
        return str(uuid.UUID(int=next(self._ids)))

    def tell(self, who: str, text: str) -> None:
        """Add to the trace, if there is one."""
        if self.trace is not None:
            self.trace.tell(who, text)

    def complain(self, text: str) -> None:
        """Something was wrong."""
        self.violations.append(text)
        self.tell("!!!", text)

    def escaped(self, where: str, error: BaseException) -> None:
        """An exception that nobody caught, or that was logged as unforeseen: only the database may be blamed."""
        self.tell(where.split(",", maxsplit=1)[0], f"{type(error).__name__}: {error}")
        if not acceptable(error):
            self.complain(f"unforeseen in {where}: {type(error).__name__}: {error}")

    def time(self) -> float:
        """The time of a clock that is right, in seconds since the epoch."""
        return EPOCH + self.scheduler.now

    def who(self) -> str:
        """The process that acts now."""
        current = self.scheduler.current
        return current.process.name if current is not None else "fate"

    def _receivers(self) -> Sequence[Callable[[dict[str, Any]], None]]:
        return [engine.receive for engine in self.engines if engine.serves]

    def _listener(self, engine_id: str) -> Callable[[dict[str, Any]], None] | None:
        return next((it.hear for it in self.engines if it.shared.lease.engine_id == engine_id), None)

    def _shuffled(self, rows: list[Row]) -> list[Row]:
        return self.chance.sample(rows, len(rows))

    def _wait_for(self, transaction: Transaction, others: Sequence[Transaction]) -> None:
        task = self.scheduler.current
        assert task is not None, "statements run in tasks"
        woken = [False]

        def wake() -> None:
            if not woken[0]:
                woken[0] = True
                self.scheduler.wake(task)

        for other in others:
            other.waiters.append(wake)
        self.scheduler.park()

    def _committed(self, transaction: Transaction, changes: Changes) -> None:
        if self.trace is not None:
            self.trace.commit(self.who(), changes)
        acting = self.stage.acting()
        engine_id = acting.shared.lease.engine_id if acting is not None else None
        self.client.exports.committed(changes)
        if acting is not None and self.scenario.sharing is not None:
            for text in self._turns.broken_by(changes, acting.process.name):
                self.complain(text)
        for text in self._invariants.broken_by(changes, engine_id):
            self.complain(text)
        for row, before, after in changes:
            if row.table.shape.name == "stack" and after is not None:
                self._note_goal(before, after)
                for text in limits.overrun(self, before, after):
                    self.complain(text)
            if row.table.shape.name == "resource" and after is not None and after["status"] == "FAILED":
                self.failed_names.add(after["name"])

    def _note_goal(self, before: Values | None, after: Values) -> None:
        if before is None or before["current_traversal"] != after["current_traversal"]:
            template = None if after["action"] == "DELETE" else endings.text_of(self, after)
            self.goals.setdefault(after["id"], []).append((after["action"], template))

    # engines

    def start_engine(self) -> None:
        """A new engine process."""
        engine = SimulatedEngine(self, f"engine {chr(ord('A') + next(self._names) % 26)}")
        self.engines.append(engine)
        self.tell(engine.process.name, "starts")
        engine.start()

    def crash(self, engine: SimulatedEngine) -> None:
        """An engine dies; another is started in its place, soon or late."""
        if engine not in self.engines:
            return
        self.engines.remove(engine)
        engine.serves = False
        engine.process.is_dead = True
        self.scheduler.soon(lambda: self._bury(engine))
        self.scheduler.at(self.chance.choice((0.1, 5.0, 40.0)), self.start_engine)

    def _bury(self, engine: SimulatedEngine) -> None:
        engine.database.cut()
        self.scheduler.kill(engine.process)

    # the play

    def play(self) -> Simulation:
        """Play the scenario to its end."""
        for key, value in summary(self.scenario).items():
            self.tell("scenario", f"{key}: {value}")
        plugins.STAGE.append(self.stage)
        try:
            for _ in range(self.scenario.engines):
                self.start_engine()
            self._act()
        except Stuck as error:
            self.complain(str(error))
        except Violation:
            pass
        finally:
            plugins.STAGE.pop()
            self._clear()
        return self

    def _act(self) -> None:
        self.faults.begin()
        self.person.begin()
        self.neighbours.begin()
        for operation in self.scenario.operations:
            self._wait_for_turn(operation)
            self.client.call(operation)
        self._settle("the operations")
        self._look_at_rollback()
        endings.check(self)
        if self.violations:
            return
        live = self.client.stack_row()
        if self.scenario.repairs and live is not None and live["action"] != "DELETE":
            if live["action"] == "SUSPEND":
                self._expect(Operation(Verb.RESUME), "RESUME")
            self._expect(Operation(Verb.UPDATE, SOUND, rollback=False, minutes=ENOUGH), "UPDATE")
        if self.client.stack_row() is not None and not self.violations:
            self._expect(Operation(Verb.DELETE), "DELETE")
            endings.check_nothing_left(self)

    def _wait_for_turn(self, operation: Operation) -> None:
        if operation.after == AT_REST:
            self._settle("an operation's turn")
            self._look_at_rollback()
        else:
            wanted = self.scheduler.steps + operation.after
            self.scheduler.run(self._is_settled, PATIENCE, lambda: self.scheduler.steps >= wanted)
        if self.violations:
            raise Violation

    def _look_at_rollback(self) -> None:
        """A rollback makes nothing anew but what had failed; compared with what there was at rest before."""
        before, self._at_rest = self._at_rest, endings.physical_ids(self)
        undisturbed = self.scenario.is_calm and all(
            it.after == AT_REST and it.verb not in (*VISITS, *BESIDE) for it in self.scenario.operations
        )
        if undisturbed and before is not None and self._at_rest is not None:
            endings.check_rollback(self, before, self._at_rest)
        self.failed_names.clear()

    def _expect(self, operation: Operation, action: str) -> None:
        self.faults.stop()
        self.tell("client", f"at last, a sound {operation.verb}")
        for _ in range(limits.TRIES if self.scenario.is_limited else 5):
            self.client.call(operation)
            self._settle(f"the last {operation.verb}")
            if self.violations:
                raise Violation
            if self.client.succeeded:
                break
        endings.check(self)
        endings.check_complete(self, action)
        if self.violations:
            raise Violation

    def _settle(self, what: str) -> None:
        if not self.scheduler.run(self._is_settled, PATIENCE):
            self.complain(f"{what}: nothing settles in {PATIENCE:.0f} s: {endings.unsettled(self)}")
        if self.violations:
            raise Violation

    def _is_settled(self) -> bool:
        return bool(self.violations) or (not self.client.is_calling and not endings.unsettled(self))

    def _clear(self) -> None:
        for engine in [*self.engines]:
            engine.process.is_dead = True
            engine.database.cut()
            self.scheduler.kill(engine.process)
        self.scheduler.kill(self.client.process)


SOUND = (
    Spec("a", "Sim::Server", "sound"),
    Spec("b", "Sim::Volume", "sound", reads=("a",), links=("a",)),
    Spec("v", "Sim::Value", "sound", reads=("b",)),
)
"""A template with which nothing is wrong."""


def play(scenario: Scenario, trace: bool = False) -> Simulation:
    """Play a scenario, within surroundings that are all the simulator's own."""
    simulation = Simulation(scenario, trace)
    with simulated(simulation):
        return simulation.play()
