"""Nested stacks that are changed beside their owner's operations, as a policy's signal scales a group.

    client ─▶ scale ─▶ the owner's row, if nobody holds it ─▶ the nested stack, if it still is at what it was

It is heatlite's own way of scaling. What is made of the nested stack is decided here: a server more, or the last
resource less.
"""

from __future__ import annotations

import dataclasses
import json
import random
from typing import TYPE_CHECKING, Any

from heatlite import exception
from heatlite.convergence.model import Status
from heatlite.db import resources
from heatlite.db.records import StackRecord
from heatlite.engine.signals.scaling import Busy, ScalableSiblings
from heatlite.engine.traversal.refresh import resource_of
from heatlite.resources.base import NoActionRequired
from heatlite.resources.nested.port import Unavailable
from tests.simulator.scenario import AT_REST, NESTED, Operation, Scenario, Spec, Template, Verb, text

if TYPE_CHECKING:
    from tests.simulator.engine import SimulatedEngine
    from tests.simulator.simulation import Simulation

MEMBERS = "mnop"


def scaled(scenario: Scenario) -> Scenario:
    """The scenario; in some cases with signals, where it has a nested stack."""
    chance = random.Random(f"scaled {scenario.seed}")
    nests = any(spec.type == NESTED for operation in scenario.operations for spec in operation.template)
    if not nests or chance.random() >= 0.4:
        return scenario
    operations = list(scenario.operations)
    for _ in range(chance.choice((1, 2, 3))):
        after = AT_REST if chance.random() < 0.3 else chance.choice((0, 10, 30, 80))
        operations.insert(chance.randrange(1, len(operations) + 1), Operation(Verb.SCALE, after=after))
    return dataclasses.replace(scenario, operations=tuple(operations))


def scale(simulation: Simulation, engine: SimulatedEngine, stack: StackRecord, name: str) -> None:
    """Scale a stack's nested stack.

    :raises ActionInProgress: where somebody else is at it, or there is nothing to be scaled
    """
    try:
        _scale(simulation, engine, stack, name)
    except (Busy, NoActionRequired, Unavailable):
        raise exception.ActionInProgress(stack_name=stack.name, action=stack.action) from None


def _scale(simulation: Simulation, engine: SimulatedEngine, stack: StackRecord, name: str) -> None:
    context = engine.shared.context()
    rows = [row for row in resources.by_stack(context, stack.id) if row.name == name and row.type == NESTED]
    group: Any = resource_of(engine.shared, rows[0]) if rows else None
    if group is None or rows[0].engine_id is not None or rows[0].status is not Status.COMPLETE:
        raise NoActionRequired
    known = simulation.client.templates
    after = changed(simulation.chance, known.get(json.dumps(group.nested.template(group.uuid), sort_keys=True), ()))
    known[text(after)] = after
    simulation.scaled.add(text(after))
    ScalableSiblings(engine.shared, engine.children, stack.id)._adjust(context, rows[0], group, after)


def changed(chance: random.Random, template: Template) -> Template:
    """A server more, or the last resource less that nothing requires."""
    fresh = [name for name in MEMBERS if all(spec.name != name for spec in template)]
    free = [spec for spec in template if not any(spec.name in other.requires for other in template)]
    if fresh and (not free or chance.random() < 0.6):
        return (*template, Spec(fresh[0], "Sim::Server", value=chance.choice("xyz"), polls=chance.choice((0, 1, 5))))
    return tuple(spec for spec in template if spec is not free[-1])
