"""One schema for all tests; a database file of its own for each."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator

import pytest

from tests.functional.engine.endpoint import Endpoint, migrated, opened


@pytest.fixture(scope="session")
def schema(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    return migrated(tmp_path_factory.mktemp("schema") / "schema.sqlite3")


@pytest.fixture
def engine(schema: pathlib.Path, tmp_path: pathlib.Path) -> Iterator[Endpoint]:
    with opened(schema, tmp_path / "heatlite.sqlite3") as endpoint:
        yield endpoint
