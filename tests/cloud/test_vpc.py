"""AWS::EC2::VPC and what is in it, through their lives on real services; see test_types."""

from __future__ import annotations

from typing import Any

import pytest

from heatlite.exception import CloudNotFound
from heatlite.resources.outcomes import Done, Failed, Waiting
from heatlite.resources.steps import poll, start
from heatlite.resources.testing import carried
from tests.cloud.life import Life, reference
from tests.cloud.reached import Reached


def routers_on(cloud: Reached, subnet: str) -> set[str]:
    """The routers that have an interface on a subnet."""
    query = {"fixed_ips": f"subnet_id={subnet}"}
    ports = cloud.services().api("network").listed("/ports", "ports", params=query)
    return {it["device_id"] for it in ports if it["device_owner"] == "network:router_interface"}


def router_named(cloud: Reached, name: str) -> list[str]:
    return [it["id"] for it in cloud.services().api("network").listed("/routers", "routers", params={"name": name})]


def test_a_private_cloud_with_all_that_is_in_it(lives: Any, cloud: Reached) -> None:
    vpc = lives("AWS::EC2::VPC", CidrBlock="10.90.0.0/16")
    assert vpc.find_existing() == [reference(vpc)]
    [default] = router_named(cloud, vpc.seen()["name"])
    subnet = lives("AWS::EC2::Subnet", VpcId=reference(vpc), CidrBlock="10.90.1.0/24", AvailabilityZone="east")
    assert subnet.find_existing() == [reference(subnet)]
    assert subnet.plugin(subnet.instance).resolve_attributes() == {"AvailabilityZone": "east"}
    assert routers_on(cloud, reference(subnet)) == {default}

    port = lives("AWS::EC2::NetworkInterface", SubnetId=reference(subnet), PrivateIpAddress="10.90.1.9", GroupSet=[])
    assert port.find_existing() == [reference(port)]
    assert port.plugin(port.instance).resolve_attributes() == {"PrivateIpAddress": "10.90.1.9"}
    assert port.seen()["security_groups"] == []
    assert isinstance(port.update(GroupSet=None), Done)
    assert len(port.seen()["security_groups"]) == 1

    table = lives("AWS::EC2::RouteTable", VpcId=reference(vpc))
    assert table.find_existing() == [reference(table)]
    joined = lives("AWS::EC2::SubnetRouteTableAssociation", RouteTableId=reference(table), SubnetId=reference(subnet))
    assert routers_on(cloud, reference(subnet)) == {reference(table)}
    attached = lives("AWS::EC2::VPCGatewayAttachment", VpcId=reference(vpc), InternetGatewayId="any")
    assert table.seen()["external_gateway_info"]["network_id"]
    assert isinstance(attached.run("CHECK"), Done)
    assert isinstance(attached.run("DELETE"), Done)
    assert table.seen()["external_gateway_info"] is None
    assert isinstance(attached.run("CHECK"), Failed)
    assert isinstance(joined.run("DELETE"), Done)
    assert routers_on(cloud, reference(subnet)) == {default}


def test_a_private_cloud_that_an_engine_died_at_leaves_neither_network_nor_router(cloud: Reached) -> None:
    vpc = Life(cloud, "AWS::EC2::VPC", {})
    made = start(vpc.plugin(vpc.instance), "CREATE")
    assert isinstance(made, Waiting)
    assert vpc.find_existing() == [made.physical_id]
    name = vpc.plugin(vpc.instance).physical_resource_name()
    vpc.instance = carried(vpc.instance, made)
    went_on = poll(vpc.plugin(vpc.instance), "CREATE", None)  # by another engine, which has found it
    assert isinstance(went_on, Done)
    assert len(router_named(cloud, name)) == 1
    assert isinstance(vpc.run("DELETE"), Done)
    assert router_named(cloud, name) == []
    with pytest.raises(CloudNotFound):
        vpc.seen()
