"""What a transaction sends to the server, and what becomes of connections that broke while they lay idle."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from heatlite.context import EngineContext
from heatlite.db.api import Database
from heatlite.db.settings import Settings

OWN_ID = {"mariadb": "SELECT CONNECTION_ID()", "postgresql": "SELECT pg_backend_pid()"}
KILL = {"mariadb": "KILL {}", "postgresql": "SELECT pg_terminate_backend({})"}


@pytest.fixture(params=["mariadb", "postgresql"])
def served(request: pytest.FixtureRequest) -> Iterator[tuple[str, Database]]:
    """A database of each kind of server, and which it is."""
    database = Database(Settings(request.getfixturevalue(request.param).fresh_database()))
    yield request.param, database
    database.dispose()


def own_id(name: str, database: Database) -> int:
    """The server's number for the connection that a transaction gets."""
    with database.writer(EngineContext(database)) as connection:
        return int(connection.execute(sa.text(OWN_ID[name])).scalar_one())


def test_a_connection_that_broke_in_the_pool_is_replaced(served: tuple[str, Database]) -> None:
    name, database = served
    before = own_id(name, database)
    other = sa.create_engine(database.engine.url)
    with other.connect() as connection:
        connection.execute(sa.text(KILL[name].format(before)))
    other.dispose()
    assert own_id(name, database) != before


def test_a_transaction_that_was_committed_isnt_rolled_back_and_one_that_wasnt_is(mariadb: Any) -> None:
    database = Database(Settings(mariadb.fresh_database()))
    with database.writer(EngineContext(database)) as connection:
        connection.execute(sa.text("CREATE TABLE t (id INTEGER)"))
    before = mariadb.statement_counts()
    with database.writer(EngineContext(database)) as connection:
        connection.execute(sa.text("INSERT INTO t VALUES (1)"))
    after = mariadb.statement_counts()
    used = {name: after[name] - before[name] for name in ("Com_insert", "Com_commit", "Com_rollback")}
    assert used == {"Com_insert": 1, "Com_commit": 1, "Com_rollback": 0}
    connection = database.engine.raw_connection()
    connection.cursor().execute("INSERT INTO t VALUES (2)")
    connection.close()
    with database.reader(EngineContext(database)) as reading:
        assert reading.execute(sa.text("SELECT id FROM t")).scalars().all() == [1]
    database.dispose()
