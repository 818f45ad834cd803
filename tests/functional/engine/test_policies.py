"""What becomes of physical resources when their rows go, and resources that exist before the stack does.

``Cloud`` is the world in which a type's resources exist, whatever the stack says of them.
"""

from __future__ import annotations

import pathlib
from collections.abc import Iterator
from typing import Any

import pytest

from heatlite import exception
from heatlite.convergence.interrupts import Operation
from heatlite.db import resources
from heatlite.resources.base import Resource
from heatlite.resources.schema import Property, Type
from tests.functional.engine.fleet import Fleet
from tests.functional.engine.states import row
from tests.functional.engine.templates import Template, stores, template

VOLUME, PLAIN = "Test::Volume", "Test::Plain"


class Cloud:
    """What exists, and what was kept of it."""

    volumes: set[str] = set()
    backups: list[tuple[str | None, tuple[str, str]]] = []


class Volume(Resource):
    """Exists in the cloud; can be backed up before it is deleted."""

    properties_schema = {
        "size": Property(Type.INTEGER, "Gigabytes.", default=1),
        "kind": Property(Type.STRING, "Must be said.", required=True, update_allowed=True),
    }

    def handle_create(self) -> None:
        self.resource_id_set(f"volume-{self.uuid}")
        Cloud.volumes.add(f"volume-{self.uuid}")

    def handle_update(self, prop_diff: Any) -> None:
        pass

    def handle_check(self) -> None:
        if self.resource_id not in Cloud.volumes:
            raise LookupError(f"there is no volume {self.resource_id}")

    def handle_delete(self) -> dict[str, Any]:
        Cloud.volumes.discard(str(self.resource_id))
        return {"looks": 1}

    def check_delete_complete(self, progress: dict[str, Any]) -> bool:
        progress["looks"] -= 1
        return progress["looks"] < 0

    def handle_snapshot_delete(self, state: tuple[str, str]) -> dict[str, Any]:
        Cloud.backups.append((self.resource_id, state))
        return self.handle_delete()


@pytest.fixture
def fleet(schema: pathlib.Path, tmp_path: pathlib.Path) -> Iterator[Fleet]:
    """Engines that know the type."""
    Cloud.volumes, Cloud.backups = set(), []
    fleet = Fleet(schema, tmp_path / "heatlite.sqlite3", **{VOLUME: Volume})
    yield fleet
    fleet.database.dispose()


def volume(policy: str = "Delete", size: int = 1, **more: Any) -> Template:
    return template(
        {"v": {"type": VOLUME, "deletion_policy": policy, "properties": {"size": size, "kind": "x"}, **more}}
    )


def referring(external_id: str, **more: Any) -> Template:
    return template({"v": {"type": VOLUME, "external_id": external_id, **more}})


def created(fleet: Fleet, wanted: Template, **args: Any) -> None:
    fleet.create(wanted, **args)
    fleet.settle()
    assert fleet.state() == "CREATE_COMPLETE", fleet.stack().status_reason


@pytest.mark.parametrize(("policy", "left"), [("Delete", 0), ("Retain", 1), ("Snapshot", 0)])
def test_a_deleted_stack_leaves_what_is_to_be_retained(fleet: Fleet, policy: str, left: int) -> None:
    created(fleet, volume(policy))
    physical_id = row(fleet, "v").physical_resource_id
    fleet.delete()
    fleet.settle()
    assert fleet.state() == "DELETE_COMPLETE"
    assert len(Cloud.volumes) == left
    assert resources.by_stack(fleet.context(), fleet.stack().id) == []
    expected = [(physical_id, ("CREATE", "COMPLETE"))] if policy == "Snapshot" else []
    assert Cloud.backups == expected


@pytest.mark.parametrize(("policy", "left"), [("Delete", 1), ("Retain", 2), ("Snapshot", 1)])
def test_what_an_update_replaces_is_treated_as_the_policy_says(fleet: Fleet, policy: str, left: int) -> None:
    created(fleet, volume(policy))
    fleet.update(volume(policy, size=2))
    fleet.settle()
    assert fleet.state() == "UPDATE_COMPLETE"
    assert len(Cloud.volumes) == left
    assert len(Cloud.backups) == (policy == "Snapshot")


def test_what_leaves_the_template_is_treated_as_the_policy_said_last(fleet: Fleet) -> None:
    created(fleet, volume("Delete"))
    fleet.update(volume("Retain"))  # nothing else has changed
    fleet.settle()
    fleet.update(template())
    fleet.settle()
    assert fleet.state() == "UPDATE_COMPLETE"
    assert len(Cloud.volumes) == 1
    assert resources.by_stack(fleet.context(), fleet.stack().id) == []


def test_a_policy_that_the_type_cannot_follow_is_refused(fleet: Fleet) -> None:
    with pytest.raises(exception.StackValidationFailed, match=r'resources\.a\.deletion_policy: "Snapshot" deletion'):
        fleet.create(template({"a": stores(deletion_policy="Snapshot")}))


def test_an_external_resource_is_looked_at_and_never_touched(fleet: Fleet) -> None:
    Cloud.volumes.add("theirs")
    created(fleet, template({**referring("theirs")["resources"], "after": stores({"get_resource": "v"})}))
    found = row(fleet, "v")
    assert (found.action, found.status, found.physical_resource_id) == ("ADOPT", "COMPLETE", "theirs")
    assert row(fleet, "after").properties_data["value"] == "theirs"
    fleet.update(referring("theirs", properties={"size": 7}))
    fleet.settle()
    assert (fleet.state(), row(fleet, "v").id) == ("UPDATE_COMPLETE", found.id)
    fleet.delete()
    fleet.settle()
    assert (fleet.state(), Cloud.volumes) == ("DELETE_COMPLETE", {"theirs"})


def test_an_external_resource_is_previewed_without_properties_that_others_need(fleet: Fleet) -> None:
    previewed = fleet.call("preview_stack", "web", referring("theirs"), {}, {}, {})
    assert [it["resource_name"] for it in previewed["resources"]] == ["v"]
    created(fleet, {**template({"after": stores()})})
    changes = fleet.call("preview_update_stack", fleet.identity, referring("theirs"), {}, {}, {})
    assert [it["resource_name"] for it in changes["added"]] == ["v"]


def test_an_external_resource_that_is_not_there_fails_and_may_be_corrected(fleet: Fleet) -> None:
    fleet.create(referring("nowhere"))
    fleet.settle()
    assert fleet.state() == "CREATE_FAILED"
    assert "there is no volume nowhere" in fleet.stack().status_reason
    Cloud.volumes.add("theirs")
    fleet.update(referring("theirs"))
    fleet.settle()
    assert fleet.state() == "UPDATE_COMPLETE"
    assert row(fleet, "v").physical_resource_id == "theirs"


@pytest.mark.parametrize(("before", "after"), [("theirs", "others"), ("theirs", None), (None, "theirs")])
def test_an_external_id_may_not_change(fleet: Fleet, before: str | None, after: str | None) -> None:
    Cloud.volumes |= {"theirs", "others"}
    created(fleet, referring(before) if before else volume())
    seen = row(fleet, "v")
    fleet.update(referring(after) if after else volume())
    fleet.settle()
    assert fleet.state() == "UPDATE_FAILED"
    assert f"Update to property external_id of v ({VOLUME}) is not supported." in fleet.stack().status_reason
    left = row(fleet, "v")
    assert (left.id, left.action, left.status, left.physical_resource_id) == (
        seen.id,
        seen.action,
        seen.status,
        seen.physical_resource_id,
    )


def test_a_suspension_leaves_an_external_resource_alone(fleet: Fleet) -> None:
    Cloud.volumes.add("theirs")
    created(fleet, referring("theirs"))
    fleet.visit(Operation.SUSPEND)
    fleet.settle()
    assert fleet.state() == "SUSPEND_COMPLETE"
    assert row(fleet, "v").action == "ADOPT"
