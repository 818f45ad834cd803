"""Inline completion: WAITING nodes that their predecessors' own transaction completes. No engine ever claims them.

    WAITING for n ──all n arrive, and it is done──▶ DONE

The same transaction has claimed all n predecessors for this engine, so no other engine can arrive at the node.
"""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from heatlite.convergence.model import Node, NodeState
from heatlite.db import models
from heatlite.db.api import Context, rows, writer
from heatlite.db.sync_points import in_state, these

TABLE = models.sync_point


@writer
def end(context: Context, traversal_id: str, waited_for: Mapping[Node, int]) -> int:
    """Move nodes from WAITING to DONE if they wait for exactly so many predecessors. Return how many did."""
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
