"""Begin: an operation on a nested stack, as its parent asks for it. The message may be late, or have come before.

::

    the stack is at    CREATE                    UPDATE, DELETE
    ───────────────    ──────                    ──────────────         and SUSPEND, RESUME, CHECK
    nothing            begin it                  (a DELETE: a row that says it is gone, lest a late CREATE make it)
    this operation     nothing: it came twice    nothing
    what it follows    –                         begin it
    anything else      nothing: it is late       nothing: the parent looks, and asks anew

An operation that the owner's row doesn't record is none: clients can write into ``args`` what they like, and one of
them must not get at another's stacks or templates.

What this engine must refuse (a template that proves invalid, a limit) is written as the operation's failure, since the
parent waits for no reply and looks at nothing but the row.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from oslo_db import exception as db_error

from heatlite import exception
from heatlite import template as language
from heatlite.context import RequestContext
from heatlite.convergence.model import VISITS, Action, Status, Wanted
from heatlite.db import resources, stacks, templates
from heatlite.db.records import StackRecord
from heatlite.db.retry import retried
from heatlite.engine import adoption, edges, limits, traversals
from heatlite.engine.conclude import Conclusions
from heatlite.engine.shared import Shared
from heatlite.engine.transactions import begin, fail
from heatlite.engine.validation import Identity, Submission, Validator
from heatlite.resources.nested.port import OPERATION, TEMPLATE
from heatlite.rpc.messages import BeginChild

LOG = logging.getLogger(__name__)


class Children:
    """Begins operations on nested stacks."""

    def __init__(self, shared: Shared, conclusions: Conclusions) -> None:
        self._shared = shared
        self._conclusions = conclusions
        self._validator = Validator(shared.registry, shared.settings, shared.inputs)

    def receive(self, request: RequestContext, message: BeginChild) -> None:
        """Begin the operation, if it is still to be begun, and its owner has recorded it."""
        if not self._is_recorded(message):
            LOG.info("%s of nested stack %s isn't what its owner wants (now)", message.verb, message.child_id)
            return
        seen = stacks.get(self._shared.context(), message.child_id)
        if seen is None and message.verb in (Action.CREATE, Action.DELETE):
            self._first(request, message)
        elif seen is not None and seen.deleted_at is None and seen.current_traversal == message.follows:
            self._next(seen, message)
        else:
            LOG.debug("%s of nested stack %s is late, or has come before", message.verb, message.child_id)

    def _is_recorded(self, message: BeginChild) -> bool:
        row = resources.by_uuid(self._shared.context(), message.child_id)
        if row is None or row.stack_id != message.owner_id:
            return False
        data = row.resource_data or {}
        return data.get(OPERATION) == message.operation_id and data.get(TEMPLATE) == message.template_id

    # --- there is no such stack ---------------------------------------------------------------------------------

    def _first(self, request: RequestContext, message: BeginChild) -> None:
        owner = stacks.get(self._shared.context(), message.owner_id)
        if owner is None:
            LOG.warning("Nested stack %s has no owner: nothing is made", message.name)
            return
        stack, adopts = self._new_stack(request, message, owner), self._adopts(message)
        if adopts is not None and message.verb == Action.CREATE and owner.action is Action.ADOPT:
            stack = dataclasses.replace(stack, action=Action.ADOPT, status_reason="Stack ADOPT started")
        if message.verb == Action.DELETE:
            self._bury(stack, adopts)
            return
        try:
            wanted = traversals.wanted(self._valid(stack)[0])
        except exception.HeatliteError as error:
            self._refuse_first(stack, str(error), adopts)
            return
        try:
            begun = self._create(stack, wanted, adopts)
        except db_error.DBDuplicateEntry:
            return  # the same message, at another engine; or it is being deleted
        self._conclusions.announce({begun.traversal_id: begun.ready}, stack.tenant)

    def _new_stack(self, request: RequestContext, message: BeginChild, owner: StackRecord) -> StackRecord:
        empty = message.template_id is None
        return StackRecord(
            id=message.child_id,
            name=message.name,
            tenant=owner.tenant,
            username=request.username or owner.username,
            raw_template_id=self._conclusions.empty_template() if empty else message.template_id or 0,
            prev_raw_template_id=None,
            current_traversal=message.operation_id,
            action=Action(message.verb),
            status=Status.IN_PROGRESS,
            status_reason=f"Stack {message.verb} started",
            deadline=message.deadline,
            timeout=message.timeout_mins,
            disable_rollback=True,
            owner_id=owner.id,
            nested_depth=message.nested_depth,
            parent_resource_name=message.parent_resource_name,
            created_at=self._shared.inputs.utcnow(),
            updated_at=None,
            deleted_at=None,
            root_id=owner.root_id or owner.id,
            user_creds_id=message.user_creds_id,
            stack_user_project_id=message.stack_user_project_id,
            facade=message.facade,
            collects_later=message.collects_later,
            origin=edges.origin(),
        )

    def _adopts(self, message: BeginChild) -> Mapping[str, Any] | None:
        """What is said of the resources that the stack is to take over: its owner's row has it."""
        row = resources.by_uuid(self._shared.context(), message.child_id)
        said = row.adopted if row is not None else None
        return None if said is None else said.get("resources") or {}

    @retried
    def _create(self, stack: StackRecord, wanted: Sequence[Wanted], adopts: Mapping[str, Any] | None) -> begin.Begun:
        shared, context = self._shared, self._shared.context()
        with shared.database.writer(context):
            begun = begin.create(context, shared.inputs, stack, wanted, (), recast_after=shared.recast_after)
            if adopts is not None:
                adoption.hand_over(context, shared.inputs, stack.id, adopts)
            return begun

    def _bury(self, stack: StackRecord, adopts: Mapping[str, Any] | None) -> None:
        gone = stacks.ended(self._shared.inputs.utcnow())
        buried = dataclasses.replace(
            stack,
            status=Status.COMPLETE,
            status_reason="It was never made",
            deadline=None,
            deleted_at=gone["deleted_at"],
        )
        self._record(buried, adopts)

    def _refuse_first(self, stack: StackRecord, reason: str, adopts: Mapping[str, Any] | None) -> None:
        failed = dataclasses.replace(stack, status=Status.FAILED, status_reason=reason, deadline=None)
        self._record(failed, adopts)

    def _record(self, stack: StackRecord, left: Mapping[str, Any] | None) -> None:
        try:
            self._insert(stack, left or {})
        except db_error.DBDuplicateEntry:
            return
        self._conclusions.family.ended(stack)

    @retried
    def _insert(self, stack: StackRecord, left: Mapping[str, Any]) -> None:
        shared, context = self._shared, self._shared.context()
        with shared.database.writer(context):
            begin.record_ended(context, shared.inputs, stack)
            adoption.hand_over(context, shared.inputs, stack.id, left)  # to no row: so that it is told

    # --- there is one -------------------------------------------------------------------------------------------

    def _next(self, seen: StackRecord, message: BeginChild) -> None:
        columns: dict[str, Any] = {
            "current_traversal": message.operation_id,
            "action": Action(message.verb),
            "status": Status.IN_PROGRESS,
            "status_reason": f"Stack {message.verb} started",
            "deadline": message.deadline,
            "collects_later": message.collects_later,
            "origin": edges.origin(),
            "updated_at": self._shared.inputs.utcnow(),
        }
        wanted: Sequence[Wanted] = ()
        changes: dict[str, Any] = {}
        unchanged = begin.nothing_unchanged
        try:
            if message.verb == Action.UPDATE:
                changes = {
                    "raw_template_id": message.template_id,
                    "facade": message.facade,
                    "timeout": message.timeout_mins,
                }
                stack = dataclasses.replace(seen, **changes)
                parsed, values = self._valid(stack, before=seen)
                wanted, unchanged = traversals.wanted(parsed), self._shared.unchanged(parsed, values, stack)
            elif message.verb in VISITS:
                changes = {"collects_later": seen.collects_later}  # a visit collects nothing
                wanted = traversals.wanted(self._shared.library.parameters(self._shared.context(), seen)[0])
        except exception.HeatliteError as error:
            self._refuse_next(seen, {**columns, "status": Status.FAILED, "status_reason": str(error)})
            return
        columns |= changes
        begun = self._supersede(seen, columns, wanted, unchanged)
        if begun is not None:
            self._conclusions.announce({begun.traversal_id: begun.ready}, seen.tenant)

    @retried
    def _supersede(
        self, seen: StackRecord, columns: Mapping[str, Any], wanted: Sequence[Wanted], unchanged: begin.Unchanged
    ) -> begin.Begun | None:
        shared, context = self._shared, self._shared.context()
        recast_after = shared.recast_after
        with shared.database.writer(context):
            return begin.supersede(
                context, shared.inputs, seen, columns, wanted, recast_after=recast_after, unchanged=unchanged
            )

    def _refuse_next(self, seen: StackRecord, columns: Mapping[str, Any]) -> None:
        if self._refuse(seen, {**columns, "deadline": None}):
            self._conclusions.family.ended(dataclasses.replace(seen, **columns))

    @retried
    def _refuse(self, seen: StackRecord, columns: Mapping[str, Any]) -> bool:
        shared, context = self._shared, self._shared.context()
        with shared.database.writer(context):
            return fail.refuse(context, shared.inputs, seen, columns)

    # --- is it valid? -------------------------------------------------------------------------------------------

    def _valid(
        self, stack: StackRecord, before: StackRecord | None = None
    ) -> tuple[language.Template, language.Parameters]:
        """The stack's new template and the values of its parameters, now that every value is known.

        :raises HeatliteError: where it is invalid, or over a limit
        """
        shared, context = self._shared, self._shared.context()
        limits.check_depth(shared.settings, stack.nested_depth)
        record = templates.get(context, stack.raw_template_id)
        environment = language.Environment.parse(record.environment)
        submission = Submission(record.template, record.files, environment)
        parsed = self._validator.validate_one(submission, Identity.of(stack), stack.facade)
        values = language.bind(parsed, environment, Identity.of(stack).pseudo)
        if before is not None:
            shared.library.check_immutable(context, before, parsed, values)
        tree = stacks.tree(context, stack.root_id or stack.id)
        others = resources.count(context, [other for other in tree if other != stack.id])
        limits.check_resources(shared.settings, others + len(parsed.resources))
        return parsed, values
