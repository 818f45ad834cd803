"""A claimed node as a value, with everything that is needed to act on its row. It is valid for one claim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from heatlite.convergence.decide import Adopt, Collect, Continue, Decision, Delete, Perform, Resume
from heatlite.convergence.model import Action, Node, Status
from heatlite.db.records import ResourceRecord, StackRecord
from heatlite.resources import adoptable, steps
from heatlite.resources.base import Resource
from heatlite.resources.instance import Instance
from heatlite.resources.outcomes import Done, Failed, Replace, Waiting
from heatlite.resources.tools import physical_name
from heatlite.template import Hook, ResourceDefinition

Outcome = Done | Waiting | Failed | Replace


@dataclass(frozen=True, slots=True)
class TimedOut(Failed):
    """The outcome of an action that was stopped between two steps, because its operation's time limit has passed."""


@dataclass(frozen=True)
class Evaluated:
    """A definition with resolved functions, checked properties, and the ids of the rows that it requires."""

    definition: ResourceDefinition
    properties: Mapping[str, Any]
    metadata: Mapping[str, Any]
    requires: tuple[int, ...]
    update_policy: Mapping[str, Any] = field(default_factory=dict)
    external_id: str | None = None
    made_from: str | None = None
    weight: int = 0
    """Approximate number of characters of properties and metadata."""


@dataclass(frozen=True, eq=False)
class Work:
    """One node's claim.

    ``row`` is the row to act on, as last written. ``evaluated`` is None if the template isn't needed (a deletion).
    ``refusal`` is the reason why the action must fail before it begins; with ``row_unchanged`` the row then stays as it
    was, and its event says ``event_reason`` in place of it. ``hooks`` are those that the node hasn't passed yet.
    ``traversal_id``, ``engine_id``, ``claim_id`` and ``row.atomic_key`` fence every write.
    """

    traversal_id: str
    node: Node
    row: ResourceRecord
    decision: Decision
    action: Action
    engine_id: str
    claim_id: str
    plugin: type[Resource] | None = None
    evaluated: Evaluated | None = None
    changed: tuple[str, ...] = ()
    refusal: str | None = None
    event_reason: str | None = None
    is_retry: bool = False
    hooks: frozenset[Hook] = frozenset()
    row_unchanged: bool = False
    stack_name: str = ""
    properties_unknown: bool = False
    """True if it adopts a resource whose properties are unknown. Then all properties are set afterwards."""

    @property
    def adopts_again(self) -> bool:
        """True if it continues an interrupted adoption, with the data in its row."""
        is_own = self.evaluated is not None and self.evaluated.external_id is None
        return isinstance(self.decision, Adopt) and is_own and self.row.action is Action.ADOPT

    @property
    def is_immediate(self) -> bool:
        """True if its steps may run inside the claim's transaction: they do no I/O, and no engine has died at them."""
        return self.plugin is not None and self.plugin.immediate and not self.is_retry

    @property
    def physical_name(self) -> str | None:
        """The name of its physical resource, whether it exists yet or not; None if the stack's name is unknown."""
        return physical_name_of(self.row, self.stack_name, self.plugin) if self.stack_name else None

    @property
    def verb(self) -> str:
        """The step that the plugin runs: the action, or a part or variant of it."""
        match self.decision:
            case Collect():
                return "COLLECT"
            case Adopt() if self.evaluated is not None and self.evaluated.external_id is not None:
                return "REFER"
            case Delete() if self.row.deletion_policy == "Snapshot":
                return "SNAPSHOT_DELETE"
        return self.action

    def with_row(self, **changes: Any) -> Work:
        """Return the same work after a write to its row."""
        return replace(self, row=replace(self.row, **changes))


@dataclass(frozen=True)
class Settled:
    """A step that has run: the work and its outcome."""

    work: Work
    outcome: Outcome


def weight_of(work: Work) -> int:
    """Return the approximate number of characters of the work's properties and metadata."""
    return work.evaluated.weight if work.evaluated is not None else 0


def timed_out(work: Work, stack: StackRecord, instance: Instance, left: Mapping[str, Any]) -> TimedOut:
    """Stop work because its operation's time limit has passed, and return the outcome in Heat's words.

    :param instance: the values from which its plugin object is made
    :param left: ``{"token": …}`` with the progress of the last step; empty if there was no step yet
    """
    kind = work.row.type.rsplit("::", 1)[-1]
    task = f'Task {work.action.lower()} from {kind} "{work.row.name}" Stack "{stack.name}" [{stack.id}] Timed out'
    reason = f"{work.action} aborted ({task})"
    if work.plugin is not None and left:
        steps.cancel(plugin_object(work, instance), left["token"])
    shown = None if work.plugin is None else steps.shown_of(plugin_object(work, instance))
    return TimedOut(reason, work.row.physical_resource_id, dict(work.row.resource_data or {}), shown)


def plugin_object(work: Work, instance: Instance) -> Resource:
    """Create the plugin object for one step."""
    assert work.plugin is not None, "work without a plugin has nothing to step"
    return work.plugin(instance)


def begins_together(work: Work) -> bool:
    """Tell whether the work is a creation that may be prepared together with others of its type."""
    is_new = work.action is Action.CREATE and work.verb == "CREATE" and not was_begun(work)
    return is_new and work.refusal is None and work.plugin is not None and work.plugin.creates_together


def first_step(work: Work, instance: Instance, prepared: Resource | None = None) -> Outcome:
    """Run the first step: begin the action, or continue an action that a dead engine left.

    :param prepared: the plugin's object, if the creation was prepared together with others
    """
    if work.refusal is not None:
        return Failed(work.refusal, work.row.physical_resource_id, dict(work.row.resource_data or {}))
    resource = plugin_object(work, instance) if prepared is None else prepared
    resource.is_repeated = resource.is_repeated or was_begun(work)
    left = step_left(work)
    if left:
        return steps.poll(resource, work.verb, left["token"], *given_to(work))
    existing = steps.find_existing(resource) if may_exist(work, resource) else []
    if isinstance(existing, Failed | Waiting):
        return existing
    if existing:
        resource.resource_id_set(existing[0])  # an engine created it, and died before it could record it
        if work.action is Action.CREATE:
            return steps.poll(resource, work.action, None)
    return steps.start(resource, work.verb, *given_to(work))


def given_to(work: Work) -> tuple[Any, ...]:
    """Return the extra arguments of the plugin's handle method."""
    match work.verb:
        case "UPDATE":
            return (prop_diff(work) or {},)
        case "ADOPT":
            return (adoptable.read_export(work.plugin.adoptable_data if work.plugin else {}, work.row.adopted),)
        case "REFER":
            return (work.evaluated.external_id if work.evaluated else None,)
        case "SNAPSHOT_DELETE":
            return ((str(work.row.action), str(work.row.status)),)
    return ()


def left_alone(work: Work) -> Done:
    """Build the outcome of a deletion that leaves the physical resource alone."""
    return Done(work.row.physical_resource_id, {}, dict(work.row.resource_data or {}), "")


def told_id(row: ResourceRecord, stack_name: str, plugin: type[Resource] | None) -> str | None:
    """Return a row's physical id as its events show it: without an id, once the row has begun, the physical name."""
    if row.physical_resource_id is not None or row.action is Action.INIT:
        return row.physical_resource_id
    return physical_name_of(row, stack_name, plugin)


def physical_name_of(row: ResourceRecord, stack_name: str, plugin: type[Resource] | None) -> str:
    """Return the name of a row's physical resource, by which services know it."""
    return physical_name(stack_name, row.name, row.uuid, (plugin or Resource).physical_resource_name_limit)


def goes_on(work: Work) -> bool:
    """Tell whether the work continues an action of an earlier time, with the definition of that time."""
    return isinstance(work.decision, Continue) or work.adopts_again


def was_begun(work: Work) -> bool:
    """Tell whether somebody may have taken this step before: the service may have done what it asks for."""
    is_left = work.row.action is work.action and work.row.status is Status.IN_PROGRESS
    return is_left or isinstance(work.decision, Continue) or work.is_retry


def may_exist(work: Work, resource: Resource) -> bool:
    """Tell whether a physical resource may exist that the row doesn't know."""
    if work.action is Action.CREATE:
        return was_begun(work)
    return work.action is Action.DELETE and resource.resource_id is None


def is_visit(work: Work) -> bool:
    """Tell whether the work is a visit: it acts on an existing resource and doesn't change its definition."""
    return isinstance(work.decision, Perform | Resume)


def goes_on_past_failures(work: Work) -> bool:
    """Tell whether the traversal goes on if this work fails."""
    return isinstance(work.decision, Perform) and work.action is Action.CHECK


def step_left(work: Work) -> dict[str, Any]:
    """Return ``{"token": …}`` if the row holds the progress of this action, begun earlier; else an empty dict.

    A creation continues with the definition it began with, and a deletion has none. But an update that began for
    another traversal may have been setting other values, so it begins again.
    """
    row, progress = work.row, work.row.progress or {}
    goes_on = row.status is Status.IN_PROGRESS or isinstance(work.decision, Continue)
    if row.action is not work.action or not goes_on or "token" not in progress:
        return {}
    if work.action is Action.UPDATE and progress.get("traversal") != work.traversal_id:
        return {}
    return {"token": progress["token"]}


def next_step(work: Work, instance: Instance, progress: Any) -> Outcome:
    """Run the next step of an action that wasn't complete."""
    return steps.poll(plugin_object(work, instance), work.verb, progress, *given_to(work))


def prop_diff(work: Work) -> dict[str, Any] | None:
    """Return, for an update, the changed properties with their new values; else None."""
    if work.action is not Action.UPDATE or work.evaluated is None:
        return None
    return {name: work.evaluated.properties.get(name) for name in work.changed}
