"""Release: work goes back to where any engine can take it up. Nobody waits for somebody who isn't coming.

give back   a draining engine returns what it hasn't finished       RUNNING → SCHEDULED, locks released, at once
take over   the same, done by another for an engine that is dead
wake        a lock was released that a newer traversal waits for    BLOCKED → SCHEDULED
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from heatlite.convergence.model import Node, NodeState, Status
from heatlite.db import resources, stacks, sync_points
from heatlite.db.api import Context
from heatlite.db.records import ResourceRecord
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.definitions.work import Work

ABANDONED = "The engine that worked on it left, and the stack's operation had already ended"


@dataclass(frozen=True)
class Released:
    """Nodes that are ready again, by traversal; and row → traversal that waited for its lock.

    ``abandoned``: stacks whose operation had ended, so that rows of theirs are FAILED now.
    """

    ready: Mapping[str, Sequence[Node]] = field(default_factory=dict)
    wakes: Mapping[int, str] = field(default_factory=dict)
    abandoned: frozenset[str] = frozenset()


def give_back(context: Context, inputs: Inputs, traversal_id: str, works: Sequence[Work]) -> Released:
    """Return unfinished work of one traversal, its progress kept."""
    nodes, claims = [work.node for work in works], sorted({work.claim_id for work in works})
    running = kept_running(context, [work.row for work in works])
    sync_points.hand_back(context, traversal_id, nodes, NodeState.SCHEDULED, inputs.next_cast_at(), claims)
    for work in works:
        if work.row.engine_id is not None:
            unlock(context, inputs, work.row, left_behind(running, work.row))
    wakes = resources.waiting_traversals(context, [work.row.id for work in works])
    others = {row: traversal for row, traversal in wakes.items() if traversal != traversal_id}
    locked = [work.row for work in works if work.row.engine_id is not None]
    return Released({traversal_id: nodes}, others, abandoned(running, locked))


def unlock(context: Context, inputs: Inputs, row: ResourceRecord, changes: Mapping[str, object]) -> bool:
    """Release one row's lock in its holder's name; False where somebody did so already."""
    values = {"attempts": row.attempts, **changes}
    written = resources.write(
        context, {row.id: row.atomic_key}, {row.id: values}, inputs.utcnow(), locked_by=row.engine_id, lock_for=None
    )
    return written == 1


def give_back_lost(
    context: Context, inputs: Inputs, engine_id: str, traversal_id: str, node: Node, claim_id: str
) -> int:
    """Return a node of which this engine knows nothing but what the database says.

    :returns: how many nodes were given back: 0 where it was settled meanwhile
    """
    rows = sync_points.acting(context, traversal_id, [node])
    given = sync_points.hand_back(context, traversal_id, [node], NodeState.SCHEDULED, inputs.now(), [claim_id])
    for record in rows if given else []:
        if record.resource is not None and record.resource.engine_id == engine_id:
            unlock(context, inputs, record.resource, {})
    return given


def let_go(context: Context, inputs: Inputs, row: ResourceRecord) -> Released:
    """Release a lock that its holder has lost sight of."""
    running = kept_running(context, [row])
    unlock(context, inputs, row, left_behind(running, row))
    return Released({}, resources.waiting_traversals(context, [row.id]), abandoned(running, [row]))


def take_over(context: Context, inputs: Inputs, engine_id: str, *, limit: int) -> Released:
    """Free what a dead engine held, as much as ``limit`` rows: nothing is ready or waited for when all is free."""
    nodes, rows = sync_points.running(context, [engine_id], limit), resources.locked_by(context, [engine_id], limit)
    running = kept_running(context, rows)
    ready: dict[str, list[Node]] = {}
    for traversal_id, node, claim_id, _ in nodes:
        next_cast_at = inputs.next_cast_at()
        if sync_points.hand_back(context, traversal_id, [node], NodeState.SCHEDULED, next_cast_at, [claim_id]):
            ready.setdefault(traversal_id, []).append(node)
    freed = [row for row in rows if _free(context, inputs, running, row)]
    wakes = resources.waiting_traversals(context, [row.id for row in freed]) if freed else {}
    return Released(ready, wakes, abandoned(running, freed))


def _free(context: Context, inputs: Inputs, running: Collection[str], row: ResourceRecord) -> bool:
    """Free a dead engine's row. A death inside a step counts against the step."""
    return unlock(context, inputs, row, {"attempts": row.attempts + 1, **left_behind(running, row)})


def kept_running(context: Context, rows: Iterable[ResourceRecord]) -> set[str]:
    """Lock the stacks of these rows whose operation is running, and return their ids.

    Without the lock an operation could end at the same moment, and neither transaction would see the other.
    """
    return {stack_id for stack_id in sorted({row.stack_id for row in rows}) if stacks.hold(context, stack_id)}


def left_behind(running: Collection[str], row: ResourceRecord) -> dict[str, object]:
    """Return the columns of a row that nobody may claim again: FAILED, if its operation has ended.

    :param running: what ``kept_running`` gave
    """
    if row.stack_id in running:
        return {}
    return {"status": Status.FAILED, "status_reason": ABANDONED, "attempts": row.attempts + 1}


def abandon(context: Context, inputs: Inputs, stack_id: str) -> frozenset[str]:
    """Fail the rows of a stack that nobody holds, because its operation has ended; return the stack if it had such."""
    return frozenset([stack_id] if resources.abandon(context, stack_id, ABANDONED, inputs.utcnow()) else [])


def abandoned(running: Collection[str], rows: Iterable[ResourceRecord]) -> frozenset[str]:
    """Return the stacks of these rows whose operation has ended."""
    return frozenset(row.stack_id for row in rows if row.stack_id not in running)


def wake(context: Context, inputs: Inputs, wakes: Mapping[int, str]) -> dict[str, list[Node]]:
    """Schedule the nodes that waited for these rows' locks: traversal → nodes to be cast."""
    by_traversal: dict[str, list[int]] = {}
    for row, traversal_id in wakes.items():
        by_traversal.setdefault(traversal_id, []).append(row)
    next_cast_at = inputs.next_cast_at()
    woken = {
        traversal_id: sync_points.unblock(context, traversal_id, rows, next_cast_at)
        for traversal_id, rows in by_traversal.items()
    }
    return {traversal_id: nodes for traversal_id, nodes in woken.items() if nodes}
