"""A create of 200 resources, with each fault of the broker and of the database in its middle: COMPLETE."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.integration.broken import Deployment, begun, broken, completes
from tests.servers import breakages
from tests.servers.proxied import Proxied

LEASE = 8.0
"""Seconds; long enough for an engine on a machine that is busy otherwise."""
LONG = LEASE + 2
"""Seconds of an outage that is longer than a lease."""
SHORT = 3.0


@pytest.fixture(scope="module")
def mariadb_deployment(mariadb: Any, rabbitmq: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    with broken(tmp_path_factory.mktemp("faults"), mariadb, rabbitmq, lease_seconds=LEASE) as deployment:
        yield deployment


@pytest.fixture(scope="module")
def postgresql_deployment(
    postgresql: Any, rabbitmq: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    with broken(tmp_path_factory.mktemp("faults"), postgresql, rabbitmq, lease_seconds=LEASE) as deployment:
        yield deployment


def lasting(block: Callable[[Proxied], Any], seconds: float) -> Callable[[Proxied], None]:
    """A fault that lasts so long."""

    def fault(proxied: Proxied) -> None:
        with block(proxied):
            time.sleep(seconds)  # how long a fault lasts is what it is

    return fault


def away(server: str) -> Callable[[Proxied], Any]:
    return lambda proxied: proxied.proxies[server].away()


def frozen(server: str) -> Callable[[Proxied], Any]:
    return lambda proxied: proxied.proxies[server].frozen()


OF_DATABASES = {
    "killed": lasting(lambda proxied: proxied.database.down(), 0),
    "restarted": lambda proxied: proxied.database.restart(),
    "connections cut": lambda proxied: proxied.proxies["database"].cut(),
    "away for longer than a lease": lasting(away("database"), LONG),
    "sessions killed": breakages.kill_sessions,
    "deadlocks": breakages.deadlock,
    "answers to commits lost": lambda proxied: breakages.lose_commits(proxied, 8),
    "read-only for longer than a lease": lasting(breakages.read_only, LONG),
}
OF_BROKERS = {
    "connections cut": lambda proxied: proxied.proxies["broker"].cut(),
    "away": lasting(away("broker"), SHORT),
    "queues deleted": breakages.delete_queues,
    "out of memory": lasting(breakages.memory_alarm, 0),
}
SLOW_OF_DATABASES = {**OF_DATABASES, "frozen for longer than a lease": lasting(frozen("database"), LONG)}
SLOW_OF_BROKERS = {
    "killed": lasting(lambda proxied: proxied.broker.down(), 0),
    "stop_app": lasting(breakages.application_stopped, 0),
    "frozen": lasting(frozen("broker"), SHORT),
}


def survives(deployment: Deployment, fault: Callable[[Proxied], Any]) -> None:
    """Have a fault happen in the middle of a create, which then completes, by the same engines as before.

    That no engine is declared dead for an outage is only to be seen where that is longer than a lease.
    """
    engines, story = sorted(deployment.engines()), begun(deployment)
    fault(deployment.proxied)
    completes(story)
    assert sorted(deployment.engines()) == engines, deployment.tail()


@pytest.mark.parametrize("fault", OF_DATABASES)
def test_a_create_survives_a_database_that_is(mariadb_deployment: Deployment, fault: str) -> None:
    survives(mariadb_deployment, OF_DATABASES[fault])


@pytest.mark.parametrize("fault", OF_BROKERS)
def test_a_create_survives_a_broker_that_is(mariadb_deployment: Deployment, fault: str) -> None:
    survives(mariadb_deployment, OF_BROKERS[fault])


@pytest.mark.slow
@pytest.mark.parametrize("fault", SLOW_OF_DATABASES)
def test_a_create_survives_a_postgresql_that_is(postgresql_deployment: Deployment, fault: str) -> None:
    survives(postgresql_deployment, SLOW_OF_DATABASES[fault])


@pytest.mark.slow
@pytest.mark.parametrize("fault", SLOW_OF_BROKERS)
def test_a_create_survives_a_broker_that_was(mariadb_deployment: Deployment, fault: str) -> None:
    survives(mariadb_deployment, SLOW_OF_BROKERS[fault])
