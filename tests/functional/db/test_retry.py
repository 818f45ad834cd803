"""Retries: a transaction that the database gave up is run again from its start, soon, and no other error is."""

import contextlib
import sqlite3
import threading
from unittest import mock

import pytest
import sqlalchemy as sa
from oslo_db import api as oslo_db_api
from oslo_db import exception as db_error

from heatlite.context import EngineContext
from heatlite.db import models
from heatlite.db.retry import is_transient, retried
from tests.functional.db.build import add_engine, add_resources, add_stack, together
from tests.functional.db.conftest import on_mariadb, on_postgresql, on_servers, on_sqlite
from tests.waiting import PATIENCE

TABLE = models.resource


class Adder:
    """Adds 1 to the attempts of two rows, in an order that each thread has for itself."""

    def __init__(self, database, rows):
        self.database, self.rows = database, rows
        self.both_hold_one = threading.Barrier(2)
        self.runs = [0, 0]

    @retried
    def add(self, number):
        self.runs[number] += 1
        first, second = self.rows if number == 0 else reversed(self.rows)
        context = EngineContext(self.database)
        with self.database.writer(context) as connection:
            connection.execute(self.statement(first))
            if self.runs[number] == 1:
                self.both_hold_one.wait(PATIENCE)
            connection.execute(self.statement(second))

    def statement(self, row):
        return sa.update(TABLE).where(TABLE.c.id == row).values(attempts=TABLE.c.attempts + 1)


@on_servers
def test_of_two_that_wait_for_one_another_one_is_run_again_whole(context, database):
    rows = add_resources(context, add_stack(context), 2)
    adder = Adder(database, rows)

    together(2, adder.add)

    with database.reader(context) as connection:
        assert connection.execute(sa.select(TABLE.c.attempts)).scalars().all() == [2, 2]
    assert sorted(adder.runs)[0] == 1
    assert sorted(adder.runs)[1] >= 2


def commit(database, statement):
    """Another transaction, from its beginning to its end."""
    with database.writer(EngineContext(database)) as connection:
        connection.execute(statement)


@on_postgresql
def test_a_serialization_failure_is_transient(context, database):
    """heatlite asks for READ COMMITTED, but a proxy or a default of the server's may make it more."""
    (row,) = add_resources(context, add_stack(context))
    add = Adder(database, [row]).statement(row)

    def write_what_changed_meanwhile():
        with database.writer(context) as connection:
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            connection.execute(sa.select(TABLE.c.attempts))
            commit(database, add)
            connection.execute(add)

    with pytest.raises(sa.exc.OperationalError, match="could not serialize") as caught:
        write_what_changed_meanwhile()

    assert is_transient(caught.value)


@on_mariadb
def test_a_row_that_changed_under_a_snapshot_is_transient(context, database):
    """Newer MariaDB refuses to write such a row, where the isolation is REPEATABLE READ after all."""
    (row,) = add_resources(context, add_stack(context))
    add = Adder(database, [row]).statement(row)
    with database.reader(context) as connection:
        if not connection.exec_driver_sql("SHOW VARIABLES LIKE 'innodb_snapshot_isolation'").all():
            pytest.skip("this MariaDB has no innodb_snapshot_isolation")

    def write_what_changed_meanwhile():
        with database.writer(context) as connection:
            connection.exec_driver_sql("SET SESSION innodb_snapshot_isolation = ON")
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            connection.execute(sa.select(TABLE.c.attempts)).all()
            commit(database, add)
            connection.execute(add)

    with pytest.raises((db_error.DBError, sa.exc.DBAPIError), match="Record has changed since last read") as caught:
        write_what_changed_meanwhile()
    database.engine.dispose()  # so that no other test gets the connection with that setting

    assert is_transient(caught.value)


@on_sqlite
def test_a_database_that_stayed_locked_is_transient(context, database):
    path = database.engine.url.database
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as holder, database.reader(context) as own:
        holder.execute("BEGIN IMMEDIATE")
        own.exec_driver_sql("PRAGMA busy_timeout = 0")
        with pytest.raises(sa.exc.OperationalError, match="database is locked") as caught:
            own.execute(sa.delete(TABLE))
    database.engine.dispose()  # so that no other test gets the connection without patience

    assert is_transient(caught.value)


def test_a_duplicate_is_not_run_again(context):
    runs = []

    @retried
    def create():
        runs.append(1)
        add_engine(context, "e1")

    create()
    with pytest.raises(db_error.DBDuplicateEntry):
        create()

    assert len(runs) == 2


@on_sqlite
@pytest.mark.parametrize("error", [ValueError("database is locked"), db_error.DBError(), db_error.DBConnectionError()])
def test_other_errors_are_not_run_again(backend, error):
    runs = []

    @retried
    def fail():
        runs.append(1)
        raise error

    with pytest.raises(type(error)):
        fail()

    assert runs == [1]


@on_sqlite
def test_the_first_pauses_are_short(backend):
    """oslo.db's own default is a second; a deadlock is over in milliseconds."""
    runs = []

    @retried
    def succeed_at_last():
        runs.append(1)
        if len(runs) < 3:
            raise db_error.DBDeadlock
        return "done"

    pauses = []
    with mock.patch.object(oslo_db_api.time, "sleep", pauses.append):
        assert succeed_at_last() == "done"

    assert len(runs) == 3
    assert len(pauses) == 2
    assert sum(pauses) < 0.1
