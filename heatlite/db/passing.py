"""Passing: nodes that follow what is done in this very transaction, and are done in it, too. Nobody ever claims them.

    WAITING for n ──all n arrive, and it is done──▶ DONE

The n that it waits for are this engine's, claimed in the same transaction, so that nobody else can arrive at it.
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
    """WAITING → DONE for nodes that wait for exactly so many predecessors; for how many that was so."""
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
