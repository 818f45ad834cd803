"""Access to the database: enginefacade on the request context.

A function that uses the database takes a context as its first argument, and has a mark::

    @reader
    def get(context, stack_id): return context.connection.execute(...)

    @writer
    def finish(context, ...): ...

A marked function that calls another one shares its transaction with it. So the outermost mark makes the transaction::

    with database.writer(context):          one transaction
        stacks.begin(context, …)            joins
        sync_points.insert(context, …)      joins
                                            commit

Only the outermost call may be retried: see ``retry``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

import sqlalchemy as sa
from oslo_db.sqlalchemy import enginefacade

from heatlite.db import dialects, read_limits
from heatlite.db.crypt import Vault
from heatlite.db.outage import CommitUnanswered, Outage, is_outage, note_commit, watch_writes
from heatlite.db.records import PlannedRows
from heatlite.db.settings import Settings

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class Database:
    """One database with its connection pool. Create it in the process that uses it, never before a fork.

    :param notifies: write notifications of stack actions, to be sent later: see ``notifications``
    :param when_made: called with each SQLAlchemy engine
    """

    def __init__(
        self,
        settings: Settings,
        vault: Vault | None = None,
        *,
        notifies: bool = False,
        when_made: Callable[[sa.Engine], None] = lambda engine: None,
    ) -> None:
        self.settings, self.vault, self.notifies = settings, vault or Vault(), notifies
        self.outage = Outage()
        self.planned = PlannedRows()
        self._replica_outage = Outage("The database's replica") if settings.slave_connection else self.outage
        url, replica = sa.make_url(settings.connection), settings.slave_connection
        self._manager = enginefacade.transaction_context()
        self._manager.append_on_engine_create(functools.partial(dialects.prepare, settings=settings, vault=self.vault))
        self._manager.append_on_engine_create(when_made)
        self._manager.configure(
            connection=dialects.spelled_out(url),
            slave_connection=replica and dialects.spelled_out(sa.make_url(replica)),
            max_pool_size=settings.max_pool_size,
            max_overflow=settings.max_overflow,
            **dialects.pool_options(url, settings),
            connection_recycle_time=settings.connection_recycle_time,
            max_retries=settings.max_retries,
            retry_interval=settings.retry_interval,
            thread_checkin=False,  # otherwise each transaction ends with a sleep that yields the processor
            sqlite_fk=False,
            mysql_sql_mode="TRADITIONAL",
        )

    @property
    def engine(self) -> sa.Engine:
        """The writer's engine, for migrations and for tests that count statements."""
        return self._manager.writer.get_engine()

    @contextmanager
    def reader(self, context: Context) -> Iterator[sa.Connection]:
        """Open a reading transaction, or join the context's present one."""
        try:
            with self._manager.reader.connection.using(context) as connection:
                dialects.begin(connection, writes=False)
                with read_limits.on(connection):
                    yield connection
        except Exception as error:
            self.outage.notice(error)
            raise

    @contextmanager
    def lagging_reader(self, context: Context) -> Iterator[sa.Connection]:
        """Open a reading transaction on the replica, if there is one.

        For lists and events, which may be slightly out of date.
        """
        began = self._replica_outage.moment()
        try:
            with self._manager.reader.async_.connection.using(context) as connection:
                dialects.begin(connection, writes=False)
                with read_limits.on(connection):
                    yield connection
        except Exception as error:
            self._replica_outage.notice(error)
            raise
        if self._replica_outage is not self.outage:
            self._replica_outage.worked(began)

    @contextmanager
    def writer(self, context: Context) -> Iterator[sa.Connection]:
        """Open a writing transaction, or join the context's present one.

        :raises CommitUnanswered: when the connection broke during the commit
        """
        is_written, began = False, self.outage.moment()
        has_written: Callable[[], bool] | None = None  # None: there is no outage, and nothing is watched
        try:
            with self._manager.writer.connection.using(context) as connection:
                dialects.begin(connection, writes=True)
                if self.outage.is_on:
                    has_written = watch_writes(connection)
                with read_limits.off(connection):
                    yield connection
                is_written = True
                note_commit()
        except Exception as error:
            self.outage.notice(error)
            if is_written and is_outage(error) and not isinstance(error, CommitUnanswered):
                raise CommitUnanswered(error) from error
            raise
        if has_written is None or has_written():  # success without a write: the server may be read-only for a while
            self.outage.worked(began)

    def dispose(self) -> None:
        """Close the pool."""
        self._manager.dispose_pool()


class Context(Protocol):
    """The context of a marked function: the database and, inside a transaction, the connection."""

    database: Database

    @property
    def connection(self) -> sa.Connection:
        """The connection of the transaction that this context and thread are in."""


ContextT = TypeVar("ContextT", bound=Context)
Marked = Callable[Concatenate[ContextT, Arguments], Result]


def reader(function: Marked[ContextT, Arguments, Result]) -> Marked[ContextT, Arguments, Result]:
    """Mark a function that only reads, and must see the latest committed writes."""

    @functools.wraps(function)
    def within(context: ContextT, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        with context.database.reader(context):
            return function(context, *args, **kwargs)

    return within


def lagging_reader(function: Marked[ContextT, Arguments, Result]) -> Marked[ContextT, Arguments, Result]:
    """Mark a function that only reads, and may read from a replica that lags."""

    @functools.wraps(function)
    def within(context: ContextT, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        with context.database.lagging_reader(context):
            return function(context, *args, **kwargs)

    return within


def writer(function: Marked[ContextT, Arguments, Result]) -> Marked[ContextT, Arguments, Result]:
    """Mark a function that writes."""

    @functools.wraps(function)
    def within(context: ContextT, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        with context.database.writer(context):
            return function(context, *args, **kwargs)

    return within


def rows(result: sa.CursorResult[Any]) -> int:
    """Return how many rows a conditional write changed. The caller must check the number."""
    return result.rowcount
