"""The last nodes of a traversal belong to the stack itself.

    commit     every update is done: the template is true. From here on nothing is rolled back.
    epilogue   every cleanup is done too: the stack is COMPLETE, or, after a DELETE, gone;
               or FAILED, after a CHECK that went on past failures.

Both begin with the stack's row, which answers whether the traversal still is the stack's; a crash in between repeats
them.
"""

from __future__ import annotations

from typing import Any

from heatlite.convergence.decide import Unmet
from heatlite.convergence.graph import arrivals
from heatlite.convergence.model import COMMIT, EPILOGUE, VISITS, Action, Node, NodeState, Status
from heatlite.convergence.visits import decide_visit, first_failures, summary
from heatlite.db import resources, stacks, sync_points, user_creds
from heatlite.db.api import Context
from heatlite.db.records import ResourceRecord, StackRecord
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.definitions.exported import snapshot_ended, too_large
from heatlite.engine.definitions.traversals import Traversal
from heatlite.engine.traversal.transactions import release, stack_event, write_events


def commit(context: Context, inputs: Inputs, traversal: Traversal, engine_id: str, claim_id: str) -> list[Node]:
    """Pass the commit point.

    :returns: the nodes that became ready by it; none where another engine passes it, or the traversal is over
    """
    stack = traversal.stack
    assert traversal.graph is not None, "a traversal without a graph has no commit point"
    if not is_ready(context, traversal.id, COMMIT):
        return []
    values = {"prev_raw_template_id": stack.raw_template_id}
    if not stacks.advance(context, stack.id, traversal.id, values):
        return []
    if not sync_points.claim(context, traversal.id, [COMMIT], engine_id, claim_id):
        return []
    sync_points.finish(context, traversal.id, [COMMIT], engine_id, [claim_id])
    next_cast_at = inputs.next_cast_at()
    return sync_points.arrive(context, traversal.id, arrivals(traversal.graph, [COMMIT]), next_cast_at)


def is_ready(context: Context, traversal_id: str, node: Node) -> bool:
    """Whether a node of the stack's is SCHEDULED: a message alone proves nothing, and the read needs no lock, since
    nothing but its own execution changes a SCHEDULED node of a current traversal."""
    return sync_points.state(context, traversal_id, node) is NodeState.SCHEDULED


def epilogue(context: Context, inputs: Inputs, traversal: Traversal) -> frozenset[str] | None:
    """Complete the stack, and return it if rows of it were abandoned.

    None: the traversal is over already, or has been superseded.
    """
    if not is_ready(context, traversal.id, EPILOGUE):
        return None
    stack = traversal.stack
    status, reason = outcome(context, traversal)
    changes: dict[str, Any] = {"status": status, "status_reason": reason, "deadline": None}
    if stack.action is Action.DELETE:
        changes |= {**stacks.ended(inputs.utcnow()), "user_creds_id": None}
    elif stack.action in VISITS:
        pass  # it made no template true
    elif stack.is_nested and stack.leaves_garbage and has_garbage(context, traversal):
        changes["collects_later"] = True  # and a rollback of the root returns to the template before
    else:
        changes |= {"prev_raw_template_id": stack.raw_template_id, "collects_later": False}
    if not stacks.advance(context, stack.id, traversal.id, changes):
        return None
    if stack.action is Action.DELETE and stack.owner_id is None and stack.user_creds_id is not None:
        user_creds.remove(context, stack.user_creds_id)  # a child has its root's, which may be needed for others
    sync_points.delete_all(context, stack.id)
    if stack.action is Action.SNAPSHOT:
        snapshot_ended(context, inputs, stack, status, reason)
    abandoned: frozenset[str] = frozenset()
    if stack.action in VISITS:  # it takes nothing up that was given back meanwhile, and there was nothing to visit in
        abandoned = release.abandon(context, inputs, stack.id)
    write_events(context, inputs, stack.id, [stack_event(stack, stack.action, status, reason)])
    return abandoned


def outcome(context: Context, traversal: Traversal) -> tuple[Status, str]:
    """Return the status in which the stack's operation ends, and its reason."""
    if traversal.stack.action is Action.SNAPSHOT and (reason := too_large(context, traversal.stack)):
        return Status.FAILED, reason
    if traversal.stack.action is not Action.CHECK or traversal.graph is None:
        return Status.COMPLETE, completed_reason(traversal.stack)
    failed = sync_points.failed_rows(context, traversal.id)
    if not failed:
        return Status.COMPLETE, completed_reason(traversal.stack)
    rows = [failed[node] for node in first_failures(traversal.graph, failed)]
    return Status.FAILED, summary((row.name, why_failed(row)) for row in rows)


def why_failed(row: ResourceRecord) -> str:
    """Return what a check found, or why it asked no plugin."""
    match decide_visit(row.view, Action.CHECK, serves=True):
        case Unmet(reason=reason):
            return reason
    return row.status_reason


def has_garbage(context: Context, traversal: Traversal) -> bool:
    """Whether the stack, or one in it, keeps what it no longer needs."""
    rows = resources.count(context, [traversal.stack.id])
    below = stacks.children(context, [traversal.stack.id])
    return rows > len(traversal.serving) or any(child.collects_later for child in below)


def completed_reason(stack: StackRecord) -> str:
    """Heat's sentence for a stack whose operation is complete."""
    return f"Stack {stack.action} completed successfully"
