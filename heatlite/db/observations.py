"""Observations: what the observer saw of each root stack, when it looks again, and which engine looks now.

::

    observation    a row for each root stack that is looked at     claim ─▶ record ─▶ release
    observer       one row for the deployment: stop switch, pace, number of repairs

A claim is an engine's id, and ends with the engine's lease: ``free_lost`` frees those of engines that are gone. A write
under a claim that another engine has by now changes no row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from oslo_db import exception as db_error

from heatlite.db import bulk, models
from heatlite.db.api import Context, reader, rows, writer

TABLE, STACK, SERVICE, OBSERVER = models.observation, models.stack, models.service, models.observer
NEW: Mapping[str, Any] = {
    "seen": 0, "unseen": 0, "requests": 0, "drifted": 0, "drift": {}, "repairs": [], "tries": 0
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ObservationRecord:
    """A row of ``observation``. Times are in seconds since the epoch."""

    stack_id: str
    next_look_at: float
    engine_id: str | None = None
    looked_at: float | None = None
    seen: int = 0
    unseen: int = 0
    requests: int = 0
    drifted: int = 0
    drift: dict[str, Any] = field(default_factory=dict)
    repairs: tuple[float, ...] = ()
    tries: int = 0
    left_alone: str | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """All observations, counted. ``oldest``: the time of the oldest look. ``claims``: engine and stack of each look."""

    looked_at: int
    oldest: float | None
    due: int
    drifted: int
    resources: int
    claims: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ObserverRecord:
    """The row of ``observer``: what holds for the whole deployment."""

    stopped: bool = False
    free_at: float = 0.0
    repairs: tuple[float, ...] = ()
    version: int = 0


COLUMNS = [TABLE.c[name] for name in ObservationRecord.__dataclass_fields__]
SELECT = sa.select(*COLUMNS)
LIGHT = ("stack_id", "next_look_at", "seen", "unseen", "requests")
DUE = (
    sa.select(*(TABLE.c[name] for name in LIGHT))
    .where(TABLE.c.next_look_at <= sa.bindparam("now"), TABLE.c.engine_id.is_(None))
    .order_by(TABLE.c.next_look_at)
    .limit(sa.bindparam("limit"))
)
STATE = sa.select(*(OBSERVER.c[name] for name in ObserverRecord.__dataclass_fields__)).where(OBSERVER.c.id == 1)
WITHOUT = (
    sa.select(STACK.c.id)
    .select_from(STACK.outerjoin(TABLE, TABLE.c.stack_id == STACK.c.id))
    .where(STACK.c.deleted_at.is_(None), STACK.c.owner_id.is_(None), TABLE.c.stack_id.is_(None))
    .order_by(STACK.c.id)
    .limit(sa.bindparam("limit"))
)


def _record(row: Any) -> ObservationRecord:
    values = dict(row._mapping)
    return ObservationRecord(**{**values, "repairs": tuple(values["repairs"])})


@reader
def get(context: Context, stack_id: str) -> ObservationRecord | None:
    """Return what was seen of a root stack; None if it hasn't been looked at."""
    row = context.connection.execute(SELECT.where(TABLE.c.stack_id == stack_id)).one_or_none()
    return None if row is None else _record(row)


@reader
def numbers(context: Context, stack_ids: Sequence[str]) -> dict[str, tuple[int, float | None]]:
    """Return root stack → how many of its resources differ, and when that was seen."""
    statement = sa.select(TABLE.c.stack_id, TABLE.c.drifted, TABLE.c.looked_at).where(TABLE.c.stack_id.in_(stack_ids))
    return {row.stack_id: (row.drifted, row.looked_at) for row in context.connection.execute(statement)}


@reader
def overview(context: Context, now: float) -> Overview:
    """Count all observations, for operators: this reads the whole table."""
    column = TABLE.c
    statement = sa.select(
        sa.func.count(column.looked_at),
        sa.func.min(column.looked_at),
        sa.func.count(sa.case((column.next_look_at <= now, 1))),
        sa.func.count(sa.case((column.drifted > 0, 1))),
        sa.func.coalesce(sa.func.sum(column.drifted), 0),
    )
    looked_at, oldest, late, drifted, number = context.connection.execute(statement).one()
    held = sa.select(column.engine_id, column.stack_id).where(column.engine_id.is_not(None)).order_by(column.stack_id)
    claims = [(str(row[0]), str(row[1])) for row in context.connection.execute(held)]
    return Overview(looked_at, oldest, late, drifted, int(number), claims)


def has_drifted() -> sa.ColumnElement[bool]:
    """Return the condition that something in a root stack of the statement differs."""
    return sa.exists().where(TABLE.c.stack_id == STACK.c.id, TABLE.c.drifted > 0)


# --- which stack is next ------------------------------------------------------------------------------------------


@reader
def due(context: Context, now: float, limit: int) -> list[ObservationRecord]:
    """List the stacks that are due and that no engine looks at, the one that has waited longest first.

    Their records have no more than what a claim needs.
    """
    found = context.connection.execute(DUE, {"now": now, "limit": limit})
    return [ObservationRecord(**row._mapping) for row in found]


@reader
def next_due(context: Context) -> float | None:
    """Return when the next stack is due that no engine looks at; None if there is none."""
    statement = sa.select(sa.func.min(TABLE.c.next_look_at)).where(TABLE.c.engine_id.is_(None))
    found: float | None = context.connection.execute(statement).scalar()
    return found


def add_new(context: Context, now: float, limit: int) -> int:
    """Add root stacks that have no row yet; they are due at once. Return how many; 0 also if another engine did it."""
    try:
        return _add_new(context, now, limit)
    except db_error.DBDuplicateEntry:
        return 0


@writer
def _add_new(context: Context, now: float, limit: int) -> int:
    ids = list(context.connection.execute(WITHOUT, {"limit": limit}).scalars())
    if ids:
        bulk.insert(context, TABLE, [{**NEW, "stack_id": it, "next_look_at": now} for it in ids])
    return len(ids)


@writer
def remove(context: Context, record: ObservationRecord) -> bool:
    """Forget a stack that is deleted. Return False when the claim is another engine's."""
    return rows(context.connection.execute(sa.delete(TABLE).where(_same(record)))) == 1


# --- claims -------------------------------------------------------------------------------------------------------


@writer
def claim(context: Context, record: ObservationRecord, engine_id: str) -> ObservationRecord | None:
    """Claim a stack for a look, and return its whole row.

    Return None when another engine has claimed the stack, or has looked at it since ``record`` was read.
    """
    unclaimed = sa.and_(
        TABLE.c.stack_id == record.stack_id,
        TABLE.c.engine_id.is_(None),
        TABLE.c.next_look_at == record.next_look_at,
    )
    if rows(context.connection.execute(sa.update(TABLE).where(unclaimed).values(engine_id=engine_id))) != 1:
        return None
    return get(context, record.stack_id)


@writer
def write(context: Context, record: ObservationRecord, values: Mapping[str, Any]) -> bool:
    """Write under a claim. Return False when the claim is another engine's by now, and nothing is written."""
    return rows(context.connection.execute(sa.update(TABLE).where(_same(record)).values(**values))) == 1


@writer
def free_lost(context: Context, own_id: str) -> int:
    """Free the claims of engines that are gone, and those that this engine has lost track of. Return how many.

    :param own_id: this engine, which looks at no stack at the moment
    """
    lives = sa.exists().where(SERVICE.c.engine_id == TABLE.c.engine_id, SERVICE.c.deleted_at.is_(None))
    lost = sa.and_(TABLE.c.engine_id.is_not(None), sa.or_(TABLE.c.engine_id == own_id, sa.not_(lives)))
    return rows(context.connection.execute(sa.update(TABLE).where(lost).values(engine_id=None)))


def _same(record: ObservationRecord) -> sa.ColumnElement[bool]:
    return sa.and_(TABLE.c.stack_id == record.stack_id, TABLE.c.engine_id == record.engine_id)


# --- the deployment -----------------------------------------------------------------------------------------------


@reader
def state(context: Context) -> ObserverRecord:
    """Return what holds for the whole deployment."""
    row = context.connection.execute(STATE).one_or_none()
    return ObserverRecord() if row is None else ObserverRecord(row[0], row[1], tuple(row[2]), row[3])


def ensure(context: Context) -> None:
    """Write the row of the deployment, if it isn't there yet. This is a transaction of its own."""
    try:
        _insert(context)
    except db_error.DBDuplicateEntry:
        return  # another engine was quicker


@writer
def _insert(context: Context) -> None:
    if context.connection.execute(STATE).one_or_none() is None:
        new = {"id": 1, "stopped": False, "free_at": 0.0, "repairs": [], "version": 0}
        context.connection.execute(sa.insert(OBSERVER).values(**new))


@writer
def take_pace(context: Context, seen: ObserverRecord, until: float) -> bool:
    """Let the next look begin at ``until``. Return False when another engine took it, or an operator stopped it."""
    same = sa.and_(OBSERVER.c.id == 1, OBSERVER.c.stopped.is_(False), OBSERVER.c.free_at == seen.free_at)
    return rows(context.connection.execute(sa.update(OBSERVER).where(same).values(free_at=until))) == 1


@writer
def add_pace(context: Context, seconds: float) -> None:
    """Let the next look begin later, or sooner, because a look took more or less than was expected."""
    statement = sa.update(OBSERVER).where(OBSERVER.c.id == 1)
    context.connection.execute(statement.values(free_at=OBSERVER.c.free_at + seconds))


@writer
def count_repair(context: Context, seen: ObserverRecord, repairs: Sequence[float]) -> bool:
    """Count a repair. Return False when another engine counted one since, or an operator stopped the observer."""
    same = sa.and_(OBSERVER.c.id == 1, OBSERVER.c.stopped.is_(False), OBSERVER.c.version == seen.version)
    values = {"repairs": list(repairs), "version": seen.version + 1}
    return rows(context.connection.execute(sa.update(OBSERVER).where(same).values(**values))) == 1


@writer
def switch(context: Context, *, stopped: bool) -> bool:
    """Stop or start the observer of the whole deployment. Return False when it was so already."""
    other = sa.and_(OBSERVER.c.id == 1, OBSERVER.c.stopped.is_not(stopped))
    values = {"stopped": stopped, "version": OBSERVER.c.version + 1}
    return rows(context.connection.execute(sa.update(OBSERVER).where(other).values(**values))) == 1
