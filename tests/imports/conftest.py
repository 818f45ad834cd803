"""A Heat's database, and an engine to take its stacks over."""

from __future__ import annotations

import pathlib
import sqlite3

import pytest

FIXTURE = pathlib.Path(__file__).parent / "heat27.sql"
HEATS_KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="session")
def heat_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The database that real Heat filled, in a file of its own. It is only read."""
    path = tmp_path_factory.mktemp("heat") / "heat.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.executescript(FIXTURE.read_text())
    connection.close()
    return f"sqlite:///{path}"
