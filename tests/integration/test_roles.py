"""Engines that serve clients only, and engines that converge only: together they are a deployment."""

from __future__ import annotations

import pathlib
from typing import Any

from tests.deployment import Daemons
from tests.story import Story, hot, resource
from tests.waiting import PATIENCE, wait_until


def test_an_api_engine_accepts_and_a_worker_engine_converges(
    mariadb: Any, rabbitmq: Any, tmp_path: pathlib.Path
) -> None:
    deployment = Daemons(tmp_path, mariadb.fresh_database(), rabbitmq.fresh_vhost(), workers=1)
    try:
        deployment.launch("--role", "api")
        story = Story(deployment)
        story.create(hot(a=resource(), b=resource(depends_on="a")))
        assert story.order("CREATE", "IN_PROGRESS") == []
        worker = deployment.launch("--role", "worker")
        story.settle("CREATE_COMPLETE")
        worker.terminate()
        worker.wait(PATIENCE)
        wait_until(lambda: len(deployment.engines()) == 1, PATIENCE, "the worker to say goodbye", deployment.tail)
    finally:
        deployment.stop()
