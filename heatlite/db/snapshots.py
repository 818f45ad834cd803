"""Snapshots of stacks, each with the id of the traversal that took it. ``data`` is a stack in Heat's form."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from heatlite.convergence.model import Status
from heatlite.db import lengths, models
from heatlite.db.api import Context, reader, rows, writer

TABLE = models.snapshot
TAKEN, BEING_DELETED = "CREATE", "DELETE"
"""The actions of a snapshot."""


@dataclass(frozen=True, slots=True)
class SnapshotRecord:
    """A row of ``snapshot``."""

    id: str
    stack_id: str
    tenant: str
    name: str | None
    action: str
    status: Status
    status_reason: str | None
    data: dict[str, Any] | None
    created_at: datetime.datetime | None

    @property
    def is_being_taken(self) -> bool:
        return self.action == TAKEN and self.status is Status.IN_PROGRESS

    @property
    def is_complete(self) -> bool:
        return self.action == TAKEN and self.status is Status.COMPLETE


SELECT = sa.select(*(TABLE.c[name] for name in SnapshotRecord.__dataclass_fields__))


def _record(row: Any) -> SnapshotRecord:
    values = dict(row._mapping)
    return SnapshotRecord(**{**values, "status": Status(values["status"])})


@writer
def insert(context: Context, values: Mapping[str, Any]) -> None:
    """Insert a snapshot that is being taken, or an imported one."""
    context.connection.execute(sa.insert(TABLE).values(**values))


@reader
def get(context: Context, stack_id: str, snapshot_id: str) -> SnapshotRecord | None:
    """Return one snapshot of a stack, with its data."""
    statement = SELECT.where(TABLE.c.id == snapshot_id, TABLE.c.stack_id == stack_id)
    row = context.connection.execute(statement).one_or_none()
    return None if row is None else _record(row)


@reader
def of_stack(context: Context, stack_id: str) -> list[SnapshotRecord]:
    """List the snapshots of a stack with their data, oldest first."""
    statement = SELECT.where(TABLE.c.stack_id == stack_id).order_by(TABLE.c.created_at, TABLE.c.id)
    return [_record(row) for row in context.connection.execute(statement)]


@reader
def ids(context: Context, stack_id: str) -> list[str]:
    """List the ids of a stack's snapshots, oldest first."""
    statement = sa.select(TABLE.c.id).where(TABLE.c.stack_id == stack_id).order_by(TABLE.c.created_at, TABLE.c.id)
    return [row.id for row in context.connection.execute(statement)]


@reader
def data_bytes(context: Context, stack_id: str) -> int:
    """Return the bytes that the snapshots of a stack hold together, as they are stored."""
    return lengths.total(context, (TABLE.c.data,), TABLE.c.stack_id == stack_id)


@reader
def count(context: Context, stack_id: str) -> int:
    """Count a stack's snapshots."""
    statement = sa.select(sa.func.count()).select_from(TABLE).where(TABLE.c.stack_id == stack_id)
    return int(context.connection.execute(statement).scalar_one())


@writer
def end(
    context: Context, snapshot_id: str, status: Status, reason: str, data: Mapping[str, Any], now: datetime.datetime
) -> bool:
    """End the taking of a snapshot as COMPLETE or FAILED. Return False when it is missing, or has ended already."""
    taking = sa.and_(TABLE.c.action == TAKEN, TABLE.c.status == Status.IN_PROGRESS)
    values = {"status": status, "status_reason": reason, "data": dict(data), "updated_at": now}
    return (
        rows(context.connection.execute(sa.update(TABLE).where(TABLE.c.id == snapshot_id, taking).values(values))) == 1
    )


@writer
def go(context: Context, snapshot_id: str, status: Status, reason: str, now: datetime.datetime) -> None:
    """Mark a snapshot as being deleted, or as failed to be deleted."""
    values = {"action": BEING_DELETED, "status": status, "status_reason": reason, "updated_at": now}
    context.connection.execute(sa.update(TABLE).where(TABLE.c.id == snapshot_id).values(values))


@writer
def remove(context: Context, snapshot_id: str) -> None:
    """Delete a snapshot."""
    context.connection.execute(sa.delete(TABLE).where(TABLE.c.id == snapshot_id))


@writer
def remove_all(context: Context, stack_id: str) -> None:
    """Delete every snapshot of a stack."""
    context.connection.execute(sa.delete(TABLE).where(TABLE.c.stack_id == stack_id))
