"""OS::Neutron::FloatingIPAssociation: an empty port, as a server's floating address has, changes no association."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from heatlite.resources.difference import changed
from heatlite.resources.instance import Instance
from heatlite.resources.openstack.neutron.floating_ip import FloatingIPAssociation
from heatlite.resources.outcomes import Done
from heatlite.resources.sight import AS_IT_SHOULD_BE
from heatlite.resources.steps import find_existing, start
from heatlite.resources.testing import carried, instance_of
from tests import memory_api
from tests.memory_api import MemoryApi

PORT, OTHER_PORT = "11111111-0000-4000-8000-000000000000", "22222222-0000-4000-8000-000000000000"
FLOATING, OTHER = "33333333-0000-4000-8000-000000000000", "44444444-0000-4000-8000-000000000000"


@pytest.fixture
def neutron(monkeypatch: pytest.MonkeyPatch) -> MemoryApi:
    monkeypatch.setitem(memory_api.KEYS, "floatingips", "floatingip")
    found = MemoryApi()
    found.objects["floatingips"] = {it: {"id": it, "port_id": None} for it in (FLOATING, OTHER)}
    return found


def ports(neutron: MemoryApi) -> tuple[Any, Any]:
    return tuple(neutron.objects["floatingips"][it]["port_id"] for it in (FLOATING, OTHER))  # type: ignore[return-value]


def joined(neutron: MemoryApi) -> Instance:
    properties = {"floatingip_id": FLOATING, "port_id": PORT}
    instance = instance_of(FloatingIPAssociation, properties, cloud=neutron.cloud())
    outcome = start(FloatingIPAssociation(instance), "CREATE")
    assert isinstance(outcome, Done), outcome
    return carried(instance, outcome)


def updated(instance: Instance, floating: str, port: str) -> Instance:
    after = FloatingIPAssociation.checked_properties({"floatingip_id": floating, "port_id": port})
    before, instance = instance.properties, dataclasses.replace(instance, properties=after)
    outcome = start(FloatingIPAssociation(instance), "UPDATE", changed(before, after))
    assert isinstance(outcome, Done), outcome
    return carried(instance, outcome)


def test_an_update_to_another_port_moves_the_address(neutron: MemoryApi) -> None:
    updated(joined(neutron), FLOATING, OTHER_PORT)
    assert ports(neutron) == (OTHER_PORT, None)


def test_an_update_to_no_port_keeps_the_port(neutron: MemoryApi) -> None:
    instance = updated(joined(neutron), FLOATING, "")
    assert ports(neutron) == (PORT, None)
    assert find_existing(FloatingIPAssociation(dataclasses.replace(instance, resource_id=None))) == [instance.uuid]
    assert isinstance(start(FloatingIPAssociation(instance), "CHECK"), Done)
    assert FloatingIPAssociation.see_all([FloatingIPAssociation(instance)]) == {instance.uuid: AS_IT_SHOULD_BE}


def test_an_update_to_another_address_and_no_port_moves_the_port_that_it_had(neutron: MemoryApi) -> None:
    updated(joined(neutron), OTHER, "")
    assert ports(neutron) == (None, PORT)


def test_what_was_never_joined_isnt_found_by_no_port(neutron: MemoryApi) -> None:
    instance = instance_of(FloatingIPAssociation, {"floatingip_id": FLOATING, "port_id": ""}, cloud=neutron.cloud())
    assert find_existing(FloatingIPAssociation(instance)) == []
