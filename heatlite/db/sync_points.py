"""Sync points: one row for each node of a traversal. They are the engine's work items.

    WAITING ──last arrival──▶ SCHEDULED ──claim──▶ RUNNING ──finish──▶ DONE (or FAILED, if the traversal goes on)
                                  ▲                   │ lock held by another
                                  │                   ▼
                                  └──lock released── BLOCKED        (and PAUSED at a hook)

The rows of a traversal are deleted when it ends or is superseded. So a worker whose update changes no row learns that
its traversal was superseded.

The order of this module: conditions, the life of a node, inline completion, hooks, the queue of each project, queries
of a sweep, and queries for users.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from heatlite.convergence.model import Node, NodeKind, NodeState
from heatlite.db import bulk, large_columns, models, records
from heatlite.db.api import Context, reader, rows, writer
from heatlite.db.records import DueNode, NodeRecord, PausedNode, ResourceRecord

TABLE = models.sync_point
RESOURCE = models.resource
STACK = models.stack
IS_READY = TABLE.c.state == NodeState.SCHEDULED
WITH_ROW = TABLE.outerjoin(RESOURCE, RESOURCE.c.id == TABLE.c.acting_id)
COLUMNS = (TABLE.c.resource_id, TABLE.c.kind, TABLE.c.acting_id, TABLE.c.casts, TABLE.c.cleared)
PROGRESS = large_columns.columns(in_part=("progress",))
WITH_RESOURCE = sa.select(*COLUMNS, *large_columns.WHOLE_IF_SMALL).select_from(WITH_ROW)
WITH_RESULTS = sa.select(*COLUMNS, *large_columns.RESULTS).select_from(WITH_ROW)

PROJECT: Any = sa.bindparam("project")
NOW: Any = sa.bindparam("now")
LIMIT: Any = sa.bindparam("limit")
ENGINE: Any = sa.bindparam("engine")
TRAVERSAL: Any = sa.bindparam("traversal")
CLAIM: Any = sa.bindparam("claim")
IS_CAST = sa.and_(IS_READY, TABLE.c.held_for.is_(None))
QUEUED_PROJECT = (
    sa.select(TABLE.c.held_for).where(IS_READY, TABLE.c.held_for > PROJECT).order_by(TABLE.c.held_for).limit(1)
)
OLDEST_QUEUED = (
    sa.select(TABLE.c.traversal_id, TABLE.c.resource_id, TABLE.c.kind)
    .where(IS_READY, TABLE.c.held_for == PROJECT)
    .order_by(TABLE.c.next_cast_at)
    .limit(LIMIT)
)
ONE_QUEUED = sa.select(TABLE.c.held_for).where(IS_READY, TABLE.c.held_for == PROJECT).limit(1)
DUE = (
    sa.select(TABLE.c.traversal_id, TABLE.c.resource_id, TABLE.c.kind, TABLE.c.next_cast_at, TABLE.c.casts)
    .where(IS_CAST, TABLE.c.next_cast_at <= NOW)
    .order_by(TABLE.c.next_cast_at)
    .limit(LIMIT)
)
CLAIMS = (
    sa.select(TABLE.c.claim_id)
    .where(TABLE.c.engine_id == ENGINE, TABLE.c.claim_id > sa.bindparam("after"))
    .order_by(TABLE.c.claim_id)
    .limit(LIMIT)
)
STATE = sa.select(TABLE.c.state).where(
    TABLE.c.traversal_id == TRAVERSAL,
    TABLE.c.kind == sa.bindparam("kind"),
    TABLE.c.resource_id == sa.bindparam("resource"),
)
BLOCKED_ON_FREE = (
    sa.select(TABLE.c.traversal_id, TABLE.c.acting_id)
    .select_from(WITH_ROW)
    .where(TABLE.c.state == NodeState.BLOCKED, RESOURCE.c.engine_id.is_(None))
    .limit(LIMIT)
)

EVERYONE, OF_KIND = "everyone", "of_kind_"
"""Names of lists of ids: those of all nodes, and, with a number behind it, those of a kind."""


def these(nodes: Collection[Node]) -> sa.ColumnElement[bool]:
    """Return a condition that holds for these nodes. The caller adds the condition for the traversal."""
    return _any_of(ids(nodes))


def _any_of(ids_by_name: Mapping[str, Any]) -> sa.ColumnElement[bool]:
    """Return the same from what ``ids`` returns, or from parameters in place of its lists."""
    each = (
        sa.and_(TABLE.c.kind == int(name.removeprefix(OF_KIND)), TABLE.c.resource_id.in_(its_ids))
        for name, its_ids in ids_by_name.items()
        if name != EVERYONE
    )
    any_of_them = sa.or_(sa.false(), *each)  # an empty OR would be left out, and match every row
    if EVERYONE not in ids_by_name:
        return any_of_them
    return sa.and_(TABLE.c.resource_id.in_(ids_by_name[EVERYONE]), any_of_them)


def ids(nodes: Collection[Node]) -> dict[str, list[int]]:
    """Return the ids of nodes by their kind, and those of all, when there are several kinds."""
    found: dict[str, list[int]] = {}
    for node in nodes:
        found.setdefault(f"{OF_KIND}{int(node.kind)}", []).append(node.resource_id)
    if len(found) > 1:  # implied by those by kind, but planners don't see that
        found[EVERYONE] = sorted({node.resource_id for node in nodes})
    return found


Statement = TypeVar("Statement")


class Prepared(Generic[Statement]):
    """A statement for nodes, kept once it is built: to build one costs as much as to run it.

    It is called with what ``ids`` returns, which is given again, with the other parameters, when it is executed.

    :param build: builds it from the condition that holds for the nodes
    """

    def __init__(self, build: Callable[[sa.ColumnElement[bool]], Statement]) -> None:
        self._build = build
        self.built: dict[tuple[str, ...], Statement] = {}
        functools.update_wrapper(self, build)

    def __call__(self, ids_by_name: Mapping[str, list[int]]) -> Statement:
        """Return the statement for such ids."""
        names = tuple(sorted(ids_by_name))
        if names not in self.built:
            parameters: dict[str, Any] = {name: sa.bindparam(name, expanding=True) for name in names}
            self.built[names] = self._build(_any_of(parameters))
        return self.built[names]


def in_state(state: NodeState) -> sa.ColumnElement[bool]:
    """Return a condition on the state for statements that name their nodes.

    The ``+ 0`` keeps planners from the index on ``state``, so that they use the primary key. With that index, a batch
    would read (and when writing, lock and wait for) the nodes in this state of all stacks.
    """
    return TABLE.c.state + 0 == state


def _taken_off(count: Any, next_cast_at: Any) -> tuple[tuple[Any, Any], ...]:
    """Return (column, new value) pairs that subtract arrivals and, where none remains, schedule the node.

    The order matters: MySQL sets columns from left to right, and ``state`` reads ``remaining`` as it was.
    """
    left = TABLE.c.remaining - count
    scheduled = sa.case((left <= 0, int(NodeState.SCHEDULED)), else_=TABLE.c.state)
    return (TABLE.c.state, scheduled), (TABLE.c.remaining, left), (TABLE.c.next_cast_at, next_cast_at)


@writer
def insert(
    context: Context, stack_id: str, traversal_id: str, waiting: Mapping[Node, int], next_cast_at: float
) -> None:
    """Insert the nodes of a new traversal.

    :param waiting: node → number of predecessors that it waits for
    """
    insert_all(context, [(stack_id, traversal_id, waiting)], next_cast_at)


@writer
def insert_all(
    context: Context, traversals: Iterable[tuple[str, str, Mapping[Node, int]]], next_cast_at: float
) -> None:
    """Insert the nodes of new traversals.

    :param traversals: of each the stack's id, its own, and what ``insert`` is given of its nodes
    """
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
            for stack_id, traversal_id, waiting in traversals
            for node, remaining in waiting.items()
        ],
    )


@writer
def delete_all(context: Context, stack_id: str) -> None:
    """Delete every sync point of a stack, whose traversal has ended or is superseded."""
    context.connection.execute(sa.delete(TABLE).where(TABLE.c.stack_id == stack_id))


@Prepared
def claiming(nodes: sa.ColumnElement[bool]) -> sa.Update:
    """Build what claims nodes."""
    free = (TABLE.c.traversal_id == TRAVERSAL, in_state(NodeState.SCHEDULED), nodes)
    return sa.update(TABLE).where(*free).values(state=NodeState.RUNNING, engine_id=ENGINE, claim_id=CLAIM)


@Prepared
def got(nodes: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Build what reads the nodes that a claim got."""
    return WITH_RESOURCE.where(TABLE.c.traversal_id == TRAVERSAL, TABLE.c.claim_id == CLAIM, nodes)


@writer
def claim(context: Context, traversal_id: str, nodes: Collection[Node], engine_id: str, claim_id: str) -> int:
    """Claim these nodes (SCHEDULED → RUNNING), and return how many were still free."""
    wanted = ids(nodes)
    asked = {"traversal": traversal_id, "engine": engine_id, "claim": claim_id, **wanted}
    return rows(context.connection.execute(claiming(wanted), asked))


@reader
def claimed(context: Context, traversal_id: str, nodes: Collection[Node], claim_id: str) -> list[NodeRecord]:
    """Return the nodes that a claim got, each with its acting row; a row's large values are held back."""
    wanted = ids(nodes)
    asked = {"traversal": traversal_id, "claim": claim_id, **wanted}
    return [_record(tuple(row)) for row in context.connection.execute(got(wanted), asked)]


@Prepared
def with_resource(nodes: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Build what reads nodes with their acting rows, whose large values are held back."""
    return WITH_RESOURCE.where(TABLE.c.traversal_id == TRAVERSAL, nodes)


@Prepared
def with_results(nodes: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Build what reads nodes with what their acting rows have for those that follow."""
    return WITH_RESULTS.where(TABLE.c.traversal_id == TRAVERSAL, nodes)


@reader
def acting(context: Context, traversal_id: str, nodes: Collection[Node]) -> list[NodeRecord]:
    """Return nodes of a traversal, each with its acting row; a row's large values are held back."""
    return _of_nodes(context, with_resource, traversal_id, nodes)


@reader
def acting_results(context: Context, traversal_id: str, nodes: Collection[Node]) -> list[NodeRecord]:
    """Return nodes of a traversal, each with its acting row as ``large_columns.RESULTS`` has it."""
    return _of_nodes(context, with_results, traversal_id, nodes)


def _of_nodes(
    context: Context, select: Prepared[sa.Select[Any]], traversal_id: str, nodes: Collection[Node]
) -> list[NodeRecord]:
    wanted = ids(nodes)
    found = context.connection.execute(select(wanted), {"traversal": traversal_id, **wanted})
    return [_record(tuple(row)) for row in found]


def _record(values: tuple[Any, ...]) -> NodeRecord:
    resource_id, kind, acting_id, casts, cleared, *rest = values
    row = records.resource(tuple(rest)) if rest[0] is not None else None
    return NodeRecord(records.node(resource_id, kind), acting_id, casts, row, cleared or 0)


@Prepared
def finishing(nodes: sa.ColumnElement[bool]) -> sa.Update:
    """Build what finishes nodes."""
    of_claims = TABLE.c.claim_id.in_(sa.bindparam("claims", expanding=True))
    mine = (TABLE.c.traversal_id == TRAVERSAL, of_claims, nodes, TABLE.c.engine_id == ENGINE)
    ends: dict[str, Any] = {"state": sa.bindparam("ends_in"), "engine_id": None}
    return sa.update(TABLE).where(*mine, in_state(NodeState.RUNNING)).values(**ends)


@writer
def finish(
    context: Context,
    traversal_id: str,
    nodes: Collection[Node],
    engine_id: str,
    claims: Collection[str],
    state: NodeState = NodeState.DONE,
) -> set[Node]:
    """Finish nodes (RUNNING → DONE or FAILED), and return those that this engine still had claimed."""
    wanted = ids(nodes)
    asked = {"traversal": traversal_id, "claims": list(claims), "engine": engine_id, "ends_in": int(state), **wanted}
    finished = rows(context.connection.execute(finishing(wanted), asked))
    if finished in (0, len(nodes)):
        return set(nodes) if finished else set()
    mine = (TABLE.c.traversal_id == traversal_id, TABLE.c.claim_id.in_(list(claims)), these(nodes))
    survived = sa.select(TABLE.c.resource_id, TABLE.c.kind).where(*mine, in_state(state))
    return {records.node(*row) for row in context.connection.execute(survived)}


@Prepared
def arriving(nodes: sa.ColumnElement[bool]) -> sa.Update:
    """Build what subtracts arrivals from what nodes wait for."""
    waiting = (TABLE.c.traversal_id == TRAVERSAL, nodes, in_state(NodeState.WAITING))
    taken_off = _taken_off(sa.bindparam("count"), sa.bindparam("cast_at"))
    return sa.update(TABLE).where(*waiting).ordered_values(*taken_off)


@Prepared
def became_ready(nodes: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Build what reads which nodes are ready."""
    ready = (TABLE.c.traversal_id == TRAVERSAL, nodes, in_state(NodeState.SCHEDULED))
    return sa.select(TABLE.c.resource_id, TABLE.c.kind).where(*ready)


@writer
def arrive(
    context: Context,
    traversal_id: str,
    seen: Mapping[Node, int],
    next_cast_at: float,
    complete: Collection[Node] = (),
) -> list[Node]:
    """Subtract arrivals from what these nodes wait for, and return the nodes that became ready.

    Each node has a predecessor that arrives only now. So a node that is SCHEDULED afterwards became so here.

    :param seen: node → number of its predecessors that arrive
    :param complete: nodes that wait for nothing else. They aren't read again: each row that is there became ready
    """
    ready: list[Node] = []
    alike: dict[tuple[int, bool], list[Node]] = {}
    for node, count in seen.items():
        alike.setdefault((count, node in complete), []).append(node)
    for (count, is_complete), nodes in sorted(alike.items()):
        for piece in bulk.pieces(sorted(nodes)):
            wanted = ids(piece)
            asked: dict[str, Any] = {"traversal": traversal_id, **wanted}
            taken_off = {**asked, "count": count, "cast_at": next_cast_at}
            arrived = rows(context.connection.execute(arriving(wanted), taken_off))
            if is_complete and arrived == len(piece):
                ready += piece
                continue
            ready += [records.node(*row) for row in context.connection.execute(became_ready(wanted), asked)]
    return ready


@writer
def act_by(context: Context, traversal_id: str, acting_ids: Mapping[int, int]) -> None:
    """Let replacements act under the keys of these update nodes from now on.

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
    """Give nodes of these claims back (RUNNING → SCHEDULED or BLOCKED), and return how many there were."""
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
    """Schedule the nodes of a traversal that are BLOCKED on the locks of these rows, and return them."""
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


@writer
def finish_inline(context: Context, traversal_id: str, waited_for: Mapping[Node, int]) -> int:
    """Finish nodes in the transaction that finishes their predecessors (WAITING → DONE), and return how many were.

    No engine claims such a node: its predecessors are this engine's, claimed in the same transaction, so that no other
    engine can arrive at it. A node that waits for another number of predecessors stays as it is.

    :param waited_for: node → number of predecessors that it must be waiting for
    """
    alike: dict[int, list[Node]] = {}
    for node, count in waited_for.items():
        alike.setdefault(count, []).append(node)
    ended = 0
    for count, nodes in sorted(alike.items()):
        statement = (
            sa.update(TABLE)
            .where(TABLE.c.traversal_id == traversal_id, in_state(NodeState.WAITING), these(nodes))
            .where(TABLE.c.remaining == count)
            .values(state=NodeState.DONE, remaining=0)
        )
        ended += rows(context.connection.execute(statement))
    return ended


@reader
def failed_among(context: Context, traversal_id: str, nodes: Collection[Node]) -> set[Node]:
    """Return the FAILED ones of these nodes. A traversal that goes on past failures keeps them."""
    statement = sa.select(TABLE.c.resource_id, TABLE.c.kind).where(
        TABLE.c.traversal_id == traversal_id, in_state(NodeState.FAILED), these(nodes)
    )
    return {records.node(*row) for row in context.connection.execute(statement)}


@reader
def failed_rows(context: Context, traversal_id: str) -> dict[Node, ResourceRecord]:
    """Return the FAILED nodes of a traversal, each with its acting row; nodes whose row is gone are left out.

    Of the rows' large columns only ``progress`` is read, while it is small.
    """
    statement = (
        sa.select(TABLE.c.resource_id, TABLE.c.kind, *PROGRESS)
        .select_from(WITH_ROW)
        .where(TABLE.c.traversal_id == traversal_id, TABLE.c.state == NodeState.FAILED)
    )
    found = [tuple(row) for row in context.connection.execute(statement)]
    return {records.node(*row[:2]): records.resource(row[2:]) for row in found if row[2] is not None}


@writer
def pause(context: Context, traversal_id: str, node: Node, hook: str, claim_id: str) -> bool:
    """Pause a node at a hook (RUNNING → PAUSED), and return False where the claim was lost or the traversal is over.

    A paused node costs its row and nothing else. A new operation deletes it, as any sync point.
    """
    mine = (TABLE.c.traversal_id == traversal_id, TABLE.c.claim_id == claim_id, in_state(NodeState.RUNNING))
    statement = sa.update(TABLE).where(*mine, these([node]))
    values = {"state": NodeState.PAUSED, "hook": hook, "engine_id": None, "claim_id": None}
    return rows(context.connection.execute(statement.values(**values))) == 1


@reader
def paused_at(context: Context, traversal_id: str, resource_name: str) -> list[PausedNode]:
    """Return the nodes of a traversal that wait at a hook, of the resources with this name."""
    statement = (
        sa.select(TABLE.c.resource_id, TABLE.c.kind, TABLE.c.hook, TABLE.c.cleared, *RESOURCE.c)
        .select_from(WITH_ROW)
        .where(TABLE.c.traversal_id == traversal_id, in_state(NodeState.PAUSED), RESOURCE.c.name == resource_name)
    )
    return [
        PausedNode(traversal_id, records.node(resource_id, kind), hook, cleared or 0, records.resource(tuple(rest)))
        for resource_id, kind, hook, cleared, *rest in context.connection.execute(statement)
    ]


@writer
def resume(context: Context, seen: PausedNode, cleared: int, next_cast_at: float) -> bool:
    """Resume a node (PAUSED → SCHEDULED), and return False where it no longer waits at that hook.

    :param cleared: bits of the hooks that were cleared so far
    """
    statement = sa.update(TABLE).where(
        TABLE.c.traversal_id == seen.traversal_id,
        these([seen.node]),
        in_state(NodeState.PAUSED),
        TABLE.c.hook == seen.hook,
    )
    values = {"state": NodeState.SCHEDULED, "hook": None, "cleared": cleared, "next_cast_at": next_cast_at}
    return rows(context.connection.execute(statement.values(**values))) == 1


@writer
def queue(context: Context, traversal_id: str, nodes: Collection[Node], project: str) -> int:
    """Queue ready nodes until their project may have more under way, and return how many still were ready.

    The column ``held_for`` names the project of a queued node. It is NULL for a node that was cast: a message is on its
    way, and counts as lost after ``next_cast_at``. The index (state, held_for, next_cast_at) makes each question about
    queues a seek, however many nodes wait.
    """
    queued = 0
    for piece in bulk.pieces(sorted(nodes)):
        named = (TABLE.c.traversal_id == traversal_id, in_state(NodeState.SCHEDULED), these(piece))
        queued += rows(context.connection.execute(sa.update(TABLE).where(*named).values(held_for=project)))
    return queued


@writer
def take_queued(context: Context, traversal_id: str, nodes: Collection[Node], project: str, next_cast_at: float) -> int:
    """Take queued nodes in order to claim them at once, and return how many no other engine took.

    :param next_cast_at: when they count as lost, in seconds since the epoch
    """
    named = (TABLE.c.traversal_id == traversal_id, in_state(NodeState.SCHEDULED), these(nodes))
    statement = sa.update(TABLE).where(*named, TABLE.c.held_for == project)
    return rows(context.connection.execute(statement.values(held_for=None, next_cast_at=next_cast_at)))


@reader
def next_queued_project(context: Context, after: str) -> str | None:
    """Return the first project after this one, in order, that has queued nodes; None where there is none."""
    return context.connection.execute(QUEUED_PROJECT, {"project": after}).scalar()


@reader
def oldest_queued(context: Context, project: str, limit: int) -> dict[str, list[Node]]:
    """Return traversal → queued nodes of a project, the oldest first; ``limit`` nodes at most."""
    found: dict[str, list[Node]] = {}
    asked = {"project": project, "limit": limit}
    for traversal_id, resource_id, kind in context.connection.execute(OLDEST_QUEUED, asked):
        found.setdefault(traversal_id, []).append(records.node(resource_id, kind))
    return found


@reader
def has_queued(context: Context, project: str) -> bool:
    """Tell whether a project has queued nodes."""
    return context.connection.execute(ONE_QUEUED, {"project": project}).first() is not None


@reader
def cast_by_project(context: Context, now: float) -> list[tuple[str, int]]:
    """Return (project, number of nodes) for each traversal with nodes that were cast and not yet claimed.

    Queued nodes aren't read, so that the cost is bounded by what projects may have under way.
    """
    columns: Any = (STACK.c.tenant, sa.func.count())
    statement = (
        sa.select(*columns)
        .select_from(TABLE.join(STACK, STACK.c.id == TABLE.c.stack_id))
        .where(IS_CAST, TABLE.c.next_cast_at > now)
        .group_by(TABLE.c.traversal_id, STACK.c.tenant)
    )
    return [(project, count) for project, count in context.connection.execute(statement)]


@reader
def project_of(context: Context, traversal_id: str) -> str | None:
    """Return the project of a traversal; None where the traversal is over."""
    statement = sa.select(STACK.c.tenant).where(STACK.c.current_traversal == traversal_id)
    return context.connection.execute(statement).scalar()


@reader
def due(context: Context, now: float, limit: int) -> list[DueNode]:
    """Return ready nodes whose time to be cast (again) has come; queued nodes aren't cast."""
    return [
        DueNode(traversal, records.node(resource_id, kind), next_cast_at, casts)
        for traversal, resource_id, kind, next_cast_at, casts in context.connection.execute(
            DUE, {"now": now, "limit": limit}
        )
    ]


@writer
def postpone(context: Context, due_nodes: Iterable[DueNode], until: Mapping[DueNode, float]) -> list[DueNode]:
    """Take the right to cast these nodes, and return those that no other engine took.

    It is a compare-and-swap on ``next_cast_at``.

    :param until: node → when its message counts as lost, in seconds since the epoch
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
    """Return (traversal, node, claim, id of the acting row) of the nodes that these engines have claimed."""
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
def claims_of(context: Context, engine_id: str, after: str, limit: int) -> list[str]:
    """Return a page of the claims under which an engine's nodes are RUNNING, in order: one for each node.

    The index alone answers this, however much the engine has claimed.

    :param after: the claim behind which the page begins
    """
    asked = {"engine": engine_id, "after": after, "limit": limit}
    return [row.claim_id for row in context.connection.execute(CLAIMS, asked)]


@reader
def nodes_claimed(context: Context, engine_id: str, claim_ids: Collection[str]) -> list[tuple[str, Node, str]]:
    """Return (traversal, node, claim) of the nodes that are RUNNING under these claims."""
    columns = (TABLE.c.traversal_id, TABLE.c.resource_id, TABLE.c.kind, TABLE.c.claim_id)
    statement = sa.select(*columns).where(TABLE.c.engine_id == engine_id, TABLE.c.claim_id.in_(list(claim_ids)))
    found = context.connection.execute(statement)
    return [(traversal, records.node(resource_id, kind), claim) for traversal, resource_id, kind, claim in found]


@reader
def blocked_on_free_rows(context: Context, limit: int) -> list[tuple[str, int]]:
    """Return (traversal, row) of nodes that wait for a lock that is free: their wake-up was lost."""
    return [(traversal, row) for traversal, row in context.connection.execute(BLOCKED_ON_FREE, {"limit": limit})]


@reader
def blocked_on(context: Context, stack_id: str, acting_ids: Collection[int]) -> dict[int, str]:
    """Return row → traversal of a stack's nodes that are BLOCKED on the locks of these rows.

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
    """Return the state of one node; None where the traversal is over."""
    asked = {"traversal": traversal_id, "kind": int(node.kind), "resource": node.resource_id}
    found = context.connection.execute(STATE, asked).scalar()
    return None if found is None else NodeState(found)


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """A sync point with its acting row, as it is shown to users. Times are seconds since the epoch."""

    node: Node
    state: NodeState
    remaining: int
    engine_id: str | None
    next_cast_at: float | None
    casts: int
    hook: str | None
    resource: ResourceRecord | None
    held_for: str | None = None


@reader
def node_statuses(context: Context, traversal_id: str) -> list[NodeStatus]:
    """Return every node of a traversal that is under way, with its acting row as ``PROGRESS`` has it."""
    point = TABLE.c
    own = (point.resource_id, point.kind, point.state, point.remaining, point.engine_id)
    statement = (
        sa.select(*own, point.next_cast_at, point.casts, point.hook, point.held_for, *PROGRESS)
        .select_from(WITH_ROW)
        .where(point.traversal_id == traversal_id)
        .order_by(point.resource_id, point.kind)
    )
    return [_node_status(tuple(row)) for row in context.connection.execute(statement)]


def _node_status(values: tuple[Any, ...]) -> NodeStatus:
    resource_id, kind, state, remaining, engine_id, next_cast_at, casts, hook, held_for, *row = values
    resource = None if row[0] is None else records.resource(tuple(row))
    node = records.node(resource_id, kind)
    return NodeStatus(node, NodeState(state), remaining, engine_id, next_cast_at, casts, hook, resource, held_for)
