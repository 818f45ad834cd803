"""Sync points that wait at a hook of their resource until a user clears the hook.

    RUNNING ──pause──▶ PAUSED ──resume──▶ SCHEDULED, with the hook among the ``cleared`` ones

A paused node costs one row and nothing else. A new operation deletes it like any sync point.
"""

from __future__ import annotations

import sqlalchemy as sa

from heatlite.convergence.model import Node, NodeState
from heatlite.db import models, records
from heatlite.db.api import Context, reader, rows, writer
from heatlite.db.records import PausedNode
from heatlite.db.sync_points import in_state, these

TABLE = models.sync_point
RESOURCE = models.resource


@writer
def pause(context: Context, traversal_id: str, node: Node, hook: str, claim_id: str) -> bool:
    """Move a node from RUNNING to PAUSED at a hook. Return False when the claim was lost, or the traversal is over."""
    mine = (TABLE.c.traversal_id == traversal_id, TABLE.c.claim_id == claim_id, in_state(NodeState.RUNNING))
    statement = sa.update(TABLE).where(*mine, these([node]))
    values = {"state": NodeState.PAUSED, "hook": hook, "engine_id": None, "claim_id": None}
    return rows(context.connection.execute(statement.values(**values))) == 1


@reader
def at(context: Context, traversal_id: str, resource_name: str) -> list[PausedNode]:
    """List the nodes of a traversal that are paused at a hook, for resources of this name."""
    statement = (
        sa.select(TABLE.c.resource_id, TABLE.c.kind, TABLE.c.hook, TABLE.c.cleared, *RESOURCE.c)
        .select_from(TABLE.outerjoin(RESOURCE, RESOURCE.c.id == TABLE.c.acting_id))
        .where(TABLE.c.traversal_id == traversal_id, in_state(NodeState.PAUSED), RESOURCE.c.name == resource_name)
    )
    return [
        PausedNode(traversal_id, records.node(resource_id, kind), hook, cleared or 0, records.resource(tuple(rest)))
        for resource_id, kind, hook, cleared, *rest in context.connection.execute(statement)
    ]


@writer
def resume(context: Context, seen: PausedNode, cleared: int, next_cast_at: float) -> bool:
    """Move a node from PAUSED to SCHEDULED with these cleared hooks.

    Return False when it isn't paused there any more.
    """
    statement = sa.update(TABLE).where(
        TABLE.c.traversal_id == seen.traversal_id,
        these([seen.node]),
        in_state(NodeState.PAUSED),
        TABLE.c.hook == seen.hook,
    )
    values = {"state": NodeState.SCHEDULED, "hook": None, "cleared": cleared, "next_cast_at": next_cast_at}
    return rows(context.connection.execute(statement.values(**values))) == 1
