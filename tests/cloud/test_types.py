"""Each type through its life on real services: created, found again, changed, checked, deleted twice, and gone."""

from __future__ import annotations

import time
from typing import Any

from heatlite.resources.outcomes import Done, Failed
from tests.cloud.life import PATIENCE, Life, reference
from tests.cloud.reached import Reached


def test_a_network_with_all_that_is_on_it(lives: Any, cloud: Reached) -> None:
    net = lives("OS::Neutron::Net", name="blue", tags=["a"], value_specs={"mtu": 1400})
    assert net.find_existing() == [reference(net)]
    assert (net.seen()["tags"], net.seen()["mtu"]) == (["a"], 1400)
    assert isinstance(net.update(name="green", tags=["b"], dns_domain="x.org."), Done)
    assert [net.seen()[it] for it in ("name", "tags", "dns_domain")] == ["green", ["b"], "x.org."]
    assert isinstance(net.run("CHECK"), Done)

    subnet = lives("OS::Neutron::Subnet", network="green", cidr="10.7.0.0/24", dns_nameservers=["9.9.9.9"])
    assert subnet.find_existing() == [reference(subnet)]
    assert isinstance(subnet.update(dns_nameservers=[], gateway_ip=""), Done)
    assert (subnet.seen()["dns_nameservers"], subnet.seen()["gateway_ip"]) == ([], None)
    assert isinstance(subnet.update(gateway_ip="10.7.0.1"), Done)
    assert isinstance(subnet.update(network=reference(net)), Done)  # another name of the same network

    rules = [{"protocol": "tcp", "port_range_min": 22, "port_range_max": 22}, {"protocol": "icmp"}]
    group = lives("OS::Neutron::SecurityGroup", name="web", description="for the web", rules=rules)
    assert group.seen()["description"] == "for the web"
    assert kept(group) == [("egress", None), ("egress", None), ("ingress", "icmp"), ("ingress", "tcp")]
    assert isinstance(group.update(rules=[*rules[:1], {"direction": "egress", "protocol": "udp"}]), Done)
    assert kept(group) == [("egress", "udp"), ("ingress", "tcp")]
    rule = lives("OS::Neutron::SecurityGroupRule", security_group="web", port_range_min=80, port_range_max=80)
    assert rule.find_existing() == [reference(rule)]

    wanted = {"fixed_ips": [{"subnet_id": reference(subnet)}], "security_groups": ["web"]}
    port = lives("OS::Neutron::Port", reads=frozenset({"subnets", "network"}), network_id="green", **wanted)
    assert port.find_existing() == [reference(port)]
    assert port.seen()["security_groups"] == [reference(group)]
    assert isinstance(port.update(security_groups=[], device_id="something"), Done)
    assert port.seen()["security_groups"] == []
    shown = port.plugin(port.instance).resolve_attributes()
    assert (shown["network"]["id"], shown["subnets"][0]["id"]) == (reference(net), reference(subnet))

    router = lives("OS::Neutron::Router", external_gateway_info={"network": "public"})
    assert router.find_existing() == [reference(router)]
    assert isinstance(router.update(external_gateway_info=None, name="way out"), Done)
    assert router.seen()["external_gateway_info"] is None
    assert isinstance(router.update(external_gateway_info={"network": "public"}), Done)
    interface = lives("OS::Neutron::RouterInterface", router="way out", subnet_id=reference(subnet))
    assert interface.find_existing() == [reference(interface)] == [f"{reference(router)}:subnet_id={reference(subnet)}"]

    floating = lives("OS::Neutron::FloatingIP", floating_network="public")
    assert floating.find_existing() == [reference(floating)]
    joined = {"floatingip_id": reference(floating), "port_id": reference(port)}
    association = Life(cloud, "OS::Neutron::FloatingIPAssociation", joined)
    association.create()
    assert association.find_existing() == [reference(association)]
    assert floating.seen()["port_id"] == reference(port)
    assert isinstance(association.run("DELETE"), Done)
    assert floating.seen()["port_id"] is None


def kept(group: Life) -> list[tuple[str, str | None]]:
    return sorted((it["direction"], it["protocol"]) for it in group.seen()["security_group_rules"])


def test_a_network_of_an_administrators(lives: Any) -> None:
    net = lives("OS::Neutron::ProviderNet", "admin", network_type="vlan", physical_network="physnet1", shared=False)
    assert net.find_existing() == [reference(net)]
    assert net.seen()["provider:network_type"] == "vlan"
    assert isinstance(net.update(name="laid", router_external=True), Done)
    assert (net.seen()["name"], net.seen()["router:external"]) == ("laid", True)


def test_a_key_pair_is_taken_for_its_own_only_where_its_name_was_free(lives: Any, cloud: Reached) -> None:
    pair = lives("OS::Nova::KeyPair", name="key", save_private_key=True, reads=frozenset({"private_key"}))
    assert pair.find_existing() == ["key"]
    assert "PRIVATE KEY" in pair.plugin(pair.instance).resolve_attributes()["private_key"]
    public = pair.seen()["public_key"]
    assert isinstance(pair.update(save_private_key=False), Done)
    assert pair.seen()["public_key"] != public
    assert "private_key" not in pair.instance.data
    assert isinstance(pair.update(public_key=public), Done)
    assert pair.seen()["public_key"].split()[:2] == public.split()[:2]
    another = Life(cloud, "OS::Nova::KeyPair", {"name": "key"})
    refused = another.run("CREATE")
    assert isinstance(refused, Failed)
    assert "already exists" in refused.reason
    assert another.find_existing() == []


def test_flavors_and_groups_of_servers(lives: Any) -> None:
    flavor = lives("OS::Nova::Flavor", "admin", ram=64, vcpus=1, extra_specs={"a": "1", "b": "2"})
    assert flavor.find_existing() == [reference(flavor)]
    assert isinstance(flavor.update(extra_specs={"a": "3"}), Done)
    assert flavor.plugin(flavor.instance).resolve_attributes()["extra_specs"] == {"a": "3"}
    hidden = lives("OS::Nova::Flavor", "admin", ram=64, vcpus=1, is_public=False, tenants=["demo"])
    assert hidden.seen()["os-flavor-access:is_public"] is False
    group = lives("OS::Nova::ServerGroup", policies=["affinity"])
    assert group.find_existing() == [reference(group)]


def test_volumes_grow_and_are_attached(lives: Any, cloud: Reached) -> None:
    volume = lives("OS::Cinder::Volume", size=1, metadata={"for": "data"}, read_only=True)
    assert volume.find_existing() == [reference(volume)]
    assert isinstance(volume.update(size=2, metadata={"for": "logs"}, read_only=False, description="d"), Done)
    assert [volume.seen()[it] for it in ("size", "description")] == [2, "d"]
    shown = volume.plugin(volume.instance).resolve_attributes()
    assert shown["metadata_values"] == {"for": "logs", "readonly": "False"}
    smaller = volume.update(size=1)
    assert isinstance(smaller, Failed)
    assert "Shrinking volume" in smaller.reason
    of_image = lives("OS::Cinder::Volume", size=1, imageRef="cirros")

    compute, names = cloud.services().api("compute"), cloud.services().names
    size, image = names.id_of("nova.flavor", "m1.tiny"), names.id_of("glance.image", "cirros")
    wanted = {"name": "s", "flavorRef": size, "imageRef": image, "networks": "none"}
    server = compute.post("/servers", {"server": wanted}, microversion="2.37")["server"]["id"]
    try:
        end = time.monotonic() + PATIENCE
        while compute.get(f"/servers/{server}")["server"]["status"] != "ACTIVE":
            assert time.monotonic() < end
            time.sleep(0.5)
        joined = Life(cloud, "OS::Cinder::VolumeAttachment", {"instance_uuid": server, "volume_id": reference(volume)})
        joined.create()
        assert joined.find_existing() == [reference(volume)]
        assert isinstance(joined.update(volume_id=reference(of_image)), Done)
        assert (volume.seen()["status"], of_image.seen()["status"]) == ("available", "in-use")
        assert isinstance(joined.run("DELETE"), Done)
        assert of_image.seen()["status"] == "available"
    finally:
        compute.delete(f"/servers/{server}")
