"""The cloud that HEATLITE_CLOUD tells of, and an engine that uses it. Without it the tests here are skipped."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Iterator
from typing import Any

import pytest

from heatlite.exception import CloudNotFound
from heatlite.resources.outcomes import Done
from tests.cloud.life import PATIENCE, Life
from tests.cloud.reached import Reached, reached
from tests.cloud.run import VARIABLE
from tests.deployment import InProcess, in_process
from tests.interrupted import Interruptions, Way
from tests.story import Story


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(pathlib.Path(__file__).parent):
            item.add_marker(pytest.mark.cloud)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what tells of resources' lives also with interruptions."""
    if "interruptions" in metafunc.fixturenames:
        ways = [pytest.param(way, id=way.name.lower(), marks=pytest.mark.slow) for way in Way]
        metafunc.parametrize("interruptions", [pytest.param(None, id="plain"), *ways], indirect=True)


@pytest.fixture(scope="session")
def cloud() -> Reached:
    """The cloud."""
    if not os.environ.get(VARIABLE):
        pytest.skip(f"{VARIABLE} isn't set: run tools/cloud test")
    return reached()


@pytest.fixture
def engine(cloud: Reached, tmp_path: pathlib.Path) -> Iterator[InProcess]:
    """An engine whose cloud it is."""
    deployment = in_process(tmp_path, cloud=cloud.settings)
    yield deployment
    deployment.stop()


@pytest.fixture
def story(engine: InProcess, cloud: Reached) -> Story:
    """A stack of the user demo's."""
    told = Story(engine)
    told.patience = PATIENCE
    told.context = cloud.context("demo", "demo")
    return told


@pytest.fixture
def interruptions(request: pytest.FixtureRequest, cloud: Reached, monkeypatch: pytest.MonkeyPatch) -> Interruptions:
    """What interrupts the lives."""
    found = Interruptions(request.param).install(monkeypatch)
    monkeypatch.setattr(cloud, "interruptions", found)
    return found


@pytest.fixture
def lives(cloud: Reached, interruptions: Interruptions) -> Iterator[Any]:
    """Makes resources, which go in the other order when the test is over, and must go."""
    made: list[Life] = []

    def begin(type_name: str, user: str = "demo", reads: frozenset[str] = frozenset(), **properties: Any) -> Life:
        life = Life(cloud, type_name, properties, user, reads)
        made.append(life)
        life.create()
        return life

    yield begin
    for life in reversed(made):
        assert isinstance(life.run("DELETE"), Done)
        assert isinstance(life.run("DELETE"), Done)
        with pytest.raises(CloudNotFound):
            life.seen()
