"""Lifecycle: what clients ask to be done with a stack: create, update, delete, cancel, suspend, resume, check.

Each is: validate, store the template, begin a traversal in one transaction, cast its first nodes. When it returns, the
stack is IN_PROGRESS in the database; from then on it ends by itself, whatever becomes of this process.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import Any

from heatlite import exception
from heatlite import template as language
from heatlite.context import EngineContext, RequestContext
from heatlite.convergence import interrupts
from heatlite.convergence.interrupts import Answer, Operation
from heatlite.convergence.model import Action, Status
from heatlite.db import stacks, templates, user_creds
from heatlite.db.records import StackRecord, TemplateRecord
from heatlite.db.retry import retried
from heatlite.db.user_creds import Credentials
from heatlite.engine.common import limits
from heatlite.engine.common.operation_options import OperationOptions
from heatlite.engine.definitions import log_context, traversals
from heatlite.engine.operations import adoption
from heatlite.engine.operations.change import Change
from heatlite.engine.operations.idempotent_start import IdempotentStart
from heatlite.engine.operations.validated_template import Accepted
from heatlite.engine.operations.validation import Identity, Submission, Validator, check_name
from heatlite.engine.ports import credentials
from heatlite.engine.shared import Shared
from heatlite.engine.traversal import trusts
from heatlite.engine.traversal.inline_successors import is_quick
from heatlite.engine.traversal.result_recorder import Conclusions
from heatlite.engine.traversal.transactions import begin

SECONDS_A_MINUTE = 60
VISITS = {
    Operation.SUSPEND: Action.SUSPEND,
    Operation.RESUME: Action.RESUME,
    Operation.CHECK: Action.CHECK,
    Operation.SNAPSHOT: Action.SNAPSHOT,
}


Submitted = Submission | Callable[[StackRecord], Submission]
"""What is to be submitted, or what gives it for a stack as it is by then."""


class Lifecycle:
    """Begins operations on stacks."""

    def __init__(self, shared: Shared, conclusions: Conclusions) -> None:
        self._shared = shared
        self.policy = shared.policy
        self._conclusions = conclusions
        self._starts = IdempotentStart(shared)
        self._validator = Validator(shared.registry, shared.settings, shared.inputs)

    def create(
        self, context: RequestContext, name: str, submission: Submission, options: OperationOptions
    ) -> StackRecord:
        """A new stack, IN_PROGRESS.

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
        with trusts.for_new_stack(self._shared, context, stack_id) as asked_by:
            begun = self._starts.first(stack, lambda: self._create(stack, submission, parsed, options, asked_by))
        spreads = not is_quick(self._shared.registry, parsed)
        self._conclusions.announce({begun.traversal_id: begun.ready}, stack.tenant, spreads=spreads)
        return stack

    def _new_stack(self, context: RequestContext, stack_id: str, name: str, options: OperationOptions) -> StackRecord:
        now, timeout = self._shared.inputs.utcnow(), options.timeout_mins
        return StackRecord(
            id=stack_id,
            name=name,
            tenant=context.project_id,
            username=context.username,
            raw_template_id=0,
            prev_raw_template_id=None,
            current_traversal=self._shared.inputs.new_id(),
            action=options.creation,
            status=Status.IN_PROGRESS,
            status_reason=f"Stack {options.creation} started",
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
            begun = begin.create(context, shared.inputs, stack, wanted, tags, recast_after=shared.recast_after)
            if options.adopts is not None:
                adoption.hand_over(context, shared.inputs, stack.id, options.adopts)
            self._starts.note(context, stack, begun)
        return begun

    def update(
        self, context: RequestContext, stack: StackRecord, submission: Submitted, options: OperationOptions
    ) -> StackRecord:
        """Make an existing stack what another template says.

        :param submission: the template, or what gives it for a stack as it is: asked again where the stack has gone
            on meanwhile, so that an update that is laid over what the stack has loses nothing of it
        :raises HeatliteError: when the stack's state doesn't allow it, or the submission is invalid
        """

        with trusts.for_stack(self._shared, context, stack) as asked_by, self._shared.on_behalf_of(context):

            def change(current: StackRecord) -> Change:
                wanted = submission(current) if callable(submission) else submission
                return dataclasses.replace(self._update(current, wanted, options), asked_by=asked_by)

            return self._supersede(stack, Operation.UPDATE, change)

    def _update(self, stack: StackRecord, submission: Submission, options: OperationOptions) -> Change:
        identity = Identity(stack.id, stack.name, stack.tenant)
        before = self._shared.library.known(stack.raw_template_id)
        accepted = Accepted(before[1], before[0]) if before else None
        parsed = self._validator.validate(submission, identity, accepted)
        values = language.bind(parsed, submission.environment, identity.pseudo)
        self._shared.library.check_immutable(self._shared.context(), stack, parsed, values)
        timeout = stack.timeout if options.timeout_mins is None else options.timeout_mins
        columns: dict[str, Any] = {"raw_template_id": self._store(submission, parsed), "timeout": timeout}
        if options.disable_rollback is not None:
            columns["disable_rollback"] = options.disable_rollback
        unchanged = begin.nothing_unchanged if options.converge else self._shared.unchanged(parsed, values, stack)
        wanted = traversals.wanted(self._shared.linked(parsed, values))
        return Change(Action.UPDATE, columns, wanted, options.tags, unchanged=unchanged)

    def delete(self, stack: StackRecord) -> StackRecord:
        """Delete a stack, and all that was ever made for it. One that is being deleted is left at it.

        :raises EntityNotFound: when it is gone
        """
        change = Change(Action.DELETE, {"timeout": stack.timeout}, ())
        return self._supersede(stack, Operation.DELETE, lambda current: change)

    def cancel(self, stack: StackRecord, *, rollback: bool) -> StackRecord:
        """Stop an update (or, without rollback, a create) that is in progress.

        With rollback the stack returns to its last complete template; without, it stays where it is, FAILED.

        :raises NotSupported: when there is nothing to be cancelled, or nothing to return to any more
        """
        if rollback:
            return self._supersede(stack, Operation.ROLL_BACK, self._way_back)
        interrupts.answer(stack.name, stack.action, stack.status, Operation.CANCEL)
        traversal = self._shared.library.traversal(self._shared.context(), stack.current_traversal)
        if traversal is not None:
            self._conclusions.ended(traversal, f"Stack {stack.action} cancelled")
        return stack

    def restore(self, context: RequestContext, stack: StackRecord, submission: Submission) -> StackRecord:
        """Make a stack what a snapshot of it says; otherwise as an update.

        :raises HeatliteError: when the stack's state doesn't allow it, or the submission is invalid
        """

        with trusts.for_stack(self._shared, context, stack) as asked_by, self._shared.on_behalf_of(context):

            def change(current: StackRecord) -> Change:
                update = self._update(current, submission, OperationOptions())
                return dataclasses.replace(update, action=Action.RESTORE, asked_by=asked_by)

            return self._supersede(stack, Operation.RESTORE, change)

    def visit(
        self, stack: StackRecord, operation: Operation, also: Callable[[EngineContext, str], None] | None = None
    ) -> StackRecord:
        """Do something to what a stack has, and leave its template alone. What is so already is left at that.

        :param operation: SUSPEND, RESUME, CHECK or SNAPSHOT
        :param also: what else is to be written in the transaction that begins it, given its id
        :raises NotSupported: when the stack is being deleted
        :raises ActionInProgress: when something else is being done with it
        """

        def change(current: StackRecord) -> Change:
            parsed, values = self._shared.library.readable(self._shared.context(), current)
            columns = {"timeout": current.timeout, "collects_later": current.collects_later}
            wanted = traversals.wanted(self._shared.linked(parsed, values))
            return Change(VISITS[operation], columns, wanted, also=also)

        return self._supersede(stack, operation, change)

    def _way_back(self, stack: StackRecord) -> Change:
        if stack.prev_raw_template_id == stack.raw_template_id:
            raise exception.NotSupported(feature="Cancelling an update whose changes have all been made")
        target = stack.prev_raw_template_id or self._conclusions.empty_template()
        goal = dataclasses.replace(stack, raw_template_id=target)
        parsed, values = self._shared.library.parameters(self._shared.context(), goal)
        columns = {"raw_template_id": target, "timeout": stack.timeout}
        same = self._shared.unchanged(parsed, values, stack)
        wanted = traversals.wanted(self._shared.linked(parsed, values))
        return Change(Action.ROLLBACK, columns, wanted, unchanged=same)

    def _supersede(
        self, stack: StackRecord, operation: Operation, change: Callable[[StackRecord], Change]
    ) -> StackRecord:
        """Begin a new traversal of whatever the stack is at by now, as long as its state allows the operation."""
        nothing_to_do = (Answer.JOIN, Answer.ALREADY)
        while interrupts.answer(stack.name, stack.action, stack.status, operation) not in nothing_to_do:
            wanted = change(stack)
            begun = self._starts.next(stack, functools.partial(self._try_supersede, stack, wanted))
            if begun is not None:
                known = self._shared.library.known(wanted.columns.get("raw_template_id", stack.raw_template_id))
                spreads = known is None or not is_quick(self._shared.registry, known[1])
                self._conclusions.announce({begun.traversal_id: begun.ready}, stack.tenant, spreads=spreads)
                break
            fresh = stacks.get(self._shared.context(), stack.id)
            if fresh is None:
                raise exception.EntityNotFound(entity="Stack", name=stack.name)
            stack = fresh
        return stack

    @retried
    def _try_supersede(self, stack: StackRecord, change: Change, traversal_id: str) -> begin.Begun | None:
        shared, context, unchanged = self._shared, self._shared.context(), change.unchanged
        columns = {
            "collects_later": False,
            **change.columns,
            "current_traversal": traversal_id,
            "action": change.action,
            "status": Status.IN_PROGRESS,
            "status_reason": f"Stack {change.action} started",
            "deadline": self._deadline(change.columns.get("timeout")),
            "origin": log_context.origin(),
            "updated_at": shared.inputs.utcnow(),
        }
        with shared.database.writer(context):
            begun = begin.supersede(
                context,
                shared.inputs,
                stack,
                columns,
                change.wanted,
                recast_after=shared.recast_after,
                unchanged=unchanged,
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
