"""Going on within a transaction changes what it costs, and nothing of what is told or written.

alone     each node is claimed by itself, and announced before
onward    what follows is done in the transaction of what it follows
"""

from __future__ import annotations

import pathlib
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from heatlite.db import models
from heatlite.engine.common.settings import Settings
from tests.functional.engine.endpoint import Endpoint, opened
from tests.functional.engine.fleet import Fleet
from tests.functional.engine.templates import Template, stores, template

Story = Callable[[Endpoint], dict[str, Any]]
LENGTH, BATCH = 13, 5
OF_A_BATCH = 16
"""Statements of a batch, however many nodes it has; those that end the stack among them."""
SAME_EACH_TIME = ("name", "type", "action", "status", "status_reason", "atomic_key", "attr_data", "properties_data")
SAME_EACH_TIME += ("resource_metadata", "resource_data", "fingerprint", "attempts", "deletion_policy", "progress")


def chain(value: str = "x", length: int = LENGTH, **others: Template) -> Template:
    """Each resource but the first reads the one before it; ``others`` are in place of some of them."""
    reading = {f"r{at}": stores({"get_attr": [f"r{at - 1}", "output"]}) for at in range(1, length)}
    return template({"r0": stores(value), **reading, **others})


@pytest.fixture
def onward(schema: pathlib.Path, tmp_path: pathlib.Path) -> Iterator[Endpoint]:
    with opened(schema, tmp_path / "onward.sqlite3", local_hops=20) as endpoint:
        yield endpoint


def happened(engine: Endpoint, identity: dict[str, Any]) -> dict[str, list[str]]:
    """Resource → what was told of it, oldest first; and the rows that are there."""
    told: dict[str, list[str]] = {}
    for event in engine.call("list_events", stack_identity=identity, sort_dir="asc", limit=1000):
        words = (event[f"resource_{part}"] for part in ("action", "status", "status_reason"))
        told.setdefault(event["resource_name"], []).append(" ".join(words))
    with engine.database.engine.connect() as connection:
        columns = [models.resource.c[name] for name in SAME_EACH_TIME]
        rows = connection.execute(sa.select(*columns).order_by(models.resource.c.name, models.resource.c.id))
        told["rows"] = [str(tuple(row)) for row in rows]
    return told


def grows_and_changes(engine: Endpoint) -> dict[str, Any]:
    identity = engine.created("web", chain("x", 4))
    engine.update(identity, chain("y"))
    engine.settle()
    return identity


def is_replaced(engine: Endpoint) -> dict[str, Any]:
    identity = engine.created("web", chain())
    engine.update(identity, chain(r4=stores("z", properties={"update_replace_value": "new"})))
    engine.settle()
    return identity


def fails_and_is_mended(engine: Endpoint) -> dict[str, Any]:
    identity = engine.created("web", chain(r4=stores("z", properties={"fail": True}, depends_on="r3")))
    engine.update(identity, chain())
    engine.settle()
    return identity


def rolls_back(engine: Endpoint) -> dict[str, Any]:
    identity = engine.created("web", chain(), args={"disable_rollback": False})
    engine.update(identity, chain("y", r7=stores("z", properties={"fail": True}, depends_on="r6")))
    engine.settle()
    return identity


def sleeps_and_wakes(engine: Endpoint) -> dict[str, Any]:
    identity = engine.created("web", chain())
    for visit in ("stack_suspend", "stack_resume", "stack_check"):
        engine.call(visit, stack_identity=identity)
        engine.settle()
    return identity


def shrinks(engine: Endpoint) -> dict[str, Any]:
    identity = engine.created("web", chain())
    engine.update(identity, chain("x", 3))
    engine.settle()
    return identity


STORIES = (grows_and_changes, is_replaced, fails_and_is_mended, rolls_back, sleeps_and_wakes, shrinks)


@pytest.mark.parametrize("story", STORIES, ids=lambda it: it.__name__)
def test_the_same_comes_of_it(engine: Endpoint, onward: Endpoint, story: Story) -> None:
    first, second = story(engine), story(onward)
    expected, found = happened(engine, first), happened(onward, second)
    for each, identity in ((expected, first), (found, second)):
        each["rows"] = [row.replace(identity["stack_id"], "stack") for row in each["rows"]]
        each["rows"] = [without_names(row) for row in each["rows"]]
    assert found == expected
    assert onward.show(second)["stack_status"] == engine.show(first)["stack_status"]


def without_names(row: str) -> str:
    """A row's text without what chance is in: physical names."""
    return re.sub(r"web-r\d+-[a-z0-9]+", "physical", row)


def test_a_chain_costs_what_a_batch_does(onward: Endpoint) -> None:
    onward.create("web", chain())
    assert len(onward.announcements.waiting) == 1
    with onward.statements() as made:
        onward.settle()
    assert len(made) <= OF_A_BATCH
    assert onward.rows()["sync_point"] == 0


def test_no_more_is_done_at_once_than_a_batch(schema: pathlib.Path, tmp_path: pathlib.Path) -> None:
    with opened(schema, tmp_path / "small.sqlite3", local_hops=1, batch_size=BATCH) as engine:
        identity = engine.create("web", chain())
        engine.step()
        assert unmade(engine, identity) == LENGTH - 2 * (1 + BATCH)
        engine.settle()
        assert engine.show(identity)["stack_status"] == "COMPLETE"


def test_it_waits_at_a_hook_in_the_middle(onward: Endpoint) -> None:
    stops = {"resource_registry": {"resources": {"r4": {"hooks": ["pre-create"]}, "r8": {"hooks": ["post-create"]}}}}
    identity = onward.created("web", chain(), params=stops)
    assert unmade(onward, identity) == LENGTH - 4
    for name, hook, left in (("r4", "pre-create", LENGTH - 9), ("r8", "post-create", 0)):
        details = {"unset_hook": hook}
        onward.call("resource_signal", stack_identity=identity, resource_name=name, details=details)
        onward.settle()
        assert unmade(onward, identity) == left
    assert onward.show(identity)["stack_status"] == "COMPLETE"


def test_what_takes_a_thread_is_left_to_its_claim(schema: pathlib.Path, tmp_path: pathlib.Path) -> None:
    fleet = Fleet(schema, tmp_path / "fleet.sqlite3", Settings(local_hops=20))
    slow = {"type": "Test::Threaded", "properties": {"value": "slow"}, "depends_on": ["r3"]}
    fleet.create(chain(r4=slow))
    fleet.message()
    assert sum(row["attr_data"] is not None for row in rows_of(fleet)) == 4
    fleet.settle()
    assert fleet.state() == "CREATE_COMPLETE"


def test_a_newer_operation_meets_none_half_done(schema: pathlib.Path, tmp_path: pathlib.Path) -> None:
    """A message of the older traversal, which comes when it has been superseded, does nothing."""
    fleet = Fleet(schema, tmp_path / "fleet.sqlite3", Settings(local_hops=20, batch_size=BATCH))
    fleet.create(chain())
    fleet.update(chain("y"))
    fleet.settle()
    assert fleet.state() == "UPDATE_COMPLETE"
    assert {row["attr_data"]["attributes"]["output"] for row in rows_of(fleet)} == {"y"}


def unmade(engine: Endpoint, identity: dict[str, Any]) -> int:
    """Resources to which nothing has been done yet."""
    rows = engine.call("list_stack_resources", stack_identity=identity)
    return sum(row["resource_action"] == "INIT" for row in rows)


def rows_of(fleet: Fleet) -> list[Any]:
    with fleet.database.engine.connect() as connection:
        return [row._mapping for row in connection.execute(sa.select(models.resource))]
