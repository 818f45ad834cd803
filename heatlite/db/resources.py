"""Resource rows and their locks.

``engine_id`` names the engine that has locked a row. ``atomic_key`` changes with every locked write. An engine takes
the lock by changing ``engine_id`` from NULL, if ``atomic_key`` is still the one that it has read. Each later write of
this engine names both. An engine that has lost the lock changes no row, and sees that in the count.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from heatlite.convergence.model import Status
from heatlite.db import bulk, large_columns, lengths, models, records
from heatlite.db.api import Context, lagging_reader, reader, rows, writer
from heatlite.db.records import ResourceRecord

TABLE = models.resource
SELECT = sa.select(*TABLE.c)
PLANNED_BY = (
    *("id", "name", "type", "physical_resource_id", "action", "status", "engine_id", "atomic_key", "requires"),
    *("replaces", "replaced_by", "current_template_id", "fingerprint", "progress", "attempts"),
    *("external_id", "made_from"),
)
SMALL = [TABLE.c[name] for name in PLANNED_BY]
TO_PLAN = sa.select(*SMALL).where(TABLE.c.stack_id == sa.bindparam("stack_id")).order_by(TABLE.c.id)
SOME_TO_PLAN = sa.select(*SMALL)
VERSIONS = (
    sa.select(TABLE.c.id, TABLE.c.uuid, TABLE.c.atomic_key)
    .where(TABLE.c.stack_id == sa.bindparam("stack_id"))
    .order_by(TABLE.c.id)
)
"""Each write increments ``atomic_key``. SQLite may give a deleted row's id to a new one, but never its uuid."""
MANY = 100
"""Rows from which on a stack's rows are kept for the next plan: fewer are read as quickly as their versions."""
LARGE = large_columns.ALL
LIGHT = sa.select(*large_columns.LIGHT).select_from(TABLE)
RESULTS = sa.select(*large_columns.RESULTS).select_from(TABLE)
WITH_PROGRESS = sa.select(*large_columns.columns(in_part=("progress",))).select_from(TABLE)
SHOWN = ("attr_data", "resource_metadata")
"""The large columns that a client sees."""
DETAILS = sa.select(*large_columns.columns(brings=SHOWN)).select_from(TABLE)
EXPORTED = ("progress", "resource_metadata", "resource_data")
"""The large columns that an export reads."""
TO_EXPORT = sa.select(*large_columns.columns(brings=EXPORTED)).select_from(TABLE)
WANTED = (
    sa.select(TABLE.c.wanted_by, TABLE.c.id)
    .where(TABLE.c.engine_id == sa.bindparam("engine_id"), TABLE.c.wanted_by.is_not(None))
    .limit(sa.bindparam("limit"))
)
LOCKED = (
    sa.select(TABLE.c.id)
    .where(TABLE.c.engine_id == sa.bindparam("engine_id"), TABLE.c.id > sa.bindparam("after"))
    .order_by(TABLE.c.id)
    .limit(sa.bindparam("limit"))
)
BY_UUID = SELECT.where(TABLE.c.uuid == sa.bindparam("uuid"))
BY_STACK = SELECT.where(TABLE.c.stack_id == sa.bindparam("stack_id")).order_by(TABLE.c.id)

Keys = Mapping[int, int]
"""Resource id → the atomic_key that the writer read last."""


def _records(
    context: Context, statement: sa.Select[Any], parameters: Mapping[str, Any] | None = None
) -> list[ResourceRecord]:
    return [records.resource(tuple(row)) for row in context.connection.execute(statement, parameters)]


@reader
def by_stack(context: Context, stack_id: str) -> list[ResourceRecord]:
    """List every row of a stack, oldest first."""
    return _records(context, BY_STACK, {"stack_id": stack_id})


@reader
def to_plan(context: Context, stack_id: str) -> list[ResourceRecord]:
    """List the rows with only the columns that a plan needs (``PLANNED_BY``), because each value takes time."""
    found = context.connection.execute(TO_PLAN, {"stack_id": stack_id})
    return [records.planned_resource(stack_id, tuple(row)) for row in found]


@reader
def to_plan_again(context: Context, stack_id: str, *, keeps: bool = True) -> list[ResourceRecord]:
    """List the same rows. Those that this process has read before, and nobody has written since, aren't read again.

    Call it before the transaction writes to any of them: what it reads is kept, and a transaction may be undone.

    :param keeps: False: keep nothing of the stack, because this is likely the last plan that reads its rows
    """
    known = context.database.planned
    kept = known.get(stack_id)
    if not kept:
        rows_read = to_plan(context, stack_id)
        if keeps and len(rows_read) >= MANY:
            uuids = context.connection.execute(VERSIONS, {"stack_id": stack_id})
            by_id = {row.id: row for row in rows_read}
            known.keep(stack_id, {id_: (uuid, by_id[id_]) for id_, uuid, _ in uuids if id_ in by_id})
        return rows_read
    versions = list(context.connection.execute(VERSIONS, {"stack_id": stack_id}))
    current = {
        id_: kept[id_]
        for id_, uuid, key in versions
        if id_ in kept and (uuid, key) == (kept[id_][0], kept[id_][1].atomic_key)
    }
    missing = [id_ for id_, _, _ in versions if id_ not in current]
    uuids_of = {id_: uuid for id_, uuid, _ in versions}
    for piece in bulk.pieces(missing):
        found = context.connection.execute(SOME_TO_PLAN.where(TABLE.c.id.in_(piece)))
        for row in (records.planned_resource(stack_id, tuple(it)) for it in found):
            current[row.id] = uuids_of[row.id], row
    known.keep(stack_id, current if keeps else {})
    return [current[id_][1] for id_, _, _ in versions if id_ in current]


@lagging_reader
def listed(context: Context, stack_id: str) -> list[ResourceRecord]:
    """List every row of a stack without its large columns. It may come from a replica that lags."""
    return _light(context, [stack_id])


@reader
def light(context: Context, stack_id: str) -> list[ResourceRecord]:
    """List every row of a stack without its large columns, from the writer."""
    return _light(context, [stack_id])


def _light(context: Context, stack_ids: Sequence[str]) -> list[ResourceRecord]:
    return _records(context, LIGHT.where(TABLE.c.stack_id.in_(stack_ids)).order_by(TABLE.c.id))


@reader
def by_ids(context: Context, ids: Collection[int]) -> list[ResourceRecord]:
    """List the existing rows with these ids."""
    return _records(context, SELECT.where(TABLE.c.id.in_(list(ids))))


@reader
def light_by_ids(context: Context, ids: Collection[int]) -> list[ResourceRecord]:
    """List the existing rows with these ids, without their large columns."""
    return _records(context, LIGHT.where(TABLE.c.id.in_(list(ids))))


@reader
def with_progress(context: Context, stack_id: str) -> list[ResourceRecord]:
    """List every row of a stack. Of the large columns they have only ``progress``, while it is small."""
    return _records(context, WITH_PROGRESS.where(TABLE.c.stack_id == stack_id).order_by(TABLE.c.id))


@reader
def to_export(context: Context, stack_id: str) -> list[ResourceRecord]:
    """List every row of a stack, oldest first, with the large columns of an export. Ask ``export_bytes`` first."""
    return _records(context, TO_EXPORT.where(TABLE.c.stack_id == stack_id).order_by(TABLE.c.id))


@reader
def export_bytes(context: Context, stack_ids: Sequence[str]) -> int:
    """Return the bytes that ``to_export`` would bring of these stacks, as they are stored."""
    return lengths.total(context, tuple(TABLE.c[name] for name in EXPORTED), TABLE.c.stack_id.in_(stack_ids))


@reader
def total_bytes(context: Context, stack_id: str) -> int:
    """Return the bytes that the rows of a stack hold in their large columns, as they are stored."""
    return lengths.total(context, LARGE, TABLE.c.stack_id == stack_id)


@reader
def results(context: Context, stack_id: str, names: Collection[str] | None = None) -> list[ResourceRecord]:
    """List the rows of a stack, oldest first, as ``large_columns.RESULTS`` has them.

    :param names: only the rows with one of these names; None: all rows
    """
    statement = RESULTS.where(TABLE.c.stack_id == stack_id)
    if names is not None:
        statement = statement.where(TABLE.c.name.in_(list(names)))
    return _records(context, statement.order_by(TABLE.c.id))


@reader
def results_by_ids(context: Context, ids: Collection[int]) -> list[ResourceRecord]:
    """List the existing rows with these ids, as ``large_columns.RESULTS`` has them."""
    return _records(context, RESULTS.where(TABLE.c.id.in_(list(ids))))


def with_attributes(context: Context, found: Collection[ResourceRecord]) -> dict[int, ResourceRecord]:
    """Return id → each of these rows, with the recorded attributes that the read held back.

    The caller looks at ``held_back`` first: it says how much this brings. Where nothing was, no transaction is opened.
    """
    whole = {row.id: row for row in found}
    held_back = [row.id for row in found if row.held_back]
    values = _attributes(context, held_back) if held_back else {}
    whole |= {it: dataclasses.replace(whole[it], attr_data=values.get(it), held_back=0) for it in held_back}
    return whole


@reader
def _attributes(context: Context, ids: Collection[int]) -> dict[int, Any]:
    statement = sa.select(TABLE.c.id, TABLE.c.attr_data).where(TABLE.c.id.in_(ids))
    return {row.id: row.attr_data for row in context.connection.execute(statement)}


@reader
def by_uuid(context: Context, uuid: str) -> ResourceRecord | None:
    """Return the row with this uuid. If the resource is a nested stack, the uuid is the stack's id too."""
    row = context.connection.execute(BY_UUID, {"uuid": uuid}).one_or_none()
    return None if row is None else records.resource(tuple(row))


@reader
def by_uuids(context: Context, uuids: Collection[str]) -> dict[str, ResourceRecord]:
    """Return the rows with these uuids, by their uuid."""
    return {row.uuid: row for row in _records(context, SELECT.where(TABLE.c.uuid.in_(sorted(uuids))))}


@reader
def count(context: Context, stack_ids: Sequence[str]) -> int:
    """Count the rows of these stacks."""
    statement = sa.select(sa.func.count()).select_from(TABLE).where(TABLE.c.stack_id.in_(stack_ids))
    return int(context.connection.execute(statement).scalar_one())


@reader
def count_in_tree(context: Context, root_id: str, but_for: str) -> int:
    """Count the rows of a tree's live stacks, except those of one stack."""
    stack = models.stack
    statement = (
        sa.select(sa.func.count())
        .select_from(TABLE.join(stack, stack.c.id == TABLE.c.stack_id))
        .where(stack.c.root_id == root_id, stack.c.deleted_at.is_(None), stack.c.id != but_for)
    )
    return int(context.connection.execute(statement).scalar_one())


@reader
def types_of(context: Context, stack_id: str) -> frozenset[str]:
    """Return the types of all rows of a stack."""
    found = sa.select(TABLE.c.type).where(TABLE.c.stack_id == stack_id).distinct()
    return frozenset(context.connection.execute(found).scalars())


@reader
def physical_of(context: Context, stack_id: str, types: Collection[str]) -> list[tuple[str, str, str, str]]:
    """Return (uuid, name, type, physical id) of a stack's rows of some types that have a physical resource."""
    statement = (
        sa.select(TABLE.c.uuid, TABLE.c.name, TABLE.c.type, TABLE.c.physical_resource_id)
        .where(TABLE.c.stack_id == stack_id, TABLE.c.type.in_(list(types)))
        .where(TABLE.c.physical_resource_id.is_not(None))
        .order_by(TABLE.c.id)
    )
    return [(row[0], row[1], row[2], row[3]) for row in context.connection.execute(statement)]


@lagging_reader
def listed_of(context: Context, stack_ids: Sequence[str]) -> list[ResourceRecord]:
    """List every row of these stacks without its large columns. It may come from a replica that lags."""
    return _light(context, stack_ids)


@lagging_reader
def shown_bytes(context: Context, ids: Collection[int]) -> int:
    """Return the bytes that these rows show in full, as they are stored."""
    return lengths.total(context, tuple(TABLE.c[name] for name in SHOWN), TABLE.c.id.in_(list(ids)))


@lagging_reader
def listed_details(context: Context, ids: Collection[int]) -> dict[int, ResourceRecord]:
    """Return these rows by id, with the large columns that a client sees. They may come from a replica that lags."""
    found = context.connection.execute(DETAILS.where(TABLE.c.id.in_(list(ids))))
    return {row.id: records.resource(tuple(row)) for row in found}


@reader
def named_bytes(context: Context, stack_id: str, names: Collection[str]) -> int:
    """Return the bytes that the rows with these names hold, as they are stored."""
    return lengths.total(context, LARGE, TABLE.c.stack_id == stack_id, TABLE.c.name.in_(list(names)))


@reader
def by_names(context: Context, stack_id: str, names: Collection[str]) -> list[ResourceRecord]:
    """List the rows of a stack that have one of these names, oldest first."""
    statement = SELECT.where(TABLE.c.stack_id == stack_id, TABLE.c.name.in_(list(names))).order_by(TABLE.c.id)
    return _records(context, statement)


@reader
def by_physical_id(context: Context, stack_id: str, physical_id: str) -> list[ResourceRecord]:
    """List the rows of a stack that have this physical resource id, oldest first, without their large columns."""
    statement = LIGHT.where(TABLE.c.stack_id == stack_id, TABLE.c.physical_resource_id == physical_id)
    return _records(context, statement.order_by(TABLE.c.id))


@lagging_reader
def anywhere_by_physical_id(context: Context, physical_id: str, tenant: str | None) -> list[ResourceRecord]:
    """List the rows with this physical resource id in all stacks of a project (None: of all projects).

    Without their large columns.
    """
    return _anywhere(context, physical_id, tenant)


@reader
def of_project_by_physical_id(context: Context, physical_id: str, tenant: str) -> list[ResourceRecord]:
    """List the same rows of one project as they are now, oldest first."""
    return _anywhere(context, physical_id, tenant)


def _anywhere(context: Context, physical_id: str, tenant: str | None) -> list[ResourceRecord]:
    stack = models.stack.c
    statement = LIGHT.join(models.stack, stack.id == TABLE.c.stack_id).where(
        TABLE.c.physical_resource_id == physical_id, stack.deleted_at.is_(None)
    )
    if tenant is not None:
        statement = statement.where(stack.tenant == tenant)
    return _records(context, statement.order_by(TABLE.c.id))


@reader
def by_types(context: Context, stack_id: str, types: Collection[str]) -> list[ResourceRecord]:
    """List the rows of a stack that are of one of these types, oldest first, without their large columns."""
    statement = LIGHT.where(TABLE.c.stack_id == stack_id, TABLE.c.type.in_(list(types))).order_by(TABLE.c.id)
    return _records(context, statement)


@reader
def types(context: Context, stack_id: str) -> list[str]:
    """List the distinct types of a stack's rows."""
    statement = sa.select(TABLE.c.type).where(TABLE.c.stack_id == stack_id).distinct()
    return [row.type for row in context.connection.execute(statement)]


@reader
def locked(context: Context, stack_id: str) -> list[ResourceRecord]:
    """List the rows of a stack that an engine has locked, without their large columns."""
    statement = LIGHT.where(TABLE.c.stack_id == stack_id, TABLE.c.engine_id.is_not(None))
    return _records(context, statement)


@writer
def insert(context: Context, values: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Insert rows, and return the id of each uuid."""
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
    locked_by: str | None,
    lock_for: str | None,
) -> int:
    """Write to rows that haven't changed since they were read.

    :param changes: id → column → value; every row names the same columns
    :param locked_by: the engine that must have locked them (None: no engine)
    :param lock_for: the engine that has them locked afterwards. None → an engine takes the lock; an engine → None
        releases it
    :returns: the number of written rows; fewer than requested means a conflict, or a lost lock
    """
    takes_lock = locked_by is None and lock_for is not None
    waits = {"wanted_by": None} if takes_lock else {}  # whoever waited for the lock before was woken by its release
    return bulk.compare_and_swap(context, keys, changes, {"engine_id": lock_for, "updated_at": now, **waits}, locked_by)


def _locked_by_condition(engine_id: str | None) -> sa.ColumnElement[bool]:
    return TABLE.c.engine_id.is_(None) if engine_id is None else TABLE.c.engine_id == engine_id


@writer
def remove(context: Context, keys: Keys, *, locked_by: str | None) -> int:
    """Delete rows that haven't changed since they were read, and that this engine has locked (None: no engine)."""
    statement = sa.delete(TABLE).where(TABLE.c.id.in_(list(keys)), _locked_by_condition(locked_by), _seen(keys))
    return rows(context.connection.execute(statement))


@reader
def abandoned(context: Context, stack_id: str, reason: str) -> list[ResourceRecord]:
    """List a stack's unlocked FAILED rows with this reason, without their large columns."""
    is_abandoned = sa.and_(TABLE.c.status == Status.FAILED, TABLE.c.status_reason == reason)
    return _records(context, LIGHT.where(TABLE.c.stack_id == stack_id, TABLE.c.engine_id.is_(None), is_abandoned))


@writer
def abandon(context: Context, stack_id: str, reason: str, now: datetime) -> int:
    """Mark a stack's unlocked IN_PROGRESS rows as FAILED, because the stack's operation has ended. Return how many."""
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
def request_lock(context: Context, resource_id: int, traversal_id: str) -> bool:
    """Record that a traversal waits for a row's lock. Return False when no engine has locked it any more."""
    statement = (
        sa.update(TABLE).where(TABLE.c.id == resource_id, TABLE.c.engine_id.is_not(None)).values(wanted_by=traversal_id)
    )
    return rows(context.connection.execute(statement)) == 1


@reader
def waiting_traversals(context: Context, ids: Collection[int]) -> dict[int, str]:
    """Return which newer traversal waits for each of these rows. Read it *after* the write that released them."""
    statement = sa.select(TABLE.c.id, TABLE.c.wanted_by).where(
        TABLE.c.id.in_(list(ids)), TABLE.c.wanted_by.is_not(None)
    )
    return {row.id: row.wanted_by for row in context.connection.execute(statement)}


@reader
def requested_locks(context: Context, engine_id: str, limit: int) -> dict[str, set[int]]:
    """Return the rows that an engine has locked and a traversal waits for, as traversal → rows."""
    found: dict[str, set[int]] = {}
    for traversal_id, row in context.connection.execute(WANTED, {"engine_id": engine_id, "limit": limit}):
        found.setdefault(traversal_id, set()).add(row)
    return found


@reader
def locked_by(context: Context, engine_ids: Collection[str], limit: int) -> list[ResourceRecord]:
    """List rows that these engines have locked, without their large columns."""
    statement = LIGHT.where(TABLE.c.engine_id.in_(list(engine_ids))).limit(limit)
    return _records(context, statement)


@writer
def clear_replaced_by(context: Context, ids: Collection[int]) -> None:
    """Clear ``replaced_by`` of rows that are active again."""
    statement = (
        sa.update(TABLE).where(TABLE.c.id.in_(list(ids))).values(replaced_by=None, atomic_key=TABLE.c.atomic_key + 1)
    )
    context.connection.execute(statement)


@reader
def unfinished(context: Context, stack_id: str) -> int:
    """Count a stack's IN_PROGRESS rows."""
    statement = (
        sa.select(sa.func.count())
        .select_from(TABLE)
        .where(TABLE.c.stack_id == stack_id, TABLE.c.status == Status.IN_PROGRESS)
    )
    return int(context.connection.execute(statement).scalar_one())


@reader
def locked_ids(context: Context, engine_id: str, after: int, limit: int) -> list[int]:
    """Return a page of the ids of rows that an engine has locked, in order, from behind ``after`` on.

    The index alone answers this, however many rows the engine has locked.
    """
    asked = {"engine_id": engine_id, "after": after, "limit": limit}
    return [row.id for row in context.connection.execute(LOCKED, asked)]
