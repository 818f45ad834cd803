"""Event sinks of root stacks, and how far the events of each stack and of those nested in it have been sent there.

::

    operation with event_sinks ─▶ row (stack_id, target)     events of the tree ──▶ unsent ─▶ post ─▶ advance

Events get their ids before they are committed, so an event may appear after one with a higher id was sent. So for
``SETTLES`` seconds the ids that were sent are kept, and each lower one is still looked for.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from heatlite.db import models
from heatlite.db.api import Context, reader, rows, writer
from heatlite.db.records import EventRecord

TABLE, EVENT, STACK = models.event_sink, models.event, models.stack
SETTLES = 60.0
"""Seconds after which no event with a lower id appears any more."""


@dataclass(frozen=True, slots=True)
class SinkRecord:
    """A row of ``event_sink``.

    ``user_creds_id``: the stack's, which outlive the stack until its last event is sent. ``last_id``: the highest id of
    an event that was sent. ``floor_id``: all events up to this one were sent. ``recent``: ids above it that were sent,
    with the time (seconds since the epoch). ``look_at``: when to look again without a newer event; None: never.
    ``free_at``: until then an engine has it.
    """

    id: int
    stack_id: str
    target: str
    user_creds_id: int | None
    last_id: int
    floor_id: int
    recent: dict[str, float]
    look_at: float | None
    free_at: float


COLUMNS = [TABLE.c[name] for name in SinkRecord.__dataclass_fields__]
OF_TREE = EVENT.join(STACK, STACK.c.id == EVENT.c.stack_id)
HAS_NEWER = sa.exists(
    sa.select(EVENT.c.id)
    .select_from(OF_TREE)
    .where(STACK.c.root_id == TABLE.c.stack_id, EVENT.c.id > TABLE.c.last_id)
    .correlate(TABLE)
)
DUE = (
    sa.select(*COLUMNS)
    .where(TABLE.c.free_at <= sa.bindparam("now"), sa.or_(TABLE.c.look_at <= sa.bindparam("now"), HAS_NEWER))
    .order_by(TABLE.c.id)
    .limit(sa.bindparam("limit"))
)


@writer
def keep(context: Context, stack_id: str, targets: Collection[str], *, after: int = 0) -> None:
    """Note the sinks of a stack with its credentials. What was noted earlier stays as it is.

    :param after: id of the last event that isn't to be sent
    """
    noted = set(context.connection.execute(sa.select(TABLE.c.target).where(TABLE.c.stack_id == stack_id)).scalars())
    new = sorted(set(targets) - noted)
    if new:
        user_creds_id = context.connection.execute(
            sa.select(STACK.c.user_creds_id).where(STACK.c.id == stack_id)
        ).scalar()
        begun = {"last_id": after, "floor_id": after, "recent": {}, "look_at": None, "free_at": 0.0}
        same: dict[str, Any] = {"stack_id": stack_id, "user_creds_id": user_creds_id, **begun}
        context.connection.execute(sa.insert(TABLE), [{**same, "target": target} for target in new])


@reader
def newest(context: Context, root_id: str) -> int:
    """Return the id of the newest event of a root stack and those nested in it; 0 without any."""
    statement = sa.select(sa.func.max(EVENT.c.id)).select_from(OF_TREE).where(STACK.c.root_id == root_id)
    return context.connection.execute(statement).scalar() or 0


@reader
def need(context: Context, user_creds_id: int | None) -> bool:
    """Tell whether events are still to be sent with these credentials, so that they and their trust have to stay."""
    if user_creds_id is None:
        return False
    statement = sa.select(TABLE.c.id).where(TABLE.c.user_creds_id == user_creds_id).limit(1)
    return context.connection.execute(statement).scalar() is not None


@reader
def due(context: Context, now: float, limit: int) -> list[SinkRecord]:
    """List the sinks that have to be looked at and that no engine has."""
    return [SinkRecord(*row) for row in context.connection.execute(DUE, {"now": now, "limit": limit})]


@writer
def claim(context: Context, record: SinkRecord, until: float) -> SinkRecord | None:
    """Claim a sink for this engine until a time. Return its row now; None when another engine has it."""
    return replace(record, free_at=until) if _write(context, record, replace(record, free_at=until)) else None


@reader
def unsent(context: Context, record: SinkRecord, limit: int) -> list[EventRecord]:
    """List events that weren't sent to a sink, the oldest first."""
    columns = [EVENT.c[name] for name in EventRecord.__dataclass_fields__]
    statement = (
        sa.select(*columns)
        .select_from(OF_TREE)
        .where(STACK.c.root_id == record.stack_id, EVENT.c.id > record.floor_id)
        .where(EVENT.c.id.not_in([int(it) for it in record.recent]))
    )
    return [EventRecord(*row) for row in context.connection.execute(statement.order_by(EVENT.c.id).limit(limit))]


@writer
def advance(context: Context, record: SinkRecord, sent: Sequence[int], now: float, user_creds_id: int | None) -> bool:
    """Record that events were sent, and give the sink free.

    Return False when the claim is over: another engine may have sent them, too.
    """
    known = {**record.recent, **{str(it): now for it in sent}}
    recent = {it: at for it, at in known.items() if at > now - SETTLES}
    after = replace(
        record,
        recent=recent,
        floor_id=max([record.floor_id, *(int(it) for it in known.keys() - recent.keys())]),
        last_id=max([record.last_id, *sent]),
        look_at=now + SETTLES if recent else None,
        free_at=now,
        user_creds_id=user_creds_id,
    )
    return _write(context, record, after)


@writer
def put_off(context: Context, record: SinkRecord, until: float) -> bool:
    """Leave a sink alone until a time. Return False when the claim is over."""
    return _write(context, record, replace(record, free_at=until, look_at=until))


@writer
def remove(context: Context, sink_id: int) -> bool:
    """Forget a sink. Return False when it was gone."""
    return rows(context.connection.execute(sa.delete(TABLE).where(TABLE.c.id == sink_id))) == 1


def _write(context: Context, before: SinkRecord, after: SinkRecord) -> bool:
    names = ("user_creds_id", "last_id", "floor_id", "recent", "look_at", "free_at")
    same = sa.and_(TABLE.c.id == before.id, TABLE.c.free_at == before.free_at)
    values = {name: getattr(after, name) for name in names}
    return rows(context.connection.execute(sa.update(TABLE).where(same).values(values))) == 1
