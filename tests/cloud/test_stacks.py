"""Stacks of the cloud's resources: created, updated and deleted by an engine, as a user's, with nothing left."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cloud.left import everything
from tests.cloud.life import PATIENCE
from tests.cloud.reached import Reached
from tests.cloud.words import ref, typed
from tests.story import Story, hot, slow
from tests.waiting import wait_until


def topology(name: str = "inside", **more: Any) -> dict[str, Any]:
    """A network behind a router, a port with a group and an address outside, and a volume."""
    return hot(
        None,
        {"address": {"value": {"get_attr": ["port", "fixed_ips", 0, "ip_address"]}}},
        net=typed("Neutron::Net", name=name),
        subnet=typed("Neutron::Subnet", network_id=ref("net"), cidr="10.8.0.0/24"),
        router=typed("Neutron::Router", external_gateway_info={"network": "public"}),
        interface=typed("Neutron::RouterInterface", router=ref("router"), subnet=ref("subnet")),
        group=typed("Neutron::SecurityGroup", rules=[{"protocol": "icmp"}]),
        port=typed("Neutron::Port", network=ref("net"), security_groups=[ref("group")]),
        floating=typed("Neutron::FloatingIP", floating_network="public", port_id=ref("port")),
        volume=typed("Cinder::Volume", size=1),
        **more,
    )


def test_a_topology_is_made_changed_and_deleted_with_nothing_left(story: Story, cloud: Reached) -> None:
    before = everything(cloud)
    with cloud.counted() as made:
        story.create(topology())
        stack = story.settle("CREATE_COMPLETE")
    ids = {name: it["physical_resource_id"] for name, it in story.resources().items()}
    network = cloud.services().api("network")
    port = network.get(f"/ports/{ids['port']}")["port"]
    assert [it["output_value"] for it in stack["outputs"]] == [port["fixed_ips"][0]["ip_address"]]
    assert port["fixed_ips"][0]["subnet_id"] == ids["subnet"]
    assert network.get(f"/floatingips/{ids['floating']}")["floatingip"]["port_id"] == ids["port"]
    if made:  # the cloud counts what it is asked
        assert (made["neutron POST"], made["neutron PUT"], made["cinder POST"]) == (7, 1, 1)

    story.update(topology("renamed"))
    story.settle("UPDATE_COMPLETE")
    assert {name: it["physical_resource_id"] for name, it in story.resources().items()} == ids
    assert network.get(f"/networks/{ids['net']}")["network"]["name"] == "renamed"
    with cloud.changes() as asked:
        story.update(topology("renamed"))
        story.settle("UPDATE_COMPLETE")
    assert not asked

    story.delete()
    story.settle("DELETE_COMPLETE")
    assert everything(cloud) == before


def test_a_template_that_names_what_is_not_there_is_refused(story: Story) -> None:
    with pytest.raises(Exception, match=r"resources\.port\.properties\.network.*network.*nowhere"):
        story.create(hot(port=typed("Neutron::Port", network="nowhere")))


def test_the_services_words_are_the_reason(story: Story) -> None:
    story.create(
        hot(net=typed("Neutron::Net"), subnet=typed("Neutron::Subnet", network=ref("net"), cidr="10.0.0.0/31"))
    )
    stack = story.settle("CREATE_FAILED")
    assert "Neutron answered 400" in stack["stack_status_reason"]
    story.delete()
    story.settle("DELETE_COMPLETE")


def with_server(flavor: str = "m1.tiny", image: str = "cirros", policy: str = "REBUILD", **more: Any) -> dict[str, Any]:
    """A server with a port that the template makes and one of its own."""
    networks = [{"port": ref("port")}, {"subnet": ref("subnet"), "network": ref("net")}]
    given = {"flavor": flavor, "image": image, "image_update_policy": policy, "networks": networks, **more}
    return hot(
        None,
        {"addresses": {"value": {"get_attr": ["server", "networks", {"get_resource": "net"}]}}},
        net=typed("Neutron::Net"),
        subnet=typed("Neutron::Subnet", network=ref("net"), cidr="10.8.1.0/24"),
        port=typed("Neutron::Port", network=ref("net"), fixed_ips=[{"subnet": ref("subnet")}]),
        server=typed("Nova::Server", **given),
        volume=typed("Cinder::Volume", size=1),
        attachment=typed("Cinder::VolumeAttachment", instance_uuid=ref("server"), volume_id=ref("volume")),
    )


def test_a_stack_with_a_server_is_changed_and_its_server_replaced_with_nothing_left(
    story: Story, cloud: Reached
) -> None:
    before = everything(cloud)
    story.create(with_server())
    stack = story.settle("CREATE_COMPLETE")
    [output] = stack["outputs"]
    assert len(output["output_value"]) == 2
    first = story.resources()["server"]["physical_resource_id"]

    story.update(with_server("m1.small", metadata={"a": "b"}))
    story.settle("UPDATE_COMPLETE")
    assert story.resources()["server"]["physical_resource_id"] == first
    with cloud.changes() as asked:
        story.update(with_server("m1.small", metadata={"a": "b"}))
        story.settle("UPDATE_COMPLETE")
    assert not asked

    story.update(with_server("m1.small", "ubuntu", "REPLACE"))  # the new one takes the port over
    story.settle("UPDATE_COMPLETE")
    second = story.resources()["server"]["physical_resource_id"]
    assert second != first
    port = story.resources()["port"]["physical_resource_id"]
    assert cloud.services().api("network").get(f"/ports/{port}")["port"]["device_id"] == second

    story.delete()
    story.settle("DELETE_COMPLETE")
    assert everything(cloud) == before


def more_of_neutron(tag: int = 100) -> dict[str, Any]:
    """A trunk, addresses of a pool, another project's access, and ways in and out of a router."""
    subports = [{"port": ref("inner"), "segmentation_type": "vlan", "segmentation_id": tag}]
    address = {"get_attr": ["port", "fixed_ips", 0, "ip_address"]}
    forward = {"internal_port_number": 22, "external_port": 2222, "protocol": "tcp"}
    return hot(
        None,
        {"parent": {"value": {"get_attr": ["trunk", "port_id"]}}},
        scope=typed("Neutron::AddressScope", name="scope"),
        pool=typed("Neutron::SubnetPool", prefixes=["10.91.0.0/16"], address_scope=ref("scope")),
        net=typed("Neutron::Net"),
        subnet=typed("Neutron::Subnet", network=ref("net"), subnetpool=ref("pool"), prefixlen=24),
        port=typed("Neutron::Port", network=ref("net")),
        inner=typed("Neutron::Port", network=ref("net")),
        trunk=typed("Neutron::Trunk", port=ref("port"), sub_ports=subports, name="trunk"),
        access=typed(
            "Neutron::RBACPolicy",
            object_type="network",
            object_id=ref("net"),
            action="access_as_shared",
            target_tenant="0123456789abcdef0123456789abcdef",
        ),
        router=typed("Neutron::Router"),
        way_out=typed("Neutron::RouterGateway", router_id=ref("router"), network="public"),
        interface=typed("Neutron::RouterInterface", router=ref("router"), subnet=ref("subnet")),
        routes=typed(
            "Neutron::ExtraRouteSet",
            router=ref("router"),
            routes=[{"destination": "10.92.0.0/24", "nexthop": address}],
        ),
        floating=typed("Nova::FloatingIP") | {"depends_on": "way_out"},
        forward=typed(
            "Neutron::FloatingIPPortForward",
            floating_ip=ref("floating"),
            internal_port=ref("port"),
            internal_ip_address=address,
            **forward,
        ),
    )


def private_cloud(block: str = "10.93.1.0/24") -> dict[str, Any]:
    """What CloudFormation has of networks."""

    def of_ec2(kind: str, **properties: Any) -> dict[str, Any]:
        return {"type": f"AWS::EC2::{kind}", "properties": properties}

    ssh = {"IpProtocol": "tcp", "FromPort": "22", "ToPort": "22", "CidrIp": "0.0.0.0/0"}
    return hot(
        None,
        {"address": {"value": {"get_attr": ["port", "PrivateIpAddress"]}}},
        vpc=of_ec2("VPC", CidrBlock="10.93.0.0/16"),
        subnet=of_ec2("Subnet", VpcId=ref("vpc"), CidrBlock=block),
        table=of_ec2("RouteTable", VpcId=ref("vpc")),
        joined=of_ec2("SubnetRouteTableAssociation", RouteTableId=ref("table"), SubnetId=ref("subnet")),
        gateway=of_ec2("InternetGateway"),
        attached=of_ec2("VPCGatewayAttachment", VpcId=ref("vpc"), InternetGatewayId=ref("gateway")),
        group=of_ec2("SecurityGroup", GroupDescription="web", SecurityGroupIngress=[ssh]),
        port=of_ec2("NetworkInterface", SubnetId=ref("subnet"), GroupSet=[ref("group")]),
        volume=of_ec2("Volume", AvailabilityZone="nova", Size=1),
    )


@pytest.mark.parametrize(
    ("made", "changed"),
    [(more_of_neutron(), more_of_neutron(200)), (private_cloud(), private_cloud("10.93.2.0/24"))],
    ids=["neutron", "ec2"],
)
def test_less_common_types_in_a_stack(
    made: dict[str, Any], changed: dict[str, Any], story: Story, cloud: Reached
) -> None:
    before = everything(cloud)
    story.create(made)
    stack = story.settle("CREATE_COMPLETE")
    assert all(it["output_value"] for it in stack["outputs"])
    story.update(changed)
    story.settle("UPDATE_COMPLETE")
    with cloud.changes() as asked:
        story.update(changed)
        story.settle("UPDATE_COMPLETE")
    assert not asked
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert everything(cloud) == before


def test_a_rollback_gives_a_port_back_to_the_server_that_had_it(story: Story, cloud: Reached) -> None:
    before = everything(cloud)
    story.create(with_server())
    story.settle("CREATE_COMPLETE")
    ids = {name: it["physical_resource_id"] for name, it in story.resources().items()}
    changed = with_server("m1.tiny", "ubuntu", "REPLACE")
    fails = {"type": "OS::Heat::TestResource", "properties": {"fail": True}, "depends_on": "server"}
    changed["resources"]["later"] = fails
    story.update(changed, disable_rollback=False)
    story.settle("ROLLBACK_COMPLETE")
    assert story.resources()["server"]["physical_resource_id"] == ids["server"]
    network = cloud.services().api("network")
    assert network.get(f"/ports/{ids['port']}")["port"]["device_id"] == ids["server"]
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert everything(cloud) == before


def without_volume(template: dict[str, Any]) -> dict[str, Any]:
    """Return the template without its volume."""
    kept = {name: it for name, it in template["resources"].items() if name not in ("volume", "attachment")}
    return {**template, "resources": kept, "outputs": {}}


def test_a_port_is_given_back_as_soon_as_nova_takes_it(story: Story, cloud: Reached) -> None:
    """An administrator has locked the server that the rollback keeps: Nova refuses to attach anything to it."""
    before = everything(cloud)
    made, changed = (without_volume(with_server("m1.tiny", image, "REPLACE")) for image in ("cirros", "ubuntu"))
    story.create(made)
    story.settle("CREATE_COMPLETE")
    ids = story.physical_ids()
    changed["resources"]["later"] = slow("create", depends_on="server", seconds=3600)
    story.update(changed, disable_rollback=False)
    story.step_until("later", "CREATE_IN_PROGRESS")
    admin = cloud.services("admin", "demo").api("compute")
    admin.post(f"/servers/{ids['server']}/action", {"lock": None})
    refusals = cloud.number_of("nova", "POST", "/os-interface", "409")
    story.cancel(rollback=True)
    is_refused = lambda: cloud.number_of("nova", "POST", "/os-interface", "409") > refusals  # noqa: E731
    wait_until(is_refused, PATIENCE, "Nova to refuse", story.explain)
    assert story.state() == "ROLLBACK_IN_PROGRESS"
    admin.post(f"/servers/{ids['server']}/action", {"unlock": None})
    story.settle("ROLLBACK_COMPLETE")
    assert cloud.services().api("network").get(f"/ports/{ids['port']}")["port"]["device_id"] == ids["server"]
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert everything(cloud) == before


ADDRESS = "10.8.4.20"


def with_address(kind: str, *, changed: bool = False) -> dict[str, Any]:
    """Something with a fixed address, which the change replaces by something with the same address."""
    found = {
        "net": typed("Neutron::Net"),
        "subnet": typed("Neutron::Subnet", network=ref("net"), cidr="10.8.4.0/24"),
    }
    if kind == "port":
        mac = "fa:16:3e:00:00:02" if changed else "fa:16:3e:00:00:01"
        fixed = [{"subnet": ref("subnet"), "ip_address": ADDRESS}]
        port = typed("Neutron::Port", network=ref("net"), fixed_ips=fixed, mac_address=mac)
        server = typed("Nova::Server", flavor="m1.tiny", image="cirros", networks=[{"port": ref("it")}])
        return hot(**found, it=port, server=server)
    network = {"subnet": ref("subnet")} if kind == "own port" else {"network": ref("net")}
    image = "ubuntu" if changed else "cirros"
    given = {"flavor": "m1.tiny", "image": image, "image_update_policy": "REPLACE"}
    return hot(**found, it=typed("Nova::Server", **given, networks=[{**network, "fixed_ip": ADDRESS}]))


def holder_of_address(story: Story, cloud: Reached) -> str:
    """Return the port or the server that has the address."""
    rows = story.resources()
    query = {"network_id": rows["net"]["physical_resource_id"], "fixed_ips": f"ip_address={ADDRESS}"}
    [port] = cloud.services().api("network").listed("/ports", "ports", params=query)
    return str(port["id"] if rows["it"]["resource_type"].endswith("Port") else port["device_id"])


@pytest.mark.parametrize("kind", ["port", "own port", "Nova's port"])
def test_a_replacement_gets_the_address_of_what_it_replaces(kind: str, story: Story, cloud: Reached) -> None:
    before = everything(cloud)
    story.create(with_address(kind))
    story.settle("CREATE_COMPLETE")
    first = story.resources()["it"]["physical_resource_id"]
    assert holder_of_address(story, cloud) == first

    failing = with_address(kind, changed=True)
    fails = {"type": "OS::Heat::TestResource", "properties": {"fail": True}, "depends_on": "it"}
    failing["resources"]["later"] = fails
    story.update(failing, disable_rollback=False)
    story.settle("ROLLBACK_COMPLETE")
    assert story.resources()["it"]["physical_resource_id"] == first == holder_of_address(story, cloud)

    story.update(with_address(kind, changed=True))
    story.settle("UPDATE_COMPLETE")
    second = story.resources()["it"]["physical_resource_id"]
    assert second != first
    assert holder_of_address(story, cloud) == second
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert everything(cloud) == before
