"""Helpers for tests of plugins: run an action to its end, each step in a new object, on a clock that never waits.

::

    server = instance_of(Server, {"flavor": "small"})
    created = drive(Server, "CREATE", instance=server)
    assert isinstance(created, Done)
    resized = drive(Server, "UPDATE", {"flavor": "large"}, instance=carried(server, created))
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterator, Mapping
from typing import Any

from heatlite.resources.base import Resource
from heatlite.resources.difference import changed
from heatlite.resources.instance import Instance
from heatlite.resources.nested.testing import StacksInMemory
from heatlite.resources.outcomes import Done, Failed, Replace, Waiting
from heatlite.resources.properties import NOTHING
from heatlite.resources.software.testing import SoftwareInMemory
from heatlite.resources.steps import poll, start

Outcome = Done | Waiting | Replace | Failed


LEAST_PAUSE_SECONDS = 0.001  # more than a float of epoch seconds resolves, so that time does pass


class FakeClock:
    """Epoch seconds that pass only by ``advance``. Calling it returns the time."""

    def __init__(self, start: float = 1_700_000_000.0) -> None:
        self.time = start

    def __call__(self) -> float:
        return self.time

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.time += seconds


def instance_of(
    plugin: type[Resource],
    properties: Mapping[str, Any] | None = None,
    clock: FakeClock | None = None,
    **facts: Any,
) -> Instance:
    """Return an instance ``web`` of the stack ``stack`` with checked properties; ``facts`` are other Instance fields.

    :raises StackValidationFailed: if the properties are wrong
    """
    defaults: dict[str, Any] = {
        "name": "web",
        "uuid": "3b241101-e2bb-4255-8caf-4136c566a962",
        "stack_name": "stack",
        "stack_id": "6c84fb90-12c4-11e1-840d-7b25c5ee775a",
        "now": clock or FakeClock(),
        "random": random.Random(1),
        "nested": StacksInMemory(),
        "software": SoftwareInMemory(),
        "properties": plugin.checked_properties(
            properties or {}, "resources.web.properties", facts.get("unknown", NOTHING)
        ),
    }
    return Instance(**{**defaults, **facts})


def carried(instance: Instance, outcome: Done | Waiting | Failed) -> Instance:
    """Return the instance as the next step sees it: with the physical id and data from the outcome."""
    return dataclasses.replace(instance, resource_id=outcome.physical_id, data=outcome.data)


def walk(
    plugin: type[Resource], action: str, instance: Instance, prop_diff: Mapping[str, Any] | None = None
) -> Iterator[Outcome]:
    """Yield each outcome of an action, every step in a new object. Advance the clock between two of them."""
    given = [prop_diff] if action == "UPDATE" else []
    outcome: Outcome = start(plugin(instance), action, *given)
    yield outcome
    while isinstance(outcome, Waiting):
        instance = carried(instance, outcome)
        outcome = poll(plugin(instance), action, outcome.progress, *given)
        yield outcome


def drive(
    plugin: type[Resource],
    action: str,
    properties: Mapping[str, Any] | None = None,
    *,
    clock: FakeClock | None = None,
    instance: Instance | None = None,
    most_steps: int = 1000,
) -> Done | Replace | Failed:
    """Run an action to its end and return its outcome.

    :param properties: as in a template; for an UPDATE of ``instance``, the new ones
    :param clock: the clock; it advances by the plugin's ``poll_in``
    :param instance: the resource as it is, such as ``carried`` returns; without it, one that was never created
    :raises AssertionError: if the action doesn't end within ``most_steps``
    """
    clock = clock or FakeClock()
    before = instance or instance_of(plugin, properties)
    after = dataclasses.replace(before, now=clock)
    if properties is not None:
        checked = plugin.checked_properties(properties, f"resources.{before.name}.properties")
        after = dataclasses.replace(after, properties=checked)
    prop_diff = changed(before.properties, after.properties) if action == "UPDATE" else None
    for _, outcome in zip(range(most_steps), walk(plugin, action, after, prop_diff), strict=False):
        if not isinstance(outcome, Waiting):
            return outcome
        clock.advance(max(outcome.poll_after, LEAST_PAUSE_SECONDS))
    raise AssertionError(f"{action} of {plugin.__name__} didn't end within {most_steps} steps")
