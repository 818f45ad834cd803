"""Options and fixtures of the whole test suite: real servers on demand, slow tests with ``--all`` only."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import hypothesis
import pytest
from oslo_service import backend

backend.init_backend(backend.BackendType.THREADING)  # before oslo.messaging is imported, or it would pick another

from tests.servers import MariaDB, PostgreSQL, RabbitMQ, Server, ServerUnavailable, begin_all  # noqa: E402

hypothesis.settings.register_profile(  # a machine that has other things to do is no fault of what is tested
    "shared machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("shared machine")

SERVERS: dict[str, Server] = {"mariadb": MariaDB(), "postgresql": PostgreSQL(), "rabbitmq": RabbitMQ()}


def heed_signals() -> None:
    """Take SIGINT and SIGQUIT, and have every child take them.

    A script that starts the suite in its background has it ignore both, which children inherit: neither Ctrl-C, which a
    test sends to a command, nor the quick end of a server would have any effect.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGQUIT) is signal.SIG_IGN:
        signal.signal(signal.SIGQUIT, signal.SIG_DFL)


heed_signals()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--all", action="store_true", help="also run the tests marked slow")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--all"):
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    items[:] = [item for item in items if item not in slow]
    config.hook.pytest_deselected(items=slow)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Start what the chosen tests will ask for, all at once, while those that need no server run."""
    if not session.config.option.collectonly:
        asked_for = {name for item in session.items for name in getattr(item, "fixturenames", ())}
        begin_all(server for name, server in SERVERS.items() if name in asked_for)


def in_ci() -> bool:
    """Whether a missing server is a failure (``CI`` is set) or a skip (at home)."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false", "no")


def served(server: Server) -> Iterator[Server]:
    """The server, started; it ends with the session."""
    try:
        server.start()
    except ServerUnavailable as error:
        if in_ci():
            pytest.fail(str(error), pytrace=False)
        pytest.skip(str(error))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def mariadb() -> Iterator[Server]:
    """A running MariaDB: ``mariadb.fresh_database()``."""
    yield from served(SERVERS["mariadb"])


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A running PostgreSQL: ``postgresql.fresh_database()``."""
    yield from served(SERVERS["postgresql"])


@pytest.fixture(scope="session")
def rabbitmq() -> Iterator[Server]:
    """A running RabbitMQ: ``rabbitmq.fresh_vhost()``."""
    yield from served(SERVERS["rabbitmq"])
