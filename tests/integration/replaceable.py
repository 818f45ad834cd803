"""Launchers with one engine each, whose plugins do I/O and take their time; and what the database says of them."""

from __future__ import annotations

import pathlib
from collections import Counter
from typing import Any

import psutil
import sqlalchemy as sa

from heatlite.context import EngineContext
from heatlite.db import models
from tests.chaos import thing
from tests.chaos.world import VARIABLE
from tests.deployment import Daemons
from tests.integration import poison
from tests.story import Template, hot


class Replaceable(Daemons):
    """Each launcher has one engine, so that one can be ended, stopped and replaced by itself."""

    def __init__(self, directory: pathlib.Path, url: str, bus: str, **options: Any) -> None:
        root = pathlib.Path(__file__).parents[2]
        thing.install(directory / "plugins")
        poison.install(directory / "plugins")
        self.environment = {
            "PYTHONPATH": f"{directory / 'plugins'}:{root}",
            "XDG_CACHE_HOME": str(directory / "cache"),
            VARIABLE: str(directory / "world"),
        }
        super().__init__(directory, url, bus, workers=1, **options)

    def process_of(self, engine_id: str) -> psutil.Process:
        """The process that is this engine."""
        service = models.service.c
        name = sa.select(service.hostname).where(service.engine_id == engine_id)
        return psutil.Process(int(str(self.ask(name)[0][0]).rsplit(".", 1)[1]))

    def ask(self, statement: sa.Select[Any]) -> list[Any]:
        """What the database answers."""
        with self.database.reader(EngineContext(self.database)) as connection:
            return list(connection.execute(statement))

    def held_by_nobody(self) -> set[str]:
        """The ids of engines that hold a node or a lock, and are there no more."""
        node, row, service = models.sync_point.c, models.resource.c, models.service.c
        there = {it[0] for it in self.ask(sa.select(service.engine_id).where(service.deleted_at.is_(None)))}
        holding = self.ask(sa.select(node.engine_id).where(node.engine_id.is_not(None)))
        holding += self.ask(sa.select(row.engine_id).where(row.engine_id.is_not(None)))
        return {it[0] for it in holding} - there

    def holders(self) -> Counter[str]:
        """engine id → how many rows it has locked."""
        row = models.resource.c
        held = self.ask(
            sa.select(row.engine_id, sa.func.count()).where(row.engine_id.is_not(None)).group_by(row.engine_id)
        )
        return Counter({it[0]: it[1] for it in held})

    def completions(self) -> int:
        """How many resources have been completed."""
        event = models.event.c
        count = sa.select(sa.func.count()).where(event.resource_status == "COMPLETE", event.engine_id.is_not(None))
        return int(self.ask(count)[0][0])

    def written_by(self, engine_id: str) -> list[str]:
        """The resources of the events that an engine has written, in order."""
        event = models.event.c
        written = sa.select(event.resource_name).where(event.engine_id == engine_id).order_by(event.id)
        return [row[0] for row in self.ask(written)]

    def states(self) -> set[str]:
        """The states in which stacks are."""
        return {it[0] for it in self.ask(sa.select(models.stack.c.status).distinct())}


def things(count: int, seconds: float) -> Template:
    """So many things in two layers, of which each takes a while to make."""
    half = count // 2
    return hot(
        **{
            f"r{n}": {
                "type": thing.TYPE,
                "properties": {"key": f"r{n}", thing.VALUE: "1", thing.SECONDS: seconds},
                **({"depends_on": f"r{n - half}"} if n >= half else {}),
            }
            for n in range(count)
        }
    )
