"""Gauges: the amount and age of the work in the whole deployment. For monitoring only: no decision uses them.

Each is one statement on an index. Together they cost a few milliseconds, even with tens of thousands of ready nodes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from heatlite.convergence.model import NodeState, Status
from heatlite.db import models
from heatlite.db.api import Context, reader

STACK, NODE, SERVICE, OBSERVATION = models.stack, models.sync_point, models.service, models.observation


@dataclass(frozen=True)
class Ready:
    """Ready nodes that no engine has claimed: their number, how many a sweep queued, and since when the oldest waits.

    ``since`` is the oldest node's ``next_cast_at``, in seconds since the epoch; None when there are none.
    """

    nodes: int = 0
    cast_again: int = 0
    since: float | None = None


@dataclass(frozen=True)
class Gauges:
    """The work in progress. ``oldest`` is when the oldest operation began (UTC); ``renewed`` is keyed by engine id."""

    in_progress: int
    oldest: datetime | None
    overdue: int
    cast: Ready
    held: Ready
    holding: int
    drifted_stacks: int = 0
    drifted_resources: int = 0
    renewed: Mapping[str, datetime] = field(default_factory=dict)


@reader
def read(context: Context, now: float) -> Gauges:
    """Read all gauges.

    :param now: seconds since the epoch; a deadline before it has passed
    """
    connection = context.connection
    began = sa.func.coalesce(STACK.c.updated_at, STACK.c.created_at)
    late = sa.func.sum(sa.case((STACK.c.deadline < now, 1), else_=0))
    stacks = sa.select(sa.func.count(), sa.func.min(began), late).where(STACK.c.status == Status.IN_PROGRESS)
    in_progress, oldest, overdue = connection.execute(stacks).one()
    cast, held, holding = _ready(context)
    drift = sa.select(sa.func.count(), sa.func.sum(OBSERVATION.c.drifted)).where(OBSERVATION.c.drifted > 0)
    drifted, resources = connection.execute(drift).one()
    leases = sa.select(SERVICE.c.engine_id, SERVICE.c.updated_at).where(SERVICE.c.deleted_at.is_(None))
    return Gauges(
        in_progress,
        oldest,
        int(overdue or 0),
        cast,
        held,
        holding,
        drifted,
        int(resources or 0),
        {row.engine_id: row.updated_at for row in connection.execute(leases) if row.updated_at is not None},
    )


def _ready(context: Context) -> tuple[Ready, Ready, int]:
    """Read the cast nodes, the queued nodes and the number of projects with queued ones, in one scan."""
    of_each: list[sa.ColumnElement[Any]] = [column for is_held in (False, True) for column in _columns(is_held)]
    projects = sa.func.count(NODE.c.held_for.distinct())
    statement = sa.select(*of_each, projects).where(NODE.c.state == NodeState.SCHEDULED)
    found: tuple[Any, ...] = tuple(context.connection.execute(statement).one())
    cast, cast_again, cast_since, held, held_again, held_since, holding = found
    return Ready(cast, cast_again, cast_since), Ready(held, held_again, held_since), holding


def _columns(is_held: bool) -> tuple[sa.ColumnElement[int], sa.ColumnElement[int], sa.ColumnElement[float]]:
    """Build the columns for queued or for cast nodes: number, how many a sweep queued, and the oldest one's time."""
    which = NODE.c.held_for.is_not(None) if is_held else NODE.c.held_for.is_(None)
    return (
        sa.func.count(sa.case((which, 1))),
        sa.func.count(sa.case((sa.and_(which, NODE.c.casts > 0), 1))),
        sa.func.min(sa.case((which, NODE.c.next_cast_at))),
    )
