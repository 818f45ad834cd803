"""Resources: the rows, and their locks.

``engine_id`` says who holds a row, ``atomic_key`` changes with every locked write. A lock is taken by whoever changes
``engine_id`` from NULL while the key is the one it decided on; every later write of the holder names both. Whoever lost
the lock changes no row, and learns it from the count.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from heatlite.convergence.model import Status
from heatlite.db import bulk, models, records, swaps
from heatlite.db.api import Context, lagging_reader, reader, rows, writer
from heatlite.db.records import ResourceRecord

TABLE = models.resource
SELECT = sa.select(*TABLE.c)
LARGE = ("properties_data", "attr_data", "resource_metadata", "resource_data")
SMALL = [column for column in TABLE.c if column.name not in LARGE]
TO_PLAN = sa.select(*SMALL).where(TABLE.c.stack_id == sa.bindparam("stack_id")).order_by(TABLE.c.id)
BY_STACK = SELECT.where(TABLE.c.stack_id == sa.bindparam("stack_id")).order_by(TABLE.c.id)

Keys = Mapping[int, int]
"""resource id → the atomic_key that the writer saw last."""


@reader
def by_stack(context: Context, stack_id: str) -> list[ResourceRecord]:
    """Every row of a stack, oldest first."""
    found = context.connection.execute(BY_STACK, {"stack_id": stack_id})
    return [records.resource(tuple(row)) for row in found]


@reader
def to_plan(context: Context, stack_id: str) -> list[ResourceRecord]:
    """The same, as far as a plan needs it: without what they are made of, which would take longest to read."""
    found = context.connection.execute(TO_PLAN, {"stack_id": stack_id})
    return [records.small_resource([column.name for column in SMALL], tuple(row)) for row in found]


@lagging_reader
def listed(context: Context, stack_id: str) -> list[ResourceRecord]:
    """Every row of a stack, for a list; it may come from a replica that lags."""
    found = context.connection.execute(BY_STACK, {"stack_id": stack_id})
    return [records.resource(tuple(row)) for row in found]


@reader
def by_ids(context: Context, ids: Collection[int]) -> list[ResourceRecord]:
    """The rows with these ids that exist."""
    found = context.connection.execute(SELECT.where(TABLE.c.id.in_(list(ids))))
    return [records.resource(tuple(row)) for row in found]


@reader
def by_uuid(context: Context, uuid: str) -> ResourceRecord | None:
    """The row with this uuid, which is also the id of the nested stack that the resource is, if it is one."""
    row = context.connection.execute(SELECT.where(TABLE.c.uuid == uuid)).one_or_none()
    return None if row is None else records.resource(tuple(row))


@reader
def count(context: Context, stack_ids: Sequence[str]) -> int:
    """How many rows these stacks have."""
    statement = sa.select(sa.func.count()).select_from(TABLE).where(TABLE.c.stack_id.in_(stack_ids))
    return int(context.connection.execute(statement).scalar_one())


@lagging_reader
def listed_of(context: Context, stack_ids: Sequence[str]) -> list[ResourceRecord]:
    """Every row of these stacks, for a list; it may come from a replica that lags."""
    found = context.connection.execute(SELECT.where(TABLE.c.stack_id.in_(stack_ids)).order_by(TABLE.c.id))
    return [records.resource(tuple(row)) for row in found]


@reader
def by_names(context: Context, stack_id: str, names: Collection[str]) -> list[ResourceRecord]:
    """The rows of a stack that have one of these names, oldest first."""
    statement = SELECT.where(TABLE.c.stack_id == stack_id, TABLE.c.name.in_(list(names))).order_by(TABLE.c.id)
    return [records.resource(tuple(row)) for row in context.connection.execute(statement)]


@reader
def by_physical_id(context: Context, stack_id: str, physical_id: str) -> list[ResourceRecord]:
    """The rows of a stack that stand for this physical resource, oldest first."""
    statement = SELECT.where(TABLE.c.stack_id == stack_id, TABLE.c.physical_resource_id == physical_id)
    return [records.resource(tuple(row)) for row in context.connection.execute(statement.order_by(TABLE.c.id))]


@lagging_reader
def anywhere_by_physical_id(context: Context, physical_id: str, tenant: str | None) -> list[ResourceRecord]:
    """The rows of all stacks of a project (None: of all projects) that stand for this physical resource."""
    stack = models.stack.c
    statement = SELECT.join(models.stack, stack.id == TABLE.c.stack_id).where(
        TABLE.c.physical_resource_id == physical_id, stack.deleted_at.is_(None)
    )
    if tenant is not None:
        statement = statement.where(stack.tenant == tenant)
    return [records.resource(tuple(row)) for row in context.connection.execute(statement.order_by(TABLE.c.id))]


@reader
def by_types(context: Context, stack_id: str, types: Collection[str]) -> list[ResourceRecord]:
    """The rows of a stack that are of one of these types, oldest first."""
    statement = SELECT.where(TABLE.c.stack_id == stack_id, TABLE.c.type.in_(list(types))).order_by(TABLE.c.id)
    return [records.resource(tuple(row)) for row in context.connection.execute(statement)]


@reader
def types(context: Context, stack_id: str) -> list[str]:
    """The types that a stack has rows of, each once."""
    statement = sa.select(TABLE.c.type).where(TABLE.c.stack_id == stack_id).distinct()
    return [row.type for row in context.connection.execute(statement)]


@reader
def held(context: Context, stack_id: str) -> list[ResourceRecord]:
    """The rows of a stack that some engine holds."""
    statement = SELECT.where(TABLE.c.stack_id == stack_id, TABLE.c.engine_id.is_not(None))
    return [records.resource(tuple(row)) for row in context.connection.execute(statement)]


@writer
def insert(context: Context, values: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """New rows, and the id that each uuid got."""
    bulk.insert(context, TABLE, values)
    ids: dict[str, int] = {}
    for piece in bulk.pieces([row["uuid"] for row in values]):
        statement = sa.select(TABLE.c.uuid, TABLE.c.id).where(TABLE.c.uuid.in_(piece))
        ids.update((uuid, id_) for uuid, id_ in context.connection.execute(statement))
    return ids


def _seen(keys: Keys) -> sa.ColumnElement[bool]:
    if not keys:
        return sa.false()
    return TABLE.c.atomic_key == bulk.per_row(TABLE.c.atomic_key, TABLE.c.id, keys)


@writer
def write(
    context: Context,
    keys: Keys,
    changes: Mapping[int, Mapping[str, Any]],
    now: datetime,
    *,
    held_by: str | None,
    hold_as: str | None,
) -> int:
    """Write to rows that are as they were seen.

    :param changes: id → column → value; every row names the same columns
    :param held_by: who must hold them now (None: nobody)
    :param hold_as: who holds them from now on. None → an engine takes the lock; an engine → None lets go of it
    :returns: how many were written; fewer than asked for means that others were quicker, or that the lock was lost
    """
    return swaps.update(context, keys, changes, {"engine_id": hold_as, "updated_at": now}, held_by)


def _held(engine_id: str | None) -> sa.ColumnElement[bool]:
    return TABLE.c.engine_id.is_(None) if engine_id is None else TABLE.c.engine_id == engine_id


@writer
def remove(context: Context, keys: Keys, *, held_by: str | None) -> int:
    """Delete rows that are as they were seen and that this engine holds (None: that nobody does)."""
    statement = sa.delete(TABLE).where(TABLE.c.id.in_(list(keys)), _held(held_by), _seen(keys))
    return rows(context.connection.execute(statement))


@writer
def abandon(context: Context, stack_id: str, reason: str, now: datetime) -> int:
    """Fail what rows were at that nobody holds: their stack's operation has ended, and nobody takes them up."""
    statement = (
        sa.update(TABLE)
        .where(TABLE.c.stack_id == stack_id, TABLE.c.engine_id.is_(None), TABLE.c.status == Status.IN_PROGRESS)
        .values(
            status=Status.FAILED,
            status_reason=reason,
            attempts=TABLE.c.attempts + 1,
            atomic_key=TABLE.c.atomic_key + 1,
            updated_at=now,
        )
    )
    return rows(context.connection.execute(statement))


@writer
def ask_for(context: Context, resource_id: int, traversal_id: str) -> bool:
    """Ask to be woken when the holder lets go: False if nobody holds it any more."""
    statement = (
        sa.update(TABLE).where(TABLE.c.id == resource_id, TABLE.c.engine_id.is_not(None)).values(wanted_by=traversal_id)
    )
    return rows(context.connection.execute(statement)) == 1


@reader
def wanted(context: Context, ids: Collection[int]) -> dict[int, str]:
    """Of these rows, those that a newer traversal waits for. Read *after* the write that released them."""
    statement = sa.select(TABLE.c.id, TABLE.c.wanted_by).where(
        TABLE.c.id.in_(list(ids)), TABLE.c.wanted_by.is_not(None)
    )
    return {row.id: row.wanted_by for row in context.connection.execute(statement)}


@reader
def waited_for(context: Context, engine_id: str, limit: int) -> dict[str, set[int]]:
    """Of the rows that an engine holds, those that somebody waits for: traversal → rows."""
    statement = sa.select(TABLE.c.wanted_by, TABLE.c.id).where(
        TABLE.c.engine_id == engine_id, TABLE.c.wanted_by.is_not(None)
    )
    found: dict[str, set[int]] = {}
    for traversal_id, row in context.connection.execute(statement.limit(limit)):
        found.setdefault(traversal_id, set()).add(row)
    return found


@reader
def held_by(context: Context, engine_ids: Collection[str], limit: int) -> list[ResourceRecord]:
    """Rows that these engines hold."""
    statement = SELECT.where(TABLE.c.engine_id.in_(list(engine_ids))).limit(limit)
    return [records.resource(tuple(row)) for row in context.connection.execute(statement)]


@writer
def clear_replaced_by(context: Context, ids: Collection[int]) -> None:
    """Rows that serve again: nothing replaces them any more."""
    statement = (
        sa.update(TABLE).where(TABLE.c.id.in_(list(ids))).values(replaced_by=None, atomic_key=TABLE.c.atomic_key + 1)
    )
    context.connection.execute(statement)


@reader
def unfinished(context: Context, stack_id: str) -> int:
    """How many of a stack's rows are IN_PROGRESS."""
    statement = (
        sa.select(sa.func.count())
        .select_from(TABLE)
        .where(TABLE.c.stack_id == stack_id, TABLE.c.status == Status.IN_PROGRESS)
    )
    return int(context.connection.execute(statement).scalar_one())
