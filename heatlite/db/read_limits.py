"""Time limits of the statements of read calls, enforced by the server.

Without a limit the server would go on working after the client gave up waiting.

MariaDB       SET STATEMENT max_statement_time = 30 FOR SELECT …      no additional statement
MySQL         SELECT /*+ MAX_EXECUTION_TIME(30000) */ …
PostgreSQL    SET LOCAL statement_timeout = 30000                     when a reading transaction begins
SQLite        none: it runs in the calling process

The limit applies only to reading transactions within ``limited``, which the client API sets for each call. An engine's
own reads and all writing transactions have no limit.
"""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

_seconds: contextvars.ContextVar[float] = contextvars.ContextVar("seconds of a read", default=0.0)
SECONDS = "read_seconds"
"""The key in a connection's ``info`` while a limit applies to it."""
MYSQL_EXCEEDED = (1969, 3024)
POSTGRESQL_EXCEEDED = "57014"


@contextlib.contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Limit the statements of reading transactions that this thread begins in the block; 0 means no limit."""
    token = _seconds.set(seconds)
    try:
        yield
    finally:
        _seconds.reset(token)


def exceeded(error: BaseException) -> bool:
    """Tell whether a statement was ended by its time limit."""
    inner = getattr(error, "inner_exception", None) or error
    original = getattr(inner, "orig", None) or inner
    arguments = getattr(original, "args", ())
    return bool(arguments and arguments[0] in MYSQL_EXCEEDED) or (
        getattr(original, "sqlstate", None) == POSTGRESQL_EXCEEDED
    )


@contextlib.contextmanager
def on(connection: sa.Connection) -> Iterator[None]:
    """Apply the limit to a reading transaction. A transaction that joined another keeps that one's limit."""
    seconds, info = _seconds.get(), connection.info
    if not seconds or SECONDS in info or connection.dialect.name == "sqlite":
        yield
        return
    info[SECONDS] = seconds
    try:
        if connection.dialect.name == "postgresql":
            driver: Any = connection.connection.dbapi_connection
            with driver.cursor() as cursor:
                cursor.execute(f"SET LOCAL statement_timeout = {int(seconds * 1000)}")
        yield
    finally:
        if not connection.invalidated:
            info.pop(SECONDS, None)


@contextlib.contextmanager
def off(connection: sa.Connection) -> Iterator[None]:
    """Apply no limit to reads that join a writing transaction."""
    info = connection.info
    before = info.get(SECONDS)
    info[SECONDS] = 0
    try:
        yield
    finally:
        if not connection.invalidated:
            if before is None:
                info.pop(SECONDS, None)
            else:
                info[SECONDS] = before


def keep(engine: sa.Engine) -> None:
    """Add the limit to the text of each statement that it applies to, on an engine for MariaDB or MySQL."""
    event.listen(engine, "before_cursor_execute", _with_limit, retval=True)


def _with_limit(
    connection: sa.Connection, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool
) -> tuple[str, Any]:
    seconds = connection.info.get(SECONDS)
    if not seconds or not statement.startswith("SELECT "):
        return statement, parameters
    if getattr(connection.dialect, "is_mariadb", False):
        return f"SET STATEMENT max_statement_time = {seconds:g} FOR {statement}", parameters
    return f"SELECT /*+ MAX_EXECUTION_TIME({int(seconds * 1000)}) */ {statement.removeprefix('SELECT ')}", parameters
