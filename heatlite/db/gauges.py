"""Gauges: how much is under way in the whole deployment, and how old it is. To be watched: nothing is decided here.

Each is one statement on an index; together they cost a few milliseconds, with tens of thousands of nodes ready.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from heatlite.convergence.model import NodeState, Status
from heatlite.db import models
from heatlite.db.api import Context, reader

STACK, NODE, SERVICE = models.stack, models.sync_point, models.service


@dataclass(frozen=True)
class Ready:
    """Nodes that nobody has claimed: how many, how many of them were cast again, and since when the oldest waits.

    ``since`` is what the oldest one's ``next_cast_at`` is, in seconds since the epoch; None where there are none.
    """

    nodes: int = 0
    cast_again: int = 0
    since: float | None = None


@dataclass(frozen=True)
class Gauges:
    """What is under way. ``oldest`` is when the oldest operation began (UTC); ``renewed`` by engine id."""

    in_progress: int
    oldest: datetime | None
    overdue: int
    cast: Ready
    held: Ready
    holding: int
    renewed: Mapping[str, datetime] = field(default_factory=dict)


@reader
def read(context: Context, now: float) -> Gauges:
    """Everything at once.

    :param now: seconds since the epoch, after which a deadline has passed
    """
    connection = context.connection
    began = sa.func.coalesce(STACK.c.updated_at, STACK.c.created_at)
    late = sa.func.sum(sa.case((STACK.c.deadline < now, 1), else_=0))
    stacks = sa.select(sa.func.count(), sa.func.min(began), late).where(STACK.c.status == Status.IN_PROGRESS)
    in_progress, oldest, overdue = connection.execute(stacks).one()
    projects = sa.select(sa.func.count(NODE.c.held_for.distinct())).where(NODE.c.state == NodeState.SCHEDULED)
    leases = sa.select(SERVICE.c.engine_id, SERVICE.c.updated_at).where(SERVICE.c.deleted_at.is_(None))
    return Gauges(
        in_progress,
        oldest,
        int(overdue or 0),
        _ready(context, NODE.c.held_for.is_(None)),
        _ready(context, NODE.c.held_for.is_not(None)),
        connection.execute(projects).scalar_one(),
        {row.engine_id: row.updated_at for row in connection.execute(leases) if row.updated_at is not None},
    )


def _ready(context: Context, which: sa.ColumnElement[bool]) -> Ready:
    again = sa.func.sum(sa.case((NODE.c.casts > 0, 1), else_=0))
    columns = (sa.func.count(), again, sa.func.min(NODE.c.next_cast_at))
    statement = sa.select(*columns).where(NODE.c.state == NodeState.SCHEDULED, which)
    nodes, cast_again, since = context.connection.execute(statement).one()
    return Ready(nodes, int(cast_again or 0), since)
