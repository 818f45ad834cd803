"""Stacks. Every write of a traversal is ``WHERE id = ? AND current_traversal = ?``: an older one changes no row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from heatlite.convergence.model import Status
from heatlite.db import bulk, models, records
from heatlite.db.api import Context, lagging_reader, reader, rows, writer
from heatlite.db.orders import by_index
from heatlite.db.records import StackRecord

TABLE = models.stack
COLUMNS = [TABLE.c[name] for name in StackRecord.__dataclass_fields__]
SELECT = sa.select(*COLUMNS)
BY_ID = SELECT.where(TABLE.c.id == sa.bindparam("stack_id"))
BY_LIVE_NAME = SELECT.where(TABLE.c.tenant == sa.bindparam("tenant"), TABLE.c.live_name == sa.bindparam("name"))
BY_TRAVERSAL = sa.select(*COLUMNS, TABLE.c.current_deps).where(
    TABLE.c.current_traversal == sa.bindparam("traversal_id")
)


def _one(row: Any) -> StackRecord | None:
    return None if row is None else records.stack(row)


@reader
def get(context: Context, stack_id: str) -> StackRecord | None:
    """The stack with this id, deleted ones included; MariaDB would find it by an id in capitals, too."""
    found = _one(context.connection.execute(BY_ID, {"stack_id": stack_id}).one_or_none())
    return found if found is not None and found.id == stack_id else None


@reader
def by_live_name(context: Context, tenant: str, name: str) -> StackRecord | None:
    """The root stack of this name that is alive in this project."""
    return _one(context.connection.execute(BY_LIVE_NAME, {"tenant": tenant, "name": name}).one_or_none())


@reader
def by_name(context: Context, tenant: str, name: str) -> StackRecord | None:
    """A stack of this name that is alive in this project, nested ones included; the oldest of several."""
    named = SELECT.where(TABLE.c.tenant == tenant, TABLE.c.deleted_at.is_(None), TABLE.c.name == name)
    return _one(context.connection.execute(named.order_by(TABLE.c.created_at, TABLE.c.id).limit(1)).one_or_none())


@reader
def live_by_name(context: Context, name: str) -> list[StackRecord]:
    """The live stacks of this name in all projects, nested ones included, the oldest first. For operators."""
    named = SELECT.where(TABLE.c.deleted_at.is_(None), TABLE.c.name == name)
    return [records.stack(row) for row in context.connection.execute(named.order_by(TABLE.c.created_at, TABLE.c.id))]


@reader
def by_traversal(context: Context, traversal_id: str) -> tuple[StackRecord, dict[str, Any] | None] | None:
    """The stack whose current traversal this is, with its graph; None if it is nobody's, or can't be seen yet."""
    row = context.connection.execute(BY_TRAVERSAL, {"traversal_id": traversal_id}).one_or_none()
    if row is None:
        return None
    values = dict(row._mapping)
    graph = values.pop("current_deps")
    values["action"], values["status"] = records.Action(values["action"]), records.Status(values["status"])
    return StackRecord(**values), graph


@writer
def insert(context: Context, values: Mapping[str, Any], tags: Sequence[str] = ()) -> None:
    """A new stack.

    :raises oslo_db.exception.DBDuplicateEntry: where a live stack has the name
    """
    context.connection.execute(sa.insert(TABLE).values(**values))
    if tags:
        bulk.insert(context, models.stack_tag, [{"stack_id": values["id"], "tag": tag} for tag in tags])


@writer
def supersede(context: Context, stack_id: str, seen_traversal: str, values: Mapping[str, Any]) -> bool:
    """Give the stack to a new traversal, if it still has the one that was seen."""
    statement = (
        sa.update(TABLE).where(TABLE.c.id == stack_id, TABLE.c.current_traversal == seen_traversal).values(**values)
    )
    return rows(context.connection.execute(statement)) == 1


@writer
def advance(context: Context, stack_id: str, traversal_id: str, values: Mapping[str, Any]) -> bool:
    """Write for a traversal that is running: False if it is no longer the stack's, or has ended."""
    statement = (
        sa.update(TABLE)
        .where(
            TABLE.c.id == stack_id,
            TABLE.c.current_traversal == traversal_id,
            TABLE.c.status == Status.IN_PROGRESS,
        )
        .values(**values)
    )
    return rows(context.connection.execute(statement)) == 1


@writer
def hold(context: Context, stack_id: str) -> bool:
    """Whether the stack's operation is running; it goes on so until this transaction is over."""
    statement = sa.update(TABLE).where(TABLE.c.id == stack_id, TABLE.c.status == Status.IN_PROGRESS)
    return rows(context.connection.execute(statement.values(status=Status.IN_PROGRESS))) == 1


@writer
def take_planning(context: Context, stack_id: str, traversal_id: str) -> bool:
    """Take the right to plan a traversal that has no graph yet: False if somebody has, or the traversal is over.

    The graph that is put in its place is written in the same transaction; what stands there meanwhile nobody sees.
    """
    statement = (
        sa.update(TABLE)
        .where(
            TABLE.c.id == stack_id,
            TABLE.c.current_traversal == traversal_id,
            TABLE.c.status == Status.IN_PROGRESS,
            TABLE.c.current_deps.is_(None),
        )
        .values(current_deps={})
    )
    return rows(context.connection.execute(statement)) == 1


@writer
def replace_tags(context: Context, stack_id: str, tags: Sequence[str]) -> None:
    """Give the stack these tags and no others."""
    context.connection.execute(sa.delete(models.stack_tag).where(models.stack_tag.c.stack_id == stack_id))
    if tags:
        bulk.insert(context, models.stack_tag, [{"stack_id": stack_id, "tag": tag} for tag in tags])


@reader
def tags(context: Context, stack_ids: Sequence[str]) -> dict[str, list[str]]:
    """The tags of each of these stacks that has any."""
    table = models.stack_tag
    found: dict[str, list[str]] = {}
    statement = sa.select(table.c.stack_id, table.c.tag).where(table.c.stack_id.in_(stack_ids))
    for stack_id, tag in context.connection.execute(statement.order_by(table.c.id)):
        found.setdefault(stack_id, []).append(tag)
    return found


@reader
def overdue(context: Context, now: float, limit: int) -> list[StackRecord]:
    """Stacks whose running operation has taken longer than it may."""
    statement = SELECT.where(TABLE.c.status == Status.IN_PROGRESS, TABLE.c.deadline < now)
    return [records.stack(row) for row in context.connection.execute(statement.limit(limit))]


@reader
def in_progress(context: Context) -> list[StackRecord]:
    """Every stack with an operation that hasn't ended."""
    statement = SELECT.where(TABLE.c.status == Status.IN_PROGRESS)
    return [records.stack(row) for row in context.connection.execute(statement)]


@lagging_reader
def listed(
    context: Context,
    conditions: Sequence[sa.ColumnElement[bool]],
    order: Sequence[Any],
    limit: int | None,
    index: str | None = None,
) -> list[StackRecord]:
    """Stacks for a list; it may come from a replica that lags.

    :param index: the one that has them in this order, if there is one
    """
    statement = by_index(SELECT, TABLE, index).where(*conditions).order_by(*order).limit(limit)
    return [records.stack(row) for row in context.connection.execute(statement)]


@lagging_reader
def count(context: Context, conditions: Sequence[sa.ColumnElement[bool]]) -> int:
    """How many stacks a list would have."""
    statement = sa.select(sa.func.count()).select_from(TABLE).where(*conditions)
    return int(context.connection.execute(statement).scalar_one())


@reader
def count_roots(context: Context, tenant: str) -> int:
    """How many stacks of a project live and aren't nested."""
    named = sa.and_(TABLE.c.tenant == tenant, TABLE.c.live_name.is_not(None))
    return int(context.connection.execute(sa.select(sa.func.count()).select_from(TABLE).where(named)).scalar_one())


@reader
def children(context: Context, owner_ids: Sequence[str]) -> list[StackRecord]:
    """The stacks nested directly in these, without those that are gone."""
    statement = SELECT.where(TABLE.c.owner_id.in_(owner_ids), TABLE.c.deleted_at.is_(None)).order_by(TABLE.c.id)
    return [records.stack(row) for row in context.connection.execute(statement)]


def ended(now: datetime) -> dict[str, Any]:
    """What a stack's row becomes when the stack is gone: its name is free again."""
    return {"live_name": None, "deleted_at": now}
