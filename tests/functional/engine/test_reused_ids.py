"""A physical resource whose id is a name: once it is gone, its replacement gets the same id, and outlives the old row.

::

    the row of the new one    creates "web" again ─────────────────────▶ stays
    the row of the old one    cleanup: "web" is another's by now ──────▶ is forgotten, and nothing is deleted
"""

from __future__ import annotations

import pathlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from heatlite.resources.base import Resource, UpdateReplace
from heatlite.resources.sight import IS_GONE, Sight
from tests.functional.engine.fleet import Fleet, ThreadedResource
from tests.functional.engine.templates import Template, stores, template

NAMED, NAMED_BY_VALUE, JOINING = "Test::Named", "Test::NamedByValue", "Test::Joining"
THERE: set[str] = set()
"""The names of the physical resources that exist."""


class Named(ThreadedResource):
    """Its physical id is its logical name."""

    replaced_if = "it doesn't exist any more"

    def handle_create(self) -> Any:
        progress = super().handle_create()
        THERE.add(self.name)
        self.resource_id_set(self.name)
        return progress

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Any:
        if self.resource_id not in THERE:
            raise UpdateReplace
        return super().handle_update(prop_diff)

    def handle_delete(self) -> Any:
        THERE.discard(str(self.resource_id))
        return super().handle_delete()

    @classmethod
    def see_all(cls, resources: Sequence[Resource]) -> dict[str, Sight | str]:
        return {it.uuid: Sight() if it.name in THERE else IS_GONE for it in resources}


class NamedByValue(Named):
    """Its physical id is a property, so that a replacement has another one."""

    def handle_create(self) -> Any:
        progress = ThreadedResource.handle_create(self)
        THERE.add(self.properties["value"])
        self.resource_id_set(self.properties["value"])
        return progress

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Any:
        raise UpdateReplace


class Joining(Named):
    """It joins two objects that its property names, and has an id of its own."""

    @classmethod
    def physical_identity(cls, physical_id: str, properties: Mapping[str, Any]) -> Any:
        return properties["value"]

    def handle_create(self) -> Any:
        progress = ThreadedResource.handle_create(self)
        THERE.add(self.properties["value"])
        self.resource_id_set(self.uuid)
        return progress

    def handle_delete(self) -> Any:
        THERE.discard(self.properties["value"])
        return ThreadedResource.handle_delete(self)

    @classmethod
    def see_all(cls, resources: Sequence[Resource]) -> dict[str, Sight | str]:
        return {it.uuid: Sight() if it.properties["value"] in THERE else IS_GONE for it in resources}


TYPES = {NAMED: Named, NAMED_BY_VALUE: NamedByValue, JOINING: Joining}


@pytest.fixture
def fleet(schema: pathlib.Path, tmp_path: pathlib.Path) -> Iterator[Fleet]:
    """Engines that know the type."""
    THERE.clear()
    fleet = Fleet(schema, tmp_path / "heatlite.sqlite3", **TYPES)
    yield fleet
    fleet.database.dispose()


def named(value: str) -> Template:
    """A stack of one such resource."""
    return template({"web": {**stores(value), "type": NAMED}})


@pytest.mark.parametrize(("value", "args"), [("2", {}), ("1", {"refresh": True}), ("1", {"converge": True})])
def test_what_was_gone_and_is_made_again_outlives_the_old_row(fleet: Fleet, value: str, args: dict[str, Any]) -> None:
    fleet.create(named("1"))
    fleet.settle()
    THERE.clear()
    fleet.update(named(value), **args)
    fleet.settle()
    assert (fleet.state(), THERE) == ("UPDATE_COMPLETE", {"web"})
    shown = fleet.call("describe_stack_resource", fleet.identity, "web")
    assert shown["physical_resource_id"] == "web"
    fleet.delete()
    fleet.settle()
    assert set() == THERE


def test_what_was_made_again_stays_when_its_update_is_rolled_back(fleet: Fleet) -> None:
    fleet.create(named("1"), disable_rollback=False)
    fleet.settle()
    THERE.clear()
    failing = {"type": "OS::Heat::TestResource", "properties": {"fail": True}, "depends_on": "web"}
    wanted = named("2")
    fleet.update({**wanted, "resources": {**wanted["resources"], "fails": failing}}, disable_rollback=False)
    fleet.settle()
    assert (fleet.state(), THERE) == ("ROLLBACK_COMPLETE", {"web"})


def test_what_is_there_and_is_no_longer_wanted_is_deleted(fleet: Fleet) -> None:
    fleet.create(named("1"))
    fleet.settle()
    fleet.update(template({}))
    fleet.settle()
    assert (fleet.state(), THERE) == ("UPDATE_COMPLETE", set())


def test_what_is_replaced_by_one_of_another_id_is_deleted(fleet: Fleet) -> None:
    of_value = lambda value: template({"web": {**stores(value), "type": NAMED_BY_VALUE}})  # noqa: E731
    fleet.create(of_value("1"))
    fleet.settle()
    fleet.update(of_value("2"))
    fleet.settle()
    assert (fleet.state(), THERE) == ("UPDATE_COMPLETE", {"2"})


@pytest.mark.parametrize(("after", "left"), [("a", {"a"}), ("b", {"b"})])
def test_what_is_joined_again_stays_joined_and_what_was_joined_before_does_not(
    fleet: Fleet, after: str, left: set[str]
) -> None:
    of_value = lambda value: template({"web": {**stores(value), "type": JOINING}})  # noqa: E731
    fleet.create(of_value("a"))
    fleet.settle()
    before = fleet.call("describe_stack_resource", fleet.identity, "web")["physical_resource_id"]
    THERE.clear()
    fleet.update(of_value(after), refresh=True)
    fleet.settle()
    shown = fleet.call("describe_stack_resource", fleet.identity, "web")
    assert (fleet.state(), THERE) == ("UPDATE_COMPLETE", left)
    assert shown["physical_resource_id"] != before
    fleet.delete()
    fleet.settle()
    assert set() == THERE
