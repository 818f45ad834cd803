"""Queued nodes: ready nodes that aren't cast, because their project has its full share of nodes under way.

    SCHEDULED, cast          held_for NULL         a message is on its way; after ``next_cast_at`` it counts as lost
    SCHEDULED, queued        held_for a project    an engine with room takes it, project by project, oldest first

The index (state, held_for, next_cast_at) makes each query here a seek, however many nodes are queued.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from heatlite.convergence.model import Node, NodeState
from heatlite.db import bulk, models, records
from heatlite.db.api import Context, reader, rows, writer
from heatlite.db.sync_points import in_state, these

TABLE = models.sync_point
STACK = models.stack
READY = TABLE.c.state == NodeState.SCHEDULED


@writer
def hold(context: Context, traversal_id: str, nodes: Collection[Node], project: str) -> int:
    """Queue ready nodes of a traversal until their project's turn. Return how many were still ready."""
    held = 0
    for piece in bulk.pieces(sorted(nodes)):
        named = (TABLE.c.traversal_id == traversal_id, in_state(NodeState.SCHEDULED), these(piece))
        held += rows(context.connection.execute(sa.update(TABLE).where(*named).values(held_for=project)))
    return held


@writer
def take(context: Context, traversal_id: str, nodes: Collection[Node], project: str, next_cast_at: float) -> int:
    """Take queued nodes, to be claimed at once. Return how many no other engine took.

    :param next_cast_at: when they count as lost, in seconds since the epoch
    """
    named = (TABLE.c.traversal_id == traversal_id, in_state(NodeState.SCHEDULED), these(nodes))
    statement = sa.update(TABLE).where(*named, TABLE.c.held_for == project)
    return rows(context.connection.execute(statement.values(held_for=None, next_cast_at=next_cast_at)))


@reader
def next_project(context: Context, after: str) -> str | None:
    """Return the next project after this one, in order, that has queued nodes, or None."""
    statement = sa.select(TABLE.c.held_for).where(READY, TABLE.c.held_for > after).order_by(TABLE.c.held_for).limit(1)
    return context.connection.execute(statement).scalar()


@reader
def oldest(context: Context, project: str, limit: int) -> dict[str, list[Node]]:
    """Return the nodes of a project that are queued longest, at most ``limit``, grouped by traversal."""
    statement = (
        sa.select(TABLE.c.traversal_id, TABLE.c.resource_id, TABLE.c.kind)
        .where(READY, TABLE.c.held_for == project)
        .order_by(TABLE.c.next_cast_at)
        .limit(limit)
    )
    found: dict[str, list[Node]] = {}
    for traversal_id, resource_id, kind in context.connection.execute(statement):
        found.setdefault(traversal_id, []).append(records.node(resource_id, kind))
    return found


@reader
def is_holding(context: Context, project: str) -> bool:
    """Tell whether a project has queued nodes."""
    statement = sa.select(TABLE.c.held_for).where(READY, TABLE.c.held_for == project).limit(1)
    return context.connection.execute(statement).first() is not None


@reader
def on_their_way(context: Context, now: float) -> list[tuple[str, int]]:
    """List (project, nodes) for each traversal with nodes that were cast and aren't claimed yet.

    Queued nodes aren't read for it. So its cost is bounded by the number of nodes that projects may have under way.
    """
    columns: Any = (STACK.c.tenant, sa.func.count())
    statement = (
        sa.select(*columns)
        .select_from(TABLE.join(STACK, STACK.c.id == TABLE.c.stack_id))
        .where(READY, TABLE.c.held_for.is_(None), TABLE.c.next_cast_at > now)
        .group_by(TABLE.c.traversal_id, STACK.c.tenant)
    )
    return [(project, count) for project, count in context.connection.execute(statement)]


@reader
def project_of(context: Context, traversal_id: str) -> str | None:
    """Return the project of a traversal. Return None when the traversal is over."""
    statement = sa.select(STACK.c.tenant).where(STACK.c.current_traversal == traversal_id)
    return context.connection.execute(statement).scalar()
