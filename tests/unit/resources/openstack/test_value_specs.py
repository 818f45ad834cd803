"""What Neutron is sent: ``value_specs`` that have the field of a property, and fields that are cleared."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from heatlite.exception import StackValidationFailed
from heatlite.resources.openstack.neutron.floating_ip import FloatingIP
from heatlite.resources.openstack.neutron.net import Net
from heatlite.resources.openstack.neutron.port import Port
from heatlite.resources.openstack.neutron.router import Router
from heatlite.resources.openstack.neutron.subnet import Subnet
from heatlite.resources.outcomes import Done
from heatlite.resources.steps import find_existing, start
from heatlite.resources.testing import carried, instance_of
from tests import memory_api
from tests.memory_api import MemoryApi

NETWORK = "11111111-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    ("plugin", "properties"),
    [
        (Port, {"network": NETWORK, "value_specs": {"device_owner": "somebody"}}),
        (Subnet, {"network": NETWORK, "cidr": "10.0.0.0/24", "value_specs": {"enable_dhcp": False}}),
        (Router, {"value_specs": {"admin_state_up": False}}),
        (FloatingIP, {"floating_network": NETWORK, "value_specs": {"tenant_id": "p"}}),
    ],
)
def test_the_fields_of_some_types_may_be_properties_as_with_heat(plugin: Any, properties: dict[str, Any]) -> None:
    plugin(instance_of(plugin, properties)).validate()


def test_those_of_a_network_may_not() -> None:
    with pytest.raises(StackValidationFailed, match="admin_state_up not allowed in value_specs"):
        Net(instance_of(Net, {"value_specs": {"admin_state_up": False}})).validate()


@pytest.fixture
def neutron(monkeypatch: pytest.MonkeyPatch) -> MemoryApi:
    monkeypatch.setitem(memory_api.KEYS, "ports", "port")
    found = MemoryApi()
    found.objects["ports"] = {}
    return found


def test_they_take_the_propertys_place_and_a_name_among_them_is_no_mark(neutron: MemoryApi) -> None:
    properties = {"network": NETWORK, "device_owner": "a", "value_specs": {"device_owner": "b", "name": "called"}}
    instance = instance_of(Port, properties, cloud=neutron.cloud())
    start(Port(instance), "CREATE")
    [port] = neutron.objects["ports"].values()
    assert (port["device_owner"], port["name"]) == ("b", "called")
    assert find_existing(Port(dataclasses.replace(instance, resource_id=None))) == [port["id"]]
    assert Port(instance).differing(port) == {}


def test_a_field_that_the_port_lacks_isnt_cleared(neutron: MemoryApi) -> None:
    instance = instance_of(Port, {"network": NETWORK, "name": "p"}, cloud=neutron.cloud())
    made = start(Port(instance), "CREATE")
    [port] = neutron.objects["ports"].values()
    port |= {"qos_policy_id": "q", "dns_name": "old"}
    unset = dict.fromkeys(("propagate_uplink_status", "qos_policy", "dns_name"))
    assert isinstance(start(Port(carried(instance, made)), "UPDATE", unset), Done)
    assert "propagate_uplink_status" not in port
    assert (port["qos_policy_id"], port["dns_name"]) == (None, "")
