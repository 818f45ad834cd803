"""Handles that have a user of their own: what it takes to signal them, and what is left of them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from heatlite.resources.adoptable import read_export
from heatlite.resources.builtin.handle_with_user import HandleWithUser
from heatlite.resources.instance import Instance
from heatlite.resources.outcomes import Done
from heatlite.resources.steps import start
from heatlite.resources.testing import carried, drive, instance_of
from tests.memory_keystone import MemoryKeystone
from tests.unit.resources.cloud_in_memory import cloud_of


def handle(keystone: MemoryKeystone, transport: str) -> tuple[Instance, dict[str, Any]]:
    """A handle that was created, and its attributes."""
    instance = instance_of(
        HandleWithUser, {"signal_transport": transport}, cloud=cloud_of(keystone), project_id="p-shop"
    )
    done = drive(HandleWithUser, "CREATE", instance=instance)
    assert isinstance(done, Done), done
    after = carried(instance, done)
    names = HandleWithUser.attributes_schema
    return after, {name: HandleWithUser(after).resolve_attribute(name) for name in names}


def users(keystone: MemoryKeystone) -> list[dict[str, Any]]:
    return [user for user in keystone.things["user"].values() if user.get("domain_id") == "heat"]


def test_a_token_handle_has_a_user_with_one_role_in_the_stacks_project() -> None:
    keystone = MemoryKeystone()
    instance, attributes = handle(keystone, "TOKEN_SIGNAL")

    [user] = users(keystone)
    [grant] = keystone.paths
    assert grant == f"projects/{user['default_project_id']}/users/{user['id']}/roles/r-stack"
    assert attributes["token"].startswith("t")
    assert isinstance(drive(HandleWithUser, "DELETE", instance=instance), Done)
    assert users(keystone) == []


def test_a_heat_handle_tells_how_to_log_in() -> None:
    keystone = MemoryKeystone()
    _, attributes = handle(keystone, "HEAT_SIGNAL")
    told, [user] = json.loads(attributes["signal"]), users(keystone)

    assert (told["user_id"], told["password"]) == (user["id"], user["password"])
    assert (told["project_id"], told["domain_id"]) == (user["default_project_id"], "heat")
    assert attributes["token"] is attributes["curl_cli"] is None


def test_a_handle_that_needs_no_user_has_none() -> None:
    keystone = MemoryKeystone()
    handle(keystone, "NO_SIGNAL")
    assert users(keystone) == []


def test_a_user_that_a_crash_left_is_taken_again_with_a_new_password() -> None:
    keystone = MemoryKeystone()
    _, first = handle(keystone, "HEAT_SIGNAL")
    _, second = handle(keystone, "HEAT_SIGNAL")

    [user] = users(keystone)
    assert json.loads(second["signal"])["password"] == user["password"]
    assert json.loads(first["signal"])["user_id"] == user["id"]


def test_a_deletion_finds_the_user_whose_id_nobody_wrote_down() -> None:
    keystone = MemoryKeystone()
    instance = instance_of(HandleWithUser, {}, cloud=cloud_of(keystone))
    HandleWithUser(instance).handle_create()  # by an engine that dies here
    assert isinstance(drive(HandleWithUser, "DELETE", instance=instance), Done)
    assert users(keystone) == []


def test_a_suspended_handle_can_be_signalled_by_nobody() -> None:
    keystone = MemoryKeystone()
    instance, _ = handle(keystone, "TOKEN_SIGNAL")
    for action, enabled in (("SUSPEND", False), ("RESUME", True)):
        assert isinstance(drive(HandleWithUser, action, instance=instance), Done)
        assert [user["enabled"] for user in users(keystone)] == [enabled]


@pytest.mark.parametrize("transport", ["TOKEN_SIGNAL", "HEAT_SIGNAL"])
def test_a_handle_that_is_taken_over_has_a_user_of_its_own_stacks(transport: str) -> None:
    """What the data say of users and tokens is another stack's, or a client's invention."""
    keystone = MemoryKeystone()
    given = {"signal_transport": transport}
    instance = instance_of(HandleWithUser, given, cloud=cloud_of(keystone), project_id="p-shop")
    forged = {"user_id": "u-ann", "token": "t", "endpoint": "http://elsewhere", "signal": {"user_id": "u-ann"}}
    said = read_export(HandleWithUser.adoptable_data, {"resource_id": "old", "resource_data": forged})
    adopted = start(HandleWithUser(instance), "ADOPT", said)
    assert isinstance(adopted, Done), adopted
    [user] = users(keystone)
    assert (adopted.physical_id, adopted.data["user_id"]) == ("old", user["id"])
    assert adopted.data.get("endpoint") != "http://elsewhere"
    after = carried(instance, adopted)
    assert isinstance(drive(HandleWithUser, "SUSPEND", instance=after), Done)
    assert [user["enabled"] for user in users(keystone)] == [False]
    assert keystone.things["user"]["u-ann"].get("enabled", True)
