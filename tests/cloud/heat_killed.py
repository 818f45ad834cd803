"""What a real Heat leaves on the cloud when its workers are killed: ``tools/cloud PYTHON -m tests.cloud.heat_killed``.

The stack is that of ``test_kills.py``. All workers are killed once, after a random number of requests to the services;
heat-engine starts new ones. Then the stack is given time to complete, and is deleted::

    create ──✗── WAITS ──▶ delete, up to DELETIONS times ──▶ what is left at the services

Arguments: how often, and the first seed.
"""

from __future__ import annotations

import contextlib
import pathlib
import random
import sys
import tempfile
import time
import uuid
from typing import Any

import psutil

from heatlite.exception import EntityNotFound, HeatliteError
from tests.cloud.left import everything
from tests.cloud.reached import Reached, reached
from tests.cloud.real_heat import RealHeat, heat_context, real_heat
from tests.cloud.test_import import PUBLIC_KEY
from tests.cloud.test_kills import thirty
from tests.servers import MariaDB, RabbitMQ
from tests.story import Story

MOST_REQUESTS = 200
WAITS, DELETIONS = 180.0, 3
ENDED = ("COMPLETE", "FAILED")


def main() -> None:
    """Print what becomes of each stack."""
    times, seed = (int(it) for it in (*sys.argv[1:], "3", "1")[:2])
    cloud, mariadb, rabbitmq = reached(), MariaDB(), RabbitMQ()
    try:
        for server in (mariadb, rabbitmq):
            server.start()
        with tempfile.TemporaryDirectory() as directory:
            place = pathlib.Path(directory) / "heat"
            place.mkdir()
            with real_heat(cloud, place, mariadb.fresh_database(), rabbitmq.fresh_vhost()) as heat:
                for number in range(seed, seed + times):
                    print(lived(heat, cloud, number), flush=True)
    finally:
        rabbitmq.stop()
        mariadb.stop()


def lived(heat: RealHeat, cloud: Reached, seed: int) -> str:
    """Have the stack made and its workers killed, and tell what became of it."""
    project = f"of-heat-{uuid.uuid4().hex[:8]}"
    cloud.fresh_project(project)
    before, story, number = everything(cloud, project, admins=False), Story(heat), random.Random(seed)
    story.name, story.context = "killed", heat_context(cloud, project)
    asked, moment = cloud.number_of_requests(), number.randint(1, MOST_REQUESTS)
    story.create(stack())
    while cloud.number_of_requests() < asked + moment:
        time.sleep(0.05)
    for worker in psutil.Process(heat.engine).children():
        worker.kill()
    made = ended(story)
    gone = "still there"
    for _ in range(DELETIONS):
        with contextlib.suppress(HeatliteError):
            story.delete()
        if (gone := ended(story)) in ("gone", "DELETE_COMPLETE"):
            break
    after = everything(cloud, project, admins=False)
    left = {name: len(ids - before[name]) for name, ids in after.items() if ids - before[name]}
    return f"seed {seed}: killed after {moment} requests: {made}; deletion: {gone}; left: {left or 'nothing'}"


def stack() -> dict[str, Any]:
    """Return the template, with a public key: Heat asks Nova by a version that makes no keys."""
    template = thirty()
    template["resources"]["key"]["properties"] = {"name": "killed", "public_key": PUBLIC_KEY}
    return template


def ended(story: Story) -> str:
    """Wait for the end of an operation as long as a stack is waited for; return the state."""
    end, state = time.monotonic() + WAITS, "unknown"
    while time.monotonic() < end and not state.endswith((*ENDED, "gone")):
        try:
            shown = story.show(resolve_outputs=False)
            state = f"{shown['stack_action']}_{shown['stack_status']}"
        except EntityNotFound:
            return "gone"
        except Exception as error:  # a killed engine answers no call
            state = type(error).__name__
        time.sleep(1)
    return state


if __name__ == "__main__":
    main()
