"""An engine keeps its connections to the database: to make one anew, over TLS, takes longer than a transaction."""

from __future__ import annotations

import pathlib
from typing import Any

import pytest

from heatlite.engine.common.configured import OTHER_THREADS
from tests.deployment import Daemons, running
from tests.story import Story, hot, slow

WORKERS, STEPS = 4, 12
KEPT = WORKERS + STEPS + OTHER_THREADS
LOADS, WIDTH = 10, 60


def opened_under_load(mariadb: Any, bus: str, directory: pathlib.Path, more: str = "") -> int:
    """How many connections the server took while one engine process made many resources side by side."""
    threads = {"worker_threads": WORKERS, "step_threads": STEPS}
    deployment = Daemons(directory, mariadb.fresh_database(), bus, workers=1, **threads)
    with deployment.config.open("a") as file:
        file.write(more)
    count = lambda: int(dict(mariadb.ask("SHOW GLOBAL STATUS LIKE 'Connections'"))["Connections"])  # noqa: E731
    before = count()
    with running(deployment):
        for _ in range(LOADS):
            story = Story(deployment)
            story.create(hot(**{f"r{number}": slow("create", number, seconds=0.2) for number in range(WIDTH)}))
            story.settle("CREATE_COMPLETE")
        opened = count() - before
        print(f"{opened} connections opened, {KEPT} kept")
        return opened


def test_a_busy_engine_opens_hardly_more_connections_than_it_keeps(
    mariadb: Any, rabbitmq: Any, tmp_path: pathlib.Path
) -> None:
    asides = 6  # the launcher's look at the schema, the test's own pool
    assert opened_under_load(mariadb, rabbitmq.fresh_vhost(), tmp_path) <= KEPT + asides


@pytest.mark.slow
def test_one_whose_operator_wants_a_small_pool_opens_them_again_and_again(
    mariadb: Any, rabbitmq: Any, tmp_path: pathlib.Path
) -> None:
    """What the test before this one would see, were the pool's size not that of the threads."""
    assert opened_under_load(mariadb, rabbitmq.fresh_vhost(), tmp_path, "max_pool_size = 1\n") > KEPT + 6
