"""The type by itself: every action is driven as an engine drives it, against what Neutron's API reference says."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace
from typing import Any

import pytest
from heatlite_addresses.group import AddressGroup

from heatlite.exception import CloudConflict, CloudNotFound, StackValidationFailed
from heatlite.resources.outcomes import Done, Failed, Replace, Waiting
from heatlite.resources.registry import Registry
from heatlite.resources.steps import find_existing, start
from heatlite.resources.testing import carried, drive, instance_of

PATH = "/address-groups"


class Neutron:
    """The part of Neutron's API that the type uses. ``asked`` are the requests."""

    def __init__(self) -> None:
        self.groups: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []

    def post(self, path: str, json: Any, **sent: Any) -> Any:
        self.asked.append(f"POST {path}")
        assert set(json["address_group"]) <= {"name", "description", "addresses"}
        made = {"id": f"g{len(self.groups) + 1}", "project_id": "p", "name": "", "description": "", "addresses": []}
        made |= json["address_group"]
        self.groups[made["id"]] = made
        return {"address_group": dict(made)}

    def request(self, method: str, path: str, json: Any = None, **sent: Any) -> Any:
        return getattr(self, method.lower())(path, json, **sent)

    def get(self, path: str, json: Any = None, **sent: Any) -> Any:
        self.asked.append(f"GET {path}")
        return {"address_group": dict(self._group(path))}

    def put(self, path: str, json: Any, **sent: Any) -> Any:
        self.asked.append(f"PUT {path}")
        group = self._group(path)
        action = path.partition("/address-groups/")[2].partition("/")[2]
        if not action:
            assert set(json["address_group"]) <= {"name", "description"}
            group |= json["address_group"]
            return {"address_group": dict(group)}
        given, there = set(json["addresses"]), set(group["addresses"])
        if given & there if action == "add_addresses" else given - there:
            raise CloudConflict(service="Neutron", status=409, message=f"{action}: {sorted(given)}")
        group["addresses"] = list(there | given if action == "add_addresses" else there - given)
        return {"address_group": dict(group)}

    def delete(self, path: str, **sent: Any) -> None:
        self.asked.append(f"DELETE {path}")
        del self.groups[self._group(path)["id"]]

    def listed(self, path: str, key: str, params: Any, **sent: Any) -> Any:
        self.asked.append(f"GET {path}")
        return iter([it for it in self.groups.values() if all(it[name] == value for name, value in params.items())])

    def _group(self, path: str) -> dict[str, Any]:
        group_id = path.split("/")[2]
        if group_id not in self.groups:
            raise CloudNotFound(service="Neutron", status=404, message=group_id)
        return self.groups[group_id]


@pytest.fixture
def neutron() -> Neutron:
    return Neutron()


def made(neutron: Neutron, **properties: Any) -> Any:
    """A group that was created."""
    cloud: Any = SimpleNamespace(api=lambda service: neutron)
    instance = instance_of(AddressGroup, properties, cloud=cloud)
    done = drive(AddressGroup, "CREATE", instance=instance)
    assert isinstance(done, Done), done
    return carried(instance, done), done


def test_engines_find_it_by_its_name() -> None:
    assert Registry.load().get("Example::Neutron::AddressGroup") is AddressGroup


def test_a_creation_is_one_request(neutron: Neutron) -> None:
    instance, done = made(neutron, addresses=["198.51.100.7/32", "192.0.2.0/28"])
    assert neutron.asked == [f"POST {PATH}"]
    assert neutron.groups["g1"]["name"].startswith("stack-web-")
    assert (done.physical_id, done.attributes["addresses"]) == ("g1", ["192.0.2.0/28", "198.51.100.7/32"])
    assert find_existing(AddressGroup(dataclasses.replace(instance, resource_id=None))) == ["g1"]


def test_an_update_sends_what_changed(neutron: Neutron) -> None:
    instance, _ = made(neutron, name="office", description="of us", addresses=["10.0.0.0/8", "192.0.2.0/28"])
    assert neutron.groups["g1"]["description"] == "of us"  # set in a second request: the first had the mark
    neutron.asked.clear()
    changed = {"name": "home", "addresses": ["192.0.2.0/28", "198.51.100.7/32"]}
    assert isinstance(drive(AddressGroup, "UPDATE", changed, instance=instance), Done)
    group = neutron.groups["g1"]
    assert (group["name"], group["description"]) == ("home", "")
    assert sorted(group["addresses"]) == ["192.0.2.0/28", "198.51.100.7/32"]
    assert neutron.asked.count(f"PUT {PATH}/g1/add_addresses") == 1
    assert drive(AddressGroup, "UPDATE", changed, instance=instance)  # once more, by another engine
    assert neutron.asked.count(f"PUT {PATH}/g1/add_addresses") == 1


def test_what_is_gone_is_replaced(neutron: Neutron) -> None:
    instance, _ = made(neutron)
    assert isinstance(drive(AddressGroup, "CHECK", instance=instance), Done)
    neutron.groups.clear()
    assert isinstance(drive(AddressGroup, "CHECK", instance=instance), Failed)
    assert isinstance(drive(AddressGroup, "UPDATE", {"addresses": ["10.0.0.0/8"]}, instance=instance), Replace)
    assert isinstance(drive(AddressGroup, "DELETE", instance=instance), Done)


def test_a_group_that_a_rule_uses_is_deleted_once_it_is_free(neutron: Neutron, monkeypatch: Any) -> None:
    instance, _ = made(neutron)

    def in_use(path: str, **sent: Any) -> None:
        raise CloudConflict(service="Neutron", status=409, message="in use")

    with monkeypatch.context() as patched:
        patched.setattr(neutron, "delete", in_use)
        assert isinstance(start(AddressGroup(instance), "DELETE"), Waiting)
    assert isinstance(drive(AddressGroup, "DELETE", instance=instance), Done)
    assert neutron.groups == {}


def test_what_is_no_network_is_refused() -> None:
    with pytest.raises(StackValidationFailed, match="addresses"):
        AddressGroup.checked_properties({"addresses": ["the office"]})
