"""Resources that are signalled by a signed URL: whose user signs it, how often he is made, and what is left of him."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from heatlite.resources.builtin.deployment_with_user import DeploymentWithUser
from heatlite.resources.builtin.handle_with_user import CfnHandleWithUser, HandleWithUser, UpdateHandleWithUser
from heatlite.resources.builtin.policy_with_user import CfnPolicyWithUser, PolicyWithUser
from heatlite.resources.instance import Instance
from heatlite.resources.outcomes import Done, Replace, Waiting
from heatlite.resources.signing import resource_named, signature
from heatlite.resources.software.testing import SoftwareInMemory
from heatlite.resources.steps import assess_update, start
from heatlite.resources.testing import carried, drive, instance_of
from tests.memory_keystone import MemoryKeystone
from tests.unit.resources.cloud_in_memory import SIGNED, cloud_of

POLICY = {"auto_scaling_group_id": "g", "scaling_adjustment": 1, "adjustment_type": "change_in_capacity"}
CFN_POLICY = {"AutoScalingGroupName": "g", "ScalingAdjustment": 1, "AdjustmentType": "ChangeInCapacity"}
EVERY = pytest.mark.parametrize(
    ("plugin", "given"),
    [
        (HandleWithUser, {"signal_transport": "CFN_SIGNAL"}),
        (CfnHandleWithUser, {}),
        (UpdateHandleWithUser, {}),
        (PolicyWithUser, POLICY),
        (CfnPolicyWithUser, CFN_POLICY),
    ],
)


def made(keystone: MemoryKeystone, plugin: Any, given: dict[str, Any]) -> Instance:
    """The resource after its creation."""
    instance = instance_of(plugin, given, cloud=cloud_of(keystone, SIGNED), project_id="p-shop")
    done = drive(plugin, "CREATE", instance=instance)
    assert isinstance(done, Done), done
    return carried(instance, done)


def url_of(plugin: Any, instance: Instance) -> str:
    resource = plugin(instance)
    if plugin is HandleWithUser:
        return str(json.loads(resource.resolve_attribute("signal"))["alarm_url"])
    if issubclass(plugin, CfnHandleWithUser):
        return str(resource.reference())
    return str(resource.resolve_attributes()[next(iter(plugin.attributes_schema))])


def left(keystone: MemoryKeystone) -> tuple[int, int]:
    """How many users the domain has, and how many pairs of keys there are."""
    users = [user for user in keystone.things["user"].values() if user.get("domain_id") == "heat"]
    return len(users), len(keystone.things["credential"])


@EVERY
def test_its_url_is_signed_by_its_own_users_key(plugin: Any, given: dict[str, Any]) -> None:
    keystone = MemoryKeystone()
    instance = made(keystone, plugin, given)
    url = url_of(plugin, instance)
    [credential] = keystone.things["credential"].values()
    keys = json.loads(credential["blob"])
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    said = query.pop("Signature")
    is_policy = issubclass(plugin, PolicyWithUser)
    assert query["AWSAccessKeyId"] == keys["access"]
    assert said == signature("POST" if is_policy else "PUT", url, query, keys["secret"])
    assert urlsplit(url).path.startswith("/v1/signal/" if is_policy else "/v1/waitcondition/")
    assert ("Timestamp" in query) is not is_policy
    assert resource_named(url) == instance.name
    assert keystone.things["user"][credential["user_id"]]["default_project_id"] == credential["project_id"]


@EVERY
def test_user_and_keys_made_again_after_a_crash_are_the_same_and_go_with_the_resource(
    plugin: Any, given: dict[str, Any]
) -> None:
    keystone = MemoryKeystone()
    made(keystone, plugin, given)  # by an engine that dies before it writes anything down
    instance = made(keystone, plugin, given)
    assert left(keystone) == (1, 1)
    [credential] = keystone.things["credential"].values()
    query = {name: values[0] for name, values in parse_qs(urlsplit(url_of(plugin, instance)).query).items()}
    secret = json.loads(credential["blob"])["secret"]
    said, method = query.pop("Signature"), "POST" if issubclass(plugin, PolicyWithUser) else "PUT"
    assert said == signature(method, url_of(plugin, instance), query, secret)
    assert isinstance(drive(plugin, "DELETE", instance=instance), Done)
    assert left(keystone) == (0, 0)


@EVERY
def test_a_suspended_one_can_be_signalled_by_nobody(plugin: Any, given: dict[str, Any]) -> None:
    keystone = MemoryKeystone()
    instance = made(keystone, plugin, given)
    for action, enabled in (("SUSPEND", False), ("RESUME", True)):
        assert isinstance(drive(plugin, action, instance=instance), Done)
        assert [it["enabled"] for it in keystone.things["user"].values() if it.get("domain_id") == "heat"] == [enabled]


@EVERY
def test_without_anybody_to_take_the_signal_there_is_no_user(plugin: Any, given: dict[str, Any]) -> None:
    keystone = MemoryKeystone()
    instance = instance_of(plugin, given, cloud=cloud_of(keystone), project_id="p-shop")
    done = drive(plugin, "CREATE", instance=instance)
    assert isinstance(done, Done)
    assert left(keystone) == (0, 0)
    resource = plugin(carried(instance, done))
    assert resource.reference() == resource.resource_id
    assert all(value in (None, json.dumps({"alarm_url": None})) for value in resource.resolve_attributes().values())


def test_an_update_makes_another_update_handle() -> None:
    keystone = MemoryKeystone()
    instance = made(keystone, UpdateHandleWithUser, {})
    assert assess_update(UpdateHandleWithUser(instance), {}, {}) == Replace()


def test_a_deployment_tells_its_server_where_to_post_and_signs_that_anew_each_time() -> None:
    keystone, software = MemoryKeystone(), SoftwareInMemory()
    given = {"server": "s", "signal_transport": "CFN_SIGNAL"}
    instance = instance_of(DeploymentWithUser, given, cloud=cloud_of(keystone, SIGNED), software=software)
    waiting = start(DeploymentWithUser(instance), "CREATE")
    assert isinstance(waiting, Waiting)
    instance = carried(instance, waiting)
    told = {each["name"]: each["value"] for each in software.orders[instance.uuid].config.inputs}
    assert told["deploy_signal_verb"] == "POST"
    assert resource_named(told["deploy_signal_id"]) == instance.name
    assert "deploy_password" not in told
    assert isinstance(start(DeploymentWithUser(instance), "UPDATE", {"input_values": {"a": 1}}), Waiting)
    assert left(keystone) == (1, 1)
    assert isinstance(drive(DeploymentWithUser, "DELETE", instance=instance), Done)
    assert left(keystone) == (0, 0)
