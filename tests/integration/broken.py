"""A deployment whose database and broker can be broken: two launchers with an engine each, behind proxies."""

from __future__ import annotations

import pathlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from heatlite.context import EngineContext
from heatlite.db import models
from heatlite.db.api import Database
from heatlite.db.settings import Settings
from tests.deployment import Daemons
from tests.integration import gates
from tests.servers import MariaDB, PostgreSQL, RabbitMQ
from tests.servers.proxied import Proxied
from tests.story import Story, Template, hot, slow
from tests.waiting import PATIENCE, wait_until

LAYERS, WIDTH, GATED = 8, 25, 4
RESOURCES = LAYERS * WIDTH
SECONDS = 0.3
TROUBLE = re.compile(r"^\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) (\S+)", re.MULTILINE)


class Deployment(Daemons):
    """Engines behind proxies; what the test looks at goes past them."""

    def __init__(
        self, directory: pathlib.Path, proxied: Proxied, more: Mapping[str, str] | None = None, **options: Any
    ) -> None:
        """:param more: sections of the configuration file, by name, each the text of its lines"""
        super().__init__(directory, proxied.url, proxied.bus, workers=1, **options)
        with self.config.open("a") as file:
            file.writelines(f"[{section}]\n{lines}\n" for section, lines in (more or {}).items())
        self.proxied = proxied
        self.database.dispose()
        self.database = Database(Settings(proxied.direct))

    def trouble(self, since: int = 0) -> list[str]:
        """The lines of the engines' log from WARNING on, from a place in it on."""
        text = self.log.read_text(errors="replace")[since:]
        return [line for line in text.splitlines() if TROUBLE.match(line)]


@contextmanager
def broken(
    directory: pathlib.Path, database: MariaDB | PostgreSQL, broker: RabbitMQ, **options: Any
) -> Iterator[Deployment]:
    """The deployment, started; at the end stopped."""
    proxied = Proxied(database, broker)
    deployment = Deployment(directory, proxied, **options)
    deployment.environment = gates.install(directory / "installed")
    try:
        for _ in range(2):
            deployment.spawn()
        wait_until(lambda: len(deployment.engines()) >= 2, PATIENCE, "engines to register", deployment.tail)
        wait_until(deployment.answers, PATIENCE, "engines to answer", deployment.tail)
        yield deployment
    finally:
        deployment.stop()
        proxied.close()


def layered(gate: pathlib.Path | None = None) -> Template:
    """200 resources in layers, each of which waits for one of the layer before it and takes a while.

    :param gate: a file; from the layer GATED on all wait for it
    """
    resources = {
        f"r{layer}_{at}": slow("create", at, f"r{layer - 1}_{at}" if layer else None, SECONDS)
        for layer in range(LAYERS)
        for at in range(WIDTH)
    }
    if gate:
        first = f"r{GATED - 1}_0"
        resources[first] = {"type": gates.TYPE, "properties": {"path": str(gate)}}
        for at in range(WIDTH):
            resources[f"r{GATED}_{at}"]["depends_on"] = [f"r{GATED - 1}_{at}", first]
    return hot(**resources)


def begun(deployment: Deployment, gate: pathlib.Path | None = None) -> Story:
    """A stack of 200 resources, a quarter of which are there by now.

    :param gate: a file without which no more than about half of them come to be
    """
    wait_until(deployment.answers, PATIENCE, "engines to answer", deployment.tail)  # they may just have been cut off
    story = Story(deployment)
    story.create(layered(gate))
    wait_until(lambda: made(story) >= RESOURCES // 4, PATIENCE, "a quarter of the resources", deployment.tail)
    assert story.state() == "CREATE_IN_PROGRESS", "it was over before anything broke: nothing is shown by this"
    return story


def made(story: Story) -> int:
    """How many resources of a story's stack are complete."""
    row = models.resource.c
    count = sa.select(sa.func.count()).where(row.stack_id == story.identity["stack_id"], row.status == "COMPLETE")
    database = story.deployment.database
    with database.reader(EngineContext(database)) as connection:
        return int(connection.execute(count.where(row.action == "CREATE")).scalar_one())


def state(story: Story) -> str:
    """The state of a story's stack, past whatever is broken."""
    stack, database = models.stack.c, story.deployment.database
    with database.reader(EngineContext(database)) as connection:
        found = sa.select(stack.action, stack.status).where(stack.id == story.identity["stack_id"])
        return "_".join(connection.execute(found).one())


def completes(story: Story) -> None:
    """Wait until a story's stack is complete, and look that all is there."""
    deployment: Any = story.deployment
    wait_until(lambda: not state(story).endswith("IN_PROGRESS"), PATIENCE, "the stack to end", deployment.tail)
    assert state(story) == "CREATE_COMPLETE", deployment.tail()
    assert made(story) == RESOURCES
