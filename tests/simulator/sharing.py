"""Projects that share engines: nodes beyond a project's share are queued, and engines take them, project by project.

neighbours   stacks of other projects, created at the start and deleted at the end
puller       heatlite's own, which each engine asks again and again
turns        what is watched: no project is passed over while another is served again and again
"""

from __future__ import annotations

import dataclasses
import random
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from heatlite.context import RequestContext
from heatlite.convergence.model import NodeState
from heatlite.engine.membership.project_quota import ProjectQuota, Share
from heatlite.engine.operations.operation_options import OperationOptions
from heatlite.engine.operations.validation import Submission
from heatlite.engine.runtime.backlog_puller import BacklogPuller, Room
from heatlite.template import Environment
from tests.simulator import nesting
from tests.simulator.scenario import Scenario, Sharing, Spec, Template, hot
from tests.simulator.store.store import Changes

if TYPE_CHECKING:
    from tests.simulator.engine import SimulatedEngine
    from tests.simulator.simulation import Simulation

THREADS = 2
LOOKS = 0.5
"""Seconds between two looks of a puller."""
PATIENCE = 3 * THREADS
"""Batches of others that an engine may take while a project's nodes are queued all the time."""


def shared(scenario: Scenario) -> Scenario:
    """The scenario; in some cases with a share for each project, and neighbours."""
    chance = random.Random(f"sharing {scenario.seed}")
    if chance.random() >= 0.15:
        return scenario
    neighbours = tuple(chance.choice((2, 5, 8)) for _ in range(chance.choice((0, 1, 2))))
    return dataclasses.replace(scenario, sharing=Sharing(1, chance.choice((1, 2)), neighbours))


def quota_of(sharing: Sharing | None, database: Any, inputs: Any, alive: Callable[[], int]) -> ProjectQuota | None:
    """What an engine knows of shares; None where there are none."""
    return None if sharing is None else ProjectQuota(database, inputs, Share(sharing.batches, sharing.nodes), alive)


def pull(engine: SimulatedEngine) -> None:
    """Ask an engine's puller again and again, as its thread does."""
    simulation, quota = engine.simulation, engine.shared.quota
    assert quota is not None, "only where projects have shares"
    room = Room(THREADS, may_act=lambda: engine.shared.lease.is_valid)
    puller = BacklogPuller(quota, engine.checker, lambda work: engine.spawn("queued", work), room)
    while engine.serves:
        puller._try()
        simulation.scheduler.sleep(LOOKS)


class Neighbours:
    """Stacks of other projects."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        sharing = simulation.scenario.sharing
        self.sizes = sharing.neighbours if sharing is not None else ()

    def begin(self) -> None:
        """Create them, as soon as an engine serves."""
        for number, size in enumerate(self.sizes):
            self._call(f"neighbour-{number}", template(size))

    def _call(self, name: str, wanted: Template) -> None:
        simulation = self._simulation
        engines = [engine for engine in simulation.engines if engine.serves and not engine.process.is_paused]
        if not engines:
            simulation.scheduler.at(1.0, lambda: self._call(name, wanted))
            return
        engine = simulation.chance.choice(engines)
        simulation.client.templates |= nesting.templates(wanted)
        engine.spawn(name, lambda: self._create(engine, name, wanted))

    def _create(self, engine: SimulatedEngine, name: str, wanted: Template) -> None:
        self._simulation.tell(name, f"→ {engine.process.name}: create")
        database: Any = engine.database
        context = RequestContext(database, {"project_id": name, "username": name})
        engine.lifecycle.create(context, name, Submission(hot(wanted), {}, Environment()), OperationOptions())


def template(size: int) -> Template:
    """So many resources, which need one another in pairs."""
    return tuple(
        Spec(f"n{at}", "Sim::Server", "x", after=(f"n{at - 1}",) if at % 2 else (), polls=at % 3) for at in range(size)
    )


class Turns:
    """Watches whom engines take queued nodes of."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._passed: dict[str, Counter[str]] = {}
        """Engine → project → how many batches of others it took since that had queued nodes."""

    def broken_by(self, changes: Changes, engine: str) -> Iterator[str]:
        """What is wrong with a commit by which an engine takes queued nodes."""
        taken = {
            before["held_for"]
            for row, before, after in changes
            if row.table.shape.name == "sync_point" and before is not None and after is not None
            if before["held_for"] and not after["held_for"] and after["state"] == NodeState.SCHEDULED
        }
        if not taken:
            return
        waiting = self._simulation.store.tables["sync_point"].committed(lambda node: bool(node["held_for"]))
        projects = {node["held_for"] for node in waiting}
        passed = self._passed.setdefault(engine, Counter())
        for project in [it for it in passed if it not in projects or it in taken]:
            del passed[project]
        for project in projects - taken:
            passed[project] += 1
            if passed[project] == PATIENCE:
                yield f"{engine} takes queued nodes of {', '.join(taken)} again and again, and none of {project}"
