"""Neutron's simpler types through their lives on real services; see test_types."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from heatlite.resources.outcomes import Done, Failed, Waiting
from heatlite.resources.steps import start
from tests.cloud.life import Life, reference
from tests.cloud.reached import Reached


def test_a_trunk_changes_its_subports_in_place(lives: Any, cloud: Reached) -> None:
    net = lives("OS::Neutron::Net")
    ports = [lives("OS::Neutron::Port", network=reference(net)) for _ in range(3)]
    parent, one, two = map(reference, ports)

    def tagged(port: str, tag: int) -> dict[str, Any]:
        return {"port": port, "segmentation_type": "vlan", "segmentation_id": tag}

    trunk = lives("OS::Neutron::Trunk", name="t", port=parent, sub_ports=[tagged(one, 100)], description="d")
    assert trunk.find_existing() == []  # the mark has gone: the description is the template's
    assert trunk.seen()["description"] == "d"
    assert trunk.plugin(trunk.instance).resolve_attributes()["port_id"] == parent
    assert isinstance(trunk.update(sub_ports=[tagged(one, 101), tagged(two, 100)], name="u"), Done)
    assert {it["port_id"]: it["segmentation_id"] for it in trunk.seen()["sub_ports"]} == {one: 101, two: 100}
    assert trunk.seen()["name"] == "u"
    assert isinstance(trunk.update(sub_ports=None), Done)
    assert trunk.seen()["sub_ports"] == []
    refused = trunk.update(port=one)
    assert isinstance(refused, Failed)
    assert "Update to properties port" in refused.reason
    trunk.update(port=parent)


def test_pools_of_addresses_and_their_scopes(lives: Any, cloud: Reached) -> None:
    scope = lives("OS::Neutron::AddressScope", name="inside")
    assert scope.seen()["name"] == "inside"
    assert isinstance(scope.update(name="within"), Done)
    assert scope.seen()["name"] == "within"
    unnamed = lives("OS::Neutron::AddressScope")
    assert unnamed.find_existing() == [reference(unnamed)]

    pool = lives("OS::Neutron::SubnetPool", prefixes=["10.0.0.0/16"], address_scope="within", tags=["x"])
    assert pool.find_existing() == [reference(pool)]
    assert (pool.seen()["address_scope_id"], pool.seen()["tags"]) == (reference(scope), ["x"])
    assert isinstance(pool.update(prefixes=["10.0.0.0/15"], min_prefixlen=20, default_prefixlen=24, tags=[]), Done)
    assert [pool.seen()[it] for it in ("prefixes", "min_prefixlen", "tags")] == [["10.0.0.0/15"], "20", []]
    fewer = pool.update(prefixes=["10.9.0.0/16"])
    assert isinstance(fewer, Failed)
    pool.update(prefixes=["10.0.0.0/15"], address_scope=None)
    assert pool.seen()["address_scope_id"] is None


def test_a_scope_whose_engine_died_before_it_was_named_is_found(lives: Any, cloud: Reached) -> None:
    scope = Life(cloud, "OS::Neutron::AddressScope", {"name": "lost"})
    made = start(scope.plugin(scope.instance), "CREATE")
    assert isinstance(made, Waiting)
    assert scope.find_existing() == [made.physical_id]
    scope.instance = dataclasses.replace(scope.instance, resource_id=made.physical_id, data=made.data)
    assert isinstance(scope.run("DELETE"), Done)


def test_a_policy_of_access_is_one_of_its_kind(lives: Any, cloud: Reached) -> None:
    net = lives("OS::Neutron::Net", name="ours")
    admins = cloud.project_id("admin")
    wanted = {"object_type": "network", "object_id": "ours", "action": "access_as_shared"}
    policy = lives("OS::Neutron::RBACPolicy", target_tenant=admins, **wanted)
    assert policy.find_existing() == [reference(policy)]
    assert policy.seen()["object_id"] == reference(net)
    again = Life(cloud, "OS::Neutron::RBACPolicy", {**wanted, "target_tenant": admins})
    refused = again.run("CREATE")
    assert isinstance(refused, Failed)
    assert "Such an object exists already" in refused.reason
    assert again.find_existing() == []
    assert isinstance(policy.update(target_tenant=cloud.project_id("demo")), Done)
    assert policy.seen()["target_tenant"] == cloud.project_id("demo")


def test_policies_of_qos_and_their_rules(lives: Any, cloud: Reached) -> None:
    policy = lives("OS::Neutron::QoSPolicy", "admin", name="gold", description="d")
    assert policy.seen()["description"] == "d"
    assert isinstance(policy.update(name="silver", shared=True), Done)
    kinds: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "BandwidthLimit": ({"max_kbps": 1000}, {"max_kbps": 2000, "max_burst_kbps": 100}),
        "DscpMarking": ({"dscp_mark": 16}, {"dscp_mark": 26}),
        "MinimumBandwidth": ({"min_kbps": 100}, {"min_kbps": 200, "direction": "ingress"}),
        "MinimumPacketRate": ({"min_kpps": 10}, {"min_kpps": 20}),
    }
    for kind, (first, then) in kinds.items():
        rule = lives(f"OS::Neutron::QoS{kind}Rule", "admin", policy="silver", **first)
        assert rule.find_existing() == [reference(rule)]
        assert isinstance(rule.update(**then), Done)
        assert {it: rule.seen()[it] for it in then} == then
        assert isinstance(rule.update(policy=reference(policy)), Done)  # another name of the same policy
        other = Life(cloud, f"OS::Neutron::QoS{kind}Rule", {"policy": "silver", **then}, "admin")
        assert isinstance(other.run("CREATE"), Failed)
    shown = policy.plugin(policy.instance).resolve_attributes()["rules"]
    assert len(shown) == len(kinds)


def test_segments_of_a_network(lives: Any) -> None:
    net = lives("OS::Neutron::ProviderNet", "admin", network_type="vlan", physical_network="physnet1", shared=False)
    given = {"network_type": "flat", "physical_network": "elsewhere"}
    segment = lives("OS::Neutron::Segment", "admin", network=reference(net), **given)
    assert segment.find_existing() == [reference(segment)]
    assert isinstance(segment.update(description="d", name="s"), Done)
    assert (segment.seen()["name"], segment.seen()["description"]) == ("s", "d")


@pytest.fixture
def routed(lives: Any) -> tuple[Life, Life, Life]:
    """A router with a way out, its subnet, and a port on it."""
    net = lives("OS::Neutron::Net")
    subnet = lives("OS::Neutron::Subnet", network=reference(net), cidr="10.66.0.0/24")
    port = lives("OS::Neutron::Port", network=reference(net), fixed_ips=[{"subnet": reference(subnet)}])
    router = lives("OS::Neutron::Router", external_gateway_info={"network": "public"})
    lives("OS::Neutron::RouterInterface", router=reference(router), subnet=reference(subnet))
    return router, subnet, port


def routes(router: Life) -> set[str]:
    return {it["destination"] for it in router.plugin(router.instance).seen()["routes"]}


def test_routes_of_a_router_that_others_add_to(lives: Any, cloud: Reached, routed: tuple[Life, Life, Life]) -> None:
    router = routed[0]

    def by(*destinations: str) -> list[dict[str, str]]:
        return [{"destination": it, "nexthop": "10.66.0.200"} for it in destinations]

    one = lives("OS::Neutron::ExtraRoute", router_id=reference(router), **by("10.70.0.0/24")[0])
    assert one.find_existing() == [reference(one)] == [f"{reference(router)}:10.70.0.0/24:10.66.0.200"]
    several = lives("OS::Neutron::ExtraRouteSet", router=reference(router), routes=by("10.71.0.0/24", "10.72.0.0/24"))
    assert several.find_existing() == [reference(router)]
    assert isinstance(several.update(routes=by("10.72.0.0/24", "10.73.0.0/24")), Done)
    assert routes(router) == {"10.70.0.0/24", "10.72.0.0/24", "10.73.0.0/24"}
    theirs = Life(cloud, "OS::Neutron::ExtraRouteSet", {"router": reference(router), "routes": by("10.70.0.0/24")})
    assert isinstance(theirs.run("CREATE"), Failed)
    assert isinstance(theirs.run("DELETE"), Done)
    assert "10.70.0.0/24" in routes(router)
    assert isinstance(one.run("CHECK"), Done)
    assert isinstance(one.run("DELETE"), Done)
    assert isinstance(one.run("CHECK"), Failed)


def test_ports_of_a_floating_ip_lead_inside(lives: Any, cloud: Reached, routed: tuple[Life, Life, Life]) -> None:
    port = routed[2]
    floating = lives("OS::Neutron::FloatingIP", floating_network="public")
    address = port.seen()["fixed_ips"][0]["ip_address"]
    inside = {"internal_port": reference(port), "internal_ip_address": address, "internal_port_number": 22}
    outside = {"floating_ip": floating.seen()["floating_ip_address"], "protocol": "tcp", "external_port": 2222}
    forward = lives("OS::Neutron::FloatingIPPortForward", **inside, **outside)
    assert forward.find_existing() == [reference(forward)]
    assert isinstance(forward.update(external_port=2223, internal_port_number=23), Done)
    assert (forward.seen()["external_port"], forward.seen()["internal_port"]) == (2223, 23)
    assert isinstance(forward.update(floating_ip=reference(floating)), Done)  # another name of the same one
    again = Life(cloud, "OS::Neutron::FloatingIPPortForward", {**inside, **outside, "external_port": 2223})
    assert isinstance(again.run("CREATE"), Failed)


def test_labels_of_traffic_and_their_rules(lives: Any, cloud: Reached) -> None:
    label = lives("OS::Neutron::MeteringLabel", "admin", description="web")
    assert label.find_existing() == [reference(label)]
    assert label.plugin(label.instance).resolve_attributes()["description"] == "web"
    wanted = {"metering_label_id": reference(label), "remote_ip_prefix": "10.0.0.0/8"}
    rule = lives("OS::Neutron::MeteringRule", "admin", **wanted)
    assert rule.find_existing() == [reference(rule)]
    assert (rule.seen()["direction"], rule.seen()["excluded"]) == ("ingress", False)
    again = Life(cloud, "OS::Neutron::MeteringRule", wanted, "admin")
    refused = again.run("CREATE")
    assert isinstance(refused, Failed)
    assert "Such an object exists already" in refused.reason
    assert isinstance(rule.run("CHECK"), Done)
    named = lives("OS::Neutron::MeteringLabel", "admin", name="named", description="db", shared=True)
    assert named.find_existing() == []  # Neutron changes no label, so a template's name leaves no place for a mark
    assert (named.seen()["description"], named.seen()["shared"]) == ("db", True)
