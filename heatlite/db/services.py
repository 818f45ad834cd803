"""Services: one row for each engine process, with its lease counter.

No wall clock decides which engine is alive. An engine increments its counter; other engines watch whether it changes.
``updated_at`` is for users.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from heatlite.db import models
from heatlite.db.api import Context, reader, rows, writer
from heatlite.db.records import ServiceRecord

TABLE = models.service
SELECT = sa.select(*(TABLE.c[name] for name in ServiceRecord.__dataclass_fields__))
LEASES = sa.select(TABLE.c.engine_id, TABLE.c.lease_counter).where(TABLE.c.deleted_at.is_(None))
HOLDING = sa.union(
    sa.select(models.resource.c.engine_id).where(models.resource.c.engine_id.is_not(None)),
    sa.select(models.sync_point.c.engine_id).where(models.sync_point.c.engine_id.is_not(None)),
).subquery()
GONE = (
    sa.select(HOLDING.c.engine_id)
    .select_from(HOLDING.outerjoin(TABLE, TABLE.c.engine_id == HOLDING.c.engine_id))
    .where(sa.or_(TABLE.c.id.is_(None), TABLE.c.deleted_at.is_not(None)))
)


@writer
def register(context: Context, values: Mapping[str, Any]) -> None:
    """Insert the row of a new engine process."""
    context.connection.execute(sa.insert(TABLE).values(**values, lease_counter=0))


@writer
def renew(context: Context, engine_id: str, now: datetime, serving: bool | None = None) -> bool:
    """Renew the lease. Return False when this engine was declared dead; it may then write nothing more.

    :param serving: whether the broker hands out messages to it; None: not known
    """
    statement = (
        sa.update(TABLE)
        .where(TABLE.c.engine_id == engine_id, TABLE.c.deleted_at.is_(None))
        .values(lease_counter=TABLE.c.lease_counter + 1, updated_at=now, serving=serving)
    )
    return rows(context.connection.execute(statement)) == 1


@reader
def leases(context: Context) -> dict[str, int]:
    """Return engine id → lease counter for all engines that aren't known to be gone."""
    return {row.engine_id: row.lease_counter for row in context.connection.execute(LEASES)}


@writer
def declare_dead(context: Context, engine_id: str, counter: int | None, now: datetime) -> bool:
    """Mark an engine as gone if its counter hasn't changed since. Return False when the engine has renewed its lease.

    :param counter: the watched counter; None when the engine itself leaves
    """
    conditions = [TABLE.c.engine_id == engine_id, TABLE.c.deleted_at.is_(None)]
    if counter is not None:
        conditions.append(TABLE.c.lease_counter == counter)
    return rows(context.connection.execute(sa.update(TABLE).where(*conditions).values(deleted_at=now))) == 1


@reader
def gone(context: Context) -> list[str]:
    """List the engines that are gone but still have a lock or a node. Their work waits to be taken over."""
    return [engine_id for (engine_id,) in context.connection.execute(GONE)]


@writer
def forget(context: Context, engine_ids: Collection[str]) -> None:
    """Delete the rows of engines that are gone."""
    context.connection.execute(sa.delete(TABLE).where(TABLE.c.engine_id.in_(list(engine_ids))))


@reader
def listed(context: Context) -> list[ServiceRecord]:
    """List every engine process that has a row, including those that are gone."""
    statement = SELECT.order_by(TABLE.c.created_at)
    return [ServiceRecord(*row) for row in context.connection.execute(statement)]


@dataclass(frozen=True, slots=True)
class Holdings:
    """Numbers of nodes that an engine has claimed, and of rows that it has locked."""

    nodes: int = 0
    rows: int = 0

    def __str__(self) -> str:
        return f"{self.nodes} nodes, {self.rows} locks" if self.nodes or self.rows else "nothing"


@reader
def holdings(context: Context) -> dict[str, Holdings]:
    """Return engine id → its claims and locks. Engines without any are left out; engines without a row here are not."""
    counts = {}
    for table in (models.sync_point, models.resource):
        held = table.c.engine_id
        statement = sa.select(held, sa.func.count()).where(held.is_not(None)).group_by(held)
        counts[table.name] = {row[0]: row[1] for row in context.connection.execute(statement)}
    at, locked = counts["sync_point"], counts["resource"]
    return {each: Holdings(at.get(each, 0), locked.get(each, 0)) for each in at.keys() | locked.keys()}
