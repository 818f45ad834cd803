"""Snapshots: taken, restored, deleted, and what comes of them where something goes wrong.

``Disks`` is the world in which a type's snapshots exist.
"""

from __future__ import annotations

import pathlib
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from heatlite import exception
from heatlite.convergence.interrupts import Operation
from heatlite.db import resources, snapshots
from tests.functional.engine.fleet import Fleet, ThreadedResource
from tests.functional.engine.mishaps import e0_dies
from tests.functional.engine.states import row
from tests.functional.engine.templates import Template, stores, template

DISK = "Test::Disk"


class Disks:
    """The backups that exist, and whether one may be made, or deleted."""

    backups: dict[str, str] = {}
    forgotten: list[tuple[str, str, str | None]] = []
    may_be_taken = True
    may_be_deleted = True


class Disk(ThreadedResource):
    """Takes a backup of its value as its snapshot, in two steps."""

    def handle_snapshot(self) -> dict[str, Any]:
        if not Disks.may_be_taken:
            raise OSError("the shelf is full")
        backup = f"backup-{len(Disks.backups)}"
        Disks.backups[backup] = self.properties["value"]
        self.data_set("backup", backup)
        return {"looks": 1}

    def check_snapshot_complete(self, progress: dict[str, Any]) -> bool:
        progress["looks"] -= 1
        return progress["looks"] < 0

    def handle_restore(self, definition: Mapping[str, Any], restore_data: Mapping[str, Any]) -> Mapping[str, Any]:
        backup = restore_data["resource_data"]["backup"]
        return {**definition, "properties": {"value": f"{Disks.backups[backup]} of {backup}"}}

    def handle_delete_snapshot(self, restore_data: Mapping[str, Any]) -> None:
        if not Disks.may_be_deleted:
            raise OSError("the shelf is locked")
        Disks.backups.pop(restore_data["resource_data"].get("backup"), None)

    def handle_delete_unfinished_snapshot(self) -> None:
        if not Disks.may_be_deleted:
            raise OSError("the shelf is locked")
        Disks.forgotten.append((self.name, self.uuid, self.resource_id))
        Disks.backups.clear()


@pytest.fixture
def fleet(schema: pathlib.Path, tmp_path: pathlib.Path) -> Iterator[Fleet]:
    """Engines that know the type."""
    Disks.backups, Disks.forgotten, Disks.may_be_taken, Disks.may_be_deleted = {}, [], True, True
    fleet = Fleet(schema, tmp_path / "heatlite.sqlite3", **{DISK: Disk})
    yield fleet
    fleet.database.dispose()


def disk(value: str = "1", **more: Any) -> Template:
    return {**stores(value, **more), "type": DISK}


def created(fleet: Fleet, wanted: Template) -> None:
    fleet.create(wanted)
    fleet.settle()
    assert fleet.state() == "CREATE_COMPLETE", fleet.stack().status_reason


def taken(fleet: Fleet, name: str = "monday") -> dict[str, Any]:
    """A snapshot, when it has been taken."""
    begun = fleet.call("stack_snapshot", fleet.identity, name)
    assert (begun["name"], begun["status"], fleet.state()) == (name, "IN_PROGRESS", "SNAPSHOT_IN_PROGRESS")
    fleet.settle()
    return fleet.call("show_snapshot", fleet.identity, begun["id"])


def values(fleet: Fleet, *names: str) -> list[str]:
    return [(row(fleet, name).properties_data or {})["value"] for name in names]


def test_a_snapshot_holds_the_stack_and_what_its_plugins_took(fleet: Fleet) -> None:
    created(fleet, template({"a": stores("1", metadata={"tier": "db"}), "b": disk("2", depends_on="a")}))
    found = taken(fleet)
    assert (found["action"], found["status"], fleet.state()) == ("CREATE", "COMPLETE", "SNAPSHOT_COMPLETE")
    data = found["data"]
    assert data["template"]["resources"]["b"]["type"] == DISK
    assert data["resources"]["a"]["metadata"] == {"tier": "db"}
    assert data["resources"]["b"]["resource_data"]["backup"] == "backup-0"
    assert data["resources"]["b"]["resource_id"] == row(fleet, "b").physical_resource_id
    assert row(fleet, "b").action == "SNAPSHOT"
    assert [it["id"] for it in fleet.call("stack_list_snapshots", fleet.identity)] == [found["id"]]


def test_a_stack_is_restored_to_what_its_snapshot_says(fleet: Fleet) -> None:
    created(fleet, template({"a": stores("1"), "b": disk("2")}))
    monday = taken(fleet)
    fleet.update(template({"a": stores("3"), "c": stores("4")}))
    fleet.settle()
    fleet.call("stack_restore", fleet.identity, monday["id"])
    assert fleet.state() == "RESTORE_IN_PROGRESS"
    fleet.settle()
    assert fleet.state() == "RESTORE_COMPLETE"
    assert values(fleet, "a", "b") == ["1", "2 of backup-0"]
    assert {it.name for it in fleet_rows(fleet)} == {"a", "b"}


def fleet_rows(fleet: Fleet) -> list[Any]:
    return resources.by_stack(fleet.context(), fleet.stack().id)


def test_an_engine_that_dies_while_a_snapshot_is_taken_is_followed_by_another(fleet: Fleet) -> None:
    created(fleet, template({"b": disk("2")}))
    begun = fleet.call("stack_snapshot", fleet.identity, None)
    fleet.message()
    fleet.engines[0].work()
    e0_dies(fleet)
    fleet.sweep("dead_engines")
    fleet.settle()
    found = fleet.call("show_snapshot", fleet.identity, begun["id"])
    assert (found["status"], fleet.state()) == ("COMPLETE", "SNAPSHOT_COMPLETE")
    assert len(Disks.backups) == 1


def test_a_snapshot_that_fails_says_why_and_what_was_taken(fleet: Fleet) -> None:
    created(fleet, template({"b": disk("2")}))
    Disks.may_be_taken = False
    found = taken(fleet)
    assert (found["status"], fleet.state()) == ("FAILED", "SNAPSHOT_FAILED")
    assert "the shelf is full" in found["status_reason"]
    with pytest.raises(exception.NotSupported, match="Restoring incomplete snapshot is not supported"):
        fleet.call("stack_restore", fleet.identity, found["id"])
    fleet.update(template({"b": disk("3")}))
    fleet.settle()
    assert (fleet.state(), values(fleet, "b")) == ("UPDATE_COMPLETE", ["3"])


def test_a_deleted_snapshot_takes_along_what_was_taken(fleet: Fleet) -> None:
    created(fleet, template({"b": disk("2")}))
    monday, tuesday = taken(fleet), taken(fleet, "tuesday")
    fleet.call("delete_snapshot", fleet.identity, monday["id"])
    assert set(Disks.backups) == {"backup-1"}
    assert [it["id"] for it in fleet.call("stack_list_snapshots", fleet.identity)] == [tuesday["id"]]
    with pytest.raises(exception.NotFound, match=f"Snapshot with id {monday['id']} not found"):
        fleet.call("show_snapshot", fleet.identity, monday["id"])


def test_a_snapshot_that_cannot_be_deleted_says_why_and_may_be_deleted_again(fleet: Fleet) -> None:
    created(fleet, template({"b": disk("2")}))
    monday = taken(fleet)
    Disks.may_be_deleted = False
    fleet.call("delete_snapshot", fleet.identity, monday["id"])
    found = fleet.call("show_snapshot", fleet.identity, monday["id"])
    assert (found["action"], found["status"]) == ("DELETE", "FAILED")
    assert found["status_reason"] == "Snapshot monday: resources.b: the shelf is locked"
    Disks.may_be_deleted = True
    fleet.call("delete_snapshot", fleet.identity, monday["id"])
    assert (Disks.backups, fleet.call("stack_list_snapshots", fleet.identity)) == ({}, [])


def test_a_deleted_stack_takes_its_snapshots_along(fleet: Fleet) -> None:
    created(fleet, template({"b": disk("2")}))
    taken(fleet)
    Disks.may_be_deleted = False
    fleet.delete()
    fleet.settle()
    assert fleet.state() == "DELETE_FAILED"
    assert "the shelf is locked" in fleet.stack().status_reason
    Disks.may_be_deleted = True
    fleet.delete()
    fleet.settle()
    assert (fleet.state(), Disks.backups) == ("DELETE_COMPLETE", {})
    assert snapshots.of_stack(fleet.context(), fleet.stack().id) == []


def test_a_stack_that_is_deleted_while_a_snapshot_is_taken_leaves_nothing_of_it(fleet: Fleet) -> None:
    created(fleet, template({"a": stores("1"), "b": disk("2"), "c": disk("3")}))
    disks = {(it.name, it.uuid, it.physical_resource_id) for it in fleet_rows(fleet) if it.type == DISK}
    begun = fleet.call("stack_snapshot", fleet.identity, "monday")
    fleet.message()
    fleet.engines[0].work()
    assert (len(Disks.backups), fleet.state()) == (2, "SNAPSHOT_IN_PROGRESS")
    assert fleet.call("show_snapshot", fleet.identity, begun["id"])["data"] is None
    Disks.may_be_deleted = False
    fleet.call("delete_stack", fleet.identity)
    fleet.settle()
    assert fleet.state() == "DELETE_FAILED"
    assert "the shelf is locked" in str(fleet.stack().status_reason)
    Disks.may_be_deleted = True
    fleet.call("delete_stack", fleet.identity)
    fleet.settle()
    assert set(Disks.forgotten) == disks
    assert len(disks) == 2
    assert Disks.backups == {}
    assert snapshots.of_stack(fleet.context(), fleet.identity["stack_id"]) == []


def test_a_snapshot_is_not_deleted_while_it_is_taken(fleet: Fleet) -> None:
    created(fleet, template({"b": disk("2")}))
    begun = fleet.call("stack_snapshot", fleet.identity, None)
    with pytest.raises(exception.NotSupported, match="Deleting in-progress snapshot is not supported"):
        fleet.call("delete_snapshot", fleet.identity, begun["id"])


def test_a_suspended_stack_is_still_to_be_resumed_after_a_snapshot(fleet: Fleet) -> None:
    created(fleet, template({"a": stores("1"), "b": disk("2")}))
    fleet.visit(Operation.SUSPEND)
    fleet.settle()
    assert taken(fleet)["status"] == "COMPLETE"
    assert row(fleet, "b").view.may_be_suspended
    assert taken(fleet)["status"] == "COMPLETE"
    fleet.visit(Operation.RESUME)
    fleet.settle()
    assert (fleet.state(), row(fleet, "b").action, row(fleet, "a").action) == ("RESUME_COMPLETE", "RESUME", "RESUME")
    assert not row(fleet, "b").view.may_be_suspended


def test_a_stack_has_no_more_snapshots_than_it_may(fleet: Fleet) -> None:
    created(fleet, template())
    for number in range(32):
        fleet.call("stack_snapshot", fleet.identity, str(number))
    with pytest.raises(exception.RequestLimitExceeded, match="max_snapshots_per_stack"):
        fleet.call("stack_snapshot", fleet.identity, "one too many")
