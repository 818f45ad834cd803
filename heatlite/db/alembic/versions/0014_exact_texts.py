"""Exact comparison of texts on MariaDB and MySQL as elsewhere: names, projects, tags, states.

The default collations treat ``A`` as ``a`` and ``é`` as ``e``, and ignore blanks at the end. A project, a stack or a
tag would be found by another's name. The server copies each table, one after the other. Columns of foreign keys keep
their collation, because MariaDB doesn't let it change: they hold only ids that engines make.

Revision ID: 0014
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0014"
down_revision = "0013"

MARIADB, MYSQL = "utf8mb4_nopad_bin", "utf8mb4_0900_bin"
LONG = (mysql.LONGTEXT, mysql.MEDIUMTEXT)
"""The types of JSON columns, which are never compared."""


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name not in ("mysql", "mariadb"):
        return
    collation = MARIADB if getattr(connection.dialect, "is_mariadb", False) else MYSQL
    quoted, inspector = connection.dialect.identifier_preparer.quote, sa.inspect(connection)
    keys = {
        part
        for table in inspector.get_table_names()
        for key in inspector.get_foreign_keys(table)
        for part in (
            *((table, column) for column in key["constrained_columns"]),
            *((key["referred_table"], column) for column in key["referred_columns"]),
        )
    }
    for table in sorted({*inspector.get_table_names()} - {"alembic_version"}):
        changes = [
            f"MODIFY {quoted(column['name'])} {exact(column, collation)}"
            for column in inspector.get_columns(table)
            if isinstance(column["type"], sa.String)
            and not isinstance(column["type"], LONG)
            and (table, column["name"]) not in keys
        ]
        if changes:
            connection.exec_driver_sql(f"ALTER TABLE {quoted(table)} {', '.join(changes)}")


def exact(column: Any, collation: str) -> str:
    """Return a column's definition with another collation and otherwise unchanged."""
    length = column["type"].length
    kind = "TEXT" if isinstance(column["type"], sa.Text) else f"VARCHAR({length})"
    null = "NULL" if column["nullable"] else "NOT NULL"
    comment = (column.get("comment") or "").replace("'", "''")
    told = f" COMMENT '{comment}'" if comment else ""
    return f"{kind} CHARACTER SET utf8mb4 COLLATE {collation} {null}{told}"
