"""Images that Glance downloads, older types of floating IPs, and AWS::EC2, through their lives on real services."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from heatlite.exception import CloudNotFound
from heatlite.resources.outcomes import Done, Failed
from heatlite.resources.testing import carried
from tests.cloud.life import PATIENCE, Life, reference
from tests.cloud.reached import Reached
from tests.cloud.web_server import CONTENTS, web_server


@pytest.fixture
def web() -> Iterator[str]:
    """The URL of a web server."""
    with web_server() as url:
        yield url


FORMATS = {"disk_format": "raw", "container_format": "bare"}


def test_an_image_is_downloaded_changed_and_shared(lives: Any, web: str, cloud: Reached) -> None:
    given = {"name": "small", "tags": ["a"], "extra_properties": {"hw_disk_bus": "scsi"}, "os_distro": "none"}
    image = lives("OS::Glance::WebImage", location=f"{web}/disk", visibility="shared", **FORMATS, **given)
    assert image.find_existing() == [reference(image)] == [image.instance.uuid]
    seen = image.seen()
    assert [seen[it] for it in ("name", "status", "size", "tags")] == ["small", "active", len(CONTENTS), ["a"]]
    assert seen["hw_disk_bus"] == "scsi"
    assert isinstance(image.update(tags=["b"], extra_properties={"hw_vif_model": "e1000"}, os_distro=None), Done)
    seen = image.seen()
    assert (seen["tags"], seen["hw_vif_model"]) == (["b"], "e1000")
    assert not {"hw_disk_bus", "os_distro"} & seen.keys()
    members = [cloud.project_id("admin")]
    assert isinstance(image.update(members=members), Done)
    assert members_of(image, cloud) == members
    assert isinstance(image.update(members=None), Done)
    assert members_of(image, cloud) == []
    assert isinstance(image.run("CHECK"), Done)


def members_of(image: Life, cloud: Reached) -> list[str]:
    found = cloud.services().api("image").get(f"/images/{reference(image)}/members")["members"]
    return [it["member_id"] for it in found]


def test_an_administrators_image_is_active_or_not(lives: Any, web: str) -> None:
    image = lives("OS::Glance::WebImage", "admin", location=f"{web}/disk", active=False, **FORMATS)
    assert image.seen()["status"] == "deactivated"
    assert isinstance(image.update(active=True), Done)
    assert image.seen()["status"] == "active"
    assert isinstance(image.update(active=False), Done)
    assert image.seen()["status"] == "deactivated"


def test_an_image_that_cannot_be_downloaded_fails_at_once(web: str, cloud: Reached) -> None:
    image = Life(cloud, "OS::Glance::WebImage", {"location": f"{web}/nothing", **FORMATS})
    failed = image.run("CREATE")
    assert isinstance(failed, Failed)
    assert f"Glance couldn't download {web}/nothing: Task failed" in failed.reason
    image.instance = carried(image.instance, failed)
    assert isinstance(image.run("DELETE"), Done)
    assert image.find_existing() == []


@pytest.fixture
def server(lives: Any, cloud: Reached) -> Iterator[str]:
    """The id of a server with a port behind a router that has no way out yet, and the router's."""
    net = lives("OS::Neutron::Net")
    subnet = lives("OS::Neutron::Subnet", network=reference(net), cidr="10.67.0.0/24")
    port = lives("OS::Neutron::Port", network=reference(net), fixed_ips=[{"subnet": reference(subnet)}])
    router = lives("OS::Neutron::Router")
    lives("OS::Neutron::RouterInterface", router=reference(router), subnet=reference(subnet))
    lives("OS::Neutron::RouterGateway", router_id=reference(router), network_id="public")
    compute, names = cloud.services().api("compute"), cloud.services().names
    size, image = names.id_of("nova.flavor", "m1.tiny"), names.id_of("glance.image", "cirros")
    wanted = {"name": "s", "flavorRef": size, "imageRef": image, "networks": [{"port": reference(port)}]}
    made = compute.post("/servers", {"server": wanted}, microversion="2.37")["server"]["id"]
    wait(lambda: compute.get(f"/servers/{made}")["server"]["status"] == "ACTIVE")
    yield made
    compute.delete(f"/servers/{made}")
    wait(lambda: is_gone(cloud, made))


def wait(ready: Any) -> None:
    end = time.monotonic() + PATIENCE
    while not ready():
        assert time.monotonic() < end
        time.sleep(0.5)


def is_gone(cloud: Reached, server: str) -> bool:
    try:
        cloud.services().api("compute").get(f"/servers/{server}")
    except CloudNotFound:
        return True
    return False


def test_novas_floating_ips_and_the_gateway_of_a_router(lives: Any, server: str) -> None:
    floating, other = lives("OS::Nova::FloatingIP", pool="public"), lives("OS::Nova::FloatingIP")
    assert floating.find_existing() == [reference(floating)]
    shown = floating.plugin(floating.instance).resolve_attributes()
    assert shown == {"pool": floating.seen()["floating_network_id"], "ip": floating.seen()["floating_ip_address"]}
    joined = lives("OS::Nova::FloatingIPAssociation", server_id=server, floating_ip=reference(floating))
    assert floating.seen()["port_id"] is not None
    assert isinstance(joined.run("CHECK"), Done)
    assert isinstance(joined.update(floating_ip=reference(other)), Done)
    assert floating.seen()["port_id"] is None
    assert other.seen()["port_id"] is not None
    assert isinstance(joined.run("DELETE"), Done)
    assert other.seen()["port_id"] is None


def test_elastic_ips_of_a_server_and_a_port(lives: Any, server: str, cloud: Reached) -> None:
    eip = lives("AWS::EC2::EIP", InstanceId=server)
    address = eip.seen()["floating_ip_address"]
    assert eip.find_existing() == [reference(eip)]
    assert eip.plugin(eip.instance).reference() == address
    assert eip.plugin(eip.instance).resolve_attributes() == {"AllocationId": reference(eip)}
    port = eip.seen()["port_id"]
    assert port is not None
    assert isinstance(eip.update(InstanceId=None), Done)
    assert eip.seen()["port_id"] is None

    joined = lives("AWS::EC2::EIPAssociation", EIP=address, InstanceId=server)
    assert reference(joined) == address
    assert eip.seen()["port_id"] == port
    other = lives("AWS::EC2::EIP")
    assert isinstance(joined.update(EIP=None, AllocationId=reference(other), NetworkInterfaceId=port), Done)
    assert (reference(joined), eip.seen()["port_id"], other.seen()["port_id"]) == (reference(other), None, port)
    assert isinstance(joined.run("DELETE"), Done)
    assert other.seen()["port_id"] is None


def test_security_groups_of_ec2(lives: Any) -> None:
    ssh = {"IpProtocol": "tcp", "FromPort": "22", "ToPort": "22", "CidrIp": "10.0.0.0/8"}
    group = lives("AWS::EC2::SecurityGroup", GroupDescription="for all", SecurityGroupIngress=[ssh])
    seen = group.seen()
    assert seen["description"] == "for all"
    assert sorted((it["direction"], it["port_range_min"]) for it in seen["security_group_rules"] if it["protocol"]) == [
        ("ingress", 22)
    ]
    assert len(seen["security_group_rules"]) == 3
    ping = {"IpProtocol": "icmp", "FromPort": "-1", "ToPort": "-1", "CidrIp": "0.0.0.0/0"}
    own = {"IpProtocol": "udp", "FromPort": "53", "ToPort": "53", "SourceSecurityGroupId": reference(group)}
    assert isinstance(group.update(SecurityGroupIngress=[ping, own], SecurityGroupEgress=[ssh]), Done)
    found = {(it["direction"], it["protocol"], it["remote_group_id"]) for it in group.seen()["security_group_rules"]}
    assert found == {("ingress", "icmp", None), ("ingress", "udp", reference(group)), ("egress", "tcp", None)}


def test_volumes_of_ec2(lives: Any, server: str, cloud: Reached) -> None:
    tags = [{"Key": "for", "Value": "data"}]
    volume = lives("AWS::EC2::Volume", AvailabilityZone="nova", Size=1, Tags=tags)
    assert volume.find_existing() == [reference(volume)]
    assert (volume.seen()["size"], volume.seen()["metadata"]["for"]) == (1, "data")
    wanted = {"InstanceId": server, "VolumeId": reference(volume), "Device": "/dev/vdc"}
    joined = lives("AWS::EC2::VolumeAttachment", **wanted)
    assert joined.find_existing() == [reference(volume)]
    assert volume.seen()["status"] == "in-use"
    assert isinstance(joined.run("DELETE"), Done)
    assert volume.seen()["status"] == "available"
