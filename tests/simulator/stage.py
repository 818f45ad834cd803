"""The stage: what a plugin's step meets in a simulation. See ``plugins.Stage``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heatlite.resources.base import Resource
from tests.simulator.plugins import INJECTED
from tests.simulator.world import World

if TYPE_CHECKING:
    from tests.simulator.engine import SimulatedEngine
    from tests.simulator.simulation import Simulation


class SimulatedStage:
    """The world, the right to act on it, and what chance has in store."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self.world: World = simulation.world

    def acting(self) -> SimulatedEngine | None:
        """The engine that runs now."""
        current = self._simulation.scheduler.current
        engines = self._simulation.engines
        return next((it for it in engines if current is not None and it.process is current.process), None)

    def may_act(self, resource: Resource, verb: str) -> None:
        """The engine must hold the resource's lock."""
        simulation, engine = self._simulation, self.acting()
        simulation.tell(simulation.who(), f"⚙ {verb} {resource.name}")
        rows = simulation.store.tables["resource"].committed(lambda row: row["uuid"] == resource.uuid)
        holder = rows[0]["engine_id"] if rows else None
        if engine is not None and holder != engine.shared.lease.engine_id:
            simulation.complain(f"{engine.process.name} begins to {verb} {resource.name}, whose row {holder} holds")

    def take_time(self) -> None:
        """A call to the cloud: others may run meanwhile, and now and then it takes seconds.

        :raises TimeoutError: perhaps, where the engine was paused meanwhile: it never got its answer
        """
        simulation, engine = self._simulation, self.acting()
        pauses = engine.pauses if engine else 0
        slow = simulation.scenario.slow
        if slow and simulation.chance.random() < slow:
            simulation.scheduler.sleep(simulation.chance.uniform(0.5, 8.0))
        else:
            simulation.scheduler.point()
        if engine is not None and engine.pauses > pauses and simulation.chance.random() < 0.5:
            raise TimeoutError(f"{INJECTED}: no answer")

    def strikes(self) -> bool:
        """Whether a step that begins now is to fail."""
        if self._simulation.strikes_due:
            self._simulation.strikes_due -= 1
            return True
        return False
