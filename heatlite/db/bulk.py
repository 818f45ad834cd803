"""Write many rows in one statement: in pieces of a limited size, and with a separate value for each row.

``compare_and_swap`` updates many resource rows in one statement, built as text, with the same SQL on all databases::

    UPDATE resource
       SET engine_id = ?, atomic_key = atomic_key + 1, updated_at = ?, status = ?,
           physical_resource_id = CASE id WHEN 1 THEN ? WHEN 2 THEN ? END
     WHERE id IN (1, 2) AND engine_id IS NULL AND atomic_key = CASE id WHEN 1 THEN ? WHEN 2 THEN ? END

Every batch ends in this statement, with ten values for each row. As SQLAlchemy expressions, each value would be an
object, compared with the compiled statements and cached with them. That took a quarter of an engine's time, and half a
megabyte for each number of rows. So the statement is built as text. The columns' types still convert the values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, TypeVar

import sqlalchemy as sa

from heatlite.db import models
from heatlite.db.api import Context

INSERT_ROWS = 500
"""Rows that one INSERT carries at most: below every database's limit on parameters."""

STATEMENT_BYTES = 1024 * 1024
"""Characters of values in one statement at most, unless one row has more: far below any max_allowed_packet."""

Item = TypeVar("Item")


def pieces(items: Sequence[Item], size: int = INSERT_ROWS) -> Iterator[Sequence[Item]]:
    """Cut a sequence into pieces of at most ``size`` items."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def in_pieces(items: Sequence[Item], sizes: Sequence[int], most: int) -> Iterator[list[tuple[int, Item]]]:
    """Cut a sequence into pieces whose sizes add up to at most ``most``. A larger item is a piece by itself.

    :returns: for each piece its items, each with its index
    """
    piece: list[tuple[int, Item]] = []
    left = most
    for place, (item, size) in enumerate(zip(items, sizes, strict=True)):
        if piece and size > left:
            yield piece
            piece, left = [], most
        piece.append((place, item))
        left -= size
    if piece:
        yield piece


def insert(context: Context, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all have the same columns."""
    for piece in pieces(rows):
        context.connection.execute(sa.insert(table), [dict(row) for row in piece])


def per_row(column: sa.Column[Any], key: sa.Column[Any], values: Mapping[Any, Any]) -> Any:
    """Build an expression with a separate value for each row by its key, or a plain value when all are equal."""
    first = next(iter(values.values()))
    if len({repr(value) for value in values.values()}) == 1:  # by ==, {"size": 1} would be the same as {"size": True}
        return sa.literal(first, column.type)
    return sa.case({row: sa.literal(value, column.type) for row, value in values.items()}, value=key)


TABLE = models.resource
Process = Callable[[Any], Any]


def compare_and_swap(
    context: Context,
    keys: Mapping[int, int],
    changes: Mapping[int, Mapping[str, Any]],
    common: Mapping[str, Any],
    locked_by: str | None,
) -> int:
    """Write to rows that haven't changed since they were read, and increment their ``atomic_key``. Return how many.

    :param keys: id → the atomic_key that the row must have
    :param changes: id → column → value; every row names the same columns
    :param common: column → value for all rows
    :param locked_by: the engine that must have locked them (None: no engine)
    """
    if not changes:
        return 0
    connection = context.connection
    columns = {
        name: _written(connection.dialect, name, [row[name] for row in changes.values()])
        for name in next(iter(changes.values()))
    }
    changed = 0
    for rows in in_pieces(list(changes), _sizes(columns, len(changes)), STATEMENT_BYTES):
        text = Text(connection.dialect, [row for _, row in rows])
        sets = ["atomic_key = atomic_key + 1"]
        sets += [f"{text.name(name)} = {text.value(name, value)}" for name, value in common.items()]
        for name, values in columns.items():
            sets.append(f"{text.name(name)} = {text.values(name, [values[place] for place, _ in rows])}")
        where = f"id IN ({', '.join(text.ids())})"
        holder = "IS NULL" if locked_by is None else f"= {text.value('engine_id', locked_by)}"
        where += f" AND engine_id {holder}"
        where += f" AND atomic_key = {text.values('atomic_key', [keys.get(row) for _, row in rows])}"
        statement = f"UPDATE {TABLE.name} SET {', '.join(sets)} WHERE {where}"
        changed += connection.exec_driver_sql(statement, tuple(text.parameters)).rowcount
    return changed


def _sizes(columns: Mapping[str, Sequence[Any]], rows: int) -> list[int]:
    """Estimate the characters of each row's values, counting texts only."""
    sizes = [0] * rows
    for values in columns.values():
        for place, value in enumerate(values):
            if type(value) is str:
                sizes[place] += len(value)
    return sizes


class Text:
    """The parameters of a statement, in the order of their placeholders in its text."""

    def __init__(self, dialect: sa.Dialect, row_ids: Sequence[int]) -> None:
        self.parameters: list[Any] = []
        self._dialect = dialect
        self._row_ids = row_ids
        self._mark = "?" if dialect.paramstyle == "qmark" else "%s"
        self._when = f" WHEN {self._mark} THEN {self._mark}"

    def name(self, column: str) -> str:
        """Return a column's name, quoted if it is a word of SQL."""
        return self._dialect.identifier_preparer.quote(column)

    def value(self, column: str, value: Any) -> str:
        """Return a placeholder for one value."""
        self.parameters += _written(self._dialect, column, [value])
        return self._mark

    def ids(self) -> list[str]:
        """Return a placeholder for each row's id."""
        self.parameters += self._row_ids
        return [self._mark] * len(self._row_ids)

    def values(self, column: str, written: Sequence[Any]) -> str:
        """Return an expression with each row's value, in the order of the rows, or a placeholder when all are equal.

        :param written: the values in the driver's form
        """
        if all(value == written[0] for value in written):
            self.parameters.append(written[0])
            return self._mark
        for row_id, value in zip(self._row_ids, written, strict=True):
            self.parameters += (row_id, value)
        case = f"CASE id{self._when * len(written)} END"
        if self._dialect.name != "postgresql":
            return case
        return f"CAST({case} AS {TABLE.c[column].type.compile(self._dialect)})"  # its placeholders are text


def _written(dialect: sa.Dialect, column: str, values: Sequence[Any]) -> list[Any]:
    """Convert values to the driver's form."""
    process: Process | None = TABLE.c[column].type.dialect_impl(dialect).bind_processor(dialect)
    written = list(map(process, values)) if process else values
    return [value.value if isinstance(value, Enum) else value for value in written]
