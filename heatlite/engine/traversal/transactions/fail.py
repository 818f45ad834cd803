"""Fail: a resource failed, or the stack's time is over, and so the traversal ends, at once.

    stack        FAILED; or, with rollback on and nothing committed yet, ROLLBACK IN_PROGRESS with a new traversal
    sync_point   the traversal's are deleted; for a rollback, one PLAN node
    resource     FAILED, and released; so are rows that were given back and nobody has taken up yet
    event        the resource's, then the stack's

What is running elsewhere finishes later and records its rows; what follows it never starts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from heatlite.convergence.model import Action, NodeState, Status
from heatlite.db import resources, stacks, sync_points
from heatlite.db.api import Context
from heatlite.db.records import StackRecord
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.decision import row_changes
from heatlite.engine.definitions.exported import snapshot_ended
from heatlite.engine.definitions.traversals import Traversal
from heatlite.engine.definitions.work import Work
from heatlite.engine.traversal.transactions import ConflictError, begin, release, stack_event, write_events
from heatlite.engine.traversal.transactions.finish import Finished
from heatlite.resources.outcomes import Failed

ROLLED_BACK = (Action.CREATE, Action.UPDATE, Action.ADOPT, Action.RESTORE)


@dataclass(frozen=True)
class RollbackPlan:
    """Where a rollback of this stack would go: the traversal it would have, and its template if there is no older."""

    traversal_id: str
    empty_template_id: int
    deadline: float


@dataclass(frozen=True)
class Ended:
    """What a failure came to.

    ``rollback``: the traversal to be planned now; ``wakes``: row → who waits for it; ``is_over``: this was what ended
    the stack's operation, and nothing follows it; ``holders``: engines that are to let go of what they hold;
    ``abandoned``: the stack, if it had rows that nobody held: they are FAILED now.
    """

    rollback: str | None = None
    wakes: Mapping[int, str] = field(default_factory=dict)
    is_over: bool = False
    holders: frozenset[str] = frozenset()
    abandoned: frozenset[str] = frozenset()


def may_roll_back(stack: StackRecord) -> bool:
    """Whether a failure of the stack's operation is to be rolled back. A nested stack never does so itself."""
    return not stack.disable_rollback and stack.action in ROLLED_BACK and stack.owner_id is None


def fail(
    context: Context,
    inputs: Inputs,
    stack: StackRecord,
    reason: str,
    failures: Sequence[tuple[Work, Failed]],
    rollback: RollbackPlan | None,
    *,
    lets_go: bool = False,
) -> Ended:
    """End a traversal because of these failures (none of them, where its time is over).

    :param stack: as its traversal was loaded
    :param rollback: None where the stack's operation isn't rolled back
    :param lets_go: its time is over, so that what its resources still wait for is let go of, by whoever holds them
    :raises ConflictError: where the locks of all that failed were lost: it is others who know what becomes of them
    """
    begins_rollback = rollback is not None and _roll_back(context, inputs, stack, reason, rollback)
    ends = begins_rollback or _end(context, stack, reason)
    if ends:
        sync_points.delete_all(context, stack.id)
    if rollback is not None and begins_rollback:
        begin.plan_later(context, inputs, stack.id, rollback.traversal_id)
    if failures and not _record(context, inputs, stack, failures):
        raise ConflictError
    is_over = ends and not begins_rollback
    abandoned = release.abandon(context, inputs, stack.id) if is_over else frozenset()
    if ends:
        if stack.action is Action.SNAPSHOT:
            snapshot_ended(context, inputs, stack, Status.FAILED, reason)
        write_events(context, inputs, stack.id, [stack_event(stack, stack.action, Status.FAILED, reason)])
    wakes = resources.waiting_traversals(context, [work.row.id for work, _ in failures]) if failures else {}
    held = resources.locked(context, stack.id) if ends and lets_go else []
    begun = rollback.traversal_id if rollback and begins_rollback else None
    return Ended(
        begun,
        wakes,
        is_over=is_over,
        holders=frozenset(row.engine_id for row in held if row.engine_id),
        abandoned=abandoned,
    )


def refuse(context: Context, inputs: Inputs, seen: StackRecord, columns: Mapping[str, Any]) -> frozenset[str] | None:
    """End a new operation on a stack before it begins, and the running one with it.

    :param columns: of the stack: a new ``current_traversal``, its action, FAILED and why
    :returns: the stack if rows of it were abandoned; None where the stack has another traversal than was seen by now
    """
    if not stacks.supersede(context, seen.id, seen.current_traversal, {**columns, "current_deps": None}):
        return None
    sync_points.delete_all(context, seen.id)
    abandoned = release.abandon(context, inputs, seen.id)
    event = stack_event(seen, columns["action"], Status.FAILED, columns["status_reason"])
    write_events(context, inputs, seen.id, [event])
    return abandoned


def fail_stale(context: Context, inputs: Inputs, traversal: Traversal, work: Work, failure: Failed) -> Finished:
    """Hand back the node of a creation that failed for an older template, so that it is tried with the present one.

    :returns: the node, which is ready again; or, where the traversal was superseded, who waits for the row
    """
    next_cast_at = inputs.next_cast_at()
    ready = sync_points.hand_back(
        context, traversal.id, [work.node], NodeState.SCHEDULED, next_cast_at, [work.claim_id]
    )
    _record(context, inputs, traversal.stack, [(work, failure)])
    if ready:
        return Finished(ready=(work.node,))
    return Finished(wakes=resources.waiting_traversals(context, [work.row.id]))


def _roll_back(context: Context, inputs: Inputs, stack: StackRecord, reason: str, plan: RollbackPlan) -> bool:
    """Turn round, unless the commit point is behind us: then what failed is a cleanup, and there is no way back."""
    current = stacks.get(context, stack.id)
    if current is None or current.prev_raw_template_id == current.raw_template_id:
        return False
    changes: dict[str, Any] = {
        "current_traversal": plan.traversal_id,
        "current_deps": None,
        "raw_template_id": current.prev_raw_template_id or plan.empty_template_id,
        "action": Action.ROLLBACK,
        "status_reason": reason,
        "deadline": plan.deadline,
        "updated_at": inputs.utcnow(),
    }
    return stacks.advance(context, stack.id, stack.current_traversal, changes)


def _end(context: Context, stack: StackRecord, reason: str) -> bool:
    changes = {"status": Status.FAILED, "status_reason": reason, "deadline": None}
    return stacks.advance(context, stack.id, stack.current_traversal, changes)


def _record(context: Context, inputs: Inputs, stack: StackRecord, failures: Sequence[tuple[Work, Failed]]) -> int:
    """Write each failed row by itself: one whose lock was lost is another's now, and says nothing of the others.

    :returns: how many were written
    """
    recorded = 0
    for work, failure in failures:
        keys, changes = {work.row.id: work.row.atomic_key}, {work.row.id: row_changes.failed(work, failure)}
        if resources.write(context, keys, changes, inputs.utcnow(), locked_by=work.engine_id, lock_for=None):
            recorded += 1
            event = row_changes.happening(work, Status.FAILED, failure.reason, failure.physical_id)
            write_events(context, inputs, stack.id, [event])
    return recorded


__all__ = ["Ended", "RollbackPlan", "fail", "fail_stale", "may_roll_back"]
