"""Orders that an index provides, written as each database needs them.

    index (tenant, deleted_at, created_at)        WHERE tenant = ? AND deleted_at IS NULL ORDER BY created_at

MariaDB uses the index for this, but not when the order also names ``deleted_at``. PostgreSQL uses it only when the
order does, because ``IS NULL`` doesn't tell it that the column is the same in all rows. Otherwise each sorts all rows.

                                     … AND created_at < ?

With this condition PostgreSQL starts to read at that time. MariaDB starts at the project's newest row, unless a hint
forces this index.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler


class Null(sa.ColumnElement[Any]):
    """A column that is NULL in all rows, as the first column of an order."""

    inherit_cache = True

    def __init__(self, column: sa.ColumnElement[Any]) -> None:
        self.column = column
        self.type = column.type

    _traverse_internals = [("column", sa.sql.visitors.InternalTraversal.dp_clauseelement)]


@compiles(Null)
def _constant(element: Null, compiler: SQLCompiler, **options: Any) -> str:
    return "NULL"


@compiles(Null, "postgresql")
def _named(element: Null, compiler: SQLCompiler, **options: Any) -> str:
    return str(compiler.process(element.column, **options))


def by_index(statement: sa.Select[Any], table: sa.Table, index: str | None) -> sa.Select[Any]:
    """Add a hint for an index, if one is named, for the databases that need it."""
    if index is None:
        return statement
    return statement.with_hint(table, f"FORCE INDEX ({index})", "mysql").with_hint(
        table, f"FORCE INDEX ({index})", "mariadb"
    )
