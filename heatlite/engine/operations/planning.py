"""Plan an update: what it would do, property by property, and a digest that identifies this plan.

    plan ──▶ {"changes": […], "digest": "…"}  ──▶  people read it  ──▶  update with that digest
                                                                         planned again; another digest: refused

The digest covers the stack's traversal, those of its nested stacks, and everything in the plan. Any change to the tree
changes the digest, for example a signal that resized a group, or a check that failed. So an update that begins with a
digest does exactly what the plan showed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from heatlite import exception
from heatlite import template as language
from heatlite.convergence import interrupts
from heatlite.convergence.interrupts import Operation
from heatlite.db.api import Context
from heatlite.db.records import ResourceRecord, StackRecord
from heatlite.engine.common.reply_limits import ReplyBudget
from heatlite.engine.decision.planned import WOULD_FAIL, Told, failures, told, uncertain
from heatlite.engine.decision.preview import Change, Fate, Preview
from heatlite.engine.definitions import implied_dependencies
from heatlite.engine.definitions.provider import plugin_of
from heatlite.engine.operations.reality import Seen
from heatlite.engine.operations.stack_tree import Knowledge, Place, Shown, Walk, as_they_are
from heatlite.engine.operations.validation import Identity, Submission, Validator
from heatlite.engine.ports.nested_stacks import view
from heatlite.resources.nested.decision import is_at_goal, is_lost
from heatlite.resources.nested.port import OPERATION
from heatlite.resources.stack_resource import StackResource
from heatlite.schema.constraints import cloud_for_constraints
from heatlite.template import Mask
from heatlite.template.mask import masked

MOST_FAILURES = 5
MOST_UNSEEN = 100
LESS = "change less in one update, or have fewer members in its groups."
GIVEN_LATER = "what its stack is given isn't known yet"


def plan(
    shared: Knowledge, context: Context, stack: StackRecord, submission: Submission, seen: Seen | None = None
) -> Told:
    """Return what an update would do: ``changes``, each built by ``told``, and ``digest``. Nothing is written.

    :param seen: what was seen of the physical resources; None: they count as what their rows say
    :raises HeatliteError: when the stack's state doesn't allow the update, or the submission is invalid
    """
    found = changes(shared, context, stack, submission, as_they_are if seen is None else seen.shown_in)
    more = {} if seen is None else looked(seen)
    return {"changes": found, "digest": digest(stack.current_traversal, found), **more}


def changes(
    shared: Knowledge, context: Context, stack: StackRecord, submission: Submission, shown: Shown = as_they_are
) -> list[Told]:
    """Return what an update would do to each resource. Nothing is written.

    :param shown: returns a stack's rows as they count
    :raises HeatliteError: as ``plan``
    """
    check_state(stack)
    identity = Identity(stack.id, stack.name, stack.tenant)
    validated = Validator(shared.registry, shared.settings, shared.inputs).validate(submission, identity)
    parameters = language.bind(validated, submission.environment, identity.pseudo)
    shared.library.check_immutable(context, stack, validated, parameters)
    parsed = implied_dependencies.linked(validated, parameters, shared.registry)
    planner = Planner(shared, context, Walk(shared, context, shown))
    with cloud_for_constraints(None):  # as the engine evaluates: no service is asked for each id that a row has
        return planner.changes(Place(stack, True, submission), parsed, parameters, language.Mask())


def looked(seen: Seen) -> Told:
    """Return what a plan tells of a look: how many resources were ``seen``, and those ``unseen`` with the reasons."""
    unseen = [{"resource_name": row.name, "reason": reason} for row, reason in seen.unseen.values()]
    return {"seen": seen.number, "unseen": unseen[:MOST_UNSEEN]}


@dataclass(frozen=True)
class Planner:
    """Plans an update for a tree of stacks.

    ``walk`` goes down the tree, and reads each nested template once.
    """

    shared: Knowledge
    context: Context
    walk: Walk
    budget: ReplyBudget = field(default_factory=lambda: ReplyBudget("The plan", LESS))

    def changes(
        self, place: Place, parsed: language.Template, parameters: language.Parameters, above: Mask, depth: int = 0
    ) -> list[Told]:
        """Return the change of each resource of one stack, with the changes in its nested stack, if it has one.

        :param above: the hidden values of the stacks above
        """
        shared, stack = self.shared, place.stack
        mask = above | parameters.mask
        if place.is_there:
            mask |= hidden_before(shared, self.context, stack)
        nested: dict[str, list[Told]] = {}

        def settle(name: str, change: Change) -> Change:
            change, nested[name] = self.settle(place, preview, name, change, mask, depth)
            return change

        with masked(mask):
            preview = Preview(shared.registry, shared.inputs, parsed, parameters, self.walk.present(place))
            changes = preview.changes(settle)
            gone = [(row.name, preview.leftover(row)) for row in preview.leftovers()]
            below = [list(self._below(place, preview, name, change, mask, depth)) for name, change in gone]
            for name in changes.keys() - nested.keys():
                nested[name] = list(self._below(place, preview, name, changes[name], mask, depth))
        found = [self._told(name, change, mask, nested[name]) for name, change in changes.items()]
        return found + [self._told(name, change, mask, it) for (name, change), it in zip(gone, below, strict=True)]

    def _told(self, name: str, change: Change, mask: Mask, nested: list[Told]) -> Told:
        """Return a change as clients see it. Its nested stacks are counted already.

        :raises RequestLimitExceeded: when the whole plan would be too large to send
        """
        return self.budget.counted(told(name, change, mask)) | ({"nested": nested} if nested else {})

    def settle(
        self, place: Place, preview: Preview, name: str, change: Change, mask: Mask, depth: int
    ) -> tuple[Change, list[Told]]:
        """Return the change of a resource in view of its nested stack's changes, and those changes."""
        change = self._of_lost(preview, change)
        nested = list(self._below(place, preview, name, change, mask, depth))
        return settled(change, nested), nested

    def _below(
        self, place: Place, preview: Preview, name: str, change: Change, mask: Mask, depth: int
    ) -> Iterator[Told]:
        if depth >= self.shared.settings.max_nested_stack_depth or change.fails:
            return
        if not self._chooses(preview, change):
            children = self.walk.children(place, preview, name, change, mask)
        elif change.looks:
            children = self.walk.as_it_is(place, preview, name, change)  # it keeps its template
        else:
            return
        for child in children:
            if change.fate is Fate.UPDATED and child.wanted is None:
                continue  # its new template isn't known yet
            parsed, parameters = self.walk.bound(child)
            stack = child.stack
            changes = self.changes(child, parsed, parameters, mask, depth + 1)
            yield {
                "stack_name": stack.name,
                "stack_id": stack.id if child.is_there else None,
                "traversal": stack.current_traversal if child.is_there else None,
                "is_at_goal": child.is_there and self._is_at_goal(child, change.row),
                "changes": uncertain(changes, GIVEN_LATER) if change.unsure else changes,
            }

    def _of_lost(self, preview: Preview, change: Change) -> Change:
        """Return the change; a replacement if the resource's nested stack is deleted, or is being deleted."""
        is_update = change.fate is Fate.UPDATED and self._stack_class(preview, change) is not None
        if is_update and is_lost(self.walk.child_view(change.row)):
            return replace(change, fate=Fate.REPLACED, reason="its nested stack is deleted", looks=False)
        return change

    def _stack_class(self, preview: Preview, change: Change) -> type[StackResource] | None:
        plugin = plugin_of(self.shared.registry, change.type, preview.template.files)
        return plugin if issubclass(plugin, StackResource) else None

    def _chooses(self, preview: Preview, change: Change) -> bool:
        """Tell whether a resource chooses its nested template only when it acts."""
        if change.fate is Fate.DELETED:
            return False
        plugin = self._stack_class(preview, change)
        return plugin is not None and plugin.decides_template_at_runtime

    def _is_at_goal(self, child: Place, row: ResourceRecord | None) -> bool:
        """Tell whether the update leaves a nested stack alone, so no output changes either."""
        goal, own = self.walk.goal(child), (row.resource_data or {}).get(OPERATION) if row else None
        return goal is not None and is_at_goal(view(child.stack), goal, own, leaves_garbage=False)


def settled(change: Change, nested: list[Told]) -> Change:
    """Decide the change of a nested stack's resource from the changes of the resources in that stack."""
    if not change.looks or change.doubt or change.fails:
        return change
    fates = {it["fate"] for child in nested for it in child["changes"]}
    if len(nested) == 1 and fates <= {Fate.UNCHANGED} and nested[0]["is_at_goal"]:
        return replace(change, fate=Fate.UNCHANGED, looks=False)
    if fates & {Fate.ADDED, Fate.DELETED, Fate.REPLACED, Fate.UPDATED, WOULD_FAIL}:
        return replace(change, looks=False, reason="its nested stack changes")
    return replace(change, doubt="its nested stack is compared during the update")


def check(
    shared: Knowledge,
    context: Context,
    stack: StackRecord,
    submission: Submission,
    planned: str,
    seen: Seen | None = None,
) -> None:
    """Check that an update would do what was planned, and that it can be done.

    :param seen: what was seen of the physical resources, for an update that repairs them
    :raises PlanOutdated: when it wouldn't, because the stack has changed since
    :raises PlanNotPossible: when some of it is certain to fail
    :raises HeatliteError: when the stack's state doesn't allow it, or the submission is invalid
    """
    found = plan(shared, context, stack, submission, seen)
    if found["digest"] != planned:
        raise exception.PlanOutdated(stack_name=stack.name)
    if certain := list(failures(found["changes"])):
        raise exception.PlanNotPossible(stack_name=stack.name, reason="; ".join(certain[:MOST_FAILURES]))


def check_state(stack: StackRecord) -> None:
    """Refuse to say what an update would do that would be refused.

    :raises NotSupported: when the stack is suspended, or being deleted
    :raises ActionInProgress: when something runs that an update doesn't interrupt
    """
    interrupts.admit(stack.name, stack.action, stack.status, Operation.UPDATE)


def hidden_before(shared: Knowledge, context: Context, stack: StackRecord) -> Mask:
    """Return the mask of the stack's current hidden values: its rows may hold them."""
    _, parameters = shared.library.readable(context, stack)
    traversal = shared.library.traversal(context, stack.current_traversal)
    return parameters.mask | traversal.mask if traversal else parameters.mask


def digest(traversal_id: str, changes: list[Told]) -> str:
    """Return the digest that tells one plan from another."""
    text = json.dumps([traversal_id, changes], sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
