"""Sync points: one row for each node of a traversal. They are heatlite's work items.

    WAITING ──last arrival──▶ SCHEDULED ──claim──▶ RUNNING ──finish──▶ DONE (or FAILED, if the traversal goes on)
                                  ▲                   │ lock held by another
                                  │                   ▼
                                  └──lock released── BLOCKED        (and PAUSED at a hook: see ``paused``)

A traversal's rows are deleted when it ends or is superseded. So a worker learns that its traversal was superseded when
its update changes no row.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from heatlite.convergence.model import Node, NodeKind, NodeState
from heatlite.db import bulk, models, records
from heatlite.db.api import Context, reader, rows, writer
from heatlite.db.arrivals import taken_off
from heatlite.db.records import DueNode, NodeRecord

TABLE = models.sync_point
RESOURCE = models.resource
WITH_RESOURCE = sa.select(
    TABLE.c.resource_id, TABLE.c.kind, TABLE.c.acting_id, TABLE.c.casts, TABLE.c.cleared, *RESOURCE.c
).select_from(TABLE.outerjoin(RESOURCE, RESOURCE.c.id == TABLE.c.acting_id))


def these(nodes: Collection[Node]) -> sa.ColumnElement[bool]:
    """Build a condition for these nodes. The caller adds the condition for their traversal."""
    by_kind: dict[int, list[int]] = {}
    for node in nodes:
        by_kind.setdefault(int(node.kind), []).append(node.resource_id)
    each = (sa.and_(TABLE.c.kind == kind, TABLE.c.resource_id.in_(ids)) for kind, ids in by_kind.items())
    any_of_them = sa.or_(sa.false(), *each)  # an empty OR would be left out, and match every row
    if len(by_kind) < 2:
        return any_of_them
    everyone = sorted({node.resource_id for node in nodes})  # implied by the OR, but planners don't see that
    return sa.and_(TABLE.c.resource_id.in_(everyone), any_of_them)


def in_state(state: NodeState) -> sa.ColumnElement[bool]:
    """Build a condition on the state for statements that name their nodes and should use the primary key only.

    The expression keeps planners from the index on ``state``. With that index, a batch would read (and when writing,
    lock and wait for) all nodes in that state, of all stacks.
    """
    return TABLE.c.state + 0 == state


@writer
def insert(
    context: Context, stack_id: str, traversal_id: str, waiting: Mapping[Node, int], next_cast_at: float
) -> None:
    """Insert the nodes of a new traversal, each with the number of predecessors that it waits for."""
    bulk.insert(
        context,
        TABLE,
        [
            {
                "traversal_id": traversal_id,
                "resource_id": node.resource_id,
                "kind": int(node.kind),
                "stack_id": stack_id,
                "acting_id": node.resource_id,
                "remaining": remaining,
                "state": NodeState.WAITING if remaining else NodeState.SCHEDULED,
                "next_cast_at": next_cast_at,
                "casts": 0,
            }
            for node, remaining in waiting.items()
        ],
    )


@writer
def delete_all(context: Context, stack_id: str) -> None:
    """Delete every sync point of a stack, because their traversal has ended or is superseded."""
    context.connection.execute(sa.delete(TABLE).where(TABLE.c.stack_id == stack_id))


@writer
def claim(context: Context, traversal_id: str, nodes: Collection[Node], engine_id: str, claim_id: str) -> int:
    """Move these nodes from SCHEDULED to RUNNING, if no other engine has claimed them. Return how many were claimed."""
    statement = (
        sa.update(TABLE)
        .where(TABLE.c.traversal_id == traversal_id, in_state(NodeState.SCHEDULED), these(nodes))
        .values(state=NodeState.RUNNING, engine_id=engine_id, claim_id=claim_id)
    )
    return rows(context.connection.execute(statement))


@reader
def claimed(context: Context, traversal_id: str, nodes: Collection[Node], claim_id: str) -> list[NodeRecord]:
    """List the nodes that a claim got, each with the row that acts."""
    statement = WITH_RESOURCE.where(TABLE.c.traversal_id == traversal_id, TABLE.c.claim_id == claim_id, these(nodes))
    return [_record(tuple(row)) for row in context.connection.execute(statement)]


@reader
def acting(context: Context, traversal_id: str, nodes: Collection[Node]) -> list[NodeRecord]:
    """List nodes of a traversal with the rows that act under their keys."""
    statement = WITH_RESOURCE.where(TABLE.c.traversal_id == traversal_id, these(nodes))
    return [_record(tuple(row)) for row in context.connection.execute(statement)]


def _record(values: tuple[Any, ...]) -> NodeRecord:
    resource_id, kind, acting_id, casts, cleared, *rest = values
    row = records.resource(tuple(rest)) if rest[0] is not None else None
    return NodeRecord(records.node(resource_id, kind), acting_id, casts, row, cleared or 0)


@writer
def finish(
    context: Context,
    traversal_id: str,
    nodes: Collection[Node],
    engine_id: str,
    claims: Collection[str],
    state: NodeState = NodeState.DONE,
) -> set[Node]:
    """Move nodes from RUNNING to DONE (or FAILED) if this engine still has them claimed. Return which ones."""
    mine = (TABLE.c.traversal_id == traversal_id, TABLE.c.claim_id.in_(list(claims)), these(nodes))
    statement = (
        sa.update(TABLE)
        .where(*mine, TABLE.c.engine_id == engine_id, in_state(NodeState.RUNNING))
        .values(state=state, engine_id=None)
    )
    finished = rows(context.connection.execute(statement))
    if finished in (0, len(nodes)):
        return set(nodes) if finished else set()
    survived = sa.select(TABLE.c.resource_id, TABLE.c.kind).where(*mine, in_state(state))
    return {records.node(*row) for row in context.connection.execute(survived)}


@writer
def arrive(
    context: Context,
    traversal_id: str,
    seen: Mapping[Node, int],
    next_cast_at: float,
    complete: Collection[Node] = (),
) -> list[Node]:
    """Subtract arrivals at these nodes. Return the nodes that became ready.

    Each node in ``seen`` has a predecessor that arrives only now. So a node found SCHEDULED became ready by this call.

    :param complete: nodes that wait for nothing else; they became ready if they exist, and needn't be read
    """
    ready: list[Node] = []
    alike: dict[tuple[int, bool], list[Node]] = {}
    for node, count in seen.items():
        alike.setdefault((count, node in complete), []).append(node)
    for (count, is_complete), nodes in sorted(alike.items()):
        for piece in bulk.pieces(sorted(nodes)):
            waiting = (TABLE.c.traversal_id == traversal_id, these(piece))
            statement = sa.update(TABLE).where(*waiting, in_state(NodeState.WAITING))
            statement = statement.ordered_values(*taken_off(count, next_cast_at))
            arrived = rows(context.connection.execute(statement))
            if is_complete and arrived == len(piece):
                ready += piece
                continue
            became = sa.select(TABLE.c.resource_id, TABLE.c.kind).where(*waiting, in_state(NodeState.SCHEDULED))
            ready += [records.node(*row) for row in context.connection.execute(became)]
    return ready


@writer
def act_by(context: Context, traversal_id: str, acting_ids: Mapping[int, int]) -> None:
    """Let replacement rows act for these update nodes from now on.

    :param acting_ids: resource_id of the node → id of the row that acts
    """
    statement = sa.update(TABLE).where(
        TABLE.c.traversal_id == traversal_id, these([Node(row, NodeKind.UPDATE) for row in acting_ids])
    )
    acting = bulk.per_row(TABLE.c.acting_id, TABLE.c.resource_id, acting_ids)
    context.connection.execute(statement.values(acting_id=acting))


@writer
def hand_back(
    context: Context,
    traversal_id: str,
    nodes: Collection[Node],
    state: NodeState,
    next_cast_at: float,
    claims: Collection[str],
) -> int:
    """Move nodes of these claims from RUNNING to ``state`` (SCHEDULED or BLOCKED)."""
    statement = (
        sa.update(TABLE)
        .where(
            TABLE.c.traversal_id == traversal_id,
            TABLE.c.claim_id.in_(list(claims)),
            in_state(NodeState.RUNNING),
            these(nodes),
        )
        .values(state=state, engine_id=None, claim_id=None, next_cast_at=next_cast_at)
    )
    return rows(context.connection.execute(statement))


@writer
def unblock(context: Context, traversal_id: str, acting_ids: Collection[int], next_cast_at: float) -> list[Node]:
    """Move a traversal's nodes that wait for the locks of these rows from BLOCKED to SCHEDULED."""
    blocked = (
        TABLE.c.traversal_id == traversal_id,
        TABLE.c.acting_id.in_(list(acting_ids)),
        TABLE.c.state == NodeState.BLOCKED,
    )
    found = context.connection.execute(sa.select(TABLE.c.resource_id, TABLE.c.kind).where(*blocked))
    nodes = [records.node(*row) for row in found]
    if nodes:
        statement = sa.update(TABLE).where(*blocked)
        context.connection.execute(statement.values(state=NodeState.SCHEDULED, next_cast_at=next_cast_at))
    return nodes


@reader
def due(context: Context, now: float, limit: int) -> list[DueNode]:
    """List ready nodes whose time to be cast (again) has come. Queued nodes aren't cast."""
    statement = (
        sa.select(TABLE.c.traversal_id, TABLE.c.resource_id, TABLE.c.kind, TABLE.c.next_cast_at, TABLE.c.casts)
        .where(TABLE.c.state == NodeState.SCHEDULED, TABLE.c.held_for.is_(None), TABLE.c.next_cast_at <= now)
        .order_by(TABLE.c.next_cast_at)
        .limit(limit)
    )
    return [
        DueNode(traversal, records.node(resource_id, kind), next_cast_at, casts)
        for traversal, resource_id, kind, next_cast_at, casts in context.connection.execute(statement)
    ]


@writer
def postpone(context: Context, due_nodes: Iterable[DueNode], until: Mapping[DueNode, float]) -> list[DueNode]:
    """Claim the right to cast these nodes by compare-and-swap on ``next_cast_at``.

    Return those that no other engine took.
    """
    taken = []
    for node in due_nodes:
        statement = sa.update(TABLE).where(
            TABLE.c.traversal_id == node.traversal_id,
            these([node.node]),
            in_state(NodeState.SCHEDULED),
            TABLE.c.next_cast_at == node.next_cast_at,
        )
        values = {"next_cast_at": until[node], "casts": node.casts + 1}
        if rows(context.connection.execute(statement.values(**values))):
            taken.append(node)
    return taken


@reader
def running(context: Context, engine_ids: Collection[str], limit: int) -> list[tuple[str, Node, str, int]]:
    """List (traversal, node, claim, acting row) of the nodes that these engines have claimed."""
    statement = (
        sa.select(TABLE.c.traversal_id, TABLE.c.resource_id, TABLE.c.kind, TABLE.c.claim_id, TABLE.c.acting_id)
        .where(TABLE.c.engine_id.in_(list(engine_ids)))
        .limit(limit)
    )
    return [
        (traversal, records.node(resource_id, kind), claim_id, acting_id)
        for traversal, resource_id, kind, claim_id, acting_id in context.connection.execute(statement)
    ]


@reader
def blocked_on_free_rows(context: Context, limit: int) -> list[tuple[str, int]]:
    """List (traversal, row) of nodes that wait for a lock which is free: their wake-up was lost."""
    statement = (
        sa.select(TABLE.c.traversal_id, TABLE.c.acting_id)
        .select_from(TABLE.outerjoin(RESOURCE, RESOURCE.c.id == TABLE.c.acting_id))
        .where(TABLE.c.state == NodeState.BLOCKED, RESOURCE.c.engine_id.is_(None))
        .limit(limit)
    )
    return [(traversal, row) for traversal, row in context.connection.execute(statement)]


@reader
def blocked_on(context: Context, stack_id: str, acting_ids: Collection[int]) -> dict[int, str]:
    """Return row → traversal of a stack's nodes that wait for the locks of these rows.

    It serves deleted rows, whose ``wanted_by`` is gone. Read it *after* the write that deleted them.
    """
    statement = sa.select(TABLE.c.acting_id, TABLE.c.traversal_id).where(
        TABLE.c.stack_id == stack_id,
        TABLE.c.acting_id.in_(list(acting_ids)),
        TABLE.c.state == NodeState.BLOCKED,
    )
    return {row.acting_id: row.traversal_id for row in context.connection.execute(statement)}


@reader
def state(context: Context, traversal_id: str, node: Node) -> NodeState | None:
    """Return the state of a node, or None when the traversal is over."""
    statement = sa.select(TABLE.c.state).where(TABLE.c.traversal_id == traversal_id, these([node]))
    found = context.connection.execute(statement).scalar()
    return None if found is None else NodeState(found)
