"""Notifications to be sent. The transaction that changes the state writes its notification, too.

A sent notification is deleted. So a crash may send one twice, but never loses one. For each stack the oldest is sent
first, and the next one only after that is deleted: a listener hears of a start before the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from heatlite.db import models
from heatlite.db.api import Context, reader, rows, writer

TABLE = models.notification


@dataclass(frozen=True, slots=True)
class NotificationRecord:
    """A row of ``notification``. ``due_at`` is in seconds since the epoch. ``details`` is None for a stack action."""

    id: int
    stack_id: str
    action: str
    status: str
    reason: str
    details: dict[str, Any] | None
    due_at: float


COLUMNS = [TABLE.c[name] for name in NotificationRecord.__dataclass_fields__]
OLDEST = sa.select(sa.func.min(TABLE.c.id).label("id")).group_by(TABLE.c.stack_id).subquery()
DUE = (
    sa.select(*COLUMNS)
    .join(OLDEST, OLDEST.c.id == TABLE.c.id)
    .where(TABLE.c.due_at <= sa.bindparam("now"))
    .order_by(TABLE.c.id)
    .limit(sa.bindparam("limit"))
)


@writer
def insert(
    context: Context, stack_id: str, happened: Sequence[tuple[str, str, str]], now: float, details: Any = None
) -> None:
    """Write the notifications of a stack, in this order: (action, status, reason) of each."""
    for action, status, reason in happened:
        values = {"stack_id": stack_id, "action": action, "status": status, "reason": reason}
        context.connection.execute(sa.insert(TABLE).values(**values, details=details, due_at=now))


@reader
def due(context: Context, now: float, limit: int) -> list[NotificationRecord]:
    """List the oldest notification of each stack, if it is due."""
    return [NotificationRecord(*row) for row in context.connection.execute(DUE, {"now": now, "limit": limit})]


@writer
def claim(context: Context, record: NotificationRecord, until: float) -> bool:
    """Claim one for sending.

    Return False when another process has. It is due again at ``until``, in case this process dies.
    """
    same = sa.and_(TABLE.c.id == record.id, TABLE.c.due_at == record.due_at)
    return rows(context.connection.execute(sa.update(TABLE).where(same).values(due_at=until))) == 1


@writer
def remove(context: Context, notification_id: int) -> bool:
    """Delete a notification that was sent. Return False when another process has deleted it."""
    return rows(context.connection.execute(sa.delete(TABLE).where(TABLE.c.id == notification_id))) == 1
