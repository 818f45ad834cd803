"""An engine takes or refuses whatever it is sent; what it refuses leaves nothing, what it takes ends."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatlite.db import migration
from heatlite.db.api import Database, Settings
from tests.functional.engine.endpoint import Endpoint, migrated, opened
from tests.fuzz.good import GOOD
from tests.fuzz.limits import examples
from tests.fuzz.nasty import Mutation, mutations, spoilt
from tests.fuzz.whole import carry_through

places = st.integers(0, len(GOOD) - 1)
stories = st.lists(mutations, max_size=3)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    directory: pathlib.Path = tmp_path_factory.mktemp("fuzz")
    with opened(migrated(directory / "schema.sqlite3"), directory / "heatlite.sqlite3") as endpoint:
        yield endpoint


@pytest.fixture(scope="module", params=["mariadb", "postgresql"])
def engine_on_a_server(request: pytest.FixtureRequest) -> Iterator[Endpoint]:
    database = Database(Settings(request.getfixturevalue(request.param).fresh_database()))
    migration.sync(database.engine)
    yield Endpoint(database)
    database.dispose()


@pytest.mark.parametrize("place", range(len(GOOD)))
def test_what_is_to_be_spoilt_comes_to_be(engine: Endpoint, place: int) -> None:
    assert carry_through(engine, GOOD[place], GOOD[place])


@examples(150)
@given(places, stories, places, stories)
def test_any_request_is_carried_through_or_refused(
    engine: Endpoint, place: int, story: list[Mutation], second: int, change: list[Mutation]
) -> None:
    carry_through(engine, spoilt(GOOD[place], story), spoilt(GOOD[second], change))


@examples(30)
@given(places, stories, places, stories)
def test_a_server_takes_what_sqlite_takes(
    engine_on_a_server: Endpoint, place: int, story: list[Mutation], second: int, change: list[Mutation]
) -> None:
    carry_through(engine_on_a_server, spoilt(GOOD[place], story), spoilt(GOOD[second], change))
