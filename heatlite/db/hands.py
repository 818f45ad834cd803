"""The work that the database assigns to an engine, page by page, so that the engine can compare it with its own.

An index alone answers both questions, however much the engine has claimed. The rows are read only when something is
wrong.
"""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from heatlite.convergence.model import Node
from heatlite.db import models, records
from heatlite.db.api import Context, reader

NODE, ROW = models.sync_point, models.resource


@reader
def claims(context: Context, engine_id: str, after: str, limit: int) -> list[str]:
    """List the claims of an engine's RUNNING nodes after ``after``, in order, one for each node."""
    statement = sa.select(NODE.c.claim_id).where(NODE.c.engine_id == engine_id, NODE.c.claim_id > after)
    return [row.claim_id for row in context.connection.execute(statement.order_by(NODE.c.claim_id).limit(limit))]


@reader
def nodes(context: Context, engine_id: str, claim_ids: Collection[str]) -> list[tuple[str, Node, str]]:
    """List the nodes that are RUNNING under these claims, as (traversal, node, claim)."""
    columns = (NODE.c.traversal_id, NODE.c.resource_id, NODE.c.kind, NODE.c.claim_id)
    statement = sa.select(*columns).where(NODE.c.engine_id == engine_id, NODE.c.claim_id.in_(list(claim_ids)))
    found = context.connection.execute(statement)
    return [(traversal, records.node(resource_id, kind), claim) for traversal, resource_id, kind, claim in found]


@reader
def rows(context: Context, engine_id: str, after: int, limit: int) -> list[int]:
    """List the ids of the rows that an engine has locked after ``after``, in order."""
    statement = sa.select(ROW.c.id).where(ROW.c.engine_id == engine_id, ROW.c.id > after)
    return [row.id for row in context.connection.execute(statement.order_by(ROW.c.id).limit(limit))]
