"""Make a failing scenario smaller: fewer faults, operations, resources, engines, until nothing can go any more.

A smaller scenario has other interleavings, so that each is tried on several schedules before it is given up.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import TypeVar

from tests.simulator.draw import without
from tests.simulator.scenario import Answers, Mail, Operation, Scenario

SCHEDULES = 12
Item = TypeVar("Item")


def shrink(scenario: Scenario, fails: Callable[[Scenario], bool], tries: int = 2000) -> Scenario:
    """The smallest scenario found that still fails.

    :param tries: how many may be played at most
    """
    left = tries
    while True:
        for smaller in candidates(scenario):
            for schedule in (scenario.schedule, *range(SCHEDULES)):
                left -= 1
                if left < 0:
                    return scenario
                found = dataclasses.replace(smaller, schedule=schedule)
                if fails(found):
                    break
            else:
                continue
            scenario = found
            break
        else:
            return scenario


def candidates(scenario: Scenario) -> Iterator[Scenario]:
    """Scenarios with one thing less, the largest cuts first."""
    replace = dataclasses.replace
    if scenario.repairs:
        yield replace(scenario, repairs=False)
    if scenario.mail != Mail():
        yield replace(scenario, mail=Mail())
    if scenario.faults:
        yield replace(scenario, faults=())
    if scenario.answers != Answers():
        yield replace(scenario, answers=Answers())
    if scenario.sharing is not None:
        yield replace(scenario, sharing=None)
    for plain in ({"hooks": ()}, {"minutes": 0}):
        operations = tuple(replace(operation, **plain) for operation in scenario.operations)
        if operations != scenario.operations:
            yield replace(scenario, operations=operations)
    for index in range(len(scenario.operations) - 1, 0, -1):
        yield replace(scenario, operations=_less(scenario.operations, index))
    for index in range(len(scenario.faults)):
        yield replace(scenario, faults=_less(scenario.faults, index))
    for plainer in ({"haste": 0.0}, {"lag": 0.0}, {"slow": 0.0}, {"shuffled_locks": False}):
        if any(getattr(scenario, name) != value for name, value in plainer.items()):
            yield replace(scenario, **plainer)
    for name in sorted({spec.name for operation in scenario.operations for spec in operation.template}):
        yield replace(scenario, operations=tuple(_without_name(it, name) for it in scenario.operations))
    if scenario.engines > 1:
        yield replace(scenario, engines=scenario.engines - 1)
    yield from _simpler_specs(scenario)


def _less(items: tuple[Item, ...], index: int) -> tuple[Item, ...]:
    return items[:index] + items[index + 1 :]


def _without_name(operation: Operation, name: str) -> Operation:
    template = tuple(without(spec, {name}) for spec in operation.template if spec.name != name)
    return dataclasses.replace(operation, template=template)


def _simpler_specs(scenario: Scenario) -> Iterator[Scenario]:
    """The same with a resource that waits for less, is tied to less, or is less peculiar."""
    for plainer in ({"polls": 0}, {"stubborn": False}, {"fails": ""}, {"reads": ()}, {"after": ()}):
        (name, value), *_ = plainer.items()
        for each in sorted({it.name for op in scenario.operations for it in op.template if getattr(it, name) != value}):
            operations = tuple(
                dataclasses.replace(
                    operation,
                    template=tuple(
                        dataclasses.replace(it, **plainer) if it.name == each else it for it in operation.template
                    ),
                )
                for operation in scenario.operations
            )
            yield dataclasses.replace(scenario, operations=operations)
