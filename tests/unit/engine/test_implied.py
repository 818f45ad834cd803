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


def ref(name: str) -> dict[str, str]:
    return {"get_resource": name}


def typed(kind: str, **properties: Any) -> dict[str, Any]:
    return {"type": kind, "properties": properties}


WAY_OUT = {
    "net": NET,
    "subnet": subnet({"network": GET}),
    "router": {"type": "OS::Neutron::Router"},
    "interface": typed("OS::Neutron::RouterInterface", router_id=ref("router"), subnet_id=ref("subnet")),
    "gateway": typed("OS::Neutron::RouterGateway", router_id=ref("router"), network_id="public"),
    "port": port({"network": GET}),
    "on_port": typed("OS::Nova::Server", flavor="f", networks=[{"port": ref("port")}]),
    "on_subnet": typed("OS::Nova::Server", flavor="f", networks=[{"subnet": ref("subnet")}]),
    "on_network": typed("OS::Nova::Server", flavor="f", networks=[{"network": GET}]),
    "address": typed("OS::Neutron::FloatingIP", floating_network="public"),
}
CONNECTED = {"interface", "gateway"}


@pytest.mark.parametrize(
    ("definition", "needed"),
    [
        (typed("OS::Neutron::FloatingIP", floating_network_id="public"), {"gateway"}),
        (typed("OS::Neutron::FloatingIP", floating_network="other", port_id=ref("port")), {"port", *CONNECTED}),
        (typed("OS::Nova::FloatingIP", pool="public"), {"gateway"}),
        (
            typed("OS::Neutron::FloatingIPAssociation", floatingip_id=ref("address"), port_id=ref("port")),
            {"address", "port", *CONNECTED},
        ),
        (
            typed("OS::Nova::FloatingIPAssociation", floating_ip=ref("address"), server_id=ref("on_port")),
            {"address", "on_port", *CONNECTED},
        ),
        (
            typed("OS::Nova::FloatingIPAssociation", floating_ip="a", server_id=ref("on_subnet")),
            {"on_subnet", *CONNECTED},
        ),
        (typed("AWS::EC2::EIP", InstanceId=ref("on_network")), {"on_network", *CONNECTED}),
        (typed("AWS::EC2::EIPAssociation", AllocationId="a", NetworkInterfaceId=ref("port")), {"port", *CONNECTED}),
        (
            typed("OS::Nova::Server", flavor="f", networks=[{"network": GET, "floating_ip": ref("address")}]),
            {"net", "subnet", "address", *CONNECTED},
        ),
        (
            typed("OS::Neutron::ExtraRoute", router_id=ref("router"), destination="10.1.0.0/16", nexthop="10.0.0.9"),
            {"router", *CONNECTED},
        ),
    ],
    ids=lambda it: it["type"] if isinstance(it, dict) else "",
)
def test_an_address_outside_waits_for_the_way_there(definition: dict[str, Any], needed: set[str]) -> None:
    assert requires({**WAY_OUT, "it": definition})["it"] == needed


def test_another_routers_gateway_is_not_waited_for() -> None:
    elsewhere = typed("OS::Neutron::RouterGateway", router_id="theirs", network="other")
    floating = typed("OS::Neutron::FloatingIP", floating_network="third", port_id=ref("port"))
    assert "elsewhere" not in requires({**WAY_OUT, "elsewhere": elsewhere, "it": floating})["it"]


def test_an_interface_by_a_port_counts_as_one_on_its_subnet() -> None:
    inside = port({"network": GET, "fixed_ips": [{"subnet_id": ref("subnet")}]})
    interface = typed("OS::Neutron::RouterInterface", router=ref("router"), port=ref("inside"))
    floating = typed("OS::Neutron::FloatingIP", floating_network="third", port_id=ref("port"))
    found = requires({**WAY_OUT, "inside": inside, "interface": interface, "it": floating})
    assert found["it"] == {"port", *CONNECTED}


def test_an_elastic_address_waits_for_the_gateway_of_the_vpc() -> None:
    gateway = typed("AWS::EC2::VPCGatewayAttachment", VpcId="v", InternetGatewayId="g")
    joined = typed("AWS::EC2::SubnetRouteTableAssociation", RouteTableId="t", SubnetId="s")
    address = typed("AWS::EC2::EIP", InstanceId="server")
    assert requires({"way": gateway, "joined": joined, "it": address})["it"] == {"way", "joined"}
    assert requires({"way": gateway, "it": typed("AWS::EC2::EIP")})["it"] == set()
