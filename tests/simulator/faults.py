"""Faults: what a scenario has in store, made to happen at its step."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.simulator.scenario import Fault, Mail, Mishap

if TYPE_CHECKING:
    from tests.simulator.engine import SimulatedEngine
    from tests.simulator.simulation import Simulation

ON_THE_LINE = (Mishap.DEADLOCK, Mishap.CUT, Mishap.CUT_BEFORE_COMMIT, Mishap.CUT_AFTER_COMMIT)


class Faults:
    """Makes the scenario's faults happen."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation

    def begin(self) -> None:
        """Set them up."""
        faults = sorted(self._simulation.scenario.faults, key=lambda fault: -fault.step)
        interrupts: list[tuple[int, Callable[[], None]]] = [
            (fault.step, functools.partial(self._strike, fault)) for fault in faults
        ]
        self._simulation.scheduler.interrupts = interrupts

    def stop(self) -> None:
        """No more of them: what is left must work by itself."""
        simulation = self._simulation
        simulation.scheduler.interrupts.clear()
        simulation.mishaps.clear()
        for line in (simulation.line, *(engine.line for engine in simulation.engines)):
            line.away_until = 0.0
        simulation.strikes_due = 0
        simulation.scheduler.haste = 0.0
        simulation.bus.mail = Mail()
        simulation.stage.cloud.stop()
        simulation.person.hurry()

    def _strike(self, fault: Fault) -> None:
        simulation = self._simulation
        simulation.tell("fate", f"⚡ {fault.mishap} {fault.amount or ''}")
        match fault.mishap:
            case Mishap.STRIKE:
                simulation.strikes_due += 1
            case Mishap.BREAK:
                self._break_one()
            case Mishap.OUTAGE:
                simulation.line.away_until = simulation.scheduler.now + fault.amount
            case mishap if mishap in ON_THE_LINE:
                simulation.mishaps.append(mishap)
            case _:
                self._at_engine(fault)

    def _break_one(self) -> None:
        simulation = self._simulation
        stack = simulation.client.stack_row()
        checks = stack is not None and (stack["action"], stack["status"]) == ("CHECK", "IN_PROGRESS")
        things = [thing for thing in simulation.world.things.values() if thing.complete]
        if things and not checks:
            simulation.world.damage(simulation.chance.choice(things))

    def _at_engine(self, fault: Fault) -> None:
        engine = self._victim()
        if engine is None:
            return
        simulation = self._simulation
        simulation.tell(engine.process.name, f"⚡ {fault.mishap}")
        match fault.mishap:
            case Mishap.CRASH:
                simulation.crash(engine)
            case Mishap.DRAIN if engine.serves:
                engine.spawn("drain", engine.drain)
            case Mishap.JUMP:
                engine.skew += fault.amount
            case Mishap.PARTITION:
                engine.line.away_until = simulation.scheduler.now + fault.amount
            case Mishap.PAUSE:
                engine.pauses += 1
                engine.process.is_paused = True
                simulation.scheduler.at(fault.amount, lambda: simulation.scheduler.resume(engine.process))

    def _victim(self) -> SimulatedEngine | None:
        """Mostly the engine that has just done something: that is where it hurts."""
        simulation = self._simulation
        engines = [engine for engine in simulation.engines if not engine.process.is_paused]
        if not engines:
            return None
        last = simulation.scheduler.last
        guilty = [engine for engine in engines if last is not None and engine.process is last]
        return guilty[0] if guilty and simulation.chance.random() < 0.8 else simulation.chance.choice(engines)
