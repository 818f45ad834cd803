"""A create of 200 resources, with each fault of the broker and of the database in its middle: COMPLETE."""

from __future__ import annotations

import pathlib
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from tests.integration.broken import Deployment, begun, broken, completes
from tests.servers import breakages
from tests.servers.proxied import Proxied
from tests.servers.proxy import Proxy
from tests.waiting import PATIENCE, wait_until

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


class Fault(NamedTuple):
    """What is broken, and how to tell afterwards that it was: a fault that doesn't happen shows nothing.

    ``happened`` is asked at the end, with what ``act`` returned, and with the engines' log from the fault on.
    """

    act: Callable[[Proxied], Any]
    happened: Callable[[Any, str], Any] = lambda returned, log: returned


def lasting(block: Callable[[Proxied], Any], seconds: float, words: str) -> Fault:
    """A fault that lasts so long, and of which the engines say these words."""

    def act(proxied: Proxied) -> None:
        with block(proxied):
            time.sleep(seconds)  # how long a fault lasts is what it is

    return Fault(act, lambda returned, log: words in log)


def by_the_proxy(block: Callable[[Proxy], Any], server: str, seconds: float) -> Fault:
    """A fault of the network before a server, which lasts so long."""

    def act(proxied: Proxied) -> int:
        proxy = proxied.proxies[server]
        before = proxy.harm
        with block(proxy):
            time.sleep(seconds)  # how long a fault lasts is what it is
        return proxy.harm - before

    return Fault(act)


def of_the_process(act: Callable[[Proxied], None], server: str) -> Fault:
    """A fault after which a server has another process."""

    def replaced(proxied: Proxied) -> bool:
        before = getattr(proxied, server).pid
        act(proxied)
        return bool(before != getattr(proxied, server).pid)

    return Fault(replaced)


def killed(server: str) -> Fault:
    def act(proxied: Proxied) -> None:
        with getattr(proxied, server).down():
            pass

    return of_the_process(act, server)


OUTAGE, BLOCKED, UNREACHABLE = "can't be used", "blocked the connection", "is unreachable"
OF_DATABASES = {
    "killed": killed("database"),
    "restarted": of_the_process(lambda proxied: proxied.database.restart(), "database"),
    "connections cut": Fault(lambda proxied: proxied.proxies["database"].cut()),
    "away for longer than a lease": by_the_proxy(Proxy.away, "database", LONG),
    "sessions killed": Fault(breakages.kill_sessions),
    "deadlocks": Fault(breakages.deadlock),
    "answers to commits lost": Fault(
        lambda proxied: breakages.lose_commits(proxied, 8), lambda loss, log: loss.happened.is_set()
    ),
    "read-only for longer than a lease": lasting(breakages.read_only, LONG, OUTAGE),
}
OF_BROKERS = {
    "connections cut": Fault(lambda proxied: proxied.proxies["broker"].cut()),
    "away": by_the_proxy(Proxy.away, "broker", SHORT),
    "queues deleted": Fault(breakages.delete_queues),
}
SLOW_OF_DATABASES = {**OF_DATABASES, "frozen for longer than a lease": by_the_proxy(Proxy.frozen, "database", LONG)}
SLOW_OF_BROKERS = {
    "killed": killed("broker"),
    "stop_app": lasting(breakages.application_stopped, 0, UNREACHABLE),
    "frozen": by_the_proxy(Proxy.frozen, "broker", SHORT),
}


def survives(deployment: Deployment, fault: Fault, gate: pathlib.Path) -> None:
    """Have a fault happen in the middle of a create, which then completes, by the same engines as before.

    However fast the engines are, they can't be done before: half of the resources wait for the gate.

    That no engine is declared dead for an outage is only to be seen where that is longer than a lease.
    """
    engines, story = sorted(deployment.engines()), begun(deployment, gate)
    place = len(deployment.log.read_text(errors="replace"))
    returned = fault.act(deployment.proxied)
    gate.touch()
    completes(story)
    log = deployment.log.read_text(errors="replace")[place:]
    assert fault.happened(returned, log), "nothing was broken: nothing is shown by this"
    assert sorted(deployment.engines()) == engines, deployment.tail()


@pytest.mark.parametrize("fault", OF_DATABASES)
def test_a_create_survives_a_database_that_is(
    mariadb_deployment: Deployment, fault: str, tmp_path: pathlib.Path
) -> None:
    survives(mariadb_deployment, OF_DATABASES[fault], tmp_path / "open")


@pytest.mark.parametrize("fault", OF_BROKERS)
def test_a_create_survives_a_broker_that_is(mariadb_deployment: Deployment, fault: str, tmp_path: pathlib.Path) -> None:
    survives(mariadb_deployment, OF_BROKERS[fault], tmp_path / "open")


def test_a_create_survives_a_broker_without_memory(mariadb_deployment: Deployment, tmp_path: pathlib.Path) -> None:
    """The broker blocks who publishes, so that the alarm lasts until an engine had something to publish."""
    deployment, gate = mariadb_deployment, tmp_path / "open"
    engines, story = sorted(deployment.engines()), begun(deployment, gate)
    place = len(deployment.log.read_text(errors="replace"))
    with breakages.memory_alarm(deployment.proxied):
        gate.touch()
        is_blocked = lambda: BLOCKED in deployment.log.read_text(errors="replace")[place:]  # noqa: E731
        wait_until(is_blocked, PATIENCE, "an engine to be blocked", deployment.tail)
    completes(story)
    assert sorted(deployment.engines()) == engines, deployment.tail()


@pytest.mark.slow
@pytest.mark.parametrize("fault", SLOW_OF_DATABASES)
def test_a_create_survives_a_postgresql_that_is(
    postgresql_deployment: Deployment, fault: str, tmp_path: pathlib.Path
) -> None:
    survives(postgresql_deployment, SLOW_OF_DATABASES[fault], tmp_path / "open")


@pytest.mark.slow
@pytest.mark.parametrize("fault", SLOW_OF_BROKERS)
def test_a_create_survives_a_broker_that_was(
    mariadb_deployment: Deployment, fault: str, tmp_path: pathlib.Path
) -> None:
    survives(mariadb_deployment, SLOW_OF_BROKERS[fault], tmp_path / "open")
