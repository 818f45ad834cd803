"""An engine on a database of its own, for all tests of a module."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator

import pytest

from tests.functional.engine.endpoint import Endpoint, migrated, opened


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    directory: pathlib.Path = tmp_path_factory.mktemp("fuzz")
    with opened(migrated(directory / "schema.sqlite3"), directory / "heatlite.sqlite3") as endpoint:
        yield endpoint
