"""Decide whether a stack of Heat's can be taken over, and with which templates and plugins. Nothing is written.

A tree can be taken over if every stack and every resource in it is COMPLETE, of a type that is installed here, with
properties that the type accepts. Any other tree should first be repaired by the engine that made it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from heatlite import exception
from heatlite import template as language
from heatlite.convergence.model import Action, Status
from heatlite.db.heat.records import HeatResource, HeatStack
from heatlite.db.records import TemplateRecord
from heatlite.engine.definitions import traversals
from heatlite.engine.definitions.provider import plugin_of
from heatlite.resources.base import Resource
from heatlite.resources.registry import Registry
from heatlite.resources.stack_resource import StackResource
from heatlite.template import ResourceDefinition

GONE = ("DELETE", "COMPLETE")
ELSEWHERE = (
    "its stack {} isn't in this database, or is another project's: stacks of other regions and clouds are not supported"
)


FOR_AGENTS = ("deployments", "os-collect-config")


@dataclass(frozen=True)
class JudgedResource:
    """A resource that can be taken over. ``properties`` are in its plugin's form; ``child`` is its nested stack."""

    heat: HeatResource
    definition: ResourceDefinition
    plugin: type[Resource]
    properties: Mapping[str, Any]
    child: HeatStack | None = None

    @property
    def metadata(self) -> dict[str, Any]:
        """The metadata of the template: Heat also keeps there what it tells the agent of a server."""
        told = FOR_AGENTS if self.plugin.shows_deployments else ()
        return {key: value for key, value in self.heat.metadata.items() if key not in told}


@dataclass(frozen=True)
class JudgedStack:
    """A stack that can be taken over, with its nested stacks."""

    heat: HeatStack
    raw: Mapping[str, Any]
    """Its template, in the form that heatlite stores."""
    template: language.Template
    parameters: language.Parameters
    resources: tuple[JudgedResource, ...]
    children: tuple[JudgedStack, ...]

    def tree(self) -> Iterator[JudgedStack]:
        """Yield the nested stacks and this stack, each after those nested in it."""
        for child in self.children:
            yield from child.tree()
        yield self


@dataclass(frozen=True)
class Judgement:
    """The result for one tree: either a stack, or the reasons why it can't be taken over.

    ``joined`` are the ids of Heat's separate stacks that are part of this tree, or may be where that can't be told.
    """

    stack: JudgedStack | None
    obstacles: tuple[str, ...] = ()
    joined: frozenset[str] = frozenset()


class Judge:
    """Judges trees of stacks by the plugins that are installed here."""

    def __init__(self, registry: Registry, operator_registry: Mapping[str, Any]) -> None:
        self._registry = registry
        self._operator_registry = operator_registry

    def judge(self, root: HeatStack) -> Judgement:
        """Judge a whole tree, and name every obstacle."""
        obstacles: list[str] = []
        joined: set[str] = set()
        judged = self._stack(root, "", None, obstacles, joined)
        return Judgement(None if obstacles else judged, tuple(obstacles), frozenset(joined))

    def _stack(
        self,
        stack: HeatStack,
        prefix: str,
        holder: type[Resource] | None,
        obstacles: list[str],
        joined: set[str],
    ) -> JudgedStack | None:
        obstacles += [f"{prefix}{reason}" for reason in states_in_the_way(stack)]
        raw, rows = stack.template.template, oldest_first(stack.resources)
        if holder is not None and issubclass(holder, StackResource):
            raw = holder.template_from_heat(raw, [row.name for row in rows])
        try:
            parsed, parameters = self._parse(stack, raw)
        except exception.HeatliteError as error:
            obstacles.append(f"{prefix}its template can't be read here: {error}")
            joined |= {it.id for it in stack.separate}
            return None
        resources, children = [], []
        for row in rows:
            judged = self._resource(stack, row, parsed, prefix, obstacles)
            if judged is not None:
                resources.append(judged)
            if judged is not None and judged.child is not None:
                joined |= {judged.child.id} & {it.id for it in stack.separate}
                below = f"{prefix}resources.{row.name}."
                children.append(self._stack(judged.child, below, judged.plugin, obstacles, joined))
        obstacles += [f"{prefix}{reason}" for reason in without_each_other(stack, parsed, resources)]
        return JudgedStack(stack, raw, parsed, parameters, tuple(resources), tuple(it for it in children if it))

    def _parse(self, stack: HeatStack, raw: Mapping[str, Any]) -> tuple[language.Template, language.Parameters]:
        given = stack.template
        record = TemplateRecord(0, dict(raw), dict(given.files), dict(given.environment))
        parsed = traversals.parse(record, self._operator_registry)
        parameters = traversals.bind(record, parsed, stack.name, stack.id, stack.tenant)
        return parsed.under(parameters), parameters

    def _resource(
        self, stack: HeatStack, row: HeatResource, parsed: language.Template, prefix: str, obstacles: list[str]
    ) -> JudgedResource | None:
        place, definition = f"{prefix}resources.{row.name}", parsed.resources.get(row.name)
        if (row.action, row.status) == GONE:
            return None
        if reason := row_in_the_way(row, definition):
            obstacles.append(f"{place} {reason}")
            return None
        assert definition is not None, "a row that no template defines is in the way"
        try:
            plugin = plugin_of(self._registry, definition.type, stack.template.files)
            properties = plugin.checked_properties(row.properties or {}, f"{place}.properties")
        except exception.HeatliteError as error:
            obstacles.append(f"{place} ({definition.type}): {error}")
            return None
        child = child_of(stack, row, definition, plugin)
        if issubclass(plugin, StackResource) and child is None and definition.external_id is None:
            why = ELSEWHERE if plugin.is_separate_in_heat else "its nested stack {} doesn't exist"
            obstacles.append(f"{place} ({definition.type}): {why.format(row.physical_resource_id)}")
        return JudgedResource(row, definition, plugin, properties, child)


def child_of(
    stack: HeatStack, row: HeatResource, definition: ResourceDefinition, plugin: type[Resource]
) -> HeatStack | None:
    """Return the nested stack of a resource, if it has one: in Heat that of an OS::Heat::Stack is a root of its own."""
    found = next((it for it in stack.children if it.id == row.physical_resource_id), None)
    is_separate = issubclass(plugin, StackResource) and plugin.is_separate_in_heat
    if found is not None or not is_separate or definition.external_id is not None:
        return found
    made = next((it for it in stack.separate if it.id == row.physical_resource_id), None)
    return None if made is None else made.nested_in(stack, row.name)


def oldest_first(rows: Iterable[HeatResource]) -> list[HeatResource]:
    """Sort resources as Heat sorts the members of a scaling group, so that heatlite's ids have the same order."""
    return sorted(rows, key=lambda row: (row.created_at or datetime.datetime.min, row.name))


def states_in_the_way(stack: HeatStack) -> Iterator[str]:
    """Yield the obstacles in a stack's own state."""
    state = f"{stack.action}_{stack.status}"
    if not stack.is_convergence:
        yield f"it isn't a convergence stack: run `heat-manage migrate_convergence_1 {stack.id}` in Heat first"
    if stack.status == Status.IN_PROGRESS:
        yield f"it is {state}: wait until it ends, or cancel it in Heat"
    elif stack.status != Status.COMPLETE:
        yield f"it is {state} ({stack.status_reason}): repair it in Heat, by an update or a check"
    elif stack.action not in set(Action) or stack.action in (Action.DELETE, Action.INIT):
        yield f"it is {state}, and heatlite can't continue from that state"


def row_in_the_way(row: HeatResource, definition: ResourceDefinition | None) -> str | None:
    """Return the obstacle in a resource's row; None if there is none."""
    if row.status != Status.COMPLETE:
        return f"is {row.action}_{row.status} ({row.status_reason})"
    if row.replaced_by is not None or definition is None:
        return "isn't in the template (any more): Heat has not deleted it yet"
    return None


def without_each_other(stack: HeatStack, parsed: language.Template, resources: list[JudgedResource]) -> Iterator[str]:
    """Yield an obstacle for each name without a row, and each nested stack without a resource."""
    named = {row.name for row in stack.resources}
    yield from (f"resources.{name} has never been created" for name in parsed.resources if name not in named)
    held = {it.child.id for it in resources if it.child is not None}
    rows = {row.physical_resource_id for row in stack.resources}
    for child in stack.children:
        if child.id not in held and child.id not in rows:
            yield f"no resource owns its nested stack {child.name} ({child.id})"
