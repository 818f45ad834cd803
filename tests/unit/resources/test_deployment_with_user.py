"""Deployments that have a user of their own: what the server is told, and what is left."""

from __future__ import annotations

from typing import Any

import pytest

from heatlite.exception import NotFound
from heatlite.resources.builtin.deployment_with_user import DeploymentWithUser, StructuredDeploymentWithUser
from heatlite.resources.outcomes import Done, Waiting
from heatlite.resources.siblings import AskAgain
from heatlite.resources.software.testing import SoftwareInMemory
from heatlite.resources.steps import start
from heatlite.resources.testing import carried, drive, instance_of
from tests.memory_keystone import MemoryKeystone
from tests.unit.resources.cloud_in_memory import cloud_of

BOTH = pytest.mark.parametrize("plugin", [DeploymentWithUser, StructuredDeploymentWithUser])


def users(keystone: MemoryKeystone) -> list[dict[str, Any]]:
    return [user for user in keystone.things["user"].values() if user.get("domain_id") == "heat"]


def begun(plugin: type[DeploymentWithUser], transport: str) -> tuple[Any, SoftwareInMemory, MemoryKeystone]:
    """A deployment that waits for its server."""
    keystone, software = MemoryKeystone(), SoftwareInMemory()
    given = {"server": "s", "signal_transport": transport}
    instance = instance_of(plugin, given, cloud=cloud_of(keystone), software=software)
    waiting = start(plugin(instance), "CREATE")
    assert isinstance(waiting, Waiting)
    return carried(instance, waiting), software, keystone


@BOTH
def test_the_server_is_told_how_to_log_in_and_its_project_may_see_the_deployment(plugin: Any) -> None:
    instance, software, keystone = begun(plugin, "HEAT_SIGNAL")
    [user] = users(keystone)
    order = software.orders[instance.uuid]
    told = {each["name"]: each["value"] for each in order.config.inputs}
    assert (told["deploy_user_id"], told["deploy_password"]) == (user["id"], user["password"])
    assert told["deploy_project_id"] == user["default_project_id"]
    assert told["deploy_auth_url"] == "http://keys/v3"


@BOTH
def test_the_user_stays_through_updates_and_goes_with_the_deployment(plugin: Any) -> None:
    instance, software, keystone = begun(plugin, "HEAT_SIGNAL")
    [before] = users(keystone)
    waiting = start(plugin(instance), "UPDATE", {"input_values": {"a": 1}})
    assert isinstance(waiting, Waiting)
    assert [user["password"] for user in users(keystone)] == [before["password"]]
    assert isinstance(drive(plugin, "DELETE", instance=carried(instance, waiting)), Done)
    assert users(keystone) == []
    assert software.results == {}


@BOTH
def test_a_deployment_without_signals_has_no_user(plugin: Any) -> None:
    keystone, software = MemoryKeystone(), SoftwareInMemory()
    given = {"server": "s", "signal_transport": "NO_SIGNAL"}
    instance = instance_of(plugin, given, cloud=cloud_of(keystone), software=software)
    done = drive(plugin, "CREATE", instance=instance)
    assert isinstance(done, Done)
    assert users(keystone) == []
    assert isinstance(drive(plugin, "DELETE", instance=carried(instance, done)), Done)


def test_a_user_that_a_crash_left_goes_with_the_deployment() -> None:
    keystone = MemoryKeystone()
    given = {"server": "s", "signal_transport": "HEAT_SIGNAL"}
    instance = instance_of(DeploymentWithUser, given, cloud=cloud_of(keystone))
    DeploymentWithUser(instance).make_login()  # by an engine that dies here
    assert isinstance(drive(DeploymentWithUser, "DELETE", instance=instance), Done)
    assert users(keystone) == []


@BOTH
def test_a_signal_to_one_that_is_only_being_made_is_asked_again(plugin: Any) -> None:
    keystone, software = MemoryKeystone(), SoftwareInMemory()
    given = {"server": "s", "signal_transport": "HEAT_SIGNAL"}
    instance = instance_of(plugin, given, cloud=cloud_of(keystone), software=software)
    with pytest.raises(AskAgain):
        plugin(instance).handle_signal({"deploy_status_code": 0})
    waiting = start(plugin(instance), "CREATE")
    assert isinstance(waiting, Waiting)
    plugin(instance).handle_signal({"deploy_status_code": 0})  # whose row doesn't tell of it yet
    assert software.results[instance.uuid].status == "COMPLETE"


@BOTH
def test_a_signal_to_one_that_is_gone_is_refused(plugin: Any) -> None:
    instance, software, _ = begun(plugin, "HEAT_SIGNAL")
    software.undeploy(instance.uuid)
    with pytest.raises(NotFound):
        plugin(instance).handle_signal({})
