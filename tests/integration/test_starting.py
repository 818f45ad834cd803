"""Starting: each part of an engine starts by itself, waits for no other, and can be told to stop at any moment."""

from __future__ import annotations

import contextlib
import pathlib
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from heatlite.context import EngineContext
from heatlite.db import services
from tests.integration.broken import Deployment, state
from tests.servers.proxied import Proxied
from tests.story import Story, hot, slow
from tests.waiting import PATIENCE, wait_until

LEAVES_WITHIN = 45.0
"""Seconds, on a machine that is busy otherwise: where the broker is away its connections are given up after some."""
TROUBLE = re.compile(r"Traceback|cannot join thread|Unhandled exception|Exception in thread")
BACKENDS = ("threading", "eventlet")
Block = Callable[[Proxied], contextlib.AbstractContextManager[Any]]


@pytest.fixture
def proxied(mariadb: Any, rabbitmq: Any) -> Iterator[Proxied]:
    made = Proxied(mariadb, rabbitmq)
    yield made
    made.close()


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def deployment(backend: str, proxied: Proxied, tmp_path: pathlib.Path) -> Iterator[Deployment]:
    made = Deployment(tmp_path, proxied, backend=backend)
    yield made
    made.stop()


def ends(deployment: Deployment, launcher: subprocess.Popen[bytes]) -> None:
    """Have a launcher told to stop: it ends in peace, and soon."""
    launcher.send_signal(signal.SIGTERM)
    try:
        assert launcher.wait(LEAVES_WITHIN) == 0, deployment.tail()
    except subprocess.TimeoutExpired:
        raise AssertionError(f"it didn't end\n{deployment.tail()}") from None
    log = deployment.log.read_text(errors="replace")
    assert not TROUBLE.search(log), log[-8000:]


def leases(deployment: Deployment) -> list[str]:
    return [it.engine_id for it in services.listed(EngineContext(deployment.database))]


def said(words: str) -> Callable[[Deployment], bool]:
    return lambda deployment: words in deployment.log.read_text(errors="replace")


def away(server: str) -> Block:
    return lambda proxied: proxied.proxies[server].away()


def frozen(server: str) -> Block:
    return lambda proxied: proxied.proxies[server].frozen()


STAGES: dict[str, tuple[Block, Callable[[Deployment], object]]] = {
    "it has its lease": (lambda proxied: contextlib.nullcontext(), leases),
    "it waits for the database": (away("database"), said("The database can't be used")),
    "it waits for the broker": (away("broker"), said("This engine can't serve")),
    "the broker takes its connection and says nothing": (frozen("broker"), leases),
    "it serves": (lambda proxied: contextlib.nullcontext(), said("serves as")),
}


@pytest.mark.parametrize("stage", STAGES)
def test_an_engine_that_is_told_to_stop_as_it_starts_ends_and_gives_its_lease_up_when(
    deployment: Deployment, stage: str
) -> None:
    block, has_come = STAGES[stage]
    with block(deployment.proxied):
        launcher = deployment.spawn()
        wait_until(lambda: has_come(deployment), PATIENCE, stage, deployment.tail)
        ends(deployment, launcher)
    assert leases(deployment) == []


def test_an_engine_that_serves_ends_while_the_broker_is_away(deployment: Deployment) -> None:
    launcher = deployment.launch()
    with deployment.proxied.proxies["broker"].away():
        ends(deployment, launcher)
    assert leases(deployment) == []


def test_an_engine_without_a_broker_takes_over_from_a_dead_one_and_finishes_its_stack(deployment: Deployment) -> None:
    former = deployment.launch()
    story = Story(deployment)
    story.create(hot(a=slow("create", seconds=20.0), b=slow("create", depends_on="a")))
    wait_until(lambda: state(story) == "CREATE_IN_PROGRESS", PATIENCE, "it to begin", deployment.tail)
    workers = deployment.workers()
    former.kill()
    for worker in workers:
        worker.kill()
    assert state(story) == "CREATE_IN_PROGRESS", "it was over before the engine died: nothing is shown by this"
    with deployment.proxied.proxies["broker"].away():
        deployment.spawn()
        wait_until(lambda: state(story) == "CREATE_COMPLETE", PATIENCE, "the stack", deployment.tail)
        assert [it.serving for it in services.listed(EngineContext(deployment.database)) if not it.deleted_at] == [
            False
        ]
    wait_until(deployment.answers, PATIENCE, "it to serve now", deployment.tail)
