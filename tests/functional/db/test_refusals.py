"""Refusals: what a database never takes is told from an outage and from what is to be run again."""

import contextlib

import pytest
import sqlalchemy as sa
from oslo_db import exception as db_error

from heatlite.context import EngineContext
from heatlite.db import bulk, models, resources
from heatlite.db.api import Database, Settings
from heatlite.db.outage import brief, is_outage
from heatlite.db.refusals import is_refusal
from heatlite.db.retry import is_transient
from tests.functional.db.build import NOW, add_engine, add_resources, add_stack
from tests.functional.db.conftest import on_mariadb, on_postgresql, on_servers, on_sqlite

TABLE = models.resource.c
MIB = 1024 * 1024


def refused(act):
    """What it fails with, which has to be a refusal and nothing else."""
    with pytest.raises(Exception, match=r"(?s).*") as caught:
        act()
    error = caught.value
    assert is_refusal(error), repr(error)
    assert not is_outage(error), repr(error)
    assert not is_transient(error), repr(error)
    return error


def write(context, **values):
    row = add_resources(context, add_stack(context))[0]
    with context.database.writer(context) as connection:
        connection.execute(sa.update(models.resource).where(TABLE.id == row).values(values))


VALUES = {
    "a text that is too long": {"physical_resource_id": "x" * 300},
    "a number out of range": {"attempts": 2**40},
    "a number larger than any": {"attempts": 2**70},
    "nothing where something must be": {"attempts": None},
    "half a surrogate pair": {"physical_resource_id": "\ud800"},
    "a stack that isn't there": {"stack_id": "nowhere"},
}


@on_servers
@pytest.mark.parametrize("value", VALUES)
def test_a_value_that_no_column_holds_is_refused(context, value):
    refused(lambda: write(context, **VALUES[value]))


@on_servers
def test_a_text_where_a_number_must_be_is_refused(context):
    def act():
        with context.database.writer(context) as connection:
            connection.exec_driver_sql("UPDATE resource SET attempts = 'many' WHERE 1 = 0 OR attempts >= 0")

    add_resources(context, add_stack(context))
    refused(act)


@on_postgresql
def test_a_nul_in_a_text_is_refused(context):
    refused(lambda: write(context, physical_resource_id="a\x00b"))


@on_postgresql
def test_more_values_than_a_statement_may_have_are_refused(context):
    """psycopg says so before it asks a server, in a class of errors that otherwise tells of a lost connection."""

    def act():
        with context.database.writer(context) as connection:
            marks = ", ".join(["%s"] * 70_000)
            connection.exec_driver_sql(f"SELECT 1 WHERE 1 IN ({marks})", tuple([1] * 70_000))

    refused(act)


@on_sqlite
def test_a_number_larger_than_any_is_refused_by_sqlite_too(context):
    refused(lambda: write(context, attempts=2**70))


def test_a_duplicate_is_refused(context):
    add_engine(context, "e1")
    refused(lambda: add_engine(context, "e1"))


@pytest.fixture
def small_packets(mariadb, backend):
    """A MariaDB that takes statements of 1 MiB, over connections that are made from now on."""
    url = backend.fresh_url()
    [(before,)] = mariadb.ask("SELECT @@global.max_allowed_packet")
    mariadb.ask(f"SET GLOBAL max_allowed_packet = {MIB}")
    database = Database(Settings(connection=url))
    yield database
    database.dispose()
    mariadb.ask(f"SET GLOBAL max_allowed_packet = {before}")


def say(database, text):
    with database.writer(EngineContext(database)) as connection:
        return connection.exec_driver_sql("SELECT LENGTH(%s)", (text,)).scalar()


@on_mariadb
@pytest.mark.parametrize("size", [2, 20, 40])
def test_a_statement_larger_than_a_packet_is_refused_however_the_connection_ends(small_packets, size):
    """MariaDB says so, or closes the connection while the statement is still being sent."""
    assert say(small_packets, "x") == 1
    error = refused(lambda: say(small_packets, "x" * size * MIB))
    assert "max_allowed_packet" in brief(error)
    assert say(small_packets, "xx") == 2, "the next one has a connection again"


@on_mariadb
def test_what_takes_two_characters_in_the_text_of_a_statement_counts_twice(small_packets):
    refused(lambda: say(small_packets, "'" * (MIB * 3 // 4)))


@on_mariadb
def test_a_connection_that_breaks_over_a_small_statement_is_an_outage(database):
    with contextlib.ExitStack() as transaction:
        connection = transaction.enter_context(database.engine.connect())
        own = connection.exec_driver_sql("SELECT CONNECTION_ID()").scalar()
        with database.engine.connect() as other:
            other.exec_driver_sql(f"KILL {own}")
        with pytest.raises(Exception, match=r"(?s).*") as caught:
            connection.exec_driver_sql("SELECT 1")
    assert is_outage(caught.value)
    assert not is_refusal(caught.value)


@on_servers
def test_a_table_that_is_not_there_is_no_refusal(database):
    """A migration is to be run: no resource is to blame."""
    with pytest.raises(Exception, match=r"(?s).*") as caught, database.reader(EngineContext(database)) as connection:
        connection.exec_driver_sql("SELECT * FROM no_such_table")
    assert not is_refusal(caught.value)


@pytest.mark.parametrize("error", [db_error.DBDeadlock(), db_error.DBConnectionError(), ValueError("no")])
def test_what_may_pass_is_no_refusal(error):
    assert not is_refusal(error)


def test_many_large_rows_are_written_in_several_statements(context):
    rows = add_resources(context, add_stack(context), 6)
    seen = []

    def note(connection, cursor, statement, *rest):
        if statement.startswith("UPDATE resource"):
            seen.append(len(statement))

    changes = {row: {"properties_data": {"v": f"{row}" + "x" * (bulk.STATEMENT_BYTES * 2 // 5)}} for row in rows}
    sa.event.listen(context.database.engine, "before_cursor_execute", note)
    try:
        written = resources.write(context, dict.fromkeys(rows, 0), changes, NOW, locked_by=None, lock_for=None)
    finally:
        sa.event.remove(context.database.engine, "before_cursor_execute", note)

    assert (written, len(seen)) == (6, 3)
    found = {row.id: row.properties_data for row in resources.by_ids(context, rows)}
    assert found == {row: it["properties_data"] for row, it in changes.items()}


@pytest.mark.parametrize(
    ("sizes", "pieces"),
    [
        ([], []),
        ([1, 1, 1], [[0, 1, 2]]),
        ([5, 6, 5], [[0], [1], [2]]),
        ([50, 1], [[0], [1]]),
        ([4, 6, 1], [[0, 1], [2]]),
    ],
)
def test_pieces_are_as_large_as_they_may_be_and_what_is_larger_is_one_by_itself(sizes, pieces):
    cut = bulk.in_pieces(list(range(len(sizes))), sizes, 10)
    assert [[item for _, item in piece] for piece in cut] == pieces
