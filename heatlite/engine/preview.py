"""Preview: what a create or an update would do, found out without doing it.

::

    name in both templates   type or a fixed property differs  ──▶ replaced
                             another property differs          ──▶ updated
                             nothing does                      ──▶ unchanged
    only in the new one ──▶ added         only in the old one ──▶ deleted

What reads an attribute of a resource that is made anew sees a value that isn't known yet, and so counts as changed.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from heatlite.convergence.graph import Graph
from heatlite.convergence.model import Action
from heatlite.db.records import ResourceRecord
from heatlite.engine.inputs import Inputs
from heatlite.engine.nested.provider import plugin_of
from heatlite.engine.scope import EngineScope, FutureResource, LiveResource, live
from heatlite.resources import steps
from heatlite.resources.base import Resource
from heatlite.resources.instance import Instance
from heatlite.resources.outcomes import Replace, Unchanged
from heatlite.resources.registry import Registry
from heatlite.template import UNKNOWN, Parameters, ResourceDefinition, Template, known, resolve


class Fate(enum.StrEnum):
    """What becomes of a name. The values are the reply's keys."""

    ADDED = "added"
    DELETED = "deleted"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"
    UPDATED = "updated"


@dataclass(frozen=True)
class Present:
    """A stack as it is: name → the row that serves it."""

    stack_name: str
    stack_id: str
    project_id: str
    rows: Mapping[str, ResourceRecord]


class Preview:
    """Compares a template with what there is, in the order of dependencies."""

    def __init__(
        self, registry: Registry, inputs: Inputs, template: Template, parameters: Parameters, present: Present
    ) -> None:
        self._registry = registry
        self._inputs = inputs
        self.template = template
        self._parameters = parameters
        self._present = present
        self._seen: dict[str, LiveResource | FutureResource] = {}

    def fates(self) -> dict[str, Fate]:
        """Name → fate, of all names in either."""
        definitions = self.template.resources
        order = Graph({name: sorted(definition.requires) for name, definition in definitions.items()}).order()
        fates = {name: self._fate(definitions[name]) for name in order}
        return fates | {name: Fate.DELETED for name in self._present.rows if name not in definitions}

    def row(self, name: str) -> ResourceRecord | None:
        """The row that serves a name now."""
        return self._present.rows.get(name)

    def properties(self, name: str) -> dict[str, Any]:
        """Every property that the template wants a name to have; None for one that isn't given, or isn't known."""
        definition = self.template.resources[name]
        plugin = plugin_of(self._registry, definition.type, self.template.files)
        given = resolve(definition.properties, self._scope) or {}
        checked = (
            plugin.checked_properties(given, definition.place("properties"), UNKNOWN) if given is not UNKNOWN else {}
        )
        return {**dict.fromkeys(plugin.properties_schema), **known(checked)}

    def resource(self, name: str) -> Resource | None:
        """What the template wants a name to be, once the fates are known; None where its properties aren't known."""
        definition = self.template.resources[name]
        plugin = plugin_of(self._registry, definition.type, self.template.files)
        given = resolve(definition.properties, self._scope) or {}
        if given is UNKNOWN:
            return None
        wanted = plugin.checked_properties(given, f"resources.{name}.properties", UNKNOWN)
        return plugin(self._instance(definition, self.row(name), wanted))

    @property
    def _scope(self) -> EngineScope:
        return EngineScope(self._parameters, self.template.files, self._seen)

    def _fate(self, definition: ResourceDefinition) -> Fate:
        plugin = plugin_of(self._registry, definition.type, self.template.files)
        row = self._present.rows.get(definition.name)
        fate = Fate.ADDED if row is None else self._compared(definition, plugin, row)
        there = live(row, self._registry) if row is not None and fate in (Fate.UNCHANGED, Fate.UPDATED) else None
        self._seen[definition.name] = there or FutureResource(definition.name, plugin)
        return fate

    def _compared(self, definition: ResourceDefinition, plugin: type[Resource], row: ResourceRecord) -> Fate:
        if row.type != definition.type or row.view.has_failed or row.action in (Action.INIT, Action.DELETE):
            return Fate.REPLACED
        scope = self._scope
        given = resolve(definition.properties, scope) or {}
        prefix = definition.place("properties")
        wanted = {} if given is UNKNOWN else plugin.checked_properties(given, prefix, UNKNOWN)
        resource = plugin(self._instance(definition, row, wanted))
        match steps.assess_update(resource, row.properties_data or {}, wanted):
            case Replace():
                return Fate.REPLACED
            case Unchanged() if not plugin.always_looks:
                same = resolve(definition.metadata, scope) == (row.resource_metadata or {})
                return Fate.UNCHANGED if same else Fate.UPDATED
        return Fate.UPDATED

    def _instance(
        self, definition: ResourceDefinition, row: ResourceRecord | None, properties: Mapping[str, Any]
    ) -> Instance:
        present = self._present
        return Instance(
            name=definition.name,
            uuid=row.uuid if row else "",
            stack_name=present.stack_name,
            stack_id=present.stack_id,
            project_id=present.project_id,
            type_name=definition.type,
            properties=properties,
            resource_id=row.physical_resource_id if row else None,
            data=(row.resource_data or {}) if row else {},
            files=self.template.files,
            now=self._inputs.now,
            random=self._inputs.random,
            unknown=UNKNOWN,
            mask=self._parameters.mask,
        )
