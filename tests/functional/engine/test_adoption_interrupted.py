"""An adoption that something comes between: what isn't taken over yet is made by nobody, deleted by nobody, and lost
by nobody without a word."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import sqlalchemy as sa

from heatlite.db import models, resources
from heatlite.engine.traversal.unadopted_events import LEFT
from heatlite.resources.base import UpdateReplace
from heatlite.resources.builtin.stack import Stack
from tests.functional.engine.fleet import Fleet, ThreadedResource
from tests.functional.engine.mishaps import e0_dies
from tests.functional.engine.states import row
from tests.functional.engine.templates import Template, stores, template

ANOTHER = "9"
"""A value that nothing can be changed to."""


class Guest(ThreadedResource):
    """Its physical side is ``there``: id → value, which only what is done to it changes."""

    there: dict[str, str] = {}
    made: list[str] = []
    refuses = False

    def handle_create(self) -> Any:
        self.made.append(self.name)
        progress = super().handle_create()
        self.there[str(self.resource_id)] = self.properties["value"]
        return progress

    def handle_adopt(self, resource_data: Any) -> dict[str, int]:
        super().handle_adopt(resource_data)
        return {"looks": 1}

    def check_adopt_complete(self, progress: dict[str, int]) -> bool:
        if Guest.refuses:
            raise ValueError("not today")
        progress["looks"] -= 1
        return progress["looks"] < 0

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Any:
        assert self.resource_id in self.there
        if self.properties["value"] == ANOTHER:
            raise UpdateReplace
        self.there[str(self.resource_id)] = self.properties["value"]
        return super().handle_update(prop_diff)

    def handle_delete(self) -> Any:
        self.there.pop(str(self.resource_id), None)
        return super().handle_delete()


class Other(Guest):
    """Of another type."""


@pytest.fixture
def fleet(schema: pathlib.Path, tmp_path: pathlib.Path) -> Iterator[Fleet]:
    """Engines that know the types, in a world in which ``a's`` and ``b's`` exist."""
    Guest.there, Guest.made, Guest.refuses = {"a's": "1", "b's": "1"}, [], False
    types = {"Test::Guest": Guest, "Test::Other": Other, "OS::Heat::Stack": Stack}
    fleet = Fleet(schema, tmp_path / "heatlite.sqlite3", **types)
    yield fleet
    fleet.database.dispose()


def guest(value: str = "1", **more: Any) -> Template:
    return {**stores(value, **more), "type": "Test::Guest"}


def chain(value: str = "1", **others: Any) -> Template:
    return template({"a": guest(value), "b": guest(value, depends_on="a"), **others})


def nested(value: str = "1", **others: Any) -> Template:
    properties = {"template": json.dumps(chain(value, **others))}
    return {"type": "OS::Heat::Stack", "properties": properties}


SAID = {
    "a": {"resource_id": "a's", "type": "Test::Guest"},
    "b": {"resource_id": "b's", "type": "Test::Guest"},
}
SAID_OF_NESTED = {"n": {"resource_id": "old", "type": "OS::Heat::Stack", "resources": SAID}}


def adopt(fleet: Fleet, wanted: Template, said: Any = None, **args: Any) -> None:
    fleet.create(wanted, adopt_stack_data={"resources": SAID if said is None else said}, **args)


def left(fleet: Fleet) -> dict[str, str]:
    """What people were told that it was left, in the stack or nested in it: physical id → name."""
    event, context = models.event.c, fleet.context()
    with fleet.database.reader(context):
        told = sa.select(event.physical_resource_id, event.resource_name).where(event.resource_status_reason == LEFT)
        return {row[0]: row[1] for row in context.connection.execute(told)}


def a_is_half_taken_over(fleet: Fleet) -> None:
    fleet.message()
    fleet.engines[0].work()
    found = row(fleet, "a")
    assert found is not None
    assert (found.action, found.status) == ("ADOPT", "IN_PROGRESS")


def test_an_update_that_comes_first_takes_over_by_the_given_id_and_then_sets_every_value(fleet: Fleet) -> None:
    adopt(fleet, chain())
    fleet.update(chain("2"))
    fleet.settle()
    assert fleet.state() == "UPDATE_COMPLETE", fleet.stack().status_reason
    assert (Guest.there, Guest.made) == ({"a's": "2", "b's": "2"}, [])
    assert [(row(fleet, name).physical_resource_id, row(fleet, name).progress) for name in "ab"] == [
        ("a's", None),
        ("b's", None),
    ]


def test_an_update_in_the_middle_takes_over_what_is_left_and_brings_all_to_its_values(fleet: Fleet) -> None:
    adopt(fleet, chain())
    a_is_half_taken_over(fleet)
    fleet.update(chain("2"))
    fleet.settle()
    assert fleet.state() == "UPDATE_COMPLETE", fleet.stack().status_reason
    assert (Guest.there, Guest.made) == ({"a's": "2", "b's": "2"}, [])


@pytest.mark.parametrize("when", ["before its first step", "after it"])
def test_an_update_after_the_death_of_who_was_adopting_does_the_same(fleet: Fleet, when: str) -> None:
    adopt(fleet, chain())
    fleet.message()
    if when == "after it":
        fleet.engines[0].work()
    e0_dies(fleet)
    fleet.update(chain("2"))
    fleet.sweep("dead_engines", "lost_casts")
    fleet.settle()
    assert fleet.state() == "UPDATE_COMPLETE", fleet.stack().status_reason
    assert (Guest.there, Guest.made) == ({"a's": "2", "b's": "2"}, [])


def test_who_dies_while_an_update_takes_over_leaves_the_values_to_be_set(fleet: Fleet) -> None:
    adopt(fleet, chain())
    fleet.bus.lose_everything()
    fleet.update(chain("2"))
    a_is_half_taken_over(fleet)
    e0_dies(fleet)
    fleet.sweep("dead_engines", "lost_casts")
    fleet.settle()
    assert fleet.state() == "UPDATE_COMPLETE", fleet.stack().status_reason
    assert (Guest.there, Guest.made) == ({"a's": "2", "b's": "2"}, [])


def test_two_updates_one_after_the_other_end_at_the_newest_values(fleet: Fleet) -> None:
    adopt(fleet, chain())
    fleet.bus.lose_everything()
    fleet.update(chain("2"))
    a_is_half_taken_over(fleet)
    fleet.update(chain("3"))
    fleet.settle()
    assert fleet.state() == "UPDATE_COMPLETE", fleet.stack().status_reason
    assert (Guest.there, Guest.made) == ({"a's": "3", "b's": "3"}, [])


def test_a_delete_leaves_what_is_not_taken_over_and_says_so(fleet: Fleet) -> None:
    adopt(fleet, chain())
    a_is_half_taken_over(fleet)
    fleet.delete()
    fleet.settle()
    assert fleet.state() == "DELETE_COMPLETE"
    assert Guest.there == {"a's": "1", "b's": "1"}
    assert left(fleet) == {"a's": "a", "b's": "b"}


def test_a_delete_deletes_what_is_taken_over_and_leaves_the_rest(fleet: Fleet) -> None:
    adopt(fleet, chain())
    a_is_half_taken_over(fleet)
    while row(fleet, "a").status != "COMPLETE":
        fleet.pass_time(1)
        fleet.engines[0].work()
    fleet.bus.lose_everything()
    fleet.delete()
    fleet.settle()
    assert (fleet.state(), Guest.there, left(fleet)) == ("DELETE_COMPLETE", {"b's": "1"}, {"b's": "b"})


def test_an_update_without_it_leaves_it_and_says_so(fleet: Fleet) -> None:
    adopt(fleet, chain())
    fleet.bus.lose_everything()
    fleet.update(template({"a": guest("2")}))
    fleet.settle()
    assert fleet.state() == "UPDATE_COMPLETE", fleet.stack().status_reason
    assert (Guest.there, left(fleet)) == ({"a's": "2", "b's": "1"}, {"b's": "b"})


def test_what_another_type_is_wanted_of_is_left_and_the_other_is_made(fleet: Fleet) -> None:
    adopt(fleet, chain())
    fleet.bus.lose_everything()
    fleet.update(template({"a": {**guest("2"), "type": "Test::Other"}, "b": guest("2", depends_on="a")}))
    fleet.settle()
    assert fleet.state() == "UPDATE_COMPLETE", fleet.stack().status_reason
    assert (Guest.made, left(fleet)) == (["a"], {"a's": "a"})
    assert (Guest.there["a's"], Guest.there["b's"]) == ("1", "2")


def test_what_could_not_be_taken_over_is_tried_again_and_never_made(fleet: Fleet) -> None:
    adopt(fleet, chain())
    Guest.refuses = True
    fleet.settle()
    assert fleet.state() == "ADOPT_FAILED"
    fleet.update(chain("2"))
    fleet.settle()
    assert (fleet.state(), "not today" in fleet.stack().status_reason) == ("UPDATE_FAILED", True)
    Guest.refuses = False
    fleet.update(chain("3"))
    fleet.settle()
    assert fleet.state() == "UPDATE_COMPLETE", fleet.stack().status_reason
    assert (Guest.there, Guest.made) == ({"a's": "3", "b's": "3"}, [])


def test_a_delete_after_a_failed_adoption_leaves_what_was_not_taken_over(fleet: Fleet) -> None:
    adopt(fleet, chain())
    Guest.refuses = True
    fleet.settle()
    fleet.delete()
    fleet.settle()
    assert (fleet.state(), Guest.there) == ("DELETE_COMPLETE", {"a's": "1", "b's": "1"})
    assert left(fleet) == {"a's": "a", "b's": "b"}


def test_an_update_that_fails_rolls_back_to_what_was_being_adopted(fleet: Fleet) -> None:
    adopt(fleet, chain(), disable_rollback=False)
    fleet.bus.lose_everything()
    fleet.update(chain("2", c=guest("2"), d=stores(properties={"fail": True}, depends_on=["b", "c"])))
    fleet.settle()
    assert fleet.state() == "ROLLBACK_COMPLETE", fleet.stack().status_reason
    assert (Guest.there, Guest.made) == ({"a's": "1", "b's": "1"}, ["c"])
    assert [row(fleet, name).physical_resource_id for name in "ab"] == ["a's", "b's"]


def test_a_stack_abandoned_before_it_had_taken_all_over_says_what_it_was_told(fleet: Fleet) -> None:
    adopt(fleet, chain())
    Guest.refuses = True
    fleet.settle()
    data = fleet.call("abandon_stack", fleet.identity)
    assert {name: of["resource_id"] for name, of in data["resources"].items()} == {"a": "a's", "b": "b's"}
    Guest.refuses = False
    fleet.create(data["template"], adopt_stack_data=data)
    fleet.settle()
    assert (fleet.state(), Guest.there, Guest.made) == ("ADOPT_COMPLETE", {"a's": "1", "b's": "1"}, [])


def test_data_of_what_the_template_does_not_have_are_told(fleet: Fleet) -> None:
    adopt(fleet, template({"a": guest()}))
    fleet.settle()
    assert (fleet.state(), left(fleet), Guest.there) == ("ADOPT_COMPLETE", {"b's": "b"}, {"a's": "1", "b's": "1"})


def child_of(fleet: Fleet) -> str:
    return str(row(fleet, "n").uuid)


def test_an_update_takes_over_what_was_nested_too_and_makes_what_is_new(fleet: Fleet) -> None:
    adopt(fleet, template({"n": nested()}), SAID_OF_NESTED)
    fleet.bus.lose_everything()
    fleet.update(template({"n": nested("2", c=guest("2"))}))
    fleet.settle()
    assert fleet.state() == "UPDATE_COMPLETE", fleet.stack().status_reason
    assert Guest.made == ["c"]
    assert (Guest.there["a's"], Guest.there["b's"]) == ("2", "2")
    ids = {it.name: it.physical_resource_id for it in resources.by_stack(fleet.context(), child_of(fleet))}
    assert (ids["a"], ids["b"]) == ("a's", "b's")


def test_what_another_type_is_wanted_of_in_a_nested_stack_is_left_and_the_other_is_made(fleet: Fleet) -> None:
    adopt(fleet, template({"n": nested()}), SAID_OF_NESTED)
    fleet.bus.lose_everything()
    inner = template({"a": {**guest("2"), "type": "Test::Other"}, "b": guest("2", depends_on="a")})
    fleet.update(template({"n": {"type": "OS::Heat::Stack", "properties": {"template": json.dumps(inner)}}}))
    fleet.settle()
    assert fleet.state() == "UPDATE_COMPLETE", fleet.stack().status_reason
    assert (Guest.made, left(fleet)) == (["a"], {"a's": "a"})
    assert (Guest.there["a's"], Guest.there["b's"]) == ("1", "2")


def test_what_is_taken_over_in_a_nested_stack_and_has_to_be_replaced_goes(fleet: Fleet) -> None:
    adopt(fleet, template({"n": nested()}), SAID_OF_NESTED)
    fleet.bus.lose_everything()
    fleet.update(template({"n": nested(ANOTHER)}))
    fleet.settle()
    assert fleet.state() == "UPDATE_COMPLETE", fleet.stack().status_reason
    assert (sorted(Guest.made), sorted(Guest.there.values())) == (["a", "b"], [ANOTHER, ANOTHER])
    assert sorted(it.name for it in resources.by_stack(fleet.context(), child_of(fleet))) == ["a", "b"]


@pytest.mark.parametrize("steps", range(1, 9))
def test_an_update_in_any_moment_of_a_nested_adoption_makes_nothing_a_second_time(fleet: Fleet, steps: int) -> None:
    adopt(fleet, template({"n": nested()}), SAID_OF_NESTED)
    acts = [fleet.message, lambda: fleet.engines[0].work(), fleet.operation, lambda: fleet.engines[0].work()] * 2
    for act in acts[:steps]:
        act()
    fleet.bus.lose_everything()
    fleet.update(template({"n": nested("2")}))
    fleet.sweep("lost_casts")
    fleet.settle()
    assert fleet.state() == "UPDATE_COMPLETE", fleet.stack().status_reason
    assert (Guest.there, Guest.made) == ({"a's": "2", "b's": "2"}, [])


@pytest.mark.parametrize("steps", range(9))
def test_a_delete_in_any_moment_of_a_nested_adoption_loses_nothing_silently(fleet: Fleet, steps: int) -> None:
    adopt(fleet, template({"n": nested()}), SAID_OF_NESTED)
    acts = [fleet.message, lambda: fleet.engines[0].work(), fleet.operation, lambda: fleet.engines[0].work()] * 2
    for act in acts[:steps]:
        act()
    fleet.bus.lose_everything()
    fleet.delete()
    fleet.sweep("lost_casts")
    fleet.settle()
    assert fleet.state() == "DELETE_COMPLETE", fleet.stack().status_reason
    assert set(left(fleet)) == set(Guest.there)
    assert Guest.made == []
