"""AWS::EC2::Instance: an instance's properties as those of a server."""

from __future__ import annotations

from typing import Any

import pytest

from heatlite.exception import StackValidationFailed
from heatlite.resources.openstack.aws.instance import EC2Instance
from heatlite.resources.openstack.nova import user_data
from heatlite.resources.testing import instance_of

UUID = "3b241101-e2bb-4255-8caf-4136c566a962"
SMALL = {"ImageId": "i", "InstanceType": "f"}


def instance(**given: Any) -> EC2Instance:
    return EC2Instance(instance_of(EC2Instance, {**SMALL, **given}))


def indexed(port: str, index: str) -> dict[str, str]:
    return {"NetworkInterfaceId": port, "DeviceIndex": index}


def test_its_properties_are_those_of_a_server() -> None:
    found = instance(
        KeyName="k",
        SecurityGroups=["a"],
        SecurityGroupIds=["b"],
        SubnetId="s",
        Tags=[{"Key": "colour", "Value": "red"}],
        NovaSchedulerHints=[{"Key": "near", "Value": "1"}, {"Key": "near", "Value": "2"}, {"Key": "x", "Value": "y"}],
        BlockDeviceMappings=[{"DeviceName": "vdb", "Ebs": {"SnapshotId": "o", "VolumeSize": "2"}}],
    ).properties
    assert (found["image"], found["flavor"], found["key_name"]) == ("i", "f", "k")
    assert (found["security_groups"], found["metadata"]) == (["a", "b"], {"colour": "red"})
    assert found["scheduler_hints"] == {"near": ["1", "2"], "x": "y"}
    assert [it["subnet"] for it in found["networks"]] == ["s"]
    device = {"device_name": "vdb", "snapshot_id": "o", "volume_size": 2, "delete_on_termination": True}
    assert found["block_device_mapping"] == [device]


@pytest.mark.parametrize(
    ("interfaces", "ports"),
    [
        (["p", "q"], ["p", "q"]),
        ([indexed("p", "1"), indexed("q", "0")], ["q", "p"]),
    ],
)
def test_its_ports_have_the_order_of_their_indices(interfaces: list[Any], ports: list[str]) -> None:
    found = instance(NetworkInterfaces=interfaces, SubnetId="ignored").properties["networks"]
    assert [it["port"] for it in found] == ports


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"SecurityGroups": ["a"], "NetworkInterfaces": ["p"]}, "SecurityGroups/SecurityGroupIds, NetworkInterfaces"),
        ({"BlockDeviceMappings": [{"DeviceName": "vda"}]}, "Ebs is missing"),
        ({"BlockDeviceMappings": [{"DeviceName": "vda", "Ebs": {"VolumeSize": "1"}}]}, "SnapshotId is missing"),
    ],
)
def test_contradictions_are_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(StackValidationFailed, match=message):
        instance(**given).validate()


def test_what_heat_has_not_implemented_is_refused() -> None:
    with pytest.raises(StackValidationFailed, match="Property KernelId not implemented yet"):
        EC2Instance.checked_properties({**SMALL, "KernelId": "k"})


def test_only_some_changes_keep_it() -> None:
    old = EC2Instance.checked_properties(SMALL)
    for name, value, is_kept in (("InstanceType", "g", True), ("SubnetId", "s", True), ("UserData", "u", False)):
        new = EC2Instance.checked_properties({**SMALL, name: value})
        assert instance(**{name: value}).needs_replacement(old, new, frozenset({name})) is not is_kept


def test_one_logs_in_as_ec2_user() -> None:
    assert "user: ec2-user" in user_data.for_tools("", {}, None, UUID, "ec2-user")
    assert "user:" not in user_data.for_tools("", {}, None, UUID)
