"""Rows read: how many rows and index entries a server goes through to answer a statement."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from heatlite.db.api import Context, Database

COUNTERS = "SHOW SESSION STATUS LIKE 'Handler_read%%'"
COUNTS = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck")


def rows_read(database: Database, context: Context, statement: str, parameters: Any) -> int:
    """Return how many rows and index entries MariaDB or PostgreSQL reads to answer a SELECT."""
    with database.writer(type(context)(database)) as connection:
        if database.engine.dialect.name == "postgresql":
            for way in ("seqscan", "hashjoin", "mergejoin"):  # it may read all of a table that is small
                connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
            found = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters).scalar_one()
            return round(_scanned(found[0]["Plan"]))
        before = handler_reads(connection)
        connection.exec_driver_sql(statement, parameters).all()
        return handler_reads(connection) - before


def handler_reads(connection: sa.Connection) -> int:
    """Return how many rows, of tables and indexes, a connection to MariaDB has read so far."""
    return sum(int(row[1]) for row in connection.exec_driver_sql(COUNTERS))


def _scanned(plan: dict[str, Any]) -> float:
    """Return how many rows the scans in a plan of PostgreSQL went through, those included that a filter left out."""
    own = sum(plan.get(name, 0) for name in COUNTS) if "Relation Name" in plan else 0
    return float(own * plan["Actual Loops"]) + sum(_scanned(part) for part in plan.get("Plans", ()))
