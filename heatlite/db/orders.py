"""Orders that an index has, said as each database needs it.

    index (tenant, deleted_at, created_at)        WHERE tenant = ? AND deleted_at IS NULL ORDER BY created_at

MariaDB takes the index for this, but not where the order names ``deleted_at``, too. PostgreSQL takes it only where the
order does: ``IS NULL`` doesn't tell it that the column is the same in all rows. Either sorts all of them otherwise.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler


class Null(sa.ColumnElement[Any]):
    """A column that is NULL in all rows, as the first of an order."""

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
