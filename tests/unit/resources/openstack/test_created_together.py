"""Objects of Neutron whose creations begin at once: one request, and none twice, whatever becomes of it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import pytest

from heatlite.resources.openstack.base import CloudResource
from heatlite.resources.openstack.neutron.base import NeutronResource
from heatlite.resources.openstack.neutron.net import Net
from heatlite.resources.openstack.neutron.port import Port
from heatlite.resources.openstack.neutron.security_group import SecurityGroupRule
from heatlite.resources.outcomes import Done, Failed
from heatlite.resources.registry import Registry
from heatlite.resources.steps import create_together, start
from heatlite.resources.testing import instance_of
from tests import memory_api
from tests.memory_api import AWAY, LOST, MemoryApi, Refusal

POST = ("POST", "/networks")


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> MemoryApi:
    found = MemoryApi()
    for collection in ("ports", "security-group-rules"):
        monkeypatch.setitem(memory_api.KEYS, collection, collection.removesuffix("s").replace("-", "_"))
        found.objects[collection] = {}
    return found


def several(plugin: type[NeutronResource], api: MemoryApi, *properties: dict[str, Any]) -> list[NeutronResource]:
    """Resources of a stack, a, b and so on."""
    return [
        plugin(instance_of(plugin, each, name=name, uuid=str(uuid.UUID(int=ord(name))), cloud=api.cloud()))
        for name, each in zip("abcdefgh", properties, strict=False)
    ]


def created(resources: Sequence[NeutronResource]) -> list[Any]:
    create_together(resources)
    return [start(it, "CREATE") for it in resources]


def test_one_request_creates_all_of_them_and_each_has_its_own(api: MemoryApi) -> None:
    nets = several(Net, api, {}, {"name": "mine"}, {})
    outcomes = created(nets)
    assert api.asked == [POST]
    assert all(isinstance(it, Done) for it in outcomes)
    for net, outcome in zip(nets, outcomes, strict=True):
        made = api.objects["networks"][outcome.physical_id]
        assert made["name"] == (net.properties["name"] or net.physical_resource_name())
    assert [net.find() for net in nets] == [[it.physical_id] for it in outcomes]


def test_what_is_refused_together_is_asked_for_one_by_one(api: MemoryApi) -> None:
    api.fails = [Refusal(409), None, Refusal(403, message="the quota is reached"), None]
    first, second, third = created(several(Net, api, {}, {}, {}))
    assert api.asked == [POST] * 4
    assert isinstance(first, Done)
    assert isinstance(second, Failed)
    assert "the quota is reached" in second.reason
    assert isinstance(third, Done)


@pytest.mark.parametrize("fault", [LOST, AWAY])
def test_without_an_answer_each_looks_for_its_own_first(api: MemoryApi, fault: str) -> None:
    api.fails = [fault]
    outcomes = created(several(Net, api, {}, {}, {}))
    assert len(api.objects["networks"]) == 3
    assert {it.physical_id for it in outcomes} == set(api.objects["networks"])
    assert api.asked.count(POST) == (1 if fault == LOST else 4)


def test_what_cannot_be_asked_for_fails_by_itself(api: MemoryApi) -> None:
    api.objects["networks"]["net"] = {"id": "net", "name": "there"}
    first, second, third = created(several(Port, api, *({"network": it} for it in ("there", "gone", "there"))))
    assert isinstance(first, Done)
    assert isinstance(second, Failed)
    assert "gone" in second.reason
    assert isinstance(third, Done)
    assert api.asked.count(("POST", "/ports")) == 1


def test_one_alone_is_created_by_its_own_step(api: MemoryApi) -> None:
    [outcome] = created(several(Net, api, {}))
    assert isinstance(outcome, Done)
    assert api.asked == [POST]
    assert len(api.objects["networks"]) == 1


def test_a_request_has_rules_of_one_group_only(api: MemoryApi) -> None:
    groups = [str(uuid.UUID(int=it)) for it in (1, 2)]
    rules = several(SecurityGroupRule, api, *({"security_group": groups[it % 2], "protocol": "tcp"} for it in range(5)))
    assert all(isinstance(it, Done) for it in created(rules))
    assert api.asked == [("POST", "/security-group-rules")] * 2
    assert len(api.objects["security-group-rules"]) == 5


def test_no_type_that_is_created_together_creates_in_a_way_of_its_own() -> None:
    registry = Registry.load()
    types = {it for it in map(registry.get, registry.names()) if it.creates_together}
    assert types >= {Net, Port, SecurityGroupRule}
    for plugin in types:
        assert issubclass(plugin, NeutronResource)
        assert plugin.create is CloudResource.create
        assert plugin.handle_create in (CloudResource.handle_create, Port.handle_create)
