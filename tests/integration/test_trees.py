"""A tree of fifty stacks, two engines, and the death of one of them in the middle of each action.

root ── branch0 … branch6   groups of two        ──┐
           └─ 0, 1          stacks of a file        ├─ 7 + 14 + 28 = 49 nested stacks
               └─ left, right   a thing in each   ──┘   left is replaced by an update, right is changed in place
"""

from __future__ import annotations

import os
import pathlib
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa

from heatlite.context import EngineContext
from heatlite.db import models
from tests.deployment import Daemons, running
from tests.family import inline, nested, stacks_of, text
from tests.integration import things
from tests.story import Story, Template, hot
from tests.waiting import PATIENCE, wait_until

BRANCHES, LEAVES, NESTED = 7, 28, 49
PARAMETERS = {name: {"type": "string"} for name in ("value", "form")}
GIVEN = {name: {"get_param": name} for name in PARAMETERS}
Seen = dict[str, things.Seen]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    return tmp_path_factory.mktemp("world") / "things"


@pytest.fixture(scope="module")
def daemons(mariadb: Any, rabbitmq: Any, tmp_path_factory: pytest.TempPathFactory, world: Any) -> Iterator[Daemons]:
    directory = tmp_path_factory.mktemp("trees")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in things.install(directory / "installed", world).items():
            patch.setenv(name, value)
        with running(Daemons(directory, mariadb.fresh_database(), rabbitmq.fresh_vhost())) as deployment:
            yield deployment


@pytest.fixture
def story(daemons: Daemons, world: pathlib.Path) -> Iterator[Story]:
    story = Story(daemons)
    yield story
    for path in world.iterdir():  # after a failure; else there is nothing
        path.unlink()


def thing(**properties: Any) -> Template:
    return {"type": things.TYPE, "properties": properties}


LEAF = hot(PARAMETERS, thing=thing(**GIVEN))
TWIG = hot(
    PARAMETERS,
    left=nested("leaf.yaml", **GIVEN),
    right=inline(LEAF, {"value": {"get_param": "value"}, "form": "one"}),
)
FILES = {"leaf.yaml": text(LEAF), "twig.yaml": text(TWIG)}


def tree(value: str, *, fails: bool = False) -> Template:
    """The root's template. With ``fails`` its last resource fails, when all branches are as they should be."""
    member = nested("twig.yaml", value=value, form=value)
    group = {"type": "OS::Heat::ResourceGroup", "properties": {"count": 2, "resource_def": member}}
    branches = {f"branch{number}": group for number in range(BRANCHES)}
    last = {"last": {**thing(value="", fails=True), "depends_on": list(branches)}} if fails else {}
    return hot(**branches, **last)


def are(state: str, value: str) -> Callable[[Seen], int]:
    return lambda seen: sum((it["state"], it["value"]) == (state, value) for it in seen.values())


@dataclass(frozen=True)
class Act:
    """An operation on the tree. Its middle is when ``at`` things have come to where it leads."""

    begin: Callable[[Story], None]
    done: Callable[[Seen], int]
    ends: tuple[str, str] | None
    """The state and value of all things at its end."""
    at: int = LEAVES // 3

    def is_in_its_middle(self, story: Story, world: pathlib.Path, action: str) -> bool:
        """Whether it is; a rollback begins as an update."""
        begun = action != "rollback" or story.show()["stack_action"] == "ROLLBACK"
        return begun and self.done(things.things(world)) >= self.at


ONE, TWO = ("active", "one"), ("active", "two")
ACTS = {
    "create": Act(lambda it: it.create(tree("one"), files=FILES), are(*ONE), ONE),
    "update": Act(lambda it: it.update(tree("two"), files=FILES), are(*TWO), TWO),
    "rollback": Act(
        lambda it: it.update(tree("two", fails=True), files=FILES, disable_rollback=False),
        are(*ONE),
        ONE,
        at=LEAVES // 2 + 4,  # the half that was replaced is still there, and kept for this
    ),
    "suspend": Act(lambda it: it.suspend(), are("suspended", "one"), ("suspended", "one")),
    "resume": Act(lambda it: it.resume(), are(*ONE), ONE),
    "check": Act(lambda it: it.check(), lambda seen: sum(it["checks"] for it in seen.values()), ONE),
    "delete": Act(lambda it: it.delete(), lambda seen: LEAVES - len(seen), None),
}


@pytest.mark.parametrize("action", ACTS)
def test_a_tree_survives_the_death_of_an_engine(
    story: Story, daemons: Daemons, world: pathlib.Path, action: str
) -> None:
    act = ACTS[action]
    prepare(story, action)
    act.begin(story)
    wait_until(lambda: act.is_in_its_middle(story, world, action), PATIENCE, f"the middle of {action}", story.explain)
    os.kill(daemons.workers()[0].pid, signal.SIGKILL)
    assert story.state().endswith("IN_PROGRESS"), "it was over before the engine died: nothing is shown by this"
    story.settle(f"{action.upper()}_COMPLETE")
    verify(story, world, act.ends)
    wait_until(lambda: len(daemons.workers()) == 2, PATIENCE, "the launcher to replace the worker", daemons.tail)
    if action != "delete":
        story.delete()
        story.settle("DELETE_COMPLETE")
        verify(story, world, None)


def prepare(story: Story, action: str) -> None:
    """Bring the tree to where the action begins."""
    if action == "create":
        return
    story.create(tree("one"), files=FILES)
    story.settle("CREATE_COMPLETE")
    if action == "resume":
        story.suspend()
        story.settle("SUSPEND_COMPLETE")


def verify(story: Story, world: pathlib.Path, ends: tuple[str, str] | None) -> None:
    """See that the things are those that the templates ask for, and that nothing is left of the way there."""
    wait_until(lambda: not left(story), PATIENCE, "locks and sync points to go", lambda: str(left(story)))
    below, seen = stacks_of(story), things.things(world)
    assert {it["status"] for it in below.values()} <= {"COMPLETE"}
    assert len(below) == (NESTED if ends else 0)
    assert {it["id"] for it in below.values()} == set(physical_ids(story, "nested"))
    assert set(seen) == set(physical_ids(story, "things"))
    assert [(it["state"], it["value"]) for it in seen.values()] == ([ends] * LEAVES if ends else [])


def left(story: Story) -> dict[str, int]:
    """What must not remain in a tree at rest, and how much of it there is."""
    row, stack, database = models.resource.c, models.stack.c, story.deployment.database
    tree = stack_ids(story)
    live = tree.where(stack.deleted_at.is_(None))
    rows = sa.select(sa.func.count()).select_from(models.resource)
    counts = {
        "locks": rows.where(row.stack_id.in_(tree), row.engine_id.is_not(None)),
        "rows that aren't complete": rows.where(row.stack_id.in_(tree), row.status != "COMPLETE"),
        "rows of stacks that are gone": rows.where(row.stack_id.in_(tree), row.stack_id.not_in(live)),
        "sync points": sa.select(sa.func.count()).where(models.sync_point.c.stack_id.in_(tree)),
    }
    with database.reader(EngineContext(database)) as connection:
        found = {what: connection.execute(count).scalar_one() for what, count in counts.items()}
    return {what: number for what, number in found.items() if number}


def physical_ids(story: Story, kind: str) -> list[str]:
    """What the tree's rows say exists: its ``things``, or its ``nested`` stacks."""
    row, database = models.resource.c, story.deployment.database
    of_kind = row.type == things.TYPE if kind == "things" else row.type != things.TYPE
    chosen = sa.select(row.physical_resource_id).where(row.stack_id.in_(stack_ids(story)), of_kind)
    with database.reader(EngineContext(database)) as connection:
        return list(connection.execute(chosen).scalars())


def stack_ids(story: Story) -> sa.Select[Any]:
    """The ids of all stacks of the tree, the root's too."""
    stack, root = models.stack.c, story.identity["stack_id"]
    return sa.select(stack.id).where(sa.or_(stack.id == root, stack.root_id == root))
