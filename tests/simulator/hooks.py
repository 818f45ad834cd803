"""Hooks: resources that wait for a person, and the person, who comes by now and then and clears one.

An operation that waits at a hook may be superseded, cancelled or timed out, and its engine may die; the person may
clear what waits no more. What must hold is that no action begins while its hook isn't cleared.
"""

from __future__ import annotations

import dataclasses
import json
import random
from typing import TYPE_CHECKING, Any

from heatlite import exception
from heatlite.convergence.model import NodeState
from heatlite.db import stacks
from heatlite.engine.signals import hooks
from heatlite.resources.base import Resource
from heatlite.template import Hook
from tests.simulator.scenario import Operation, Scenario

if TYPE_CHECKING:
    from tests.simulator.simulation import Simulation

COMES_BY, COMES_LATE = (5.0, 40.0), (300.0, 1500.0)
"""Seconds between two visits of the person; the same where operations have time limits."""
BEFORE = {"create": Hook.PRE_CREATE, "update": Hook.PRE_UPDATE, "delete": Hook.PRE_DELETE}
"""A plugin's first step → the hook before it."""


def hooked(scenario: Scenario) -> Scenario:
    """The scenario; in some cases with hooks at the resources of its templates."""
    chance = random.Random(f"hooks {scenario.seed}")
    if chance.random() >= 0.15:
        return scenario
    operations = tuple(_hooked(chance, it) if it.template else it for it in scenario.operations)
    return dataclasses.replace(scenario, operations=operations)


def _hooked(chance: random.Random, operation: Operation) -> Operation:
    chosen = [(spec.name, str(chance.choice(list(Hook)))) for spec in operation.template if chance.random() < 0.4]
    return dataclasses.replace(operation, hooks=tuple(chosen))


def environment(operation: Operation) -> dict[str, Any]:
    """The environment that a client submits with an operation."""
    resources: dict[str, Any] = {}
    for name, hook in operation.hooks:
        resources.setdefault(name, {"hooks": []})["hooks"].append(hook)
    return {"resource_registry": {"resources": resources}} if resources else {}


class Person:
    """Clears hooks."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._pause = COMES_LATE if simulation.scenario.is_limited else COMES_BY

    def hurry(self) -> None:
        """Come by often from now on."""
        self._pause = COMES_BY
        self.begin()

    def begin(self) -> None:
        """Come by from now on, if there is any hook."""
        if any(operation.hooks for operation in self._simulation.scenario.operations):
            self._come_again()

    def _come_again(self) -> None:
        self._simulation.scheduler.at(self._simulation.chance.uniform(*self._pause), self._come)

    def _come(self) -> None:
        simulation = self._simulation
        waiting = simulation.store.tables["sync_point"].committed(lambda node: node["state"] == NodeState.PAUSED)
        engines = [engine for engine in simulation.engines if engine.serves and not engine.process.is_paused]
        if waiting and engines:
            node, engine = simulation.chance.choice(waiting), simulation.chance.choice(engines)
            engine.spawn("hook", lambda: self._clear(engine, node))
        self._come_again()

    def _clear(self, engine: Any, node: dict[str, Any]) -> None:
        rows = self._simulation.store.tables["resource"].committed(lambda row: row["id"] == node["acting_id"])
        stack = stacks.get(engine.context(), node["stack_id"])
        if stack is None or not rows:
            return
        self._simulation.tell("person", f"clears {node['hook']} of {rows[0]['name']}")
        try:
            hooks.clear(engine.shared, engine.recorder, stack, rows[0]["name"], node["hook"])
        except exception.InvalidBreakPointHook as error:
            self._simulation.tell("person", str(error))


def passed(simulation: Simulation, resource: Resource, verb: str) -> str:
    """The hook that an action has passed without being let; nothing, where all is well.

    What a dead engine had begun is past its hook.
    """
    hook = BEFORE.get(verb)
    if hook is None or resource.is_repeated:
        return ""
    tables = simulation.store.tables
    stack = tables["stack"].committed(lambda row: row["id"] == resource.stack_id)[0]
    template: Any = tables["raw_template"].rows[(stack["raw_template_id"],)].committed
    registry = (json.loads(template["environment"] or "{}").get("resource_registry") or {}).get("resources") or {}
    if hook not in (registry.get(resource.name) or {}).get("hooks", ()):
        return ""
    rows = tables["resource"].committed(lambda row: row["uuid"] == resource.uuid)
    nodes = tables["sync_point"].committed(
        lambda node: (
            node["traversal_id"] == stack["current_traversal"]
            and node["state"] == NodeState.RUNNING
            and bool(rows)
            and node["acting_id"] == rows[0]["id"]
        )
    )
    return str(hook) if nodes and not any((node["cleared"] or 0) & hook.bit for node in nodes) else ""
