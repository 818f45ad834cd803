"""What resources need of one another without saying so: in graphs, and never in a circle."""

from __future__ import annotations

from typing import Any

import pytest

from heatlite import template as language
from heatlite.engine.definitions.implied_dependencies import linked
from heatlite.resources.registry import Registry

REGISTRY = Registry.load()
NET = {"type": "OS::Neutron::Net"}


def subnet(network: Any, **more: Any) -> dict[str, Any]:
    return {"type": "OS::Neutron::Subnet", "properties": {"cidr": "10.0.0.0/24", **network}, **more}


def port(network: Any, **more: Any) -> dict[str, Any]:
    return {"type": "OS::Neutron::Port", "properties": network, **more}


def requires(resources: dict[str, Any], **parameters: str) -> dict[str, set[str]]:
    raw = {
        "heat_template_version": "2021-04-16",
        "parameters": {name: {"type": "string"} for name in parameters},
        "resources": resources,
    }
    parsed = language.parse(raw)
    pseudo = language.PseudoParameters(stack_name="s", stack_id="i", project_id="p", region="")
    bound = language.bind(parsed, language.Environment.parse({"parameters": parameters}), pseudo)
    found = linked(parsed, bound, REGISTRY)
    return {name: set(it.requires) for name, it in found.resources.items()}


GET, OTHER = {"get_resource": "net"}, {"get_resource": "other"}


@pytest.mark.parametrize(
    ("ports", "subnets"),
    [
        ({"network": GET}, {"network": GET}),
        ({"network": GET}, {"network_id": GET}),
        ({"network": "private"}, {"network": {"get_param": "name"}}),
        ({"network": {"get_attr": ["net", "name"]}}, {"network": {"get_attr": ["net", "name"]}}),
    ],
)
def test_a_port_waits_for_the_subnets_of_its_network(ports: Any, subnets: Any) -> None:
    found = requires({"net": NET, "subnet": subnet(subnets), "port": port(ports)}, name="private")
    assert "subnet" in found["port"]


def test_it_does_not_wait_for_those_of_another() -> None:
    found = requires({"net": NET, "other": NET, "subnet": subnet({"network": OTHER}), "port": port({"network": GET})})
    assert found["port"] == {"net"}


def test_a_router_waits_for_the_subnets_outside() -> None:
    router = {"type": "OS::Neutron::Router", "properties": {"external_gateway_info": {"network": GET}}}
    found = requires({"net": NET, "subnet": subnet({"network": GET}), "router": router})
    assert found["router"] == {"net", "subnet"}


def test_what_the_template_says_comes_first_where_both_would_be_a_circle() -> None:
    found = requires(
        {"net": NET, "subnet": subnet({"network": GET}, depends_on="port"), "port": port({"network": GET})}
    )
    assert (found["subnet"], found["port"]) == ({"net", "port"}, {"net"})


def test_nothing_is_made_anew_where_nothing_is_implied() -> None:
    parsed = language.parse({"heat_template_version": "2021-04-16", "resources": {"net": NET}})
    pseudo = language.PseudoParameters(stack_name="s", stack_id="i", project_id="p", region="")
    assert linked(parsed, language.bind(parsed, language.Environment(), pseudo), REGISTRY) is parsed
