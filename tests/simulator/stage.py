"""The stage: what a plugin's step meets in a simulation. See ``plugins.Stage``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heatlite.convergence.model import NodeState
from heatlite.resources.base import Resource
from tests.simulator import endings, hooks
from tests.simulator.answers import Cloud
from tests.simulator.plugins import INJECTED
from tests.simulator.world import Thing, World

if TYPE_CHECKING:
    from tests.simulator.engine import SimulatedEngine
    from tests.simulator.simulation import Simulation


class SimulatedStage:
    """The world, the right to act on it, and what chance has in store."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self.world: World = simulation.world
        self.world.follows = self.follows
        self.world.in_order = self.in_order
        self.cloud = Cloud(simulation)
        self.asks, self.answers, self.is_doubled = self.cloud.asks, self.cloud.answers, self.cloud.is_doubled

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
        if hook := hooks.passed(simulation, resource, verb):
            simulation.complain(f"{simulation.who()} begins to {verb} {resource.name}, and nobody cleared its {hook}")

    def follows(self, thing: Thing, name: str) -> bool:
        """Whether this step is the stack's current traversal's, and its template lets the thing require that name.

        A superseded traversal's step ends among things that the newer one may be changing; what it was begun for is
        over, and only that its links exist is promised.
        """
        simulation = self._simulation
        stack = simulation.store.tables["stack"].committed(lambda row: row["id"] == thing.stack_id)[0]
        rows = simulation.store.tables["resource"].committed(lambda row: row["uuid"] == thing.uuid)
        nodes = simulation.store.tables["sync_point"].committed(
            lambda node: node["state"] == NodeState.RUNNING and bool(rows) and node["acting_id"] == rows[0]["id"]
        )
        is_current = any(node["traversal_id"] == stack["current_traversal"] for node in nodes)
        specs = [spec for spec in endings.template_of(simulation, stack) if spec.name == thing.name]
        return is_current and bool(specs) and name in specs[0].requires

    def in_order(self, thing: Thing, other: Thing) -> bool:
        """Whether a step that suspends or resumes a thing is part of a traversal that does so to the other one too.

        An update resumes in the order of its template, one after the other; and what is being deleted, or of which
        nobody knows yet, is passed over.
        """
        store = self._simulation.store.tables
        stack = store["stack"].committed(lambda row: row["id"] == thing.stack_id)[0]
        rows = store["resource"].committed(lambda row: row["uuid"] == other.uuid)
        visited = [row for row in rows if row["action"] != "DELETE" and row["physical_resource_id"] == other.id]
        return stack["action"] in ("SUSPEND", "RESUME") and stack["status"] == "IN_PROGRESS" and bool(visited)

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
