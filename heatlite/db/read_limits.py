"""Time limits of read calls' statements, kept by the server: who waits for an answer has gone by then, and would leave
the server at work for as long as the statement takes.

MariaDB       SET STATEMENT max_statement_time = 30 FOR SELECT …      no statement more
MySQL         SELECT /*+ MAX_EXECUTION_TIME(30000) */ …
PostgreSQL    SET LOCAL statement_timeout = 30000                     at a reading transaction's begin
SQLite        none: it is in the process that asks

The limit holds for reading transactions within ``limited`` only, which the client API sets for each call. What engines
read for their own work has none, and no transaction that writes.
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
"""The key of a connection's ``info`` while a limit holds for it."""
MYSQL_EXCEEDED = (1969, 3024)
POSTGRESQL_EXCEEDED = "57014"


@contextlib.contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Statements of the reading transactions that this thread begins meanwhile may take so long; 0: any time."""
    token = _seconds.set(seconds)
    try:
        yield
    finally:
        _seconds.reset(token)


def exceeded(error: BaseException) -> bool:
    """Whether a statement was ended by its time limit."""
    inner = getattr(error, "inner_exception", None) or error
    original = getattr(inner, "orig", None) or inner
    arguments = getattr(original, "args", ())
    return bool(arguments and arguments[0] in MYSQL_EXCEEDED) or (
        getattr(original, "sqlstate", None) == POSTGRESQL_EXCEEDED
    )


@contextlib.contextmanager
def on(connection: sa.Connection) -> Iterator[None]:
    """Have the limit hold for a reading transaction; where it has joined another, that one's holds."""
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
    """Have no limit hold for what joins a writing transaction."""
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
    """Have an engine for MariaDB or MySQL put the limit into the text of each statement that it holds for."""
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
