"""Work: a node that this engine holds, with all that is needed to act on its row. A value, good for one claim."""

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
from heatlite.resources.naming import physical_name
from heatlite.resources.outcomes import Done, Failed, Replace, Waiting
from heatlite.template import Hook, ResourceDefinition

Outcome = Done | Waiting | Failed | Replace


@dataclass(frozen=True, slots=True)
class TimedOut(Failed):
    """The action was let go of between two steps, since the time of the stack's operation is over."""


@dataclass(frozen=True)
class Evaluated:
    """A definition with its functions resolved, its properties checked, and what it requires as rows."""

    definition: ResourceDefinition
    properties: Mapping[str, Any]
    metadata: Mapping[str, Any]
    requires: tuple[int, ...]
    update_policy: Mapping[str, Any] = field(default_factory=dict)
    external_id: str | None = None
    made_from: str | None = None
    weight: int = 0
    """About how many characters properties and metadata have."""


@dataclass(frozen=True, eq=False)
class Work:
    """One node's claim.

    ``row`` is the row that acts, as last written; ``evaluated`` is None where the template has no part in what is done
    (a deletion). ``refusal`` is why the action must fail before it begins; with ``leaves_row`` the row then stays as it
    was, and ``told`` is what its event says in place of that. ``hooks`` are those that the node hasn't behind it yet.
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
    told: str | None = None
    is_retry: bool = False
    hooks: frozenset[Hook] = frozenset()
    leaves_row: bool = False
    stack_name: str = ""
    is_unseen: bool = False
    """It takes over what was made of properties that nobody knows: so all of them are set afterwards."""

    @property
    def adopts_again(self) -> bool:
        """Whether it goes on with an adoption that was left in the middle: of what its row says, as that began."""
        is_own = self.evaluated is not None and self.evaluated.external_id is None
        return isinstance(self.decision, Adopt) and is_own and self.row.action is Action.ADOPT

    @property
    def is_immediate(self) -> bool:
        """Whether its steps may run inside the claim's transaction: no I/O, and nobody has died of it before."""
        return self.plugin is not None and self.plugin.immediate and not self.is_retry

    @property
    def physical_name(self) -> str | None:
        """The name that its physical resource has or is to have, where the service is told one."""
        return physical_name_of(self.row, self.stack_name, self.plugin) if self.stack_name else None

    @property
    def verb(self) -> str:
        """What the plugin is asked to do: the action, or what is left of it."""
        match self.decision:
            case Collect():
                return "COLLECT"
            case Adopt() if self.evaluated is not None and self.evaluated.external_id is not None:
                return "REFER"
            case Delete() if self.row.deletion_policy == "Snapshot":
                return "SNAPSHOT_DELETE"
        return self.action

    def with_row(self, **changes: Any) -> Work:
        """The same work after a write to its row."""
        return replace(self, row=replace(self.row, **changes))


@dataclass(frozen=True)
class Settled:
    """A step that has run: the work, and what came of it."""

    work: Work
    outcome: Outcome


def weight_of(work: Work) -> int:
    """About how many characters the properties and metadata of what is worked on have."""
    return work.evaluated.weight if work.evaluated is not None else 0


def timed_out(work: Work, stack: StackRecord, instance: Instance) -> TimedOut:
    """The outcome of work that is let go of at the end of its operation's time, in Heat's words.

    :param instance: what its plugin's object is made from
    """
    kind = work.row.type.rsplit("::", 1)[-1]
    task = f'Task {work.action.lower()} from {kind} "{work.row.name}" Stack "{stack.name}" [{stack.id}] Timed out'
    reason = f"{work.action} aborted ({task})"
    shown = None if work.plugin is None else steps.shown_of(plugin_object(work, instance))
    return TimedOut(reason, work.row.physical_resource_id, dict(work.row.resource_data or {}), shown)


def plugin_object(work: Work, instance: Instance) -> Resource:
    """The plugin's object for one step."""
    assert work.plugin is not None, "work without a plugin has nothing to step"
    return work.plugin(instance)


def first_step(work: Work, instance: Instance) -> Outcome:
    """Begin the action, or go on with the one that a dead engine left."""
    if work.refusal is not None:
        return Failed(work.refusal, work.row.physical_resource_id, dict(work.row.resource_data or {}))
    resource = plugin_object(work, instance)
    left = step_left(work)
    if left:
        return steps.poll(resource, work.verb, left["token"], *given_to(work))
    existing = steps.find_existing(resource) if may_exist(work, resource) else []
    if isinstance(existing, Failed | Waiting):
        return existing
    if existing:
        resource.resource_id_set(existing[0])  # it was made, and whoever made it couldn't say so any more
        if work.action is Action.CREATE:
            return steps.poll(resource, work.action, None)
    return steps.start(resource, work.verb, *given_to(work))


def given_to(work: Work) -> tuple[Any, ...]:
    """What a plugin's handle method is given, beside what its object has."""
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
    """What comes of a deletion that doesn't touch what is physical."""
    return Done(work.row.physical_resource_id, {}, dict(work.row.resource_data or {}), "")


def told_id(row: ResourceRecord, stack_name: str, plugin: type[Resource] | None) -> str | None:
    """Return a row's physical id as events tell it: while there is none, once it was begun, the name it is to have."""
    if row.physical_resource_id is not None or row.action is Action.INIT:
        return row.physical_resource_id
    return physical_name_of(row, stack_name, plugin)


def physical_name_of(row: ResourceRecord, stack_name: str, plugin: type[Resource] | None) -> str:
    """Return the name of a row's physical resource, by which services know it."""
    return physical_name(stack_name, row.name, row.uuid, (plugin or Resource).physical_resource_name_limit)


def goes_on(work: Work) -> bool:
    """Whether it goes on with what was begun before, for whatever was wanted then."""
    return isinstance(work.decision, Continue) or work.adopts_again


def may_exist(work: Work, resource: Resource) -> bool:
    """Whether something may have been made that the row doesn't know of."""
    was_begun = isinstance(work.decision, Continue) or work.is_retry
    return was_begun if work.action is Action.CREATE else work.action is Action.DELETE and resource.resource_id is None


def is_visit(work: Work) -> bool:
    """Whether it does something to what exists, and changes nothing of what that was made to be."""
    return isinstance(work.decision, Perform | Resume)


def goes_on_past_failures(work: Work) -> bool:
    """Whether the traversal goes on where this fails."""
    return isinstance(work.decision, Perform) and work.action is Action.CHECK


def step_left(work: Work) -> dict[str, Any]:
    """``{"token": …}`` where the row holds the progress of this very action, begun by somebody before; else nothing.

    A creation goes on with what it was begun with, and a deletion is a deletion. But an update that was begun for
    another traversal may have been setting other values: it is begun anew.
    """
    row, progress = work.row, work.row.progress or {}
    goes_on = row.status is Status.IN_PROGRESS or isinstance(work.decision, Continue)
    if row.action is not work.action or not goes_on or "token" not in progress:
        return {}
    if work.action is Action.UPDATE and progress.get("traversal") != work.traversal_id:
        return {}
    return {"token": progress["token"]}


def next_step(work: Work, instance: Instance, progress: Any) -> Outcome:
    """Look again at an action that wasn't complete."""
    return steps.poll(plugin_object(work, instance), work.verb, progress, *given_to(work))


def prop_diff(work: Work) -> dict[str, Any] | None:
    """For an update, the changed properties with their new values."""
    if work.action is not Action.UPDATE or work.evaluated is None:
        return None
    return {name: work.evaluated.properties.get(name) for name in work.changed}
