"""Outages: the database, or the way to it, can't be used for a while. That is told once, and once when it is over.

    a transaction fails for want of a database ──▶ told, once        every later failure: silence
    a transaction is committed again           ──▶ told, with how long it took

Whoever the failure meets gives its work back, or waits for its next turn; none of them has to tell it again.
"""

from __future__ import annotations

import contextlib
import contextvars
import logging
import threading
import time
from collections.abc import Callable, Iterator

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
"""No room, too many connections, not (yet) in a cluster, shutting down, killed, read-only, not to be reached."""
SQLSTATES_AWAY = ("08", "53", "57P", "25006", "25P03")
"""PostgreSQL: no connection, no room, shutting down, read-only, silent for too long in the middle of a transaction."""
PSYCOPG_REFUSES = ("number of parameters must be between",)
"""What psycopg says before it asks a server at all."""
SQLITE_AWAY = ("unable to open database file", "readonly database", "disk is full", "disk I/O error")
LONGEST_TEXT = 200


class CommitUnanswered(db_error.DBConnectionError):
    """The connection broke while a commit was under way: what was written may be there, or not."""


def is_outage(error: BaseException) -> bool:
    """Whether an error says that the database can't be used now, and nothing about what was asked of it."""
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
    if sqlstate is None:  # psycopg found no server to be told anything by
        is_ours = any(words in str(original) for words in PSYCOPG_REFUSES)
        return type(original).__name__ in ("OperationalError", "ConnectionTimeout") and not is_ours
    if sqlstate:
        return sqlstate.startswith(SQLSTATES_AWAY)
    return any(words in str(original) for words in SQLITE_AWAY)


@exc_filters.filters("postgresql", sa.exc.InternalError, r".*read-only transaction")
def _is_read_only(error: Exception, match: object, engine_name: str, is_disconnect: bool) -> None:
    """What oslo.db would tell with a traceback at each statement."""
    raise db_error.DBError(error)


class Told(logging.Filter):
    """Keeps what an outage does to single connections out of the log: it is told once for all of them."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record says something else."""
        return not (record.exc_info and record.exc_info[1] is not None and _says_away(record.exc_info[1]))


logging.getLogger("sqlalchemy.pool.impl.QueuePool").addFilter(Told())


_commits: contextvars.ContextVar[list[bool] | None] = contextvars.ContextVar("commits", default=None)


@contextlib.contextmanager
def noting_commits() -> Iterator[list[bool]]:
    """A block, and a list that isn't empty once a transaction in it has been committed, or may have been."""
    noted: list[bool] = []
    token = _commits.set(noted)
    try:
        yield noted
    finally:
        _commits.reset(token)


def note_commit() -> None:
    """A transaction is about to be committed."""
    noted = _commits.get()
    if noted is not None and not noted:
        noted.append(True)


class Outage:
    """Whether the database can be used, as the last transactions found it.

    :param what: whose outage it is, as the log calls it
    """

    def __init__(self, what: str = "The database", monotonic: Callable[[], float] = time.monotonic) -> None:
        self._what = what
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._since: float | None = None

    @property
    def is_on(self) -> bool:
        """Whether there is one now."""
        return self._since is not None

    def notice(self, error: BaseException) -> None:
        """A transaction ended in an error, which may be one of an outage."""
        if not is_outage(error):
            return
        with self._lock:
            if self._since is not None:
                return
            self._since = self._monotonic()
        LOG.warning("%s can't be used: %s. What is under way goes on when it can", self._what, brief(error))

    def worked(self) -> None:
        """A transaction is done."""
        if self._since is None:
            return
        with self._lock:
            since, self._since = self._since, None
        if since is not None:
            LOG.warning("%s can be used again, after %.1f s", self._what, self._monotonic() - since)


def brief(error: BaseException) -> str:
    """An error in one line, without the statement that met it."""
    inner = error
    while (within := getattr(inner, "inner_exception", None)) is not None:
        inner = within
    text = str(getattr(inner, "orig", None) or inner) or type(error).__name__
    return " ".join(text.split())[:LONGEST_TEXT]


def tell(log: logging.Logger, error: BaseException, message: str, *arguments: object) -> None:
    """Log what couldn't be done because of an error, with where it came from; in an outage, which is told, quietly."""
    if is_outage(error):
        log.debug(f"{message} (%s)", *arguments, brief(error))
    else:
        log.error(message, *arguments, exc_info=error)
