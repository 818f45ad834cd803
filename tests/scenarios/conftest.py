"""The deployments that stories are told on: each database, each backend. One deployment serves a whole session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.deployment import Daemons, Deployment, in_process
from tests.story import Story

EMBEDDED = "embedded"
ALWAYS = (EMBEDDED, "mariadb-threading", "mariadb-eventlet", "postgresql-threading")
THOROUGH = ("postgresql-eventlet",)  # psycopg waits in C, which stalls green threads: it works, but belongs to threads


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "deployment" in metafunc.fixturenames:
        chosen = [*ALWAYS, *(pytest.param(name, marks=pytest.mark.slow) for name in THOROUGH)]
        metafunc.parametrize("deployment", chosen, indirect=True, scope="session")


@pytest.fixture(scope="session")
def deployment(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Engines, started once for all stories that are told on them."""
    directory = tmp_path_factory.mktemp("deployment")
    if request.param == EMBEDDED:
        local = in_process(directory, local_hops=20)  # as engines have it by default
        yield local
        local.stop()
        return
    database, backend = request.param.split("-")
    url = request.getfixturevalue(database).fresh_database()
    bus = request.getfixturevalue("rabbitmq").fresh_vhost()
    daemons = Daemons(directory, url, bus, backend=backend)
    try:
        daemons.launch()
        yield daemons
    finally:
        daemons.stop()


@pytest.fixture
def story(deployment: Deployment) -> Story:
    """A stack of its own, in a project of its own."""
    return Story(deployment)
