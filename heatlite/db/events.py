"""Events of a stack and its resources, for users to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from heatlite.db import bulk, models
from heatlite.db.api import Context, lagging_reader, rows, writer
from heatlite.db.index_order import by_index
from heatlite.db.records import EventRecord

TABLE = models.event
SELECT = sa.select(*(TABLE.c[name] for name in EventRecord.__dataclass_fields__))


@dataclass(frozen=True, slots=True)
class Happening:
    """An event to be written."""

    resource_name: str
    resource_type: str
    physical_resource_id: str | None
    action: str
    status: str
    reason: str
    engine_id: str | None = None


@writer
def insert(
    context: Context, stack_id: str, happenings: Sequence[Happening], uuids: Sequence[str], now: datetime
) -> None:
    """Write events of a stack in one statement, in their order."""
    insert_all(context, [(stack_id, happening) for happening in happenings], uuids, now)


@writer
def insert_all(
    context: Context, happenings: Sequence[tuple[str, Happening]], uuids: Sequence[str], now: datetime
) -> None:
    """Write events of several stacks in one statement, each with its stack's id, in their order."""
    bulk.insert(
        context,
        TABLE,
        [
            {
                "uuid": uuid,
                "stack_id": stack_id,
                "resource_name": happening.resource_name,
                "resource_type": happening.resource_type,
                "physical_resource_id": happening.physical_resource_id,
                "resource_action": happening.action,
                "resource_status": happening.status,
                "resource_status_reason": happening.reason,
                "engine_id": happening.engine_id,
                "created_at": now,
            }
            for (stack_id, happening), uuid in zip(happenings, uuids, strict=True)
        ],
    )


@writer
def purge(context: Context, stack_id: str, keep: int) -> int:
    """Delete a stack's events except the newest ``keep``. Return how many."""
    newest_to_go = (
        sa.select(TABLE.c.id).where(TABLE.c.stack_id == stack_id).order_by(TABLE.c.id.desc()).offset(keep).limit(1)
    )
    last = context.connection.execute(newest_to_go).scalar()
    if last is None:
        return 0
    return rows(context.connection.execute(sa.delete(TABLE).where(TABLE.c.stack_id == stack_id, TABLE.c.id <= last)))


@lagging_reader
def by_uuid(context: Context, stack_ids: Sequence[str], uuid: str) -> EventRecord | None:
    """Return an event of one of these stacks. Return None when there is none, or a replica doesn't have it yet."""
    statement = SELECT.where(TABLE.c.uuid == uuid, TABLE.c.stack_id.in_(stack_ids))
    row = context.connection.execute(statement).one_or_none()
    return None if row is None else EventRecord(*row)


@lagging_reader
def listed(
    context: Context,
    conditions: Sequence[sa.ColumnElement[bool]],
    order: Sequence[Any],
    limit: int | None,
    index: str | None = None,
) -> list[EventRecord]:
    """List events. They may come from a replica that lags.

    :param index: an index that has them in this order, if there is one
    """
    statement = by_index(SELECT, TABLE, index).where(*conditions).order_by(*order).limit(limit)
    return [EventRecord(*row) for row in context.connection.execute(statement)]
