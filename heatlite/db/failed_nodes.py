"""FAILED nodes of traversals that continue after failures. Their successors and the end of the traversal need them."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from heatlite.convergence.model import Node, NodeState
from heatlite.db import models, records
from heatlite.db.api import Context, reader
from heatlite.db.records import ResourceRecord
from heatlite.db.sync_points import in_state, these

TABLE = models.sync_point
RESOURCE = models.resource
ROWS = sa.select(TABLE.c.resource_id, TABLE.c.kind, *RESOURCE.c).select_from(
    TABLE.outerjoin(RESOURCE, RESOURCE.c.id == TABLE.c.acting_id)
)


@reader
def among(context: Context, traversal_id: str, nodes: Collection[Node]) -> set[Node]:
    """Return the nodes among these that failed."""
    statement = sa.select(TABLE.c.resource_id, TABLE.c.kind).where(
        TABLE.c.traversal_id == traversal_id, in_state(NodeState.FAILED), these(nodes)
    )
    return {records.node(*row) for row in context.connection.execute(statement)}


@reader
def with_rows(context: Context, traversal_id: str) -> dict[Node, ResourceRecord]:
    """Return all failed nodes of a traversal whose rows still exist, with the rows."""
    statement = ROWS.where(TABLE.c.traversal_id == traversal_id, TABLE.c.state == NodeState.FAILED)
    found = [tuple(row) for row in context.connection.execute(statement)]
    return {records.node(*row[:2]): records.resource(row[2:]) for row in found if row[2] is not None}
