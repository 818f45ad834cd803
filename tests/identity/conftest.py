"""A keystone for all tests here, and an engine that uses it."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator

import pytest

from tests.conftest import in_ci
from tests.deployment import InProcess, in_process
from tests.identity.keystone_server import VARIABLE, Keystone, venv
from tests.servers import ServerUnavailable


@pytest.fixture(scope="session")
def keystone(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keystone]:
    """A running keystone."""
    wanted = pytestconfig.getoption("--all")
    try:
        place = venv(may_install=wanted)
    except ServerUnavailable as error:
        if wanted and in_ci():
            pytest.fail(str(error), pytrace=False)
        pytest.skip(str(error))
    if not (place / "bin/keystone-manage").exists():
        pytest.fail(f"{VARIABLE} is {place}, and there is no keystone in it", pytrace=False)
    server = Keystone(place, tmp_path_factory.mktemp("keystone"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def engine(keystone: Keystone, tmp_path: pathlib.Path) -> Iterator[InProcess]:
    """An engine whose cloud is that keystone's."""
    deployment = in_process(tmp_path, cloud=keystone.settings)
    yield deployment
    deployment.stop()
