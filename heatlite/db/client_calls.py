"""Client calls that began an operation, by message id, recorded in the operation's own transaction.

So a message that arrives twice begins one operation only, however late the second copy is, and whatever came in
between.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from heatlite.db import models
from heatlite.db.api import Context, reader, rows, writer

TABLE = models.client_call


@dataclass(frozen=True, slots=True)
class ClientCall:
    """A call that began an operation: the stack, and the id of the traversal."""

    id: str
    stack_id: str
    traversal_id: str


@writer
def insert(context: Context, call: ClientCall, now: datetime) -> None:
    """Record that a call has begun its operation.

    :raises oslo_db.exception.DBDuplicateEntry: when it was recorded before; the caller must undo the transaction
    """
    values = {"id": call.id, "stack_id": call.stack_id, "traversal_id": call.traversal_id, "created_at": now}
    context.connection.execute(sa.insert(TABLE).values(**values))


@reader
def get(context: Context, call_id: str) -> ClientCall | None:
    """Return the operation that a call began, or None."""
    statement = sa.select(TABLE.c.id, TABLE.c.stack_id, TABLE.c.traversal_id).where(TABLE.c.id == call_id)
    row = context.connection.execute(statement).one_or_none()
    return None if row is None else ClientCall(*row)


@writer
def purge(context: Context, before: datetime) -> int:
    """Delete the calls from before a moment (UTC). Return how many."""
    return rows(context.connection.execute(sa.delete(TABLE).where(TABLE.c.created_at < before)))
