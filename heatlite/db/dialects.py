"""Settings that make each database behave as the transactions expect: READ COMMITTED, or its equivalent.

MariaDB and MySQL   READ COMMITTED on every connection (their default takes gap locks and reads stale snapshots);
                    rowcount counts the rows *matched*, as SQLAlchemy's dialects request.
PostgreSQL          READ COMMITTED is already the default.
SQLite              one writer at a time. Writers use BEGIN IMMEDIATE, so that a transaction that will write waits at
                    its start and never fails in its middle; WAL, so that readers don't wait at all;
                    and a real pool instead of oslo.db's NullPool, which opens the file again for each transaction.
"""

from __future__ import annotations

import functools
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, pool

from heatlite.db import read_limits, refusals, vanished
from heatlite.db.crypt import Vault
from heatlite.db.settings import Settings

SQLITE_BUSY_MS = 30_000
UNKNOWN_VARIABLE = 1193
DRIVERS = {"mysql": "mysql+pymysql", "mariadb": "mysql+pymysql", "postgresql": "postgresql+psycopg"}


def spelled_out(url: sa.URL) -> str:
    """Write out a URL with the driver that heatlite is tested with, unless the URL names one."""
    drivername = url.drivername.replace("mariadb+", "mysql+")  # oslo.db knows MariaDB by that name only
    url = url.set(drivername=DRIVERS.get(drivername, drivername))
    if url.get_backend_name() == "mysql" and "charset" not in url.query:
        url = url.update_query_dict({"charset": "utf8mb4"})
    return url.render_as_string(hide_password=False)


def pool_options(url: sa.URL, settings: Settings) -> dict[str, Any]:
    """Return the pool options for oslo.db. For SQLite oslo.db would pass them to a pool that doesn't know them."""
    return {} if url.get_backend_name() == "sqlite" else {"pool_timeout": settings.pool_timeout}


def prepare(engine: sa.Engine, settings: Settings, vault: Vault | None = None) -> None:
    """Configure a new engine for its dialect. enginefacade calls this for each engine that it creates.

    :param vault: the keys for the columns of secrets
    """
    engine.hide_parameters = True  # an error's text contains the statement's values, and logs contain the text
    engine.dialect.vault = vault or Vault()  # type: ignore[attr-defined]
    match engine.dialect.name:
        case "mysql" | "mariadb":
            event.listen(engine, "connect", functools.partial(_mysql_connected, settings.idle_in_transaction))
            refusals.tell_large_statements(engine)
            read_limits.keep(engine)
            spare_round_trips(engine)
            engine.dispose()  # oslo.db's first connection would stay in the pool without these settings
        case "postgresql":
            event.listen(engine, "connect", functools.partial(_postgresql_connected, settings.idle_in_transaction))
            engine.dispose()
        case "sqlite":
            _prepare_sqlite(engine, settings)


def _mysql_connected(idle: int, connection: Any, record: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")
        try:
            cursor.execute(f"SET SESSION idle_transaction_timeout = {idle}")
        except Exception as error:  # MySQL's own server has no such variable
            if UNKNOWN_VARIABLE not in error.args:
                raise
    if (end := getattr(connection, "_sock", None)) is not None:  # PyMySQL offers the socket nowhere else
        vanished.watch(end.fileno())


def _postgresql_connected(idle: int, connection: Any, record: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET idle_in_transaction_session_timeout = '{idle}s'")
    connection.commit()  # otherwise the setting is lost with the first rollback
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
    """Set the mark that keeps oslo.db's listener from its plain BEGIN, after which BEGIN IMMEDIATE is impossible.

    oslo.db's listener removes the mark when a transaction ends, and runs before heatlite's listeners.
    """
    info["in_transaction"] = True


def begin(connection: sa.Connection, *, writes: bool) -> None:
    """Begin the transaction on SQLite. A writer waits for its turn here, at its start.

    On SQLite nothing else begins a transaction. A caller that connects without enginefacade calls this first, or each
    of its statements commits by itself.
    """
    if connection.dialect.name != "sqlite":
        return
    raw: Any = connection.connection.dbapi_connection
    if not raw.in_transaction:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


IN_TRANSACTION = 1
"""The bit of MySQL's server status in the latest answer to a write, COMMIT or ROLLBACK."""
OPEN = "is_open"


def spare_round_trips(engine: sa.Engine) -> None:
    """Omit the ROLLBACK that SQLAlchemy sends after each COMMIT. Call it while the engine's pool is empty.

    A connection that returns to the pool is rolled back only if a transaction is open. A connection is tested each time
    it leaves the pool. Otherwise its next user would meet the error of a server restart. PostgreSQL's driver needs no
    such care: it knows itself whether a transaction is open.
    """
    engine.pool._reset_on_return = pool.base.reset_none
    event.listen(engine, "begin", lambda connection: _note(connection, is_open=True))
    for ends in ("commit", "rollback"):
        event.listen(engine, ends, lambda connection: _note(connection, is_open=False))
    event.listen(engine, "reset", _reset)


def _note(connection: sa.Connection, *, is_open: bool) -> None:
    if not connection.invalidated:  # a broken connection has no state to record, and reading its info would raise
        connection.info[OPEN] = is_open


def _reset(connection: Any, record: pool.ConnectionPoolEntry, state: Any) -> None:
    if state.terminate_only or state.transaction_was_reset:
        return
    if record.info.get(OPEN, True) or connection.server_status & IN_TRANSACTION:
        connection.rollback()
    record.info[OPEN] = True  # a user that bypasses SQLAlchemy leaves it open
