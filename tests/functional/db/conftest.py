"""Databases for tests: SQLite, MariaDB and PostgreSQL, each with heatlite's schema, empty at the start of each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from heatlite.context import EngineContext
from heatlite.db import migration, models
from heatlite.db.api import Database, Settings

SERVERS = ["mariadb", "postgresql"]
on_servers = pytest.mark.parametrize("backend", SERVERS, indirect=True)
on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
on_mariadb = pytest.mark.parametrize("backend", ["mariadb"], indirect=True)
on_postgresql = pytest.mark.parametrize("backend", ["postgresql"], indirect=True)


@dataclass(frozen=True)
class Backend:
    """One kind of database. ``fresh_url()`` makes a new, empty one."""

    name: str
    fresh_url: Callable[[], str]


@pytest.fixture(scope="session", params=["sqlite", *SERVERS])
def backend(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Backend:
    """Each kind of database in turn; the marks above choose some of them."""
    if request.param == "sqlite":
        return Backend("sqlite", lambda: f"sqlite:///{tmp_path_factory.mktemp('sqlite')}/heatlite.db")
    return Backend(request.param, request.getfixturevalue(request.param).fresh_database)


@pytest.fixture(scope="session")
def shared(backend: Backend) -> Iterator[Database]:
    """One database of the kind for all tests, with the schema: made once, because that takes the time."""
    database = Database(Settings(connection=backend.fresh_url()))
    migration.sync(database.engine)
    yield database
    database.dispose()


@pytest.fixture
def database(shared: Database) -> Database:
    """A database with the schema and nothing in it."""
    with shared.writer(EngineContext(shared)) as connection:
        for table in reversed(models.metadata.sorted_tables):
            connection.execute(sa.delete(table))
        if shared.engine.dialect.name == "sqlite" and sa.inspect(connection).has_table("sqlite_stat1"):
            connection.exec_driver_sql("DROP TABLE sqlite_stat1")  # what an earlier test had it count
            connection.exec_driver_sql("ANALYZE sqlite_master")
    return shared


@pytest.fixture
def another(database: Database) -> Iterator[Database]:
    """The same database through a pool of its own that no test has used yet."""
    second = Database(database.settings)
    yield second
    second.dispose()


@pytest.fixture
def context(database: Database) -> EngineContext:
    """A context on the empty database."""
    return EngineContext(database)
