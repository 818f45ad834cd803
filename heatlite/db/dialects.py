"""What each database needs to behave as the transactions expect: READ COMMITTED, or its equal.

MariaDB and MySQL   READ COMMITTED on every connection (their default takes gap locks and reads stale snapshots);
                    rowcount counts rows *matched*, as SQLAlchemy's dialects ask for.
PostgreSQL          READ COMMITTED is the default already.
SQLite              one writer at a time. BEGIN IMMEDIATE for writers, so that a transaction that will write waits at
                    its start and never finds in its middle that it can't; WAL, so that readers don't wait at all;
                    and a real pool in place of oslo.db's NullPool, which opens the file anew for each transaction.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, pool

from heatlite.db import read_limits, refusals, round_trips, vanished
from heatlite.db.crypt import Vault
from heatlite.db.settings import Settings

SQLITE_BUSY_MS = 30_000
IDLE_IN_TRANSACTION = 20
"""Seconds that a server waits for the next word of a transaction, before it undoes it. An engine that stands still, or
whose machine vanished, would keep its rows locked for as long as the server believes in its connection: hours."""
UNKNOWN_VARIABLE = 1193
DRIVERS = {"mysql": "mysql+pymysql", "mariadb": "mysql+pymysql", "postgresql": "postgresql+psycopg"}


def spelled_out(url: sa.URL) -> str:
    """The URL with the driver that heatlite is tested with, where it names none."""
    drivername = url.drivername.replace("mariadb+", "mysql+")  # oslo.db knows MariaDB by that name only
    url = url.set(drivername=DRIVERS.get(drivername, drivername))
    if url.get_backend_name() == "mysql" and "charset" not in url.query:
        url = url.update_query_dict({"charset": "utf8mb4"})
    return url.render_as_string(hide_password=False)


def pool_options(url: sa.URL, settings: Settings) -> dict[str, Any]:
    """What oslo.db may be told of the pool; for SQLite it would hand it to a pool that knows no such thing."""
    return {} if url.get_backend_name() == "sqlite" else {"pool_timeout": settings.pool_timeout}


def prepare(engine: sa.Engine, settings: Settings, vault: Vault | None = None) -> None:
    """Give a new engine what its dialect needs. enginefacade calls it for each engine that it makes.

    :param vault: where columns of secrets find their keys
    """
    engine.hide_parameters = True  # the text of an error has the statement's values, and logs have the text
    engine.dialect.vault = vault or Vault()  # type: ignore[attr-defined]
    match engine.dialect.name:
        case "mysql" | "mariadb":
            event.listen(engine, "connect", _mysql_connected)
            refusals.tell_large_statements(engine)
            read_limits.keep(engine)
            round_trips.spare(engine)
            engine.dispose()  # oslo.db has tried a connection already, which would stay as it was in the pool
        case "postgresql":
            event.listen(engine, "connect", _postgresql_connected)
            engine.dispose()
        case "sqlite":
            _prepare_sqlite(engine, settings)


def _mysql_connected(connection: Any, record: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")
        try:
            cursor.execute(f"SET SESSION idle_transaction_timeout = {IDLE_IN_TRANSACTION}")
        except Exception as error:  # MySQL's own server has no such thing
            if UNKNOWN_VARIABLE not in error.args:
                raise
    if (end := getattr(connection, "_sock", None)) is not None:  # PyMySQL says nowhere else which it is
        vanished.watch(end.fileno())


def _postgresql_connected(connection: Any, record: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET idle_in_transaction_session_timeout = '{IDLE_IN_TRANSACTION}s'")
    connection.commit()  # else the setting goes with the first transaction that is undone
    if hasattr(connection, "fileno"):
        vanished.watch(connection.fileno())


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
    for ends in ("commit", "rollback"):
        event.listen(engine, ends, lambda connection: _hold_back(connection.info))


def _sqlite_connected(connection: Any, record: pool.ConnectionPoolEntry) -> None:
    _hold_back(record.info)
    connection.isolation_level = None  # the driver's own BEGIN comes too late; see begin()
    connection.execute(f"PRAGMA busy_timeout = {SQLITE_BUSY_MS}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")


def _hold_back(info: dict[Any, Any]) -> None:
    """Keep oslo.db's listener from its plain BEGIN, after which no BEGIN IMMEDIATE is possible; this mark does so.

    It takes the mark away when a transaction ends, and is called before any listener of ours.
    """
    info["in_transaction"] = True


def begin(connection: sa.Connection, *, writes: bool) -> None:
    """Open the transaction as SQLite wants it: one that will write waits for its turn here, at its start.

    Nothing else opens one there: whoever connects past enginefacade calls this first, or has each statement commit.
    """
    if connection.dialect.name != "sqlite":
        return
    raw: Any = connection.connection.dbapi_connection
    if not raw.in_transaction:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
