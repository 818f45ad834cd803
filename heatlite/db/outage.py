"""Outages: times when the database, or the network to it, can't be used. Each is logged once, and its end once.

    a transaction fails for want of a database ──▶ logged, once        later failures: not logged
    a transaction is committed again           ──▶ logged, with how long it took

A caller that meets the failure gives its work back, or waits for its next turn. It doesn't have to log it again.
"""

from __future__ import annotations

import contextlib
import contextvars
import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa
from oslo_db import exception as db_error
from oslo_db.sqlalchemy import exc_filters

LOG = logging.getLogger(__name__)

MYSQL_AWAY = {
    1021,
    1040,
    1041,
    1047,
    1053,
    1158,
    1159,
    1160,
    1161,
    1203,
    1205,
    1226,
    1290,
    1792,
    1836,
    1927,
    2002,
    2003,
    2006,
    2013,
    2055,
    4166,
}
"""Disk full, too many connections, not (yet) in a cluster, shutting down, killed, read-only, unreachable."""
SQLSTATES_AWAY = ("08", "53", "57P", "25006", "25P03")
"""PostgreSQL: no connection, no resources, shutting down, read-only, idle for too long in a transaction."""
PSYCOPG_REFUSES = ("number of parameters must be between",)
"""Errors that psycopg raises without asking a server."""
SQLITE_AWAY = ("unable to open database file", "readonly database", "disk is full", "disk I/O error")
LONGEST_TEXT = 200
WRITES = frozenset({"INSERT", "UPDATE", "DELETE"})


class CommitUnanswered(db_error.DBConnectionError):
    """The connection broke during a commit. The caller can't know whether the transaction was committed."""


def is_outage(error: BaseException) -> bool:
    """Tell whether an error means that the database can't be used now, and not that the statement was wrong."""
    if isinstance(error, db_error.DBConnectionError | sa.exc.TimeoutError):
        return True
    if not isinstance(error, db_error.DBError | sa.exc.DBAPIError) or isinstance(error, db_error.DBDeadlock):
        return False
    inner = error.inner_exception if isinstance(error, db_error.DBError) else error
    return _says_away(getattr(inner, "orig", None) or inner)


def _says_away(original: object) -> bool:
    arguments = getattr(original, "args", ())
    if arguments and isinstance(arguments[0], int):
        return arguments[0] in MYSQL_AWAY
    sqlstate = getattr(original, "sqlstate", "")
    if sqlstate is None:  # psycopg reached no server
        is_ours = any(words in str(original) for words in PSYCOPG_REFUSES)
        return type(original).__name__ in ("OperationalError", "ConnectionTimeout") and not is_ours
    if sqlstate:
        return sqlstate.startswith(SQLSTATES_AWAY)
    return any(words in str(original) for words in SQLITE_AWAY)


@exc_filters.filters("postgresql", sa.exc.InternalError, r".*read-only transaction")
def _is_read_only(error: Exception, match: object, engine_name: str, is_disconnect: bool) -> None:
    """Raise a plain DBError where oslo.db would log a traceback for each statement."""
    raise db_error.DBError(error)


class OutageFilter(logging.Filter):
    """A log filter that drops records of single broken connections, because the outage is logged once for all."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether the record isn't about an outage."""
        return not (record.exc_info and record.exc_info[1] is not None and _says_away(record.exc_info[1]))


logging.getLogger("sqlalchemy.pool.impl.QueuePool").addFilter(OutageFilter())


_commits: contextvars.ContextVar[list[bool] | None] = contextvars.ContextVar("commits", default=None)


@contextlib.contextmanager
def noting_commits() -> Iterator[list[bool]]:
    """Yield a list that isn't empty once a transaction in the block has been committed, or may have been."""
    noted: list[bool] = []
    token = _commits.set(noted)
    try:
        yield noted
    finally:
        _commits.reset(token)


def note_commit() -> None:
    """Record that a transaction is about to be committed."""
    noted = _commits.get()
    if noted is not None and not noted:
        noted.append(True)


def watch_writes(connection: sa.Connection) -> Callable[[], bool]:
    """Watch the statements of this connection, and return a function that tells whether one of them wrote.

    A statement that changes no row counts as well: a read-only server refuses that too.
    """
    written: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *further: Any) -> None:
        if statement.lstrip()[:6].upper() in WRITES:
            written.append(statement)

    sa.event.listen(connection, "after_cursor_execute", note)
    return lambda: bool(written)


class Outage:
    """Whether the database can be used, judging by the latest transactions.

    :param what: the name of the database in the log
    """

    def __init__(self, what: str = "The database", monotonic: Callable[[], float] = time.monotonic) -> None:
        self._what = what
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._since: float | None = None
        self._failed_at = 0.0

    @property
    def is_on(self) -> bool:
        """Whether the database is out now."""
        return self._since is not None

    def notice(self, error: BaseException) -> None:
        """Record that a transaction ended in an error. The error may be an outage's."""
        if not is_outage(error):
            return
        with self._lock:
            self._failed_at = self._monotonic()
            if self._since is not None:
                return
            self._since = self._failed_at
        LOG.warning("%s can't be used: %s. Work continues when it is back", self._what, brief(error))

    def moment(self) -> float:
        """Return the time at which a transaction begins, for ``worked``."""
        return self._monotonic()

    def worked(self, began: float) -> None:
        """Record that a transaction succeeded. It ends an outage only if it began after the latest failure.

        :param began: what ``moment`` returned when it began
        """
        if self._since is None:
            return
        with self._lock:
            if began <= self._failed_at:
                return
            since, self._since = self._since, None
        if since is not None:
            LOG.warning("%s can be used again, after %.1f s", self._what, self._monotonic() - since)


def brief(error: BaseException) -> str:
    """Write an error in one line, without its statement."""
    inner = error
    while (within := getattr(inner, "inner_exception", None)) is not None:
        inner = within
    text = str(getattr(inner, "orig", None) or inner) or type(error).__name__
    return " ".join(text.split())[:LONGEST_TEXT]


def log_failure(log: logging.Logger, error: BaseException, message: str, *arguments: object) -> None:
    """Log that an error prevented some work, with a traceback.

    During an outage, which is logged already, log at debug.
    """
    if is_outage(error):
        log.debug(f"{message} (%s)", *arguments, brief(error))
    else:
        log.error(message, *arguments, exc_info=error)
