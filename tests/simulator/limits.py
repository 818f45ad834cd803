"""Time limits: operations that take longer than they may, in whatever state they are when their time is over.

A limit is a minute or two; a resource takes most of that by itself, and several in a row take longer. Where
there are hooks too, the person comes by too late.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterator
from typing import TYPE_CHECKING

from heatlite.convergence.model import Status
from tests.simulator.scenario import PHYSICAL, Operation, Scenario, Template
from tests.simulator.store.rows import Values

if TYPE_CHECKING:
    from tests.simulator.simulation import Simulation

SLOW = (20, 28)
"""Polls, of a second each: less than the shortest limit, so that each try gets on by one resource."""
LATE = 300.0
"""Seconds after its time in which an operation ends: a clock that has jumped, an outage and a pause are shorter."""
TRIES = 15


def limited(scenario: Scenario) -> Scenario:
    """The scenario; in some cases with time limits, and resources that use them up."""
    chance = random.Random(f"limits {scenario.seed}")
    if chance.random() >= 0.15:
        return scenario
    operations = tuple(_limited(chance, it) if it.template else it for it in scenario.operations)
    return dataclasses.replace(scenario, operations=operations, repairs=True)


def _limited(chance: random.Random, operation: Operation) -> Operation:
    template = _slower(chance, operation.template)
    return dataclasses.replace(operation, template=template, minutes=chance.choice((1, 1, 2)))


def _slower(chance: random.Random, template: Template) -> Template:
    return tuple(
        dataclasses.replace(
            spec,
            polls=chance.choice(SLOW) if spec.type in PHYSICAL and chance.random() < 0.6 else spec.polls,
            inner=_slower(chance, spec.inner),
        )
        for spec in template
    )


def overrun(simulation: Simulation, before: Values | None, after: Values) -> Iterator[str]:
    """What is wrong with a stack whose operation ends now: that it should have ended long ago."""
    if before is None or before["status"] != Status.IN_PROGRESS or not simulation.scenario.is_limited:
        return
    if before["current_traversal"] != after["current_traversal"] or after["status"] == Status.IN_PROGRESS:
        return
    late = simulation.time() - before["deadline"] if before["deadline"] is not None else 0.0
    if late > LATE:
        yield f"the time of {before['action']} was over {late:.0f} s ago, and it ends only now"
