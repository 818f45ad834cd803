"""AWS::IAM::User and AccessKey: whose keys they are, who may be named, and what is left of them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from heatlite.resources.builtin.access_policy import AccessPolicy
from heatlite.resources.builtin.none import NoneResource
from heatlite.resources.instance import Instance
from heatlite.resources.openstack.aws.iam import AccessKey, IAMUser
from heatlite.resources.outcomes import Done, Failed
from heatlite.resources.siblings import Sibling
from heatlite.resources.testing import carried, drive, instance_of
from tests.memory_keystone import MemoryKeystone
from tests.unit.resources.cloud_in_memory import cloud_of

KEY = "9d0c2a1e-5b7d-4c8e-9a6f-0123456789ab"


class Policies:
    """A stack with an access policy, and another resource."""

    def by_name(self, name: str) -> Sibling | None:
        plugin = {"policy": AccessPolicy, "web": NoneResource}.get(name)
        return Sibling(name, plugin, {}, {}) if plugin else None


@pytest.fixture
def keystone() -> MemoryKeystone:
    return MemoryKeystone()


def user(keystone: MemoryKeystone, **given: Any) -> Instance:
    return instance_of(IAMUser, given, cloud=cloud_of(keystone), siblings=Policies())


def made(plugin: Any, instance: Instance) -> Instance:
    outcome = drive(plugin, "CREATE", instance=instance)
    assert isinstance(outcome, Done), outcome
    return carried(instance, outcome)


def test_a_user_has_the_templates_password_and_is_referred_to_by_name(keystone: MemoryKeystone) -> None:
    instance = made(IAMUser, user(keystone, LoginProfile={"Password": "hunter3"}, Policies=["policy", {"a": 1}]))
    there = keystone.things["user"][str(instance.resource_id)]
    assert (there["password"], there["domain_id"]) == ("hunter3", "heat")
    assert IAMUser(instance).reference() == there["name"]
    assert isinstance(drive(IAMUser, "SUSPEND", instance=instance), Done)
    assert not there["enabled"]
    assert isinstance(drive(IAMUser, "RESUME", instance=instance), Done)
    assert there["enabled"]
    assert isinstance(drive(IAMUser, "DELETE", instance=instance), Done)
    assert instance.resource_id not in keystone.things["user"]


@pytest.mark.parametrize("policy", ["web", "nothing"])
def test_a_policy_must_be_one_of_the_stack(keystone: MemoryKeystone, policy: str) -> None:
    outcome = drive(IAMUser, "CREATE", instance=user(keystone, Policies=[policy]))
    assert isinstance(outcome, Failed)
    assert "The Referenced Attribute (web Policies) is incorrect" in outcome.reason


def test_a_policy_is_referred_to_by_its_name_in_the_template() -> None:
    assert AccessPolicy(made(AccessPolicy, instance_of(AccessPolicy, {"AllowedResources": []}))).reference() == "web"


def test_a_key_belongs_to_the_user_and_is_one_however_often_it_is_made(keystone: MemoryKeystone) -> None:
    owner = made(IAMUser, user(keystone))
    name = IAMUser(owner).reference()
    wanted = instance_of(AccessKey, {"UserName": name}, cloud=cloud_of(keystone), uuid=KEY)
    key = made(AccessKey, wanted)
    again = made(AccessKey, wanted)
    [credential] = keystone.things["credential"].values()
    assert credential["user_id"] == owner.resource_id
    secret = AccessKey(again).resolve_attribute("SecretAccessKey")
    assert json.loads(credential["blob"]) == {"access": key.resource_id, "secret": secret}
    assert AccessKey(key).resolve_attribute("UserName") == name
    assert isinstance(drive(AccessKey, "DELETE", instance=key), Done)
    assert keystone.things["credential"] == {}
    assert owner.resource_id in keystone.things["user"]
    assert isinstance(drive(AccessKey, "DELETE", instance=key), Done)


def test_a_key_of_nobody_or_of_a_user_that_isnt_the_stacks_fails(keystone: MemoryKeystone) -> None:
    for name in ("nobody", "ann"):
        outcome = drive(
            AccessKey, "CREATE", instance=instance_of(AccessKey, {"UserName": name}, cloud=cloud_of(keystone))
        )
        assert isinstance(outcome, Failed)
        assert f"could not find user {name}" in outcome.reason


def test_another_users_key_is_left_alone(keystone: MemoryKeystone) -> None:
    one, other = (made(IAMUser, user_named(keystone, name)) for name in ("one", "other"))
    name = IAMUser(one).reference()
    key = made(AccessKey, instance_of(AccessKey, {"UserName": name}, cloud=cloud_of(keystone), uuid=KEY))
    cloud_of(keystone).users.delete_keypair(
        cloud_of(keystone).users.find(IAMUser(other).reference()), str(key.resource_id)
    )
    assert len(keystone.things["credential"]) == 1


def user_named(keystone: MemoryKeystone, name: str) -> Instance:
    return instance_of(IAMUser, {}, cloud=cloud_of(keystone), siblings=Policies(), name=name)


def test_what_heat_has_not_implemented_is_refused() -> None:
    for name, value in {"Serial": 1, "Status": "Active"}.items():
        with pytest.raises(Exception, match=f"Property {name} not implemented yet"):
            AccessKey.checked_properties({"UserName": "cfn", name: value})
