"""Status of each node of a traversal, and the claims and locks of each engine. For users: no decision uses it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from heatlite.convergence.model import Node, NodeState
from heatlite.db import models, records
from heatlite.db.api import Context, reader
from heatlite.db.records import ResourceRecord

TABLE = models.sync_point
RESOURCE = models.resource


@dataclass(frozen=True, slots=True)
class NodeStanding:
    """A row of ``sync_point``, with the row that acts. Times are seconds since the epoch."""

    node: Node
    state: NodeState
    remaining: int
    engine_id: str | None
    next_cast_at: float | None
    casts: int
    hook: str | None
    resource: ResourceRecord | None
    held_for: str | None = None


@dataclass(frozen=True, slots=True)
class Holdings:
    """The number of nodes that an engine has claimed, and of rows that it has locked."""

    nodes: int = 0
    rows: int = 0

    def __str__(self) -> str:
        return f"{self.nodes} nodes, {self.rows} locks" if self.nodes or self.rows else "nothing"


@reader
def nodes(context: Context, traversal_id: str) -> list[NodeStanding]:
    """List every node of a traversal in progress."""
    point = TABLE.c
    own = (point.resource_id, point.kind, point.state, point.remaining, point.engine_id)
    statement = (
        sa.select(*own, point.next_cast_at, point.casts, point.hook, point.held_for, *RESOURCE.c)
        .select_from(TABLE.outerjoin(RESOURCE, RESOURCE.c.id == point.acting_id))
        .where(point.traversal_id == traversal_id)
        .order_by(point.resource_id, point.kind)
    )
    return [_standing(tuple(row)) for row in context.connection.execute(statement)]


def _standing(values: tuple[Any, ...]) -> NodeStanding:
    resource_id, kind, state, remaining, engine_id, next_cast_at, casts, hook, held_for, *row = values
    resource = None if row[0] is None else records.resource(tuple(row))
    node = records.node(resource_id, kind)
    return NodeStanding(node, NodeState(state), remaining, engine_id, next_cast_at, casts, hook, resource, held_for)


@reader
def holdings(context: Context) -> dict[str, Holdings]:
    """Return engine id → its claims and locks.

    Idle engines are left out. Engines without a service row are included.
    """
    counts = {}
    for table in (TABLE, RESOURCE):
        held = table.c.engine_id
        statement = sa.select(held, sa.func.count()).where(held.is_not(None)).group_by(held)
        counts[table.name] = {row[0]: row[1] for row in context.connection.execute(statement)}
    at, locked = counts[TABLE.name], counts[RESOURCE.name]
    return {each: Holdings(at.get(each, 0), locked.get(each, 0)) for each in at.keys() | locked.keys()}
