"""What a client says of resources that a stack is to take over: only what their types declare gets into their data.

Each story is told on every kind of database.
"""

from __future__ import annotations

import json
from typing import Any, ClassVar

import pytest

from heatlite import exception
from heatlite.db import models, resources, templates
from heatlite.db.api import Database
from heatlite.db.records import ADOPTED, ResourceRecord
from heatlite.engine.common.settings import Settings
from heatlite.resources.adoptable import OF_ENGINES
from heatlite.resources.builtin.random_string import RandomString
from heatlite.resources.builtin.stack import Stack
from heatlite.resources.builtin.test_resource import TestResource
from heatlite.resources.nested.port import CHOSEN, OPERATION, TEMPLATE
from heatlite.rpc.messages import BeginChild
from tests.functional.db.test_nested_trust import all_of, change
from tests.functional.engine.fleet import Fleet
from tests.story import hot, resource

ONE = hot(a=resource())


class Curious(TestResource):
    """Remembers what it was told, and keeps whatever it is given."""

    told: ClassVar[list[Any]] = []
    adoptable_data: ClassVar[Any] = {"size": lambda value: value in (1, 2)}

    def handle_adopt(self, resource_data: Any) -> Any:
        self.told.append(resource_data)
        return super().handle_adopt(resource_data)


TYPES = {"Test::Curious": Curious, "OS::Heat::RandomString": RandomString, "OS::Heat::Stack": Stack}


@pytest.fixture
def fleet(database: Database) -> Fleet:
    Curious.told = []
    return Fleet.on(database, **TYPES)


def adopted(fleet: Fleet, template: Any, said: Any) -> None:
    fleet.create(template, adopt_stack_data={"resources": said})
    fleet.settle()


def row(fleet: Fleet, name: str = "a") -> ResourceRecord:
    [found] = resources.by_names(fleet.context(), fleet.identity["stack_id"], [name])
    return found


def test_what_a_type_does_not_declare_does_not_get_in(fleet: Fleet) -> None:
    """Neither what an engine acts by, nor anything else."""
    forged = {**dict.fromkeys(OF_ENGINES, "theirs"), "colour": "red", "size": 2, "": None}
    adopted(fleet, hot(a={"type": "Test::Curious"}), {"a": {"resource_id": "x", "resource_data": forged, "more": 1}})
    assert fleet.state() == "ADOPT_COMPLETE", fleet.stack().status_reason
    assert row(fleet).resource_data == {"size": 2}
    assert Curious.told == [{"resource_id": "x", "metadata": {}, "resource_data": {"size": 2}}]


@pytest.mark.parametrize("value", [3, "1", [1], {"a": 1}, None])
def test_a_value_that_the_type_could_not_have_written_does_not_get_in(fleet: Fleet, value: Any) -> None:
    said = {"a": {"resource_id": "x", "resource_data": {"size": value}}}
    adopted(fleet, hot(a={"type": "Test::Curious"}), said)
    assert (fleet.state(), row(fleet).resource_data) == ("ADOPT_COMPLETE", {})


def test_what_an_older_engine_wrote_down_is_held_to_the_same(fleet: Fleet) -> None:
    """The row has what the client sent, whoever wrote it; what gets out of it is decided when it is taken over."""
    fleet.create(hot(a={"type": "Test::Curious"}), adopt_stack_data={"resources": {"a": {"resource_id": "x"}}})
    data = {"resource_id": "x", "resource_data": {OPERATION: "o", "size": 1}, "metadata": "no map"}
    change(fleet, models.resource, row(fleet).id, progress={ADOPTED: data})
    fleet.settle()
    assert (fleet.state(), row(fleet).resource_data) == ("ADOPT_COMPLETE", {"size": 1})
    assert row(fleet).resource_metadata == {}


def test_a_type_keeps_what_it_says_it_may(fleet: Fleet) -> None:
    said = {"a": {"resource_id": "web-a-1", "resource_data": {"value": "s3cret", "user_id": "u"}}}
    adopted(fleet, hot(a={"type": "OS::Heat::RandomString"}), said)
    assert (fleet.state(), row(fleet).resource_data) == ("ADOPT_COMPLETE", {"value": "s3cret"})


def test_an_adopted_resource_begins_no_nested_stack(fleet: Fleet) -> None:
    """As the audit did it: data of an engine's adopted, then the operation sent that they record."""
    theirs = templates.stored(
        fleet.context(), hot(secret=resource("s")), {}, {}, fleet.engines[0].shared.inputs.utcnow()
    )
    data = {OPERATION: "o", TEMPLATE: theirs, CHOSEN: {OPERATION: "o", "verb": "CREATE"}, "value": "v"}
    adopted(fleet, ONE, {"a": {"resource_id": "x", "resource_data": data}})
    before = all_of(fleet, models.stack)
    message = BeginChild("CREATE", row(fleet).uuid, "web-a", "o", None, theirs, None, None)
    fleet.bus.operations.append(({"project_id": "demo"}, message))
    assert fleet.operation()
    assert (all_of(fleet, models.stack), row(fleet).resource_data) == (before, {"value": "v"})


def test_a_nested_stack_is_made_by_its_owner_whatever_the_data_say(fleet: Fleet) -> None:
    properties = {"template": json.dumps(ONE)}
    inner = {"a": {"resource_id": "inner", "resource_data": {OPERATION: "o", "value": "v"}}}
    said = {"n": {"resource_id": "another's", "resource_data": {OPERATION: "o", "stack_name": "x"}, "resources": inner}}
    adopted(fleet, hot(n={"type": "OS::Heat::Stack", "properties": properties}), said)
    assert fleet.state() == "ADOPT_COMPLETE", fleet.stack().status_reason
    owner = row(fleet, "n")
    assert owner.physical_resource_id == owner.uuid
    assert set(owner.resource_data or {}) == {OPERATION, TEMPLATE, CHOSEN}
    assert (owner.resource_data or {})[OPERATION] != "o"
    [taken] = resources.by_stack(fleet.context(), owner.uuid)
    assert (taken.physical_resource_id, taken.resource_data) == ("inner", {"value": "v"})


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ([], "adopt_stack_data.resources"),
        ({"a": 1}, "adopt_stack_data.resources.a"),
        ({"a": {"resource_id": {}}}, "adopt_stack_data.resources.a.resource_id"),
        ({"a": {"resource_data": "x"}}, "adopt_stack_data.resources.a.resource_data"),
        ({"a": {"metadata": ["x"]}}, "adopt_stack_data.resources.a.metadata"),
        ({"a": {"resources": {"b": {"metadata": 1}}}}, "adopt_stack_data.resources.a.resources.b.metadata"),
    ],
)
def test_data_of_other_types_are_refused_with_their_place(fleet: Fleet, said: Any, place: str) -> None:
    if said == []:
        said = ["a"]
    with pytest.raises(exception.Invalid, match=place):
        fleet.create(ONE, adopt_stack_data={"resources": said})
    assert all_of(fleet, models.stack) == []


def test_adoption_and_abandonment_are_off_unless_they_are_turned_on(database: Database) -> None:
    fleet = Fleet.on(database, Settings(), **TYPES)
    with pytest.raises(exception.NotSupported, match="Stack Adopt is not supported"):
        fleet.create(ONE, adopt_stack_data={"resources": {"a": {"resource_id": "x"}}})
    assert all_of(fleet, models.stack) == []
    fleet.create(ONE)
    fleet.settle()
    for method in ("export_stack", "abandon_stack"):
        with pytest.raises(exception.NotSupported, match="Stack Abandon is not supported"):
            fleet.call(method, fleet.identity)
    assert fleet.state() == "CREATE_COMPLETE"
