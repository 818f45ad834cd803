"""Hands: what the database says that an engine is at, a page at a time, so that the engine can tell whether it is so.

Both questions are answered from an index alone, whatever the engine holds: the rows themselves are read only where
something is amiss.
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
    """The claims under which an engine's nodes are RUNNING, in order, from behind ``after`` on: one for each node."""
    statement = sa.select(NODE.c.claim_id).where(NODE.c.engine_id == engine_id, NODE.c.claim_id > after)
    return [row.claim_id for row in context.connection.execute(statement.order_by(NODE.c.claim_id).limit(limit))]


@reader
def nodes(context: Context, engine_id: str, claim_ids: Collection[str]) -> list[tuple[str, Node, str]]:
    """(traversal, node, claim) of what is RUNNING under these claims."""
    columns = (NODE.c.traversal_id, NODE.c.resource_id, NODE.c.kind, NODE.c.claim_id)
    statement = sa.select(*columns).where(NODE.c.engine_id == engine_id, NODE.c.claim_id.in_(list(claim_ids)))
    found = context.connection.execute(statement)
    return [(traversal, records.node(resource_id, kind), claim) for traversal, resource_id, kind, claim in found]


@reader
def rows(context: Context, engine_id: str, after: int, limit: int) -> list[int]:
    """The ids of the rows that an engine has locked, in order, from behind ``after`` on."""
    statement = sa.select(ROW.c.id).where(ROW.c.engine_id == engine_id, ROW.c.id > after)
    return [row.id for row in context.connection.execute(statement.order_by(ROW.c.id).limit(limit))]
