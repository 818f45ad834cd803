"""Adoption: one stack lets go of what exists, and another takes it over; nothing physical is touched."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Iterator
from typing import Any

import pytest

from heatlite import exception
from heatlite.db import resources, stacks
from heatlite.resources.builtin.stack import Stack
from tests.functional.engine.fleet import Fleet, ThreadedResource
from tests.functional.engine.mishaps import LONG, e0_dies, slow
from tests.functional.engine.states import row
from tests.functional.engine.templates import Template, stores, template

NESTED = {"type": "OS::Heat::Stack", "properties": {"template": json.dumps(template({"inner": stores("i")}))}}


class Guest(ThreadedResource):
    """Takes a while to move in, and knows when it was made."""

    made: list[str] = []
    deleted: list[str | None] = []

    def handle_create(self) -> Any:
        self.made.append(self.name)
        return super().handle_create()

    def handle_adopt(self, resource_data: Any) -> dict[str, int]:
        super().handle_adopt(resource_data)
        return {"looks": 2}

    def check_adopt_complete(self, progress: dict[str, int]) -> bool:
        progress["looks"] -= 1
        return progress["looks"] < 0

    def handle_delete(self) -> Any:
        self.deleted.append(self.resource_id)
        return super().handle_delete()


@pytest.fixture
def fleet(schema: pathlib.Path, tmp_path: pathlib.Path) -> Iterator[Fleet]:
    """Engines that know the types."""
    Guest.made, Guest.deleted = [], []
    fleet = Fleet(schema, tmp_path / "heatlite.sqlite3", **{"Test::Guest": Guest, "OS::Heat::Stack": Stack})
    yield fleet
    fleet.database.dispose()


def guest(value: str = "1", **more: Any) -> Template:
    return {**stores(value, **more), "type": "Test::Guest"}


def created(fleet: Fleet, wanted: Template) -> None:
    fleet.create(wanted)
    fleet.settle()
    assert fleet.state() == "CREATE_COMPLETE", fleet.stack().status_reason


def adopt(fleet: Fleet, data: Any, wanted: Template | None = None, **args: Any) -> None:
    fleet.create(wanted, adopt_stack_data=data, **args)


def test_an_export_says_what_a_stack_is_and_changes_nothing(fleet: Fleet) -> None:
    created(fleet, template({"a": stores("1", metadata={"tier": "db"}), "n": NESTED}))
    before = fleet.stack()
    data = fleet.call("export_stack", fleet.identity)
    assert data == fleet.call("abandon_stack", fleet.identity, False)
    assert fleet.stack() == before
    a = row(fleet, "a")
    assert data["resources"]["a"] == {
        "name": "a",
        "resource_id": a.physical_resource_id,
        "type": "OS::Heat::TestResource",
        "action": "CREATE",
        "status": "COMPLETE",
        "metadata": {"tier": "db"},
        "resource_data": {"value": "1"},
    }
    assert (data["name"], data["status"], data["action"]) == ("web", "COMPLETE", "CREATE")
    assert data["resources"]["n"]["resources"]["inner"]["type"] == "OS::Heat::TestResource"
    json.dumps(data)


def test_an_abandoned_stack_is_adopted_with_everything_it_had(fleet: Fleet) -> None:
    created(
        fleet, template({"a": guest("1", metadata={"tier": "db"}), "b": stores({"get_resource": "a"}), "n": NESTED})
    )
    physical_id, old_child = row(fleet, "a").physical_resource_id, row(fleet, "n").physical_resource_id
    inner = resources.by_stack(fleet.context(), str(old_child))[0].physical_resource_id
    data = fleet.call("abandon_stack", fleet.identity)
    assert fleet.state() == "DELETE_COMPLETE"
    assert resources.by_stack(fleet.context(), fleet.stack().id) == []
    last = fleet.call("list_events", fleet.identity)[0]
    assert [last[f"resource_{part}"] for part in ("name", "action", "status")] == [
        fleet.stack().name,
        "DELETE",
        "COMPLETE",
    ]
    assert last["resource_status_reason"] == "Stack abandoned: its resources were left as they are"
    child = stacks.get(fleet.context(), str(old_child))
    assert child is not None
    assert child.deleted_at is not None
    adopt(fleet, json.dumps(data))
    assert fleet.state() == "ADOPT_IN_PROGRESS"
    fleet.settle()
    assert fleet.state() == "ADOPT_COMPLETE", fleet.stack().status_reason
    taken = row(fleet, "a")
    assert (taken.action, taken.status, taken.physical_resource_id) == ("ADOPT", "COMPLETE", physical_id)
    assert (taken.resource_metadata, taken.progress) == ({"tier": "db"}, None)
    new_child = row(fleet, "n").physical_resource_id
    assert new_child != old_child
    [inner_row] = resources.by_stack(fleet.context(), str(new_child))
    assert (inner_row.action, inner_row.physical_resource_id) == ("ADOPT", inner)
    assert Guest.made == ["a"]
    fleet.update(template({"a": guest("2"), "b": stores({"get_resource": "a"}), "n": NESTED}))
    fleet.settle()
    assert (fleet.state(), row(fleet, "a").physical_resource_id) == ("UPDATE_COMPLETE", physical_id)
    fleet.delete()
    fleet.settle()
    assert (fleet.state(), Guest.deleted) == ("DELETE_COMPLETE", [physical_id])


def test_what_there_is_no_data_for_fails_as_an_adoption(fleet: Fleet) -> None:
    data = {"resources": {"a": {"resource_id": "theirs"}}}
    adopt(fleet, data, template({"a": guest(), "b": stores(depends_on="a")}))
    fleet.settle()
    assert fleet.state() == "ADOPT_FAILED"
    assert "resources.b: Resource ID was not provided." in fleet.stack().status_reason
    fleet.update(template({"a": guest(), "b": stores(depends_on="a")}))
    fleet.settle()
    assert (fleet.state(), row(fleet, "a").physical_resource_id) == ("UPDATE_COMPLETE", "theirs")
    assert (Guest.made, Guest.deleted) == ([], [])


def test_a_failed_adoption_that_is_rolled_back_gives_everything_back(fleet: Fleet) -> None:
    data = {"resources": {"a": {"resource_id": "theirs"}}}
    adopt(fleet, data, template({"a": guest(), "b": stores(depends_on="a")}), disable_rollback=False)
    fleet.settle()
    assert fleet.state() == "ROLLBACK_COMPLETE"
    assert (resources.by_stack(fleet.context(), fleet.stack().id), Guest.deleted) == ([], [])


def test_what_a_dead_engine_was_adopting_is_adopted_by_another(fleet: Fleet) -> None:
    adopt(fleet, {"resources": {"a": {"resource_id": "theirs"}}}, template({"a": guest()}))
    fleet.message()
    fleet.engines[0].work()
    assert row(fleet, "a").status == "IN_PROGRESS"
    e0_dies(fleet)
    fleet.sweep("dead_engines")
    fleet.settle()
    assert (fleet.state(), row(fleet, "a").physical_resource_id, Guest.made) == ("ADOPT_COMPLETE", "theirs", [])


def test_an_update_that_supersedes_an_adoption_makes_nothing_that_exists(fleet: Fleet) -> None:
    data = {"resources": {"a": {"resource_id": "a's"}, "b": {"resource_id": "b's"}}}
    wanted = template({"a": guest(), "b": guest(depends_on="a")})
    adopt(fleet, data, wanted)
    fleet.message()
    fleet.update(wanted)
    fleet.settle()
    assert fleet.state() == "UPDATE_COMPLETE"
    assert [row(fleet, name).physical_resource_id for name in "ab"] == ["a's", "b's"]
    assert (Guest.made, Guest.deleted) == ([], [])


def test_a_stack_that_something_is_being_done_with_is_not_abandoned(fleet: Fleet) -> None:
    fleet.create(template({"a": slow(LONG)}))
    fleet.message()
    with pytest.raises(exception.ActionInProgress, match=r"already has an action \(CREATE\) in progress"):
        fleet.call("abandon_stack", fleet.identity)
    assert fleet.state() == "CREATE_IN_PROGRESS"


def test_a_resource_that_is_still_being_made_after_a_failure_is_not_abandoned(fleet: Fleet) -> None:
    fleet.create(template({"a": slow(LONG), "b": stores(properties={"fail": True})}))
    fleet.work()
    assert fleet.state() == "CREATE_FAILED"
    assert row(fleet, "a").engine_id is not None
    with pytest.raises(exception.ActionInProgress):
        fleet.call("abandon_stack", fleet.identity)
    assert fleet.state() == "CREATE_FAILED"
    fleet.settle()
    assert fleet.call("abandon_stack", fleet.identity)["resources"]["a"]["resource_id"] is not None


@pytest.mark.parametrize(
    "data", ["{}}", "- a list", {"resources": ["a"]}, {"resources": {"a": "x"}}, {"environment": 3}]
)
def test_data_that_is_no_export_is_refused(fleet: Fleet, data: Any) -> None:
    with pytest.raises((exception.Invalid, exception.StackValidationFailed)):
        adopt(fleet, data, template({"a": stores()}))


def test_parameters_come_with_the_data_and_what_is_sent_wins(fleet: Fleet) -> None:
    wanted = template(
        {"a": stores({"get_param": "size"}), "b": stores({"get_param": "kind"})},
        parameters={"size": {"type": "string"}, "kind": {"type": "string"}},
    )
    environment = {"parameters": {"size": "large", "kind": "old"}}
    said = {name: {"resource_id": name} for name in "ab"}
    data = {"template": wanted, "environment": environment, "resources": said}
    given = {"disable_rollback": True, "adopt_stack_data": data}
    fleet.identity = fleet.call("create_stack", "web", None, {"parameters": {"kind": "new"}}, None, given)
    fleet.settle()
    assert fleet.state() == "ADOPT_COMPLETE"
    assert [row(fleet, name).properties_data["value"] for name in "ab"] == ["large", "new"]
