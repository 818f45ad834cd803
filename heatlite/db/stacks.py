"""Stacks. Every write of a traversal is ``WHERE id = ? AND current_traversal = ?``, so an older one changes no row."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from heatlite.convergence.model import Status
from heatlite.db import bulk, models, records
from heatlite.db.api import Context, lagging_reader, reader, rows, writer
from heatlite.db.index_order import by_index
from heatlite.db.records import StackRecord

TABLE = models.stack
COLUMNS = [TABLE.c[name] for name in StackRecord.__dataclass_fields__]
SELECT = sa.select(*COLUMNS)
LIGHT = sa.select(*(sa.null().label(it.name) if it is TABLE.c.facade else it for it in COLUMNS)).select_from(TABLE)
"""Selects stacks with None for their facade, which may hold as much as a resource's metadata."""
BY_ID = SELECT.where(TABLE.c.id == sa.bindparam("stack_id"))
BY_IDS = SELECT.where(TABLE.c.id.in_(sa.bindparam("stack_ids", expanding=True)))
BUSY_AMONG = sa.select(TABLE.c.id).where(
    TABLE.c.id.in_(sa.bindparam("stack_ids", expanding=True)), TABLE.c.status == Status.IN_PROGRESS
)
BY_LIVE_NAME = SELECT.where(TABLE.c.tenant == sa.bindparam("tenant"), TABLE.c.live_name == sa.bindparam("name"))
OVERDUE = LIGHT.where(TABLE.c.status == Status.IN_PROGRESS, TABLE.c.deadline < sa.bindparam("now")).limit(
    sa.bindparam("limit")
)
BY_TRAVERSAL = sa.select(*COLUMNS, TABLE.c.current_deps).where(
    TABLE.c.current_traversal == sa.bindparam("traversal_id")
)


def _one(row: Any) -> StackRecord | None:
    return None if row is None else records.stack(row)


@reader
def get(context: Context, stack_id: str) -> StackRecord | None:
    """Return the stack with this id, even a deleted one. The comparison of ids is exact, also on MariaDB."""
    found = _one(context.connection.execute(BY_ID, {"stack_id": stack_id}).one_or_none())
    return found if found is not None and found.id == stack_id else None


@reader
def by_ids(context: Context, stack_ids: Collection[str]) -> dict[str, StackRecord]:
    """Return the stacks with these ids, even deleted ones, by their id."""
    found = context.connection.execute(BY_IDS, {"stack_ids": sorted(stack_ids)})
    return {stack.id: stack for stack in map(records.stack, found) if stack.id in stack_ids}


@reader
def busy_among(context: Context, stack_ids: Collection[str]) -> set[str]:
    """Return those of these ids whose stacks have an operation in progress."""
    return {row[0] for row in context.connection.execute(BUSY_AMONG, {"stack_ids": sorted(stack_ids)})}


@reader
def by_live_name(context: Context, tenant: str, name: str) -> StackRecord | None:
    """Return the live root stack of this name in this project."""
    return _one(context.connection.execute(BY_LIVE_NAME, {"tenant": tenant, "name": name}).one_or_none())


@reader
def by_name(context: Context, tenant: str, name: str) -> StackRecord | None:
    """Return a live stack of this name in this project, nested ones included; the oldest of several."""
    named = SELECT.where(TABLE.c.tenant == tenant, TABLE.c.deleted_at.is_(None), TABLE.c.name == name)
    return _one(context.connection.execute(named.order_by(TABLE.c.created_at, TABLE.c.id).limit(1)).one_or_none())


@reader
def live_by_name(context: Context, name: str) -> list[StackRecord]:
    """List the live stacks of this name in all projects, nested ones included, oldest first. For operators."""
    named = LIGHT.where(TABLE.c.deleted_at.is_(None), TABLE.c.name == name)
    return [records.stack(row) for row in context.connection.execute(named.order_by(TABLE.c.created_at, TABLE.c.id))]


@reader
def by_traversal(context: Context, traversal_id: str) -> tuple[StackRecord, dict[str, Any] | None] | None:
    """Return the stack whose current traversal this is, with its graph.

    Return None when there is none, or not visibly yet.
    """
    row = context.connection.execute(BY_TRAVERSAL, {"traversal_id": traversal_id}).one_or_none()
    if row is None:
        return None
    values = dict(row._mapping)
    graph = values.pop("current_deps")
    values["action"], values["status"] = records.Action(values["action"]), records.Status(values["status"])
    return StackRecord(**values), graph


@writer
def insert(context: Context, values: Mapping[str, Any], tags: Sequence[str] = ()) -> None:
    """Insert a stack.

    :raises oslo_db.exception.DBDuplicateEntry: when a live stack has the name
    """
    context.connection.execute(sa.insert(TABLE).values(**values))
    if tags:
        bulk.insert(context, models.stack_tag, [{"stack_id": values["id"], "tag": tag} for tag in tags])


@writer
def insert_nested(context: Context, values: Sequence[Mapping[str, Any]]) -> None:
    """Insert nested stacks in one statement.

    :raises oslo_db.exception.DBDuplicateEntry: when there is one of them already
    """
    bulk.insert(context, TABLE, sorted(values, key=lambda it: str(it["id"])))  # so that two batches can't deadlock


@writer
def lay_out(context: Context, deps: Mapping[str, Any], values: Mapping[str, Mapping[str, Any]]) -> int:
    """Write the graphs of stacks that this transaction has inserted, and return how many there were.

    :param deps: id → graph
    :param values: column → id → what else is written
    """
    columns = {"current_deps": deps, **values}
    own = {name: bulk.per_row(TABLE.c[name], TABLE.c.id, each) for name, each in columns.items()}
    return rows(context.connection.execute(sa.update(TABLE).where(TABLE.c.id.in_(sorted(deps))).values(own)))


@writer
def supersede(context: Context, stack_id: str, seen_traversal: str, values: Mapping[str, Any]) -> bool:
    """Make a new traversal the stack's current one, if the stack still has the traversal that was read."""
    statement = (
        sa.update(TABLE).where(TABLE.c.id == stack_id, TABLE.c.current_traversal == seen_traversal).values(**values)
    )
    return rows(context.connection.execute(statement)) == 1


@writer
def advance(context: Context, stack_id: str, traversal_id: str, values: Mapping[str, Any]) -> bool:
    """Write for a running traversal. Return False when it isn't the stack's current one any more, or has ended."""
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
def renew_traversal(context: Context, stack_id: str, seen_traversal: str, traversal_id: str) -> bool:
    """Give a COMPLETE stack another traversal id, by which its owner sees that it isn't as the owner left it."""
    statement = sa.update(TABLE).where(
        TABLE.c.id == stack_id, TABLE.c.current_traversal == seen_traversal, TABLE.c.status == Status.COMPLETE
    )
    return rows(context.connection.execute(statement.values(current_traversal=traversal_id))) == 1


@writer
def hold(context: Context, stack_id: str) -> bool:
    """Lock the stack's row if its operation is running, so that it can't end within this transaction.

    Tell whether it runs.
    """
    statement = sa.update(TABLE).where(TABLE.c.id == stack_id, TABLE.c.status == Status.IN_PROGRESS)
    return rows(context.connection.execute(statement.values(status=Status.IN_PROGRESS))) == 1


@writer
def take_planning(context: Context, stack_id: str, traversal_id: str) -> bool:
    """Claim the planning of a traversal without a graph. Return False when it is claimed, or the traversal is over.

    The same transaction writes the graph. So no other transaction sees the placeholder.
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
    """Replace the stack's tags."""
    context.connection.execute(sa.delete(models.stack_tag).where(models.stack_tag.c.stack_id == stack_id))
    if tags:
        bulk.insert(context, models.stack_tag, [{"stack_id": stack_id, "tag": tag} for tag in tags])


@reader
def tags(context: Context, stack_ids: Sequence[str]) -> dict[str, list[str]]:
    """Return the tags of each of these stacks that has any."""
    table = models.stack_tag
    found: dict[str, list[str]] = {}
    statement = sa.select(table.c.stack_id, table.c.tag).where(table.c.stack_id.in_(stack_ids))
    for stack_id, tag in context.connection.execute(statement.order_by(table.c.id)):
        found.setdefault(stack_id, []).append(tag)
    return found


@reader
def overdue(context: Context, now: float, limit: int) -> list[StackRecord]:
    """List stacks whose running operation has exceeded its deadline."""
    return [records.stack(row) for row in context.connection.execute(OVERDUE, {"now": now, "limit": limit})]


@reader
def in_progress(context: Context) -> list[StackRecord]:
    """List every stack with an operation in progress."""
    statement = LIGHT.where(TABLE.c.status == Status.IN_PROGRESS)
    return [records.stack(row) for row in context.connection.execute(statement)]


@lagging_reader
def listed(
    context: Context,
    conditions: Sequence[sa.ColumnElement[bool]],
    order: Sequence[Any],
    limit: int | None,
    index: str | None = None,
) -> list[StackRecord]:
    """List stacks. They may come from a replica that lags.

    :param index: an index that has them in this order, if there is one
    """
    statement = by_index(LIGHT, TABLE, index).where(*conditions).order_by(*order).limit(limit)
    return [records.stack(row) for row in context.connection.execute(statement)]


@lagging_reader
def count(context: Context, conditions: Sequence[sa.ColumnElement[bool]]) -> int:
    """Count the stacks that a list would have."""
    statement = sa.select(sa.func.count()).select_from(TABLE).where(*conditions)
    return int(context.connection.execute(statement).scalar_one())


@reader
def count_roots(context: Context, tenant: str) -> int:
    """Count a project's live root stacks."""
    named = sa.and_(TABLE.c.tenant == tenant, TABLE.c.live_name.is_not(None))
    return int(context.connection.execute(sa.select(sa.func.count()).select_from(TABLE).where(named)).scalar_one())


@reader
def children(context: Context, owner_ids: Sequence[str]) -> list[StackRecord]:
    """List the live stacks that are nested directly in these."""
    statement = LIGHT.where(TABLE.c.owner_id.in_(owner_ids), TABLE.c.deleted_at.is_(None)).order_by(TABLE.c.id)
    return [records.stack(row) for row in context.connection.execute(statement)]


def family(context: Context, stack: StackRecord) -> list[StackRecord]:
    """Return a stack and all its live nested stacks, each after its owner."""
    tree, level = [stack], [stack]
    while level:
        level = children(context, [each.id for each in level])
        tree += level
    return tree


def ended(now: datetime) -> dict[str, Any]:
    """Return the columns of a stack that is gone: its name is free again."""
    return {"live_name": None, "deleted_at": now}
