"""A Heat's database, and an engine to take its stacks over."""

from __future__ import annotations

import pathlib
import sqlite3
from collections.abc import Iterator

import pytest

from heatlite.db import migration
from heatlite.db.api import Database
from heatlite.db.crypt import Vault
from heatlite.db.settings import Settings

FIXTURE = pathlib.Path(__file__).parent / "heat27.sql"
VALUES_FIXTURE = pathlib.Path(__file__).parent / "heat27_values.sql"
HEATS_KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="session")
def heat_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The database that real Heat filled, in a file of its own. It is only read."""
    return as_sqlite(FIXTURE, tmp_path_factory.mktemp("heat"))


@pytest.fixture(scope="session")
def values_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The same of the stacks of ``heat_values``."""
    return as_sqlite(VALUES_FIXTURE, tmp_path_factory.mktemp("values"))


def as_sqlite(fixture: pathlib.Path, directory: pathlib.Path) -> str:
    """The URL of a database that is made of a dump."""
    path = directory / "heat.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.executescript(fixture.read_text())
    connection.close()
    return f"sqlite:///{path}"


@pytest.fixture
def database(tmp_path: pathlib.Path) -> Iterator[Database]:
    """Ours, empty, and without an engine."""
    database = Database(Settings(f"sqlite:///{tmp_path}/ours.sqlite3"), Vault(("k" * 32,)))
    migration.sync(database.engine)
    yield database
    database.dispose()
