"""Begin the operations on a stack: create, update, delete, cancel, suspend, resume, check.

Each validates the request, stores the template, begins a traversal in one transaction, and casts its first nodes. When
it returns, the stack is IN_PROGRESS in the database. From then on the operation completes even if this process dies.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from heatlite import exception
from heatlite import template as language
from heatlite.context import EngineContext, RequestContext
from heatlite.convergence import interrupts
from heatlite.convergence.interrupts import Answer, Operation
from heatlite.convergence.model import Action, Status, Wanted
from heatlite.db import event_sinks, stacks, templates, user_creds
from heatlite.db.records import StackRecord, TemplateRecord
from heatlite.db.retry import retried
from heatlite.db.user_creds import Credentials
from heatlite.engine.common import limits
from heatlite.engine.definitions import log_context, traversals
from heatlite.engine.operations import adoption, reality
from heatlite.engine.operations.idempotent_start import IdempotentStart
from heatlite.engine.operations.operation_options import OperationOptions
from heatlite.engine.operations.reality import Seen
from heatlite.engine.operations.validation import Accepted, Identity, Submission, Validator, check_name
from heatlite.engine.shared import Shared
from heatlite.engine.traversal import credentials
from heatlite.engine.traversal.result_recorder import ResultRecorder
from heatlite.engine.traversal.transactions import begin
from heatlite.template.environment import targets as targets_of

SECONDS_A_MINUTE = 60
VISITS = {
    Operation.SUSPEND: Action.SUSPEND,
    Operation.RESUME: Action.RESUME,
    Operation.CHECK: Action.CHECK,
    Operation.SNAPSHOT: Action.SNAPSHOT,
}


Submitted = Submission | Callable[[StackRecord], Submission]
"""A submission, or a function that returns it for the stack's current row."""


@dataclass(frozen=True)
class StackChange:
    """The effect of an operation on a stack before it begins: the columns of its row, and the wanted resources.

    ``tags``: None keeps the stack's tags. ``asked_by``: the credentials for the stack's operations from now on; None
    keeps the old ones. ``also``: writes more in the same transaction, given the new traversal's id; it may run again.
    ``unchanged``: tells which rows needn't be visited. ``seen``: what was seen of the physical resources, which the
    operation repairs. ``in_place``: the operation creates, replaces and deletes nothing. ``reason``: of the stack's
    status; empty: the usual one.
    """

    action: Action
    columns: Mapping[str, Any]
    wanted: Sequence[Wanted]
    tags: Sequence[str] | None = None
    asked_by: Credentials | None = None
    also: Callable[[EngineContext, str], None] | None = None
    unchanged: begin.Unchanged = begin.nothing_unchanged
    seen: Seen = field(default_factory=Seen)
    in_place: bool = False
    reason: str = ""


class Lifecycle:
    """Begins operations on stacks."""

    def __init__(self, shared: Shared, recorder: ResultRecorder) -> None:
        self._shared = shared
        self.policy = shared.policy
        self._recorder = recorder
        self._starts = IdempotentStart(shared)
        self._validator = Validator(shared.registry, shared.settings, shared.inputs)

    def create(
        self, context: RequestContext, name: str, submission: Submission, options: OperationOptions
    ) -> StackRecord:
        """Begin to create a stack, and return it, IN_PROGRESS.

        :raises StackExists: when the project has a live stack of this name
        :raises HeatliteError: when the submission is invalid; nothing is written then
        """
        stack_id = self._shared.inputs.new_id()
        check_name(name)
        if stacks.by_live_name(context, context.project_id, name) is not None:
            raise exception.StackExists(stack_name=name)
        if not context.is_admin:
            limits.check_stacks(self._shared.settings, lambda: stacks.count_roots(context, context.project_id))
        with self._shared.on_behalf_of(context):
            parsed = self._validator.validate(submission, Identity(stack_id, name, context.project_id))
        stack = self._new_stack(context, stack_id, name, options)
        with credentials.for_new_stack(self._shared, context, stack_id) as asked_by:
            begun = self._starts.first(stack, lambda: self._create(stack, submission, parsed, options, asked_by))
        self._recorder.announce_begun(begun, stack.tenant)
        return stack

    def _new_stack(self, context: RequestContext, stack_id: str, name: str, options: OperationOptions) -> StackRecord:
        now, timeout = self._shared.inputs.utcnow(), options.timeout_mins
        action = Action.CREATE if options.adopts is None else Action.ADOPT
        return StackRecord(
            id=stack_id,
            name=name,
            tenant=context.project_id,
            username=context.username,
            raw_template_id=0,
            prev_raw_template_id=None,
            current_traversal=self._shared.inputs.new_id(),
            action=action,
            status=Status.IN_PROGRESS,
            status_reason=f"Stack {action} started",
            deadline=self._deadline(timeout),
            timeout=timeout,
            disable_rollback=True if options.disable_rollback is None else options.disable_rollback,
            owner_id=None,
            nested_depth=0,
            parent_resource_name=None,
            created_at=now,
            updated_at=None,
            deleted_at=None,
            origin=log_context.origin(),
        )

    @retried
    def _create(
        self,
        stack: StackRecord,
        submission: Submission,
        parsed: language.Template,
        options: OperationOptions,
        asked_by: Credentials,
    ) -> begin.Begun:
        shared, context = self._shared, self._shared.context()
        stack = dataclasses.replace(stack, raw_template_id=self._store(submission, parsed))
        with shared.database.writer(context):
            user_creds_id = user_creds.insert(context, asked_by, shared.inputs.utcnow())
            stack = dataclasses.replace(stack, user_creds_id=user_creds_id)
            values = language.bind(parsed, submission.environment, Identity.of(stack).pseudo)
            wanted, tags = traversals.wanted(shared.linked(parsed, values)), options.tags or ()
            begun = begin.create(context, shared.inputs, stack, wanted, tags)
            if targets := self._sinks(submission):
                event_sinks.keep(context, stack.id, targets)
            if options.adopts is not None:
                adoption.hand_over(context, shared.inputs, stack.id, options.adopts)
            self._starts.note(context, stack, begun)
        return begun

    def update(
        self,
        context: RequestContext,
        stack: StackRecord,
        submission: Submitted,
        options: OperationOptions,
        seen: Seen | None = None,
    ) -> StackRecord:
        """Begin to update a stack to another template.

        :param submission: the submission, or a function that builds it from the stack's current row. The function is
            called again if another operation has begun meanwhile, so that a partial update overwrites no newer value
        :param seen: what was seen of the physical resources; None: with the option ``refresh``, look now
        :raises HeatliteError: when the stack's state doesn't allow it, or the submission is invalid
        """
        if seen is None:
            seen = reality.see(self._shared, context, stack) if options.refresh else Seen()
        with credentials.for_stack(self._shared, context, stack) as asked_by, self._shared.on_behalf_of(context):

            def change(current: StackRecord) -> StackChange:
                wanted = submission(current) if callable(submission) else submission
                return dataclasses.replace(self._update(current, wanted, options), asked_by=asked_by, seen=seen)

            return self._supersede(stack, Operation.UPDATE, change)

    def _update(self, stack: StackRecord, submission: Submission, options: OperationOptions) -> StackChange:
        identity = Identity(stack.id, stack.name, stack.tenant)
        before = self._shared.library.known(stack.raw_template_id)
        accepted = Accepted(before[1], before[0]) if before else None
        parsed = self._validator.validate(submission, identity, accepted)
        values = language.bind(parsed, submission.environment, identity.pseudo)
        self._shared.library.check_immutable(self._shared.context(), stack, parsed, values)
        timeout = stack.timeout if options.timeout_mins is None else options.timeout_mins
        is_again = accepted is not None and parsed is accepted.parsed  # then it is stored already
        template_id = accepted.record.id if accepted and is_again else self._store(submission, parsed)
        columns: dict[str, Any] = {"raw_template_id": template_id, "timeout": timeout}
        if options.disable_rollback is not None:
            columns["disable_rollback"] = options.disable_rollback
        unchanged = begin.nothing_unchanged if options.converge else self._shared.unchanged(parsed, values, stack)
        wanted = traversals.wanted(self._shared.linked(parsed, values))
        also = None
        if targets := self._sinks(submission):
            sent_from = event_sinks.newest(self._shared.context(), stack.id)

            def also(context: EngineContext, traversal_id: str) -> None:
                event_sinks.keep(context, stack.id, targets, after=sent_from)

        return StackChange(Action.UPDATE, columns, wanted, options.tags, also=also, unchanged=unchanged)

    def keep(self, stack: StackRecord, seen: Seen, reason: str, *, in_place: bool) -> StackRecord:
        """Begin an update to the template that the stack has, with its stored credentials, to repair what differs.

        :param reason: the stack's status reason while it runs
        :param in_place: create, replace and delete nothing; what can't be repaired in place fails
        :raises PlanOutdated: when another operation has begun since the stack was read; nothing is begun then
        """

        def change(current: StackRecord) -> StackChange:
            if current.current_traversal != stack.current_traversal:
                raise exception.PlanOutdated(stack_name=stack.name)
            parsed, values = self._shared.library.parameters(self._shared.context(), current)
            return StackChange(
                Action.UPDATE,
                {"raw_template_id": current.raw_template_id, "timeout": current.timeout},
                traversals.wanted(self._shared.linked(parsed, values)),
                unchanged=self._shared.unchanged(parsed, values, current),
                seen=seen,
                in_place=in_place,
                reason=reason,
            )

        return self._supersede(stack, Operation.UPDATE, change)

    def delete(self, stack: StackRecord) -> StackRecord:
        """Begin to delete a stack and every physical resource made for it. If a deletion is in progress, it continues.

        :raises EntityNotFound: when the stack no longer exists
        """
        change = StackChange(Action.DELETE, {"timeout": stack.timeout}, ())
        return self._supersede(stack, Operation.DELETE, lambda current: change)

    def cancel(self, stack: StackRecord, *, rollback: bool) -> StackRecord:
        """Stop an update (or, without rollback, a create) that is in progress.

        With rollback the stack returns to its last complete template. Without, it stays as it is, FAILED.

        :raises NotSupported: when nothing is in progress, or the update has already made all its changes
        """
        if rollback:
            return self._supersede(stack, Operation.ROLL_BACK, self._way_back)
        interrupts.admit(stack.name, stack.action, stack.status, Operation.CANCEL)
        traversal = self._shared.library.traversal(self._shared.context(), stack.current_traversal)
        if traversal is not None:
            self._recorder.ended(traversal, f"Stack {stack.action} cancelled")
        return stack

    def restore(self, context: RequestContext, stack: StackRecord, submission: Submission) -> StackRecord:
        """Begin to restore a stack to the submission of a snapshot; otherwise the same as an update.

        :raises HeatliteError: when the stack's state doesn't allow it, or the submission is invalid
        """

        with credentials.for_stack(self._shared, context, stack) as asked_by, self._shared.on_behalf_of(context):

            def change(current: StackRecord) -> StackChange:
                update = self._update(current, submission, OperationOptions())
                return dataclasses.replace(update, action=Action.RESTORE, asked_by=asked_by)

            return self._supersede(stack, Operation.RESTORE, change)

    def visit(
        self, stack: StackRecord, operation: Operation, also: Callable[[EngineContext, str], None] | None = None
    ) -> StackRecord:
        """Begin an operation that visits a stack's resources and keeps its template; join it if already in progress.

        :param operation: SUSPEND, RESUME, CHECK or SNAPSHOT
        :param also: writes more in the transaction that begins the operation, given the traversal's id
        :raises NotSupported: when the stack is being deleted
        :raises ActionInProgress: when another operation is in progress on the stack
        """

        def change(current: StackRecord) -> StackChange:
            parsed, values = self._shared.library.readable(self._shared.context(), current)
            columns = {"timeout": current.timeout, "collects_later": current.collects_later}
            wanted = traversals.wanted(self._shared.linked(parsed, values))
            return StackChange(VISITS[operation], columns, wanted, also=also)

        return self._supersede(stack, operation, change)

    def _way_back(self, stack: StackRecord) -> StackChange:
        if stack.prev_raw_template_id == stack.raw_template_id:
            raise exception.NotSupported(feature="Cancelling an update whose changes have all been made")
        target = stack.prev_raw_template_id or self._recorder.empty_template()
        goal = dataclasses.replace(stack, raw_template_id=target)
        parsed, values = self._shared.library.parameters(self._shared.context(), goal)
        columns = {"raw_template_id": target, "timeout": stack.timeout}
        same = self._shared.unchanged(parsed, values, stack)
        wanted = traversals.wanted(self._shared.linked(parsed, values))
        return StackChange(Action.ROLLBACK, columns, wanted, unchanged=same)

    def _supersede(
        self, stack: StackRecord, operation: Operation, change: Callable[[StackRecord], StackChange]
    ) -> StackRecord:
        """Begin a new traversal, if the stack's state allows the operation; read the stack again after a conflict."""
        nothing_to_do = (Answer.JOIN, Answer.ALREADY)
        while interrupts.admit(stack.name, stack.action, stack.status, operation) not in nothing_to_do:
            wanted = change(stack)
            begun = self._starts.next(stack, functools.partial(self._try_supersede, stack, wanted))
            if begun is not None:
                self._recorder.announce_begun(begun, stack.tenant)
                break
            fresh = stacks.get(self._shared.context(), stack.id)
            if fresh is None:
                raise exception.EntityNotFound(entity="Stack", name=stack.name)
            stack = fresh
        return stack

    @retried
    def _try_supersede(self, stack: StackRecord, change: StackChange, traversal_id: str) -> begin.Begun | None:
        shared, context, unchanged = self._shared, self._shared.context(), change.unchanged
        columns = {
            "collects_later": False,
            **change.columns,
            "current_traversal": traversal_id,
            "action": change.action,
            "status": Status.IN_PROGRESS,
            "status_reason": change.reason or f"Stack {change.action} started",
            "deadline": self._deadline(change.columns.get("timeout")),
            "origin": log_context.origin(),
            "updated_at": shared.inputs.utcnow(),
        }
        also = None
        if change.seen.differing:
            also = functools.partial(reality.record, context, shared.inputs, change.seen)
        with shared.database.writer(context):
            begun = begin.supersede(
                context,
                shared.inputs,
                stack,
                columns,
                change.wanted,
                unchanged=unchanged,
                also=also,
                in_place=change.in_place,
            )
            if begun is not None and change.tags is not None:
                stacks.replace_tags(context, stack.id, change.tags)
            if begun is not None and change.asked_by is not None:
                fresh = dataclasses.replace(stack, current_traversal=begun.traversal_id)
                credentials.renew(context, shared.inputs, fresh, change.asked_by)
            if begun is not None and change.also is not None:
                change.also(context, begun.traversal_id)
            if begun is not None:
                self._starts.note(context, stack, begun)
        return begun

    def _sinks(self, submission: Submission) -> frozenset[str]:
        """Return the queues that a stack's events are sent to."""
        sinks = submission.environment.event_sinks
        return frozenset(targets_of(sinks)) if sinks and self._shared.clouds else frozenset()

    def _store(self, submission: Submission, parsed: language.Template) -> int:
        context, now, environment = self._shared.context(), self._shared.inputs.utcnow(), submission.environment
        content = dict(submission.template), dict(submission.files), environment.to_dict()
        template_id = templates.stored(context, *content, now)
        self._shared.library.learn(TemplateRecord(template_id, *content), parsed)
        return template_id

    def _deadline(self, timeout_mins: int | None) -> float:
        limit = self._shared.settings.stack_action_timeout
        seconds = timeout_mins * SECONDS_A_MINUTE if timeout_mins else limit
        return self._shared.inputs.now() + seconds
