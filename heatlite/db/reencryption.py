"""Re-encryption: every secret is written again with the first key, or plain, as the vault says.

::

    raw_template   template, files, environment, content_hash  a few rows in each transaction, by their ids,
    resource       its five columns of data                 so that engines can work meanwhile
    user_creds     password, trust_id: always encrypted
    stack          facade, of nested stacks
    snapshot       data
    software_config, software_deployment   config; input_values, output_values

Column types decrypt on reading and encrypt on writing. So it is enough to read a row and write it back. A resource that
an engine has written meanwhile is read again. Rows that an engine stores later follow that engine's options.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from oslo_db import exception as db_error

from heatlite.db import bulk, lengths, models, templates
from heatlite.db.api import Context, rows
from heatlite.db.retry import retried
from heatlite.db.software_models import software_config, software_deployment

BATCH = 50
BYTES_IN_ONE_TRANSACTION = 4 * 1024 * 1024
"""Bytes of the rows that are read together at most, unless one row has more."""
DATA = ("progress", "properties_data", "attr_data", "resource_metadata", "resource_data")
CREDENTIALS = ("password", "trust_id")
KEYS = ("id", "atomic_key")
"""The columns of a read that aren't written again."""

Rewrite = Callable[[Context, Mapping[str, Any]], bool]
"""Writes one row back as it was read. False: the row has changed meanwhile."""


@dataclass(frozen=True)
class Rewritten:
    """The number of written rows, by table."""

    raw_template: int
    resource: int
    user_creds: int
    snapshot: int
    software_config: int = 0
    software_deployment: int = 0
    stack: int = 0


def everything(context: Context, report: Callable[[str], None] = lambda text: None) -> Rewritten:
    """Write every secret again.

    :param context: on a database whose vault has the keys to read with, and says how to write
    :param report: called with a sentence for each batch
    :raises InvalidEncryptionKey: when no key fits a secret; the rows written by then stay written
    """
    return Rewritten(
        _each_batch(context, models.raw_template, templates.COLUMNS, templates.rewrite, report),
        _each_batch(context, models.resource, ("id", "atomic_key", *DATA), _resource, report),
        _each_batch(context, models.user_creds, ("id", *CREDENTIALS), _credentials, report),
        _one_by_one(context, models.snapshot, ("data",), report),
        _one_by_one(context, software_config, ("config",), report),
        _one_by_one(context, software_deployment, ("input_values", "output_values"), report),
        _facades(context, report),
    )


def _each_batch(
    context: Context, table: sa.Table, columns: Sequence[str], rewrite: Rewrite, report: Callable[[str], None]
) -> int:
    written, last = 0, 0
    while True:
        try:
            ids = _batch(context, table, columns, last, rewrite)
        except db_error.DBDuplicateEntry:  # an engine has stored the same template meanwhile, and it is visible now
            ids = _batch(context, table, columns, last, rewrite)
        if not ids:
            return written
        last, written = max(ids), written + len([id_ for id_, was_written in ids.items() if was_written])
        if not all(ids.values()):
            last = min(id_ for id_, was_written in ids.items() if not was_written) - 1
        report(f"{table.name}: {written} rows are written, up to id {last}")


@retried
def _batch(context: Context, table: sa.Table, columns: Sequence[str], last: int, rewrite: Rewrite) -> dict[int, bool]:
    """Rewrite one batch in a transaction. Map each row id that was read to whether it was written."""
    size = lengths.length(*(table.c[name] for name in columns if name not in KEYS))
    following = sa.select(table.c.id, size).where(table.c.id > last).order_by(table.c.id).limit(BATCH)
    with context.database.writer(context):
        sizes = {row[0]: row[1] for row in context.connection.execute(following)}
        batch = next(bulk.in_pieces(list(sizes), list(sizes.values()), BYTES_IN_ONE_TRANSACTION), [])
        statement = sa.select(*(table.c[name] for name in columns)).where(table.c.id.in_([id_ for _, id_ in batch]))
        found = [dict(row._mapping) for row in context.connection.execute(statement.order_by(table.c.id))]
        return {row["id"]: rewrite(context, row) for row in found}


def _resource(context: Context, row: Mapping[str, Any]) -> bool:
    table = models.resource
    same = sa.and_(table.c.id == row["id"], table.c.atomic_key == row["atomic_key"])
    statement = sa.update(table).where(same).values({name: row[name] for name in DATA})
    return rows(context.connection.execute(statement)) == 1


def _credentials(context: Context, row: Mapping[str, Any]) -> bool:
    table = models.user_creds
    values = {name: row[name] for name in CREDENTIALS}
    return rows(context.connection.execute(sa.update(table).where(table.c.id == row["id"]).values(values))) == 1


def _one_by_one(context: Context, table: sa.Table, columns: Sequence[str], report: Callable[[str], None]) -> int:
    """Rewrite each row in a separate transaction, because a row such as a snapshot may be large.

    The ids have no order.
    """
    ids = _ids(context, table)
    written = [_rewritten(context, table, row_id, columns) for row_id in ids]
    if ids:
        report(f"{table.name}: {sum(written)} rows are written")
    return sum(written)


@retried
def _ids(context: Context, table: sa.Table, *conditions: sa.ColumnElement[bool]) -> list[str]:
    with context.database.reader(context):
        return [row.id for row in context.connection.execute(sa.select(table.c.id).where(*conditions))]


@retried
def _rewritten(context: Context, table: sa.Table, row_id: str, columns: Sequence[str]) -> bool:
    with context.database.writer(context):
        statement = sa.select(*(table.c[name] for name in columns)).where(table.c.id == row_id)
        row = context.connection.execute(statement).one_or_none()
        values = {} if row is None else {name: value for name, value in row._mapping.items() if value is not None}
        if not values:
            return False
        return rows(context.connection.execute(sa.update(table).where(table.c.id == row_id).values(values))) == 1


def _facades(context: Context, report: Callable[[str], None]) -> int:
    """Rewrite what nested stacks may read of their parents' resources.

    An operation that begins meanwhile writes its own.
    """
    ids = _ids(context, models.stack, models.stack.c.facade.is_not(None))
    written = sum(_facade(context, stack_id) for stack_id in ids)
    if ids:
        report(f"stack: {written} rows are written")
    return written


@retried
def _facade(context: Context, stack_id: str) -> int:
    columns = models.stack.c
    statement = sa.select(columns.current_traversal, columns.facade).where(columns.id == stack_id)
    with context.database.writer(context):
        row = context.connection.execute(statement).one_or_none()
        if row is None or row.facade is None:
            return 0
        same = sa.and_(columns.id == stack_id, columns.current_traversal == row.current_traversal)
        return rows(context.connection.execute(sa.update(models.stack).where(same).values(facade=row.facade)))
