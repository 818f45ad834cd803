"""What tests of leases and of liveness share: a clock that stands still, readable ids, a database that fails."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator

import sqlalchemy as sa

from heatlite.db.api import Database
from heatlite.engine.common.inputs import Inputs


class DatabaseAway(Exception):
    """What a statement raises while the database is away; oslo.db makes a ``DBError`` of it."""


class Clock:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.now = 5000.0

    def __call__(self) -> float:
        return self.now


def inputs(clock: Clock) -> Inputs:
    """Ids are ``id-1``, ``id-2`` …; the wall clock stands still, because nobody's life depends on it."""
    numbers = itertools.count(1)
    return Inputs(now=lambda: 0.0, monotonic=clock, new_id=lambda: f"id-{next(numbers)}")


@contextlib.contextmanager
def at_each_statement(database: Database, act: Callable[[str], None]) -> Iterator[None]:
    """Do something just before each statement is sent. What it raises is what the database would have answered.

    The event is the last one before the driver: SQLAlchemy 2.0 doesn't treat an error of ``before_cursor_execute`` as
    the database's.
    """
    events = ("do_execute", "do_executemany", "do_execute_no_params")

    def before(cursor: object, statement: str, *_: object) -> None:
        act(statement)

    for event in events:
        sa.event.listen(database.engine, event, before)
    try:
        yield
    finally:
        for event in events:
            sa.event.remove(database.engine, event, before)


@contextlib.contextmanager
def away(database: Database) -> Iterator[None]:
    """A block during which no statement reaches the database."""

    def fail(statement: str) -> None:
        raise DatabaseAway("the database is away")

    with at_each_statement(database, fail):
        yield
