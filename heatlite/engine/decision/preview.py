"""Preview: what a create or an update would do to each name, found out without doing it.

::

    template ─┐
              ├─▶ each name, in the order of dependencies ──▶ resource_decision ──▶ Change: a fate and its reasons
    rows ─────┘

Which row serves a name, and what is done with it, is decided where the engine has it decided. Before the action some
values aren't known: those of what is made anew, and those that an update of what they come from may change. So it is
decided up to three times:

    as told     values of what is made anew are unknown, and count as changed; all others are as they are
    at least    unknown values count as what they were
    at most     values of what is updated are unknown, too

Where these differ, the resource "may change".
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from heatlite import exception
from heatlite.convergence import decide
from heatlite.convergence.decide import Because
from heatlite.convergence.graph import Graph
from heatlite.convergence.model import Action, Status, Wanted
from heatlite.convergence.plan import assign
from heatlite.convergence.serving import Now, serving
from heatlite.db.records import ResourceRecord
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.decision import reality, resource_decision
from heatlite.engine.decision.resource_decision import Decided, Target, rewrites_metadata, why
from heatlite.engine.definitions import external
from heatlite.engine.definitions.inheritance import facade_of
from heatlite.engine.definitions.provider import plugin_of
from heatlite.engine.definitions.scope import ChangingResource, EngineScope, FutureResource, LiveResource, live
from heatlite.engine.definitions.work import Evaluated
from heatlite.resources import steps
from heatlite.resources.base import Resource
from heatlite.resources.difference import changed
from heatlite.resources.instance import Instance
from heatlite.resources.outcomes import Replace, Unchanged
from heatlite.resources.properties import completed
from heatlite.resources.registry import Registry
from heatlite.template import UNKNOWN, Parameters, ResourceDefinition, Template, holds_unknown, known, resolve

Visible = dict[str, LiveResource | FutureResource]


class Fate(enum.StrEnum):
    """What becomes of a name. The values are the reply's keys."""

    ADDED = "added"
    DELETED = "deleted"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"
    UPDATED = "updated"


FATES: Mapping[type, Fate] = {
    decide.Create: Fate.ADDED,
    decide.Adopt: Fate.ADDED,
    decide.Continue: Fate.ADDED,
    decide.Replace: Fate.REPLACED,
    decide.Keep: Fate.UNCHANGED,
    decide.UpdateInPlace: Fate.UPDATED,
    decide.Resume: Fate.UPDATED,
    decide.Blocked: Fate.UPDATED,
}
STAYS: Mapping[type, str] = {
    decide.Forget: "nothing was made of it",
    decide.Retain: "what is physical stays",
    decide.Leave: "it is left as it is",
}
"""Of what goes, what isn't deleted."""


@dataclass(frozen=True)
class PropertyChange:
    """A property that differs. ``after`` may hold UNKNOWN; ``forces`` says that it is what needs a replacement.

    ``drifted``: it was changed behind the engine's back, and ``before`` is the value that was found.
    """

    name: str
    before: Any
    after: Any
    forces: bool = False
    drifted: bool = False


@dataclass(frozen=True)
class Change:
    """What becomes of a name, and why; a reason is a sentence for people.

    ``row``: the row that is gone on with, replaced or deleted. ``doubt``: why it isn't certain. ``unsure``: what it is
    given may be other than told. ``fails``: it is certain to fail, for this reason.
    """

    type: str
    fate: Fate
    reason: str = ""
    properties: tuple[PropertyChange, ...] = ()
    looks: bool = False
    """Nothing differs here; its type looks elsewhere whether there is anything to do, as a nested stack's does."""
    row: ResourceRecord | None = None
    doubt: str = ""
    unsure: bool = False
    fails: bool = False
    at_most: Fate | None = None
    """The fate if every property that may change does change; None: the same as ``fate``."""
    retains: bool = False
    """Where its row goes, what is physical stays."""
    replaced_if: str = ""
    """On which condition its plugin replaces it instead, which only the update itself can find out."""


Settle = Callable[[str, Change], Change]
"""Says what becomes of a name once it is known what becomes of what is nested in it."""


@dataclass(frozen=True)
class Present:
    """A stack as it is, with all of its rows."""

    stack_name: str
    stack_id: str
    project_id: str
    rows: Sequence[ResourceRecord]
    max_attempts: int
    previous_template_id: int | None = None
    """The last template whose updates all completed."""
    facade: Mapping[str, Any] | None = None
    """What its template may read of the resource that it is, in the stack above."""
    has_child: Callable[[ResourceRecord], bool] = lambda row: False


@dataclass(frozen=True)
class Outcome:
    """A decision under one assumption on what isn't known."""

    decided: Decided
    evaluated: Evaluated
    fate: Fate

    @property
    def looks(self) -> bool:
        decision = self.decided.decision
        return isinstance(decision, decide.UpdateInPlace) and decision.because is Because.ELSEWHERE

    def is_like(self, other: Outcome) -> bool:
        """Whether the same is done under both assumptions."""
        mine, others = (self.fate, self.looks), (other.fate, other.looks)
        return mine == others and (self.decided.failure is None) == (other.decided.failure is None)


class Preview:
    """Decides what a template makes of what there is."""

    def __init__(
        self, registry: Registry, inputs: Inputs, template: Template, parameters: Parameters, present: Present
    ) -> None:
        self._registry = registry
        self._inputs = inputs
        self.template = template
        self._parameters = parameters
        self._present = present
        self._target = Target(Action.UPDATE, present.max_attempts, breakpoints=template.registry.breakpoints)
        self._rows = {row.id: row for row in present.rows}
        views = [row.view for row in present.rows]
        assigned = assign([wanted(it) for it in template.resources.values()], views, present.previous_template_id)
        self._serving = {name: self._rows[view.id] for name, view in assigned.serving.items()}
        self._going = serving([row for row in present.rows if row.name not in self._serving], Now(0))
        """The rows of names that none serves, and that are there all the same: they go."""
        self._seen: Visible = {}
        self._at_most: Visible = {}

    def as_in_heat(self, before: Preview, settle: Settle = lambda name, change: change) -> dict[str, Change]:
        """Return name → what becomes of it, of all names in either, in the words of Heat's API.

        There, nothing is added of which the stack has a row: what failed before anything was made is replaced, and what
        nothing was done to yet is compared with its definition, since no properties are stored of it. And there is no
        "may": what reads an attribute that may change is told as if it does, and a nested stack is always updated.

        :param before: the template that the stack has
        :param settle: says whether a nested stack changes, and with it what its outputs give to others
        """
        found = self.changes(settle, refuses=True)
        unmade = {name for name, change in found.items() if change.fate is Fate.ADDED and change.row is not None}
        if unmade:
            before.changes(refuses=True)
        return {
            name: replace(change, fate=self._of_unmade(before, name, change.row) if name in unmade else at_most(change))
            for name, change in found.items()
        }

    def _of_unmade(self, before: Preview, name: str, row: ResourceRecord | None) -> Fate:
        """Return the fate of a resource that was never made: its definition against the one that the stack has."""
        if row is None or row.action is not Action.INIT or name not in before.template.resources:
            return Fate.REPLACED
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

    def changes(self, settle: Settle = lambda name, change: change, *, refuses: bool = False) -> dict[str, Change]:
        """Return name → change, for all names of the template and the stack, in dependency order, deleted ones last.

        :param refuses: raise the error of a definition that can't be evaluated, in place of telling that it fails
        """
        definitions = self.template.resources
        order = Graph({name: sorted(definition.requires) for name, definition in definitions.items()}).order()
        found = {name: self._change(definitions[name], settle, refuses) for name in order}
        gone = [row for name, row in self._going.items() if name not in definitions]
        return found | {row.name: self._goes(row, "it is no longer in the template") for row in gone}

    def leftovers(self) -> list[ResourceRecord]:
        """Return the other rows: those that serve no name and have a physical resource."""
        told = {row.id for row in (*self._serving.values(), *self._going.values())}
        return [row for row in self._present.rows if row.id not in told and not self._is_nothing(row)]

    def leftover(self, row: ResourceRecord) -> Change:
        """Return the change of such a row."""
        return self._goes(row, "its deletion isn't complete" if row.action is Action.DELETE else "it was replaced")

    def properties(self, name: str) -> dict[str, Any]:
        """Return every property that the template gives a resource; None if it isn't given or isn't known yet.

        Those of an external resource aren't used, and so they aren't shown.
        """
        definition = self.template.resources[name]
        plugin = plugin_of(self._registry, definition.type, self.template.files)
        given = resolve(definition.properties, self._scope) or {}
        if given is UNKNOWN or definition.external_id is not None:
            checked = {}
        else:
            checked = plugin.checked_properties(given, definition.place("properties"), UNKNOWN)
        return {**dict.fromkeys(plugin.properties_schema), **known(checked)}

    def resource(self, name: str) -> Resource | None:
        """Return the resource as the template wants it, once the fates are known.

        Return None if its properties aren't known, or are wrong with what they read as it is now: see ``_expected``.
        """
        definition = self.template.resources[name]
        plugin = plugin_of(self._registry, definition.type, self.template.files)
        given = self._read(definition.properties) or {}
        if given is UNKNOWN:
            return None
        try:
            wanted = plugin.checked_properties(given, definition.place("properties"), UNKNOWN)
        except exception.StackValidationFailed:
            return None
        return plugin(self._instance(definition, self._serving.get(name), wanted))

    @property
    def _scope(self) -> EngineScope:
        return self._scope_of(self._seen)

    def _scope_of(self, visible: Visible) -> EngineScope:
        return EngineScope(self._parameters, self.template.files, visible, self._present.facade)

    def _read(self, tree: Any) -> Any:
        """Return the values of a tree; UNKNOWN also if it reads what isn't there: the update fails at that."""
        try:
            return resolve(tree, self._scope)
        except exception.HeatliteError:
            return UNKNOWN

    def facade(self, name: str) -> Any:
        """Return what a nested stack's template may read of its owner's resource."""
        definition = self.template.resources[name]
        metadata = known(self._read(definition.metadata)) or {}
        return facade_of(definition, metadata, self._scope)

    # --- what goes ----------------------------------------------------------------------------------------------

    def _goes(self, row: ResourceRecord, reason: str) -> Change:
        stays = STAYS.get(type(self._cleanup(row)))
        told = f"{reason}; {stays}" if stays else reason
        return Change(row.type, Fate.DELETED, told, row=row, retains=self._is_retained(row))

    def _is_retained(self, row: ResourceRecord) -> bool:
        return isinstance(self._cleanup(row), decide.Retain)

    def _is_nothing(self, row: ResourceRecord) -> bool:
        return isinstance(self._cleanup(row), decide.Forget)

    def _cleanup(self, row: ResourceRecord) -> decide.CleanupDecision:
        try:
            plugin = self._registry.get(row.type)
        except exception.EntityNotFound:
            plugin = None
        return resource_decision.decide_cleanup(row, plugin, serves=False, collects=False, gives_back=False)

    # --- what is wanted -----------------------------------------------------------------------------------------

    def _change(self, definition: ResourceDefinition, settle: Settle, refuses: bool) -> Change:
        name, row = definition.name, self._serving.get(definition.name)
        plugin = plugin_of(self._registry, definition.type, self.template.files)
        try:
            outcome, most, doubt = self._expected(definition, plugin, row)
        except exception.HeatliteError as error:
            if refuses:
                raise
            return self._cannot_be_evaluated(definition, plugin, row, error, settle)
        unsure = most.evaluated != outcome.evaluated or isinstance(outcome.decided.decision, decide.Blocked)
        change = self._told(definition, plugin, row, outcome)
        if change.fate is Fate.REPLACED and change.row is not None:
            change = replace(change, retains=self._is_retained(change.row))
        change = settle(name, replace(change, doubt=doubt, unsure=unsure, at_most=most.fate))
        there = live(row, self._registry) if row is not None else None
        future = FutureResource(name, plugin)
        is_there = there is not None and change.fate not in (Fate.ADDED, Fate.REPLACED)
        self._seen[name] = there if there is not None and is_there else future
        self._at_most[name] = self._seen[name]
        if there is not None and is_there and self._is_touched(change, outcome):
            is_made_anew = most.fate in (Fate.ADDED, Fate.REPLACED)
            self._at_most[name] = future if is_made_anew else ChangingResource(name, plugin, there.reference)
        return change

    def _cannot_be_evaluated(
        self,
        definition: ResourceDefinition,
        plugin: type[Resource],
        row: ResourceRecord | None,
        error: exception.HeatliteError,
        settle: Settle,
    ) -> Change:
        """Return the change of a resource that the update fails before it does anything to it."""
        fate, reason = Fate.ADDED if row is None else Fate.UPDATED, resource_decision.refusal_of(error).reason
        change = settle(definition.name, Change(definition.type, fate, reason, row=row, fails=True))
        there = live(row, self._registry) if row is not None else None
        self._seen[definition.name] = there or FutureResource(definition.name, plugin)
        self._at_most[definition.name] = self._seen[definition.name]
        return change

    def _expected(
        self, definition: ResourceDefinition, plugin: type[Resource], row: ResourceRecord | None
    ) -> tuple[Outcome, Outcome, str]:
        """Return the outcome, the largest possible one, and why the outcome isn't certain (empty where it is).

        :raises HeatliteError: when the definition can't be evaluated, whatever becomes of what it reads
        """
        try:
            outcome = self._outcome(definition, plugin, row, self._seen)
        except exception.HeatliteError as error:
            most = self._outcome(definition, plugin, row, self._at_most)
            return most, most, f"with what it reads as it is now, it would fail: {error}"
        return outcome, *self._doubt(definition, plugin, row, outcome)

    @staticmethod
    def _is_touched(change: Change, outcome: Outcome) -> bool:
        """Whether something is, or may be, done to it, so that its attributes may be others afterwards."""
        return bool(change.doubt) or (
            change.fate is Fate.UPDATED and not isinstance(outcome.decided.decision, decide.Keep)
        )

    def _doubt(
        self, definition: ResourceDefinition, plugin: type[Resource], row: ResourceRecord | None, outcome: Outcome
    ) -> tuple[Outcome, str]:
        """Return the largest possible outcome, and why the outcome isn't certain (empty where it is)."""
        most = outcome
        may_change = {name for name in self._seen if self._at_most[name] is not self._seen[name]}
        reads = [f"{name}.{attribute}" for name, attribute in sorted(definition.reads) if name in may_change]
        reads += sorted(definition.references & may_change)
        if reads:
            most = self._outcome(definition, plugin, row, self._at_most)
            if not most.is_like(outcome):
                return most, f"it reads {', '.join(reads)}, which may change"
        if isinstance(outcome.decided.decision, decide.Blocked):
            return most, why(outcome.decided, row, definition.type)
        if row is not None and holds_unknown([outcome.evaluated.properties, outcome.evaluated.metadata]):
            least = self._outcome(definition, plugin, row, self._seen, at_least=True)
            if not least.is_like(outcome):
                return most, "not all that it is given is known yet"
        return most, ""

    def _outcome(
        self,
        definition: ResourceDefinition,
        plugin: type[Resource],
        row: ResourceRecord | None,
        visible: Visible,
        *,
        at_least: bool = False,
    ) -> Outcome:
        evaluated = self._evaluated(definition, plugin, row, self._scope_of(visible), at_least=at_least)
        decided = self._decided(plugin, row, evaluated)
        fate = FATES[type(decided.decision)]
        if isinstance(decided.decision, decide.Resume) and row is not None:
            resumed = self._decided(plugin, replace(row, action=Action.RESUME, status=Status.COMPLETE), evaluated)
            fate = Fate.REPLACED if isinstance(resumed.decision, decide.Replace) else fate
        if row is None and definition.name in self._going:
            fate = Fate.REPLACED
        if fate is Fate.UNCHANGED and row is not None and evaluated.external_id is None:
            fate = Fate.UPDATED if rewrites_metadata(row, evaluated, plugin) else fate
        return Outcome(decided, evaluated, fate)

    def _decided(self, plugin: type[Resource], row: ResourceRecord | None, evaluated: Evaluated) -> Decided:
        return resource_decision.decide_update(
            row,
            evaluated,
            plugin,
            self._target,
            lambda: plugin(self._instance(evaluated.definition, row, evaluated.properties)),
            lambda: row is not None and self._present.has_child(row),
        )

    def _evaluated(
        self,
        definition: ResourceDefinition,
        plugin: type[Resource],
        row: ResourceRecord | None,
        scope: EngineScope,
        *,
        at_least: bool,
    ) -> Evaluated:
        """Return a definition with its functions resolved; ``at_least``: what isn't known yet is as it was."""
        referred = resolve(definition.external_id, scope)
        external_id = row.external_id if referred is UNKNOWN and row else external.id_of(definition, referred)
        given = resolve(definition.properties, scope) or {}
        before = reality.properties_there(row) if row is not None else {}
        if external_id or given is UNKNOWN:
            properties = dict(before) if at_least and given is UNKNOWN else {}
        else:
            properties = plugin.checked_properties(given, definition.place("properties"), UNKNOWN)
        metadata = resolve(definition.metadata, scope) or {}
        if at_least and row is not None:
            properties, metadata = as_before(before, properties), as_before(row.resource_metadata or {}, metadata)
        metadata = metadata if isinstance(metadata, Mapping) else {"": metadata}
        return Evaluated(definition, properties, metadata, (), external_id=external_id)

    def _told(
        self, definition: ResourceDefinition, plugin: type[Resource], row: ResourceRecord | None, outcome: Outcome
    ) -> Change:
        decided, evaluated, name = outcome.decided, outcome.evaluated, definition.name
        change = Change(definition.type, outcome.fate, why(decided, row, definition.type), row=row)
        if row is None:
            going = self._going.get(name)
            return change if going is None else replace(change, reason=f"it is {state(going)}", row=going)
        if decided.failure is not None:
            change = replace(change, reason=decided.failure, fails=True)
        elif isinstance(decided.decision, decide.Keep):
            return replace(change, reason="its metadata changes" if outcome.fate is Fate.UPDATED else "")
        if not compares(decided):
            return change
        resource = plugin(self._instance(definition, row, evaluated.properties))
        differing = differences(resource, reality.properties_there(row), evaluated.properties)
        differing = with_drift(differing, resource, row, evaluated.properties)
        is_fixed = outcome.fate is Fate.REPLACED and not change.reason
        together = is_fixed and not any(it.forces for it in differing)
        reason = change.reason
        if together:
            reason = "these changes together need a new one" if differing else "each update makes a new one"
        replaced_if = plugin.replaced_if if outcome.fate is Fate.UPDATED else ""
        return replace(change, reason=reason, properties=differing, looks=outcome.looks, replaced_if=replaced_if)

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
            parameters=self._parameters,
            now=self._inputs.now,
            random=self._inputs.random,
            unknown=UNKNOWN,
            mask=self._parameters.mask,
        )


def wanted(definition: ResourceDefinition) -> Wanted:
    """Return a definition as the core sees it; one that holds what isn't known yet is like none that a row has."""
    definition_hash = "" if definition.is_partly_unknown else definition.definition_hash
    return Wanted(definition.name, definition.type, definition.requires, definition_hash)


def at_most(change: Change) -> Fate:
    """Return what becomes of a resource if all that may change does; a replacement isn't taken back."""
    return change.fate if change.fate is Fate.REPLACED else change.at_most or change.fate


def state(row: ResourceRecord) -> str:
    """Return action and status of a row in one word."""
    return f"{row.action}_{row.status}"


def compares(decided: Decided) -> bool:
    """Tell whether the decision depends on properties that differ."""
    match decided.decision:
        case decide.Replace(because=because):
            return because is Because.FIXED
        case decide.UpdateInPlace() | decide.Resume():
            return True
    return False


def as_before(before: Any, after: Any) -> Any:
    """Return the wanted value, with the old one in place of each part that isn't known yet."""
    if after is UNKNOWN:
        return before
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return {key: as_before(before.get(key), value) for key, value in after.items()}
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return [as_before(*pair) for pair in zip(before, after, strict=True)]
    return after


def differences(resource: Resource, before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[PropertyChange, ...]:
    """Return the properties that differ, each with whether it alone would need a replacement."""
    names = sorted(changed(completed(resource.properties_schema, before), after))
    return tuple(
        PropertyChange(name, before.get(name), after.get(name), _forces(resource, before, after, name))
        for name in names
    )


def with_drift(
    changes: tuple[PropertyChange, ...], resource: Resource, row: ResourceRecord, after: Mapping[str, Any]
) -> tuple[PropertyChange, ...]:
    """Return the changes with those of properties that were found to be different marked, or added."""
    found, drifted = reality.sight_of(row).properties, reality.drifted(row, after)
    fixed = resource.beyond_repair(found) if drifted else frozenset()
    known = {it.name: it for it in changes}
    known |= {it: known.get(it, PropertyChange(it, found[it], after.get(it))) for it in drifted}
    marked = [
        replace(it, forces=it.forces or it.name in fixed & drifted, drifted=it.name in drifted) for it in known.values()
    ]
    return tuple(sorted(marked, key=lambda it: it.name))


def _forces(resource: Resource, before: Mapping[str, Any], after: Mapping[str, Any], name: str) -> bool:
    """Tell whether the change of this property alone needs a replacement. A forbidden change was refused before."""
    alone = {**before, name: after.get(name)}
    return isinstance(steps.assess_update(resource, before, alone), Replace)
