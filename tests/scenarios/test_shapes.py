"""Graphs of extreme shapes: wide, deep, and large.

fan-in   r0 … r999 ──▶ last        each arrival is one subtraction
chain    r0 ──▶ r1 ──▶ … ──▶ r499   a batch of one is a batch
"""

from __future__ import annotations

import random

import pytest
import sqlalchemy as sa

from heatlite.context import EngineContext
from heatlite.db import models
from tests.deployment import Daemons
from tests.story import Story, Template, hot, resource

WIDTH, DEPTH, SHALLOW, SIZE = 1_000, 500, 100, 10_000


def fan_in(value: str) -> Template:
    """Many resources, and one that requires all of them."""
    names = [f"r{number}" for number in range(WIDTH)]
    return hot(last=resource(value, depends_on=names), **{name: resource(value) for name in names})


def chain(value: str, depth: int) -> Template:
    """Each resource but the first reads the one before it."""
    reading = {f"r{at}": resource({"get_attr": [f"r{at - 1}", "output"]}) for at in range(1, depth)}
    return hot(r0=resource(value), **reading)


def tangle(seed: int) -> Template:
    """Each resource but the first few requires up to three of those before it."""
    dice = random.Random(seed)
    return hot(
        **{
            f"r{at}": resource(
                depends_on=sorted({f"r{dice.randrange(at)}" for _ in range(dice.randint(0, 3))}) if at else None
            )
            for at in range(SIZE)
        }
    )


def engines_of(story: Story) -> set[str]:
    """The engines that did something for this stack."""
    event, database = models.event.c, story.deployment.database
    statement = sa.select(event.engine_id).where(event.stack_id == story.identity["stack_id"]).distinct()
    with database.reader(EngineContext(database)) as connection:
        return set(connection.execute(statement).scalars()) - {None}


def test_a_resource_that_requires_a_thousand_comes_after_all_of_them(story: Story) -> None:
    story.create(fan_in("1"))
    story.settle("CREATE_COMPLETE")
    assert story.order("CREATE")[-1] == "last"
    story.update(fan_in("2"))
    story.settle("UPDATE_COMPLETE")
    updated = story.order("UPDATE")
    assert (len(updated), updated[-1]) == (WIDTH + 1, "last")
    story.delete()
    story.settle("DELETE_COMPLETE")
    deleted = story.order("DELETE")
    assert (len(deleted), deleted[0]) == (WIDTH + 1, "last")
    assert len(engines_of(story)) >= (2 if isinstance(story.deployment, Daemons) else 1)  # one may have got a new id
    story.verify_nothing_left()


def test_a_long_chain_is_worked_off_link_by_link(story: Story) -> None:
    story.create(chain("1", DEPTH))
    story.settle("CREATE_COMPLETE")
    assert story.order("CREATE") == [f"r{at}" for at in range(DEPTH)]
    assert story.value(f"r{DEPTH - 1}") == "1"
    story.verify_nothing_left()


@pytest.mark.parametrize("depth", [SHALLOW, pytest.param(DEPTH, marks=pytest.mark.slow)])
def test_a_change_runs_along_a_chain_and_a_deletion_back(story: Story, depth: int) -> None:
    names = [f"r{at}" for at in range(depth)]
    story.create(chain("1", depth))
    story.settle("CREATE_COMPLETE")
    story.update(chain("2", depth))
    story.settle("UPDATE_COMPLETE")
    assert story.order("UPDATE") == names
    assert story.value(names[-1]) == "2"
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert story.order("DELETE") == names[::-1]
    story.verify_nothing_left()


def test_an_update_that_meets_a_chain_half_way_leaves_one_chain(story: Story) -> None:
    names = [f"r{at}" for at in range(SHALLOW)]
    story.create(chain("1", SHALLOW))
    story.step_until(names[SHALLOW // 10], "CREATE_COMPLETE")
    story.update(chain("2", SHALLOW))
    story.settle("UPDATE_COMPLETE")
    story.verify(*names)
    assert story.value(names[-1]) == "2"
    assert sorted(story.order("CREATE")) == sorted(names), "each was made once"
    story.verify_nothing_left()


@pytest.mark.slow
def test_a_graph_of_ten_thousand_is_created_changed_and_deleted(story: Story) -> None:
    template = tangle(seed=1)
    story.create(template)
    story.settle("CREATE_COMPLETE")
    place = {name: at for at, name in enumerate(story.order("CREATE"))}
    assert len(place) == SIZE
    for name, it in template["resources"].items():
        assert all(place[required] < place[name] for required in it.get("depends_on", ()))
    template["resources"]["r0"] = resource("changed")
    story.update(template)
    story.settle("UPDATE_COMPLETE")
    assert story.order("UPDATE") == ["r0"]
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert len(story.order("DELETE")) == SIZE
    story.verify_nothing_left()
