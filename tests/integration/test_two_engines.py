"""Two engine processes, a real broker and a real database: shared work, and the death of one of them."""

from __future__ import annotations

import os
import pathlib
import signal
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from heatlite.context import EngineContext
from heatlite.db import models
from heatlite.template import load
from tests.deployment import Daemons, running
from tests.story import Story, Template
from tests.waiting import PATIENCE, wait_until

TEMPLATES = pathlib.Path(__file__).parents[1] / "unit" / "template" / "poc"
FAIR_SHARE = 0.1
"""What each of two engines does at least: two of its batches in a thousand nodes. More is a question of the machine."""
LEAVES = 1001


@pytest.fixture(params=["mariadb", "postgresql"])
def daemons(request: pytest.FixtureRequest, rabbitmq: Any, tmp_path: pathlib.Path) -> Iterator[Daemons]:
    server = request.getfixturevalue(request.param)
    with running(Daemons(tmp_path, server.fresh_database(), rabbitmq.fresh_vhost())) as deployment:
        yield deployment


@pytest.fixture
def story(daemons: Daemons) -> Story:
    return Story(daemons)


def leaves() -> Template:
    return load((TEMPLATES / "1000-leaves.yaml").read_text(), 10_000_000)


def test_a_thousand_leaves_are_created_updated_and_deleted_by_both_engines(story: Story, daemons: Daemons) -> None:
    for act, state in (
        (lambda: story.create(leaves()), "CREATE_COMPLETE"),
        (lambda: story.update(leaves(), parameters={"len": 20}), "UPDATE_COMPLETE"),
        (story.delete, "DELETE_COMPLETE"),
    ):
        with Shares(daemons) as shares:
            act()
            story.settle(state)
        assert len(shares.counted) == 2, shares.counted
        assert min(shares.counted.values()) >= FAIR_SHARE * sum(shares.counted.values()), shares.counted
        if state != "DELETE_COMPLETE":
            assert len(story.resources()) == LEAVES


@pytest.mark.parametrize("operation", ["create", "update", "delete", "suspend"])
def test_what_a_killed_engine_held_is_finished_by_the_others(story: Story, daemons: Daemons, operation: str) -> None:
    if operation != "create":
        story.create(leaves())
        story.settle("CREATE_COMPLETE")
    acts = {
        "create": lambda: story.create(leaves()),
        "update": lambda: story.update(leaves(), parameters={"len": 20}),
        "delete": story.delete,
        "suspend": story.suspend,
    }
    before = happened(story, daemons)
    acts[operation]()
    wait_until(lambda: happened(story, daemons) - before > LEAVES // 3, PATIENCE, "a third of the work", daemons.tail)
    victim = daemons.workers()[0]
    os.kill(victim.pid, signal.SIGKILL)
    assert story.state().endswith("IN_PROGRESS"), "it was over before the engine died: nothing is shown by this"
    story.settle(f"{operation.upper()}_COMPLETE")
    if operation == "delete":
        assert story.resources() == {}
    else:
        story.verify(*leaves()["resources"])
    wait_until(lambda: len(daemons.workers()) == 2, PATIENCE, "the launcher to replace the worker", daemons.tail)


def happened(story: Story, daemons: Daemons) -> int:
    """How many events a stack has."""
    if not story.identity:
        return 0
    count = sa.select(sa.func.count()).where(models.event.c.stack_id == story.identity["stack_id"])
    with daemons.database.reader(EngineContext(daemons.database)) as connection:
        return int(connection.execute(count).scalar_one())


class Shares:
    """How many resources each engine brought to an end while this was open."""

    def __init__(self, daemons: Daemons) -> None:
        self._daemons = daemons
        self.counted: Counter[str] = Counter()

    def __enter__(self) -> Shares:
        self._before = self._count()
        return self

    def __exit__(self, *error: object) -> None:
        self.counted = self._count() - self._before

    def _count(self) -> Counter[str]:
        event = models.event
        by_engine = sa.select(event.c.engine_id, sa.func.count()).where(
            event.c.engine_id.is_not(None), event.c.resource_status == "COMPLETE"
        )
        with self._daemons.database.reader(EngineContext(self._daemons.database)) as connection:
            return Counter({row[0]: row[1] for row in connection.execute(by_engine.group_by(event.c.engine_id))})
