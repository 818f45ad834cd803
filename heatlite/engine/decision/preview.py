"""Preview: what a create or an update would do, found out without doing it.

::

    name in both templates   type or a fixed property differs  ──▶ replaced
                             another property differs          ──▶ updated
                             nothing does                      ──▶ unchanged
    only in the new one ──▶ added         only in the old one ──▶ deleted

What reads an attribute of a resource that is made anew sees a value that isn't known yet, and so counts as changed.
Each comes with the reason, and with the properties that differ.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from heatlite.convergence.graph import Graph
from heatlite.convergence.model import Action
from heatlite.db.records import ResourceRecord
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.definitions.inheritance import facade_of
from heatlite.engine.definitions.provider import plugin_of
from heatlite.engine.definitions.scope import EngineScope, FutureResource, LiveResource, live
from heatlite.resources import steps
from heatlite.resources.base import Resource
from heatlite.resources.difference import changed
from heatlite.resources.instance import Instance
from heatlite.resources.outcomes import Failed, Replace, Unchanged
from heatlite.resources.properties import completed
from heatlite.resources.registry import Registry
from heatlite.template import UNKNOWN, Parameters, ResourceDefinition, Template, holds_unknown, known, resolve


class Fate(enum.StrEnum):
    """What becomes of a name. The values are the reply's keys."""

    ADDED = "added"
    DELETED = "deleted"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"
    UPDATED = "updated"


@dataclass(frozen=True)
class PropertyChange:
    """A property that differs. ``after`` may hold UNKNOWN; ``forces`` says that it is what needs a replacement."""

    name: str
    before: Any
    after: Any
    forces: bool = False


@dataclass(frozen=True)
class Change:
    """What becomes of a name, and why; a reason is a sentence for people."""

    type: str
    fate: Fate
    reason: str = ""
    properties: tuple[PropertyChange, ...] = ()
    looks: bool = False
    """Nothing differs here; its type looks elsewhere whether there is anything to do, as a nested stack's does."""


@dataclass(frozen=True)
class Present:
    """A stack as it is: name → the row that serves it."""

    stack_name: str
    stack_id: str
    project_id: str
    rows: Mapping[str, ResourceRecord]
    facade: Mapping[str, Any] | None = None
    """What its template may read of the resource that it is, in the stack above."""


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

    def fates(self, before: Preview) -> dict[str, Fate]:
        """Return name → fate, of all names in either, as Heat's API tells it.

        :param before: the template that the stack has. No properties are stored of a resource that was never made, so
            that it is compared with its definition there, and is unchanged where that is the same
        """
        found = {name: change.fate for name, change in self.changes().items()}
        unmade = [name for name in before.template.resources if name in found and self._was_never_made(name)]
        if unmade:
            before.changes()
        return found | {name: self._compared_with(before, name) for name in unmade if name in self.template.resources}

    def _was_never_made(self, name: str) -> bool:
        """Whether a name has a row that waits for its creation."""
        row = self.row(name)
        return row is not None and row.action is Action.INIT and not row.view.has_failed

    def _compared_with(self, before: Preview, name: str) -> Fate:
        """Return the fate of a resource that was never made: its definition against the one that the stack has."""
        old, new = before.template.resources[name], self.template.resources[name]
        was, now = before.resource(name), self.resource(name)
        if old.type != new.type or was is None or now is None:
            return Fate.REPLACED
        match steps.assess_update(now, was.properties, now.properties):
            case Replace():
                return Fate.REPLACED
            case Unchanged():
                same = resolve(old.metadata, before._scope) == resolve(new.metadata, self._scope)
                # two values that aren't known yet may still be two
                is_certain = not holds_unknown(now.properties) or old.written == new.written
                return Fate.UNCHANGED if same and is_certain else Fate.UPDATED
        return Fate.UPDATED

    def changes(self) -> dict[str, Change]:
        """Name → fate with its reasons, of all names in either, in the order of dependencies; what goes comes last."""
        definitions = self.template.resources
        order = Graph({name: sorted(definition.requires) for name, definition in definitions.items()}).order()
        changes = {name: self._change(definitions[name]) for name in order}
        gone = {name: row for name, row in self._present.rows.items() if name not in definitions}
        return changes | {
            name: Change(row.type, Fate.DELETED, "it is no longer in the template") for name, row in gone.items()
        }

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
        wanted = plugin.checked_properties(given, definition.place("properties"), UNKNOWN)
        return plugin(self._instance(definition, self.row(name), wanted))

    @property
    def _scope(self) -> EngineScope:
        return EngineScope(self._parameters, self.template.files, self._seen, self._present.facade)

    def facade(self, name: str, raw: Mapping[str, Any]) -> Any:
        """What the template of a resource's nested stack may read of the resource; None where it reads nothing."""
        definition = self.template.resources[name]
        metadata = known(resolve(definition.metadata, self._scope)) or {}
        return facade_of(raw, definition, metadata, self._scope)

    def _change(self, definition: ResourceDefinition) -> Change:
        plugin = plugin_of(self._registry, definition.type, self.template.files)
        row = self._present.rows.get(definition.name)
        added = Change(definition.type, Fate.ADDED)
        change = added if row is None else self._compared(definition, plugin, row)
        there = live(row, self._registry) if row is not None and change.fate in (Fate.UNCHANGED, Fate.UPDATED) else None
        self._seen[definition.name] = there or FutureResource(definition.name, plugin)
        return change

    def _compared(self, definition: ResourceDefinition, plugin: type[Resource], row: ResourceRecord) -> Change:
        if beyond_update := self._beyond_update(definition, row):
            return Change(definition.type, Fate.REPLACED, beyond_update)
        scope = self._scope
        if row.external_id is not None and row.external_id == resolve(definition.external_id, scope):
            return Change(definition.type, Fate.UNCHANGED)  # it isn't the stack's: whatever is written, it stays
        given = resolve(definition.properties, scope) or {}
        prefix = definition.place("properties")
        wanted = {} if given is UNKNOWN else plugin.checked_properties(given, prefix, UNKNOWN)
        resource, before = plugin(self._instance(definition, row, wanted)), row.properties_data or {}
        match steps.assess_update(resource, before, wanted):
            case Replace():
                differing = differences(resource, before, wanted)
                together = "" if any(it.forces for it in differing) else "these changes together need a new one"
                return Change(definition.type, Fate.REPLACED, together, differing)
            case Unchanged() if not plugin.always_looks:
                same = resolve(definition.metadata, scope) == (row.resource_metadata or {})
                if same:
                    return Change(definition.type, Fate.UNCHANGED)
                return Change(definition.type, Fate.UPDATED, "its metadata changes")
            case Unchanged():
                return Change(definition.type, Fate.UPDATED, looks=True)
            case Failed(reason=reason):
                refused = f"the update would fail: {reason}"
                return Change(definition.type, Fate.UPDATED, refused, differences(resource, before, wanted))
        return Change(definition.type, Fate.UPDATED, "", differences(resource, before, wanted))

    def _beyond_update(self, definition: ResourceDefinition, row: ResourceRecord) -> str:
        """Why a row needs a replacement whatever its properties are; nothing where it doesn't."""
        if row.type != definition.type:
            return f"its type changes from {row.type} to {definition.type}"
        if row.view.has_failed:
            return f"it is {row.action}_{row.status}"
        if row.action in (Action.INIT, Action.DELETE):
            return "it was never made" if row.action is Action.INIT else "it is being deleted"
        return ""

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


def differences(resource: Resource, before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[PropertyChange, ...]:
    """The properties that differ, and whether each by itself would need a replacement."""
    names = sorted(changed(completed(resource.properties_schema, before), after))
    return tuple(
        PropertyChange(name, before.get(name), after.get(name), _forces(resource, before, after, name))
        for name in names
    )


def _forces(resource: Resource, before: Mapping[str, Any], after: Mapping[str, Any], name: str) -> bool:
    """Whether the change of this one property needs a replacement; a plugin that forbids it has said so before."""
    alone = {**before, name: after.get(name)}
    return isinstance(steps.assess_update(resource, before, alone), Replace)
