"""The schema's history ends exactly at what the models say, on every database."""

import subprocess
import sys
from subprocess import PIPE

import sqlalchemy as sa
from alembic import autogenerate
from alembic.migration import MigrationContext
from alembic.operations import Operations

from heatlite.db import migration, models, software_models
from heatlite.db.api import Database, Settings
from tests.functional.db.conftest import on_sqlite
from tests.waiting import PATIENCE

LAST_RELEASE = "0004"
"""The schema of the last heatlite that anybody may run: raised with each release."""


TABLES = (models, software_models)
"""Where tables are declared; both on one metadata, whichever is loaded first."""


def differences(connection):
    """What would have to be done to the tables for them to be as the models say."""
    options = {"compare_type": True, "compare_server_default": True}
    return autogenerate.compare_metadata(MigrationContext.configure(connection, opts=options), models.metadata)


def test_migrations_arrive_at_the_models(database):
    with database.engine.connect() as connection:
        assert differences(connection) == []


def test_the_comparison_sees_a_missing_index_a_foreign_column_and_another_type(backend):
    """A guard for the test above: what it finds to be equal could have been found to differ."""
    database = Database(Settings(connection=backend.fresh_url()))
    migration.sync(database.engine)
    with database.engine.connect() as connection, connection.begin():
        operations = Operations(MigrationContext.configure(connection))
        operations.drop_index("ix_stack_owner_id", "stack")
        operations.add_column("service", sa.Column("foreign", sa.Integer))
        with operations.batch_alter_table("stack") as batch:
            batch.alter_column("timeout", type_=sa.String(20), existing_type=sa.Integer)
    with database.engine.connect() as connection:
        found = [it[0] if isinstance(it, list) else it for it in differences(connection)]
    assert {"add_index", "remove_column", "modify_type"} <= {difference[0] for difference in found}
    database.dispose()


def test_the_models_columns_of_json_hold_long_texts(database, context):
    """4 GiB on MariaDB, where plain TEXT ends at 64 KiB."""
    inspector = sa.inspect(database.engine)
    long_types = {"mysql": "LONGTEXT", "mariadb": "LONGTEXT", "postgresql": "TEXT", "sqlite": "TEXT"}
    columns = {column["name"]: str(column["type"]) for column in inspector.get_columns("raw_template")}

    for name in ("template", "files", "environment"):
        assert columns[name].split(" ")[0] == long_types[database.engine.dialect.name]


def test_a_database_without_a_schema_has_no_version(backend):
    database = Database(Settings(connection=backend.fresh_url()))

    assert migration.version(database.engine) is None
    database.dispose()


def test_a_database_that_was_synced_is_at_the_latest_version(database):
    assert migration.version(database.engine) == migration.latest()


def test_a_second_sync_does_nothing(database):
    written = []

    def note(connection, cursor, statement, *_):
        if statement.split()[0].upper() in ("CREATE", "ALTER", "DROP", "INSERT", "UPDATE", "DELETE"):
            written.append(statement)

    sa.event.listen(database.engine, "before_cursor_execute", note)
    try:
        migration.sync(database.engine)
    finally:
        sa.event.remove(database.engine, "before_cursor_execute", note)

    assert written == []


SYNC = """
import sys
from heatlite.db import migration
from heatlite.db.api import Database, Settings
sys.stdin.readline()
migration.sync(Database(Settings(connection=sys.argv[1])).engine)
"""


@on_sqlite
def test_processes_that_sync_a_new_file_at_once_make_one_schema(backend):
    """The embedded engine syncs at its start, and two commands may be started together."""
    url = backend.fresh_url()
    command = [sys.executable, "-c", SYNC, url]
    processes = [subprocess.Popen(command, stdin=PIPE, stderr=PIPE, text=True) for _ in range(4)]

    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    told = [process.communicate(timeout=PATIENCE)[1] for process in processes]

    assert [process.returncode for process in processes] == [0] * 4, "\n".join(told)
    database = Database(Settings(connection=url))
    with database.engine.connect() as connection:
        assert differences(connection) == []
    database.dispose()


def columns_of(engine):
    """(table, column) → what the database says of it."""
    inspector = sa.inspect(engine)
    return {
        (table, column["name"]): column
        for table in inspector.get_table_names()
        for column in inspector.get_columns(table)
    }


def spelled(kind):
    """A type without its collation, which is nothing to a statement that reads or writes."""
    return str(kind).split(" CHARACTER SET ")[0].split(" COLLATE ")[0]


def test_engines_of_the_last_release_work_on_the_schema_of_today(backend):
    """What a migration adds, an engine that doesn't know of it need not say; and it takes nothing away."""
    database = Database(Settings(connection=backend.fresh_url()))
    migration.sync(database.engine, LAST_RELEASE)
    before = columns_of(database.engine)
    migration.sync(database.engine)
    after = columns_of(database.engine)
    database.dispose()

    assert before.keys() <= after.keys()
    changed = [key for key in before if spelled(before[key]["type"]) != spelled(after[key]["type"])]
    needed = [key for key in before if before[key]["nullable"] and not after[key]["nullable"]]
    tables = {table for table, _ in before}
    added = [after[key] for key in after.keys() - before.keys() if key[0] in tables]
    demanding = [column["name"] for column in added if not column["nullable"] and column["default"] is None]
    assert (changed, needed, demanding) == ([], [], [])
