"""A rolling upgrade: engines of two versions side by side, on one database and one broker."""

from __future__ import annotations

import os
import pathlib
import signal
from typing import Any

import sqlalchemy as sa

from heatlite.context import EngineContext
from heatlite.db import models, services
from tests.deployment import Daemons, running
from tests.family import nested, states_of, text
from tests.integration.previous import VERSION
from tests.story import Story, hot, resource, slow
from tests.waiting import PATIENCE, wait_until

INNER = text(
    hot({"size": {"type": "string"}}, None, a=resource({"get_param": "size"}), b=resource("2", depends_on="a"))
)
FILES = {"inner.yaml": INNER}
MANY = 8


def tree(size: str) -> dict[str, Any]:
    """Nested stacks, which engines of both versions begin for one another."""
    return hot(**{f"n{number}": nested("inner.yaml", size=size) for number in range(MANY)}, leaf=resource(size))


def versions(daemons: Daemons) -> dict[str, str]:
    """engine id → version of the engines that are there."""
    return {it.engine_id: it.version or VERSION for it in services.listed(EngineContext(daemons.database))}


def workers_of(daemons: Daemons, story: Story) -> set[str]:
    """The versions of the engines that did something to the tree."""
    event, stack, by_id = models.event, models.stack, versions(daemons)
    statement = sa.select(event.c.engine_id).distinct().join(stack, stack.c.id == event.c.stack_id)
    with daemons.database.reader(EngineContext(daemons.database)) as connection:
        found = connection.execute(statement.where(stack.c.root_id == story.identity["stack_id"]))
        return {by_id[row.engine_id] for row in found if row.engine_id in by_id}


def holds(daemons: Daemons, engine_id: str) -> bool:
    """Whether an engine has locked something."""
    row = models.resource.c
    with daemons.database.reader(EngineContext(daemons.database)) as connection:
        return bool(connection.execute(sa.select(row.id).where(row.engine_id == engine_id)).all())


def test_stacks_go_on_while_engines_are_replaced(mariadb: Any, rabbitmq: Any, tmp_path: pathlib.Path) -> None:
    daemons = Daemons(tmp_path, mariadb.fresh_database(), rabbitmq.fresh_vhost(), workers=1, batch_size=1)
    daemons.program = "tests.integration.previous"
    with running(daemons):
        (old,) = daemons.launchers
        story = Story(daemons)
        story.create(tree("1"), files=FILES)
        story.settle("CREATE_COMPLETE")
        daemons.program = Daemons.program
        daemons.launch()
        assert len(set(versions(daemons).values())) == 2
        both_versions_share_the_work(daemons, story)
        what_the_old_one_held_goes_on_with_the_new(daemons, old)
        story.delete()
        story.settle("DELETE_COMPLETE")


def both_versions_share_the_work(daemons: Daemons, story: Story) -> None:
    for size in ("2", "3"):
        story.update(tree(size), files=FILES)
        story.settle("UPDATE_COMPLETE")
        assert set(states_of(story).values()) == {"UPDATE_COMPLETE"}
    assert len(workers_of(daemons, story)) == 2


def what_the_old_one_held_goes_on_with_the_new(daemons: Daemons, old: Any) -> None:
    story = Story(daemons)
    story.create(
        hot(**tree("1")["resources"], **{f"r{n}": slow("create", n, seconds=5.0) for n in range(MANY)}), files=FILES
    )
    former = next(it for it, version in versions(daemons).items() if version == VERSION)
    wait_until(lambda: holds(daemons, former), PATIENCE, "the old engine to hold something", daemons.tail)
    os.killpg(old.pid, signal.SIGKILL)
    old.wait()
    story.settle("CREATE_COMPLETE")
    wait_until(lambda: len(daemons.engines()) == 1, PATIENCE, "the old engine to be declared dead", daemons.tail)
    story.delete()
    story.settle("DELETE_COMPLETE")
