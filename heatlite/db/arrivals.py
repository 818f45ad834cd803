"""What arrivals do to the row of a node that waits: one statement subtracts and, where nothing remains, schedules."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from heatlite.convergence.model import NodeState
from heatlite.db import models

TABLE = models.sync_point


def taken_off(count: int, next_cast_at: float) -> tuple[tuple[Any, Any], ...]:
    """Columns and their new values, in the order in which they are to be set: MySQL goes from left to right, and
    ``state`` looks at ``remaining`` as it was."""
    left = TABLE.c.remaining - count
    scheduled = sa.case((left <= 0, int(NodeState.SCHEDULED)), else_=TABLE.c.state)
    return (TABLE.c.state, scheduled), (TABLE.c.remaining, left), (TABLE.c.next_cast_at, next_cast_at)
