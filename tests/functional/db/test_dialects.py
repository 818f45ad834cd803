"""What each database needs to behave as the transactions expect."""

import contextlib
import sqlite3

import pytest
import sqlalchemy as sa
from oslo_db import exception as db_error

from heatlite.context import EngineContext
from heatlite.db import dialects, migration, models
from heatlite.db.api import Database, Settings, writer
from heatlite.db.outage import is_outage
from heatlite.db.retry import DATABASE_ERRORS
from tests.functional.db.build import add_resources, add_stack, together
from tests.functional.db.conftest import on_mariadb, on_sqlite

ATTEMPTS = models.resource.c.attempts


def plain_connection(database):
    """Another's connection to the same file, that waits for nothing."""
    return contextlib.closing(sqlite3.connect(database.engine.url.database, isolation_level=None, timeout=0))


@pytest.fixture
def statements(database):
    """What is sent to the database, from here on."""
    sent = []

    def note(connection, cursor, statement, *_):
        sent.append(statement)

    sa.event.listen(database.engine, "before_cursor_execute", note)
    yield sent
    sa.event.remove(database.engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    ("given", "spelled_out"),
    [
        ("mysql://u:p%40ss@db/heat", "mysql+pymysql://u:p%40ss@db/heat?charset=utf8mb4"),
        ("mariadb://u@db/heat", "mysql+pymysql://u@db/heat?charset=utf8mb4"),
        ("mariadb+pymysql://u@db/heat", "mysql+pymysql://u@db/heat?charset=utf8mb4"),
        ("mysql+mysqldb://u@db/heat", "mysql+mysqldb://u@db/heat?charset=utf8mb4"),
        ("mysql+pymysql://u@db/heat?charset=utf8", "mysql+pymysql://u@db/heat?charset=utf8"),
        ("postgresql://u:p@db/heat", "postgresql+psycopg://u:p@db/heat"),
        ("postgresql+psycopg2://u@db/heat", "postgresql+psycopg2://u@db/heat"),
        ("sqlite:////var/lib/heat.db", "sqlite:////var/lib/heat.db"),
    ],
)
def test_a_url_gets_the_driver_that_heatlite_is_tested_with_unless_it_names_one(given, spelled_out):
    assert dialects.spelled_out(sa.make_url(given)) == spelled_out


def test_transactions_one_after_the_other_use_one_connection(another):
    opened = []
    sa.event.listen(another.engine, "connect", lambda *_: opened.append(1))
    context = EngineContext(another)

    for number in range(10):
        add_stack(context, f"stack-{number}")
        with another.reader(context) as connection:
            assert connection.execute(sa.select(sa.func.count()).select_from(models.stack)).scalar() == number + 1

    assert len(opened) <= 1


@on_sqlite
def test_a_pool_is_as_large_as_it_is_told(database):
    small = Database(Settings(connection=database.settings.connection, max_pool_size=1, max_overflow=0, pool_timeout=0))
    with small.reader(EngineContext(small)), pytest.raises(sa.exc.TimeoutError):
        small.engine.connect()
    small.dispose()


@on_sqlite
def test_sqlite_writes_ahead_and_waits_for_locks(context, database):
    with database.reader(context) as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == dialects.SQLITE_BUSY_MS


@on_sqlite
def test_writers_begin_immediately_and_readers_do_not(context, database, statements):
    add_resources(context, "s")
    with database.reader(context), database.reader(context):
        pass
    with database.lagging_reader(context):
        pass

    assert [it for it in statements if it.startswith("BEGIN")] == ["BEGIN IMMEDIATE", "BEGIN", "BEGIN"]


@on_sqlite
def test_functions_that_join_a_transaction_do_not_begin_another(context, database, statements):
    with database.writer(context):
        stack = add_stack(context)
        add_resources(context, stack)

    assert [it for it in statements if it.startswith("BEGIN")] == ["BEGIN IMMEDIATE"]


@on_sqlite
def test_a_writer_takes_its_turn_at_its_start_while_readers_go_on(context, database):
    stack = add_stack(context)
    with plain_connection(database) as other:
        with database.writer(context):
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("BEGIN IMMEDIATE")
            assert other.execute("SELECT id FROM stack").fetchall() == [(stack,)]
        other.execute("BEGIN IMMEDIATE")


@on_sqlite
def test_a_transaction_that_failed_leaves_nothing_open(context, database):
    @writer
    def fail(context):
        add_stack(context)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail(context)

    with plain_connection(database) as other:
        other.execute("BEGIN IMMEDIATE")
        assert other.execute("SELECT count(*) FROM stack").fetchall() == [(0,)]


def test_many_threads_that_read_and_then_write_lose_no_increment(context, database):
    """Eight threads, fifty times each. On SQLite a plain BEGIN ends in "database is locked"; elsewhere a lock helps."""
    (row,) = add_resources(context, add_stack(context))
    lock_first = sa.update(models.resource).values(engine_id="e")

    def increment(_):
        own = EngineContext(database)
        for _ in range(50):
            with database.writer(own) as connection:
                if connection.dialect.name != "sqlite":
                    connection.execute(lock_first)
                value = connection.execute(sa.select(ATTEMPTS)).scalar_one()
                connection.execute(sa.update(models.resource).values(attempts=value + 1))

    together(8, increment)

    with database.reader(context) as connection:
        assert connection.execute(sa.select(ATTEMPTS).where(models.resource.c.id == row)).scalar_one() == 400


@on_mariadb
def test_a_value_that_is_too_long_is_refused_rather_than_cut(context):
    with pytest.raises(db_error.DBDataError, match="Data too long"):
        add_stack(context, "x" * 256)


@on_sqlite
def test_a_schema_that_fails_half_way_leaves_no_table(backend):
    """A command that is killed while it makes the schema must not leave half of one to the next."""
    database = Database(Settings(connection=backend.fresh_url()))

    def fail(connection, cursor, statement, *_):
        if "CREATE TABLE stack_tag" in statement:
            raise RuntimeError("killed")

    sa.event.listen(database.engine, "before_cursor_execute", fail)
    with pytest.raises((db_error.DBError, RuntimeError), match="killed"):  # SQLAlchemy 2.0 doesn't wrap it
        migration.sync(database.engine)
    sa.event.remove(database.engine, "before_cursor_execute", fail)

    assert sa.inspect(database.engine).get_table_names() == []
    migration.sync(database.engine)
    assert migration.version(database.engine) == migration.latest()
    database.dispose()


@pytest.mark.parametrize("backend", ["mariadb", "postgresql"], indirect=True)
def test_a_transaction_that_stands_still_is_undone_and_lets_others_go_on(database, context):
    sleeper = Database(Settings(connection=database.settings.connection, idle_in_transaction=1))
    stack_id = add_stack(context, "one")
    rename = sa.update(models.stack).where(models.stack.c.id == stack_id)

    def sleep_while_another_waits():
        with sleeper.writer(EngineContext(sleeper)) as connection:
            connection.execute(rename.values(name="of the sleeper"))
            with database.writer(context) as other:
                other.execute(rename.values(name="of another"))  # which waits for the lock
            connection.execute(rename.values(name="of the sleeper"))

    with pytest.raises(DATABASE_ERRORS) as caught:
        sleep_while_another_waits()

    assert is_outage(caught.value)
    with database.reader(context) as connection:
        assert connection.execute(sa.select(models.stack.c.name)).scalar() == "of another"
    sleeper.dispose()
