"""Arrivals at a waiting node: one statement subtracts them and schedules the node when none remains."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from heatlite.convergence.model import NodeState
from heatlite.db import models

TABLE = models.sync_point


def taken_off(count: int, next_cast_at: float) -> tuple[tuple[Any, Any], ...]:
    """Return the columns and their new values, in the order of assignment.

    The order matters: MySQL assigns from left to right, and ``state`` must see the old ``remaining``.
    """
    left = TABLE.c.remaining - count
    scheduled = sa.case((left <= 0, int(NodeState.SCHEDULED)), else_=TABLE.c.state)
    return (TABLE.c.state, scheduled), (TABLE.c.remaining, left), (TABLE.c.next_cast_at, next_cast_at)
