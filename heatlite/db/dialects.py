"""What each database needs to behave as the transactions expect: READ COMMITTED, or its equal.

MariaDB and MySQL   READ COMMITTED on every connection (their default takes gap locks and reads stale snapshots);
                    rowcount counts rows *matched*, as SQLAlchemy's dialects ask for.
PostgreSQL          READ COMMITTED is the default already.
SQLite              one writer at a time. BEGIN IMMEDIATE for writers, so that a transaction that will write waits at
                    its start and never finds in its middle that it can't; WAL, so that readers don't wait at all;
                    and a real pool in place of oslo.db's NullPool, which opens the file anew for each transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import event, pool

if TYPE_CHECKING:
    from heatlite.db.api import Settings

SQLITE_BUSY_MS = 30_000
DRIVERS = {"mysql": "mysql+pymysql", "mariadb": "mysql+pymysql", "postgresql": "postgresql+psycopg"}


def spelled_out(url: sa.URL) -> str:
    """The URL with the driver that heatlite is tested with, where it names none."""
    url = url.set(drivername=DRIVERS.get(url.drivername, url.drivername))
    if url.get_backend_name() == "mysql" and "charset" not in url.query:
        url = url.update_query_dict({"charset": "utf8mb4"})
    return url.render_as_string(hide_password=False)


def prepare(engine: sa.Engine, settings: Settings) -> None:
    """Give a new engine what its dialect needs. enginefacade calls it for each engine that it makes."""
    match engine.dialect.name:
        case "mysql" | "mariadb":
            event.listen(engine, "connect", _mysql_connected)
        case "sqlite":
            _prepare_sqlite(engine, settings)


def _mysql_connected(connection: Any, record: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")


def _prepare_sqlite(engine: sa.Engine, settings: Settings) -> None:
    if engine.url.database not in (None, "", ":memory:"):
        engine.pool = pool.QueuePool(
            engine.pool._creator,
            pool_size=settings.max_pool_size,
            max_overflow=settings.max_overflow,
            timeout=settings.pool_timeout,
            dialect=engine.dialect,
            _dispatch=engine.pool.dispatch,
        )
    event.listen(engine, "connect", _sqlite_connected)


def _sqlite_connected(connection: Any, record: object) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late; see begin()
    connection.execute(f"PRAGMA busy_timeout = {SQLITE_BUSY_MS}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")


def begin(connection: sa.Connection, *, writes: bool) -> None:
    """Open the transaction as SQLite wants it: one that will write waits for its turn here, at its start."""
    if connection.dialect.name != "sqlite":
        return
    raw: Any = connection.connection.dbapi_connection
    if not raw.in_transaction:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
