"""What tells that two rows mean one physical resource, where the ids don't: what it joins, or what it belongs to."""

from __future__ import annotations

from typing import Any

import pytest

from heatlite.resources.base import Resource
from heatlite.resources.openstack.claims import RecordedFirst
from heatlite.resources.registry import Registry

REGISTRY = Registry.load()

JOINING: dict[str, tuple[dict[str, Any], str]] = {
    "OS::Cinder::VolumeAttachment": ({"instance_uuid": "s", "volume_id": "v"}, "instance_uuid"),
    "AWS::EC2::VolumeAttachment": ({"InstanceId": "s", "VolumeId": "v"}, "InstanceId"),
    "OS::Neutron::FloatingIPAssociation": ({"floatingip_id": "f", "port_id": "p"}, "port_id"),
    "OS::Nova::FloatingIPAssociation": ({"floating_ip": "f", "server_id": "s"}, "server_id"),
    "AWS::EC2::EIPAssociation": ({"EIP": "10.0.0.1", "InstanceId": "s"}, "InstanceId"),
    "AWS::EC2::SubnetRouteTableAssociation": ({"RouteTableId": "t", "SubnetId": "s"}, "SubnetId"),
    "AWS::EC2::VPCGatewayAttachment": ({"VpcId": "v", "InternetGatewayId": "i"}, "VpcId"),
    "OS::Cinder::QoSAssociation": ({"qos_specs": "q", "volume_types": ["t"]}, "qos_specs"),
    "OS::Cinder::Quota": ({"project": "p", "volumes": 2}, "project"),
    "OS::Nova::Quota": ({"project": "p", "cores": 2}, "project"),
    "OS::Neutron::Quota": ({"project": "p", "port": 2}, "project"),
    "OS::Octavia::Quota": ({"project": "p", "pool": 2}, "project"),
}
"""Type → properties of one, and the one that makes another of it."""


@pytest.mark.parametrize("name", JOINING)
def test_what_joins_the_same_is_one_whatever_its_id(name: str) -> None:
    properties, decides = JOINING[name]
    plugin = REGISTRY.get(name)
    own = plugin.physical_identity("1", properties)
    assert own == plugin.physical_identity("2", properties)
    assert own != plugin.physical_identity("1", {**properties, decides: "other"})


def test_a_key_pair_is_one_only_if_its_user_is() -> None:
    plugin = REGISTRY.get("OS::Nova::KeyPair")
    assert plugin.physical_identity("key", {"user": "a"}) != plugin.physical_identity("key", {"user": "b"})
    assert plugin.physical_identity("key", {"user": "a"}) == plugin.physical_identity(
        "key", {"user": "a", "name": "key"}
    )


def test_what_workflows_make_is_never_one() -> None:
    assert REGISTRY.get("OS::Mistral::ExternalResource").physical_identity("1", {}) is None


def test_each_type_without_an_object_of_its_own_tells_what_it_is() -> None:
    def is_told(plugin: type[RecordedFirst]) -> bool:
        is_identified = plugin.physical_identity.__func__ is not Resource.physical_identity.__func__  # type: ignore[attr-defined]
        return is_identified or plugin.own_id is not RecordedFirst.own_id

    found = [it for it in REGISTRY.names() if issubclass(REGISTRY.get(it), RecordedFirst)]
    assert {"OS::Nova::Quota", "OS::Zaqar::Queue"} <= set(found)
    assert [it for it in found if not is_told(REGISTRY.get(it))] == []  # type: ignore[arg-type]
