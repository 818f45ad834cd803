"""Begin an operation on a nested stack when its parent requests it. The message may be late, or a duplicate.

::

    the stack's state         CREATE                    UPDATE, DELETE, SUSPEND, RESUME, CHECK
    ─────────────────         ──────                    ──────────────────────────────────────
    no row                    begin it                  DELETE: insert a deleted row, so a late CREATE finds it
    at this operation         nothing: a duplicate      nothing: a duplicate
    at the operation before   –                         begin it
    at any other              nothing: it is late       nothing: the parent polls, and requests again

The owner's row decides, never the message. It must be the row of a resource whose type is a nested stack, and must
have recorded this operation. The owner's stack determines the child's project, depth, credentials, deadline, root and
stack-user project. So a forged message can begin only what is due anyway.

If the engine must refuse the operation (an invalid template, a limit), it records the operation as FAILED. The parent
waits for no reply; it reads only the row.
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
from heatlite.db import refusals, resources, stacks
from heatlite.db.records import ResourceRecord, StackRecord
from heatlite.db.refusals import REFUSING, is_refusal
from heatlite.db.retry import retried
from heatlite.engine.common import limits
from heatlite.engine.definitions import log_context, traversals
from heatlite.engine.definitions.provider import is_nested_type
from heatlite.engine.nested.siblings import Siblings
from heatlite.engine.operations import adoption
from heatlite.engine.operations.validation import Identity, Submission, Validator
from heatlite.engine.shared import Shared
from heatlite.engine.traversal.result_recorder import ResultRecorder
from heatlite.engine.traversal.transactions import begin, fail
from heatlite.resources.nested.port import CHOSEN, OPERATION, TEMPLATE
from heatlite.rpc.messages import BeginChild
from heatlite.schema.child_process import on_behalf_of
from heatlite.template.mask import masked

SECONDS_A_MINUTE = 60
MAKING = (Action.CREATE, Action.UPDATE)

LOG = logging.getLogger(__name__)


class Children:
    """Begins the operations on nested stacks."""

    def __init__(self, shared: Shared, recorder: ResultRecorder) -> None:
        self._shared = shared
        self._recorder = recorder
        self._validator = Validator(shared.registry, shared.settings, shared.inputs)
        self._siblings = Siblings(shared, recorder, self._validator)

    def receive(self, request: RequestContext, messages: Sequence[BeginChild]) -> None:
        """Begin operations: each if it hasn't begun yet and the owner's row has recorded it.

        :param request: must be of the owner's project; the rest of it is for logs and traces
        """
        context, child_ids = self._shared.context(), [message.child_id for message in messages]
        with self._shared.database.reader(context):
            rows, seen = resources.by_uuids(context, child_ids), stacks.by_ids(context, child_ids)
            owners = stacks.by_ids(context, {row.stack_id for row in rows.values()})
        first: dict[str, list[tuple[BeginChild, ResourceRecord, StackRecord]]] = {}
        for message in messages:
            row, child = rows.get(message.child_id), seen.get(message.child_id)
            owner = owners.get(row.stack_id) if row is not None else None
            if row is None or owner is None or not is_recorded(row, message):
                LOG.info(
                    "%s of nested stack %s is ignored: its owner doesn't want it (now)", message.verb, message.child_id
                )
            elif not (is_nested_type(self._shared.registry, row.type) and is_of(owner, request, child)):
                LOG.warning(
                    "%s of %s is refused: it isn't a nested stack of that owner", message.verb, message.child_id
                )
            elif child is None and message.verb in (Action.CREATE, Action.DELETE):
                first.setdefault(owner.id, []).append((message, row, owner))
            elif child is not None and follows(child, message):
                self._next(child, message, owner)
            else:
                LOG.debug("%s of nested stack %s is late or a duplicate", message.verb, message.child_id)
        for siblings in first.values():
            self._first_of(siblings)

    # --- the stack doesn't exist yet ----------------------------------------------------------------------------

    def _first_of(self, siblings: Sequence[tuple[BeginChild, ResourceRecord, StackRecord]]) -> None:
        """Begin the first operations of nested stacks of one owner; creations of several begin together."""
        new = [
            self._new_stack(message, row, owner)
            for message, row, owner in siblings
            if message.verb == Action.CREATE and adopted(row) is None
        ]
        together = new if len(new) > 1 else []
        left = {stack.id for stack in self._siblings.create(together)} if together else set()
        begun = {stack.id for stack in together} - left
        for message, row, owner in siblings:
            if message.child_id not in begun:
                self._first(message, row, owner)

    def _first(self, message: BeginChild, row: ResourceRecord, owner: StackRecord) -> None:
        stack, adopts = self._new_stack(message, row, owner), adopted(row)
        if adopts is not None and message.verb == Action.CREATE and owner.action is Action.ADOPT:
            stack = dataclasses.replace(stack, action=Action.ADOPT, status_reason="Stack ADOPT started")
        if message.verb == Action.DELETE:
            self._bury(stack, adopts)
            return
        try:
            parsed, values = self._valid(stack)
        except exception.HeatliteError as error:
            self._refuse_first(stack, str(error), adopts)
            return
        try:
            begun = self._create(stack, traversals.wanted(self._shared.linked(parsed, values)), adopts)
        except db_error.DBDuplicateEntry:
            return  # another engine got the same message, or the stack is being deleted
        except REFUSING as error:
            if not is_refusal(error):
                raise
            self._refuse_first(stack, f"The database refuses the stack: {refusals.reason(error)}", adopts)
            return
        self._recorder.announce_begun(begun, stack.tenant)

    def _new_stack(self, message: BeginChild, row: ResourceRecord, owner: StackRecord) -> StackRecord:
        empty = message.template_id is None
        return StackRecord(
            id=message.child_id,
            name=message.name,
            tenant=owner.tenant,
            username=owner.username,
            raw_template_id=self._recorder.empty_template() if empty else message.template_id or 0,
            prev_raw_template_id=None,
            current_traversal=message.operation_id,
            action=Action(message.verb),
            status=Status.IN_PROGRESS,
            status_reason=f"Stack {message.verb} started",
            deadline=self._deadline(message, owner),
            timeout=message.timeout_mins or owner.timeout,
            disable_rollback=True,
            owner_id=owner.id,
            nested_depth=owner.nested_depth + 1,
            parent_resource_name=row.name,
            created_at=self._shared.inputs.utcnow(),
            updated_at=None,
            deleted_at=None,
            root_id=owner.root_id or owner.id,
            user_creds_id=owner.user_creds_id,
            stack_user_project_id=owner.stack_user_project_id,
            facade=message.facade,
            collects_later=message.collects_later,
            origin=log_context.origin(),
        )

    def _deadline(self, message: BeginChild, owner: StackRecord) -> float:
        """Return the operation's deadline: that of its owner, or sooner.

        An owner at rest has no deadline, for example when a signal changes a group. Then the operation may take as long
        as a new operation of the owner.
        """
        now, settings = self._shared.inputs.now(), self._shared.settings
        minutes, limit = message.timeout_mins, owner.deadline if owner.is_in_progress else None
        if limit is None:
            limit = now + (owner.timeout * SECONDS_A_MINUTE if owner.timeout else settings.stack_action_timeout)
        return limit if minutes is None else min(limit, now + minutes * SECONDS_A_MINUTE)

    @retried
    def _create(self, stack: StackRecord, wanted: Sequence[Wanted], adopts: Mapping[str, Any] | None) -> begin.Begun:
        shared, context = self._shared, self._shared.context()
        with shared.database.writer(context):
            begun = begin.create(context, shared.inputs, stack, wanted, ())
            if adopts is None:
                return begun
            if stack.action is Action.ADOPT:
                adoption.hand_over(context, shared.inputs, stack.id, adopts)
                return begun
            adoption.hand_over(context, shared.inputs, stack.id, adopts, of_same_type=True)
            return begin.lay_out_again(context, shared.inputs, stack, wanted)

    def _bury(self, stack: StackRecord, adopts: Mapping[str, Any] | None) -> None:
        gone = stacks.ended(self._shared.inputs.utcnow())
        buried = dataclasses.replace(
            stack,
            status=Status.COMPLETE,
            status_reason="It was never created",
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
        self._recorder.family.ended(stack)

    @retried
    def _insert(self, stack: StackRecord, left: Mapping[str, Any]) -> None:
        shared, context = self._shared, self._shared.context()
        with shared.database.writer(context):
            begin.record_ended(context, shared.inputs, stack)
            adoption.hand_over(
                context, shared.inputs, stack.id, left
            )  # there is no row: an event tells of each resource

    # --- the stack exists ---------------------------------------------------------------------------------------

    def _next(self, seen: StackRecord, message: BeginChild, owner: StackRecord) -> None:
        columns: dict[str, Any] = {
            "current_traversal": message.operation_id,
            "action": Action(message.verb),
            "status": Status.IN_PROGRESS,
            "status_reason": f"Stack {message.verb} started",
            "deadline": self._deadline(message, owner),
            "collects_later": message.collects_later,
            "origin": log_context.origin(),
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
                    "timeout": message.timeout_mins or owner.timeout,
                }
                stack = dataclasses.replace(seen, **changes)
                parsed, values = self._valid(stack, before=seen)
                wanted = traversals.wanted(self._shared.linked(parsed, values))
                unchanged = self._shared.unchanged(parsed, values, stack)
            elif message.verb in VISITS:
                changes = {"collects_later": seen.collects_later}  # a visit deletes no old resources
                readable = self._shared.library.readable(self._shared.context(), seen)
                wanted = traversals.wanted(self._shared.linked(*readable))
        except exception.HeatliteError as error:
            self._refuse_next(seen, {**columns, "status": Status.FAILED, "status_reason": str(error)})
            return
        try:
            written, in_place = {**columns, **changes}, self._is_in_place(owner)
            begun = self._shared.transact(
                begin.supersede, seen, written, wanted, unchanged=unchanged, in_place=in_place
            )
        except REFUSING as error:
            if not is_refusal(error):
                raise
            reason = f"The database refuses the stack: {refusals.reason(error)}"
            self._refuse_next(seen, {**columns, "status": Status.FAILED, "status_reason": reason})
            return
        columns |= changes
        if begun is not None:
            self._recorder.announce_begun(begun, seen.tenant)

    def _is_in_place(self, owner: StackRecord) -> bool:
        """Tell whether the owner's running operation creates and replaces nothing, so that this one doesn't either."""
        if not owner.is_in_progress:
            return False
        above = self._shared.library.traversal(self._shared.context(), owner.current_traversal)
        return above is not None and above.in_place

    def _refuse_next(self, seen: StackRecord, columns: Mapping[str, Any]) -> None:
        abandoned = self._shared.transact(fail.refuse, seen, {**columns, "deadline": None})
        if abandoned is not None:
            self._recorder.given_up(abandoned)
            self._recorder.family.ended(dataclasses.replace(seen, **columns))

    # --- validation ---------------------------------------------------------------------------------------------

    def _valid(
        self, stack: StackRecord, before: StackRecord | None = None
    ) -> tuple[language.Template, language.Parameters]:
        """Validate the stack's new template, now that every value is known; return it with its parameters' values.

        :raises HeatliteError: when it is invalid, or exceeds a limit
        """
        with masked(self._shared.library.owners_mask(self._shared.context(), stack)):
            return self._checked(stack, before)

    def _checked(self, stack: StackRecord, before: StackRecord | None) -> tuple[language.Template, language.Parameters]:
        shared, context = self._shared, self._shared.context()
        limits.check_depth(shared.settings, stack.nested_depth)
        record, known = shared.library.template(context, stack.raw_template_id)
        environment = language.Environment.parse(record.environment)
        submission = Submission(record.template, record.files, environment)
        with on_behalf_of(stack.tenant):
            parsed = self._validator.validate_one(submission, Identity.of(stack), stack.facade, known)
        values = language.bind(parsed, environment, Identity.of(stack).pseudo)
        if before is not None:
            shared.library.check_immutable(context, before, parsed, values)
        others = resources.count_in_tree(context, stack.root_id or stack.id, but_for=stack.id)
        limits.check_resources(shared.settings, others + len(parsed.resources))
        return parsed, values


def is_recorded(row: ResourceRecord, message: BeginChild) -> bool:
    """Tell whether the owner's row has recorded this operation: its id, its template and its action.

    CREATE and UPDATE count as the same action: the sender says CREATE when it sees no stack yet.
    """
    data = row.resource_data or {}
    if (data.get(OPERATION), data.get(TEMPLATE)) != (message.operation_id, message.template_id):
        return False
    verb = recorded_verb(row, data)
    return message.verb in MAKING if verb in MAKING else message.verb == verb


def recorded_verb(row: ResourceRecord, data: Mapping[str, Any]) -> str:
    """Return the action of the operation that a row has recorded.

    An engine of an older version doesn't record the action, and leaves an earlier one in place. In that case a recorded
    template means UPDATE; without a template, the action is the row's own.
    """
    chosen = data.get(CHOSEN) or {}
    if chosen.get(OPERATION) == data.get(OPERATION):
        return str(chosen["verb"])
    return Action.UPDATE if data.get(TEMPLATE) is not None else row.action


def follows(seen: StackRecord, message: BeginChild) -> bool:
    """Tell whether a nested stack's current traversal is the one before the operation. CREATE never follows one."""
    is_next = message.follows == seen.current_traversal != message.operation_id
    return is_next and seen.deleted_at is None and message.verb != Action.CREATE


def is_of(owner: StackRecord, request: RequestContext, child: StackRecord | None) -> bool:
    """Tell whether request, owner and child belong to one project, and the child, if it exists, to the owner."""
    if owner.tenant != request.project_id:
        return False
    return child is None or (child.owner_id == owner.id and child.tenant == owner.tenant)


def adopted(row: ResourceRecord) -> Mapping[str, Any] | None:
    """Return the exported data of the resources that a nested stack adopts; None if it creates its resources."""
    data = row.adopted
    return None if data is None else data.get("resources") or {}
