"""Write many rows in one statement: in pieces of a limited size, and with a separate value for each row.

``bulk_cas`` updates many resource rows. The SQL is the same on all three databases.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa

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


def per_row(column: sa.Column[Any], key: sa.Column[Any], values: Mapping[int, Any]) -> Any:
    """Build an expression with a separate value for each row by its key, or a plain value when all are equal."""
    first = next(iter(values.values()))
    if len({repr(value) for value in values.values()}) == 1:  # by ==, {"size": 1} would be the same as {"size": True}
        return sa.literal(first, column.type)
    return sa.case({row: sa.literal(value, column.type) for row, value in values.items()}, value=key)
