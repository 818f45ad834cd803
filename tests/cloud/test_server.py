"""OS::Nova::Server on real services: each kind of update, what comes and goes with a server, and nothing left."""

from __future__ import annotations

import base64
import dataclasses
from typing import Any

import pytest

from heatlite.resources.openstack.nova.server import Server
from heatlite.resources.openstack.nova.server_networks import OWN_PORTS
from heatlite.resources.outcomes import Done, Failed, Replace, Waiting
from heatlite.resources.steps import poll, start
from heatlite.resources.testing import carried
from tests.cloud.left import everything
from tests.cloud.life import Life, reference
from tests.cloud.reached import Reached
from tests.cloud.words import typed
from tests.story import Story, hot

TYPE = "OS::Nova::Server"
SMALL = {"flavor": "m1.tiny", "image": "cirros"}


@pytest.fixture
def net(lives: Any) -> tuple[Life, Life]:
    """A network and its subnet."""
    network = lives("OS::Neutron::Net")
    return network, lives("OS::Neutron::Subnet", network=reference(network), cidr="10.9.0.0/24")


def ports_of(cloud: Reached, life: Life) -> list[dict[str, Any]]:
    found = cloud.services().api("network").listed("/ports", "ports", params={"device_id": reference(life)})
    return sorted(found, key=lambda it: str(it["fixed_ips"][0]["ip_address"]))


def made_for(cloud: Reached, life: Life) -> list[dict[str, Any]]:
    """The ports that were made for a server, whether it is there or not."""
    mark = f"heat_resource={life.instance.uuid}"
    return list(cloud.services().api("network").listed("/ports", "ports", params={"description": mark}))


def shown(life: Life, *names: str) -> dict[str, Any]:
    server = life.plugin(dataclasses.replace(life.instance, reads=frozenset(names)))
    return {name: server.resolve_attribute(name) for name in names}


def test_a_server_is_made_found_and_changed_in_place(lives: Any, cloud: Reached, net: tuple[Life, Life]) -> None:
    network, _subnet = net
    networks = [{"network": reference(network), "fixed_ip": "10.9.0.10"}]
    given = {"metadata": {"a": "1", "b": [2]}, "tags": ["x"], "admin_pass": "secret"}
    server = lives(TYPE, **SMALL, networks=networks, **given)
    assert server.find_existing() == [reference(server)]
    mark = {"heat_resource": server.instance.uuid}
    assert server.seen()["metadata"] == {"a": "1", "b": "[2]", **mark}
    assert server.seen()["tags"] == ["x"]
    before = reference(server)
    assert isinstance(server.update(name="web", metadata={"c": "3"}, tags=["y"]), Done)
    assert [server.seen()[it] for it in ("name", "metadata", "tags")] == ["web", {"c": "3", **mark}, ["y"]]
    assert server.find_existing() == [before]
    assert isinstance(server.update(admin_pass="other"), Done)
    assert isinstance(server.run("CHECK"), Done)
    seen = shown(server, "networks", "first_address", "name", "tags", "addresses", "console_urls")
    assert seen["networks"][reference(network)] == ["10.9.0.10"]
    assert seen["first_address"] == "10.9.0.10"
    assert (seen["name"], seen["tags"]) == ("web", ["y"])
    [address] = seen["addresses"][reference(network)]
    assert (address["addr"], address["version"], address["network"]["id"]) == ("10.9.0.10", 4, reference(network))
    assert set(seen["console_urls"]) == {"novnc", "xvpvnc", "spice-html5", "rdp-html5", "serial", "webmks"}


def test_another_flavor_or_image_is_taken_by_the_policies(lives: Any, net: tuple[Life, Life], cloud: Reached) -> None:
    network, _subnet = net
    server = lives(TYPE, **SMALL, networks=[{"network": reference(network)}])
    before, names = reference(server), cloud.services().names
    resized = server.update(flavor="m1.small")
    assert isinstance(resized, Done)
    assert server.seen()["flavor"]["id"] == names.id_of("nova.flavor", "m1.small")
    assert server.seen()["status"] == "ACTIVE"
    assert isinstance(server.update(image="ubuntu"), Done)
    assert server.seen()["image"]["id"] == names.id_of("glance.image", "ubuntu")
    assert reference(server) == before
    again = server.update(image=names.id_of("glance.image", "ubuntu"), image_update_policy="REPLACE")
    assert isinstance(again, Done)  # another name of the same image
    assert isinstance(server.update(image="fedora"), Replace)
    assert isinstance(server.update(image="ubuntu", image_update_policy="REBUILD"), Done)
    data = server.update(user_data="#!/bin/sh\n", user_data_format="RAW", user_data_update_policy="REBUILD")
    assert isinstance(data, Done)


def test_ports_of_a_servers_own_come_and_go_with_it(lives: Any, cloud: Reached, net: tuple[Life, Life]) -> None:
    network, subnet = net
    own = {"subnet": reference(subnet), "fixed_ip": "10.9.0.20"}
    extra = {"network": reference(network), "port_extra_properties": {"port_security_enabled": False}}
    group = lives("OS::Neutron::SecurityGroup", name="for servers")
    server = Life(cloud, TYPE, {**SMALL, "networks": [own, {**extra, "port_extra_properties": {}}]})
    server.properties["security_groups"] = ["for servers"]
    server.__post_init__()
    server.create()
    ports = ports_of(cloud, server)
    assert {it["id"] for it in ports} == {it["id"] for it in made_for(cloud, server)}
    assert ports[0]["security_groups"] == [reference(group)] or ports[1]["security_groups"] == [reference(group)]
    assert "10.9.0.20" in [it["fixed_ips"][0]["ip_address"] for it in ports]
    assert isinstance(server.update(networks=[own]), Done)
    assert [it["fixed_ips"][0]["ip_address"] for it in ports_of(cloud, server)] == ["10.9.0.20"]
    assert len(made_for(cloud, server)) == 1
    assert isinstance(server.run("DELETE"), Done)
    assert made_for(cloud, server) == []


def test_networks_are_changed_in_place(lives: Any, cloud: Reached, net: tuple[Life, Life]) -> None:
    network, subnet = net
    port = lives("OS::Neutron::Port", network=reference(network), fixed_ips=[{"ip_address": "10.9.0.30"}])
    server = lives(TYPE, **SMALL, networks=[{"port": reference(port)}])
    kept = reference(server)
    by_port, by_net = {"port": reference(port)}, {"network": reference(network), "fixed_ip": "10.9.0.31"}
    by_subnet = {"subnet": reference(subnet), "fixed_ip": "10.9.0.32"}
    for networks, addresses in (
        ([by_port, by_net], ["10.9.0.30", "10.9.0.31"]),
        ([by_net], ["10.9.0.31"]),
        ([by_subnet, by_net], ["10.9.0.31", "10.9.0.32"]),
        ([by_subnet, by_port], ["10.9.0.30", "10.9.0.32"]),
        ([by_port], ["10.9.0.30"]),
    ):
        assert isinstance(server.update(networks=networks), Done)
        assert [it["fixed_ips"][0]["ip_address"] for it in ports_of(cloud, server)] == addresses
    assert reference(server) == kept
    assert made_for(cloud, server) == []
    with cloud.changes() as asked:
        assert isinstance(server.update(networks=[{"port": reference(port), "floating_ip": None}]), Done)
    assert not asked


def test_a_floating_ip_stands_for_a_port_of_the_servers_own(lives: Any, cloud: Reached, net: tuple[Life, Life]) -> None:
    _network, subnet = net
    router = lives("OS::Neutron::Router", external_gateway_info={"network": "public"})
    lives("OS::Neutron::RouterInterface", router=reference(router), subnet=reference(subnet))
    floating = lives("OS::Neutron::FloatingIP", floating_network="public")
    outside = {"subnet": reference(subnet), "floating_ip": reference(floating)}
    server = Life(cloud, TYPE, {**SMALL, "networks": [outside]})
    server.create()
    [port] = ports_of(cloud, server)
    assert floating.seen()["port_id"] == port["id"]
    assert isinstance(server.update(networks=[{"subnet": reference(subnet)}]), Done)
    assert floating.seen()["port_id"] is None
    assert isinstance(server.run("DELETE"), Done)


def test_a_server_starts_from_a_volume_of_its_own(lives: Any, cloud: Reached, net: tuple[Life, Life]) -> None:
    network, _subnet = net
    disk = {"image": "cirros", "volume_size": 1, "delete_on_termination": True}
    wanted = {"flavor": "m1.tiny", "networks": [{"network": reference(network)}], "config_drive": True}
    server = Life(cloud, TYPE, {**wanted, "block_device_mapping_v2": [disk]})
    server.create()
    assert len(server.seen()["os-extended-volumes:volumes_attached"]) == 1
    assert isinstance(server.run("DELETE"), Done)
    volume = lives("OS::Cinder::Volume", size=1, image="cirros")
    of_volume = {"device_name": "vda", "volume_id": reference(volume), "delete_on_termination": False}
    other = Life(cloud, TYPE, {**wanted, "block_device_mapping": [of_volume]})
    other.create()
    assert isinstance(other.run("DELETE"), Done)


def test_it_is_suspended_resumed_kept_as_an_image_and_restored(
    lives: Any, cloud: Reached, net: tuple[Life, Life]
) -> None:
    network, _subnet = net
    server = lives(TYPE, **SMALL, networks=[{"network": reference(network)}])
    assert isinstance(server.run("SUSPEND"), Done)
    assert server.seen()["status"] == "SUSPENDED"
    assert isinstance(server.update(name="asleep"), Done)
    assert isinstance(server.run("RESUME"), Done)
    assert server.seen()["status"] == "ACTIVE"
    assert isinstance(server.run("SNAPSHOT"), Done)
    image = server.instance.data["snapshot_image_id"]
    glance = cloud.services().api("image")
    assert glance.get(f"/images/{image}")["status"] == "active"
    saved = {"resource_data": dict(server.instance.data)}
    definition = server.plugin(server.instance).handle_restore({"type": TYPE, "properties": {**SMALL}}, saved)
    assert isinstance(server.update(image=definition["properties"]["image"]), Done)
    server.plugin(server.instance).handle_delete_snapshot(saved)
    assert isinstance(server.update(image="cirros"), Done)
    assert not list(glance.listed("/images", "images", params={"id": f"in:{image}"}))


def test_what_nova_says_of_a_server_in_error_is_the_reason(lives: Any, net: tuple[Life, Life], cloud: Reached) -> None:
    network, _subnet = net
    too_large = lives("OS::Nova::Flavor", "admin", ram=100_000_000, vcpus=1, disk=1)
    nowhere = {"flavor": reference(too_large), "image": "cirros", "networks": [{"network": reference(network)}]}
    server = Life(cloud, TYPE, nowhere)
    failed = server.run("CREATE")
    assert isinstance(failed, Failed)
    assert "No valid host was found" in failed.reason
    server.instance = carried(server.instance, failed)
    assert isinstance(server.update(name="again"), Replace)
    assert isinstance(server.run("DELETE"), Done)


def test_user_data_are_told_as_the_format_says(cloud: Reached, net: tuple[Life, Life]) -> None:
    network, _subnet = net
    raw = Life(cloud, TYPE, {**SMALL, "networks": [{"network": reference(network)}], "user_data": "#!/bin/sh\n"})
    raw.create()
    seen = cloud.services("admin", "admin").api("compute")
    body = seen.get(f"/servers/{reference(raw)}", microversion="2.26")["server"]
    told = base64.b64decode(body["OS-EXT-SRV-ATTR:user_data"]).decode()
    assert "cfn-userdata" in told
    assert "part-handler" in told
    assert isinstance(raw.run("DELETE"), Done)


@pytest.mark.parametrize("at", ["server", "ports"])
def test_a_crash_between_the_answer_and_the_commit_leaves_nothing(
    at: str, cloud: Reached, net: tuple[Life, Life], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The step's outcome is lost, as by kill -9: what the next engine knows is what was committed before it."""
    _network, subnet = net
    life = Life(cloud, TYPE, {**SMALL, "networks": [{"subnet": reference(subnet)}]})
    begun = start(life.plugin(life.instance), "CREATE")
    assert isinstance(begun, Waiting)
    life.instance = carried(life.instance, begun)
    if at == "ports":  # killed before Nova was told
        monkeypatch.setattr(Server, "_version", lambda self: 1 / 0)
        lost = poll(life.plugin(life.instance), "CREATE", begun.progress)
        assert isinstance(lost, Failed)
        monkeypatch.undo()
    else:
        assert isinstance(poll(life.plugin(life.instance), "CREATE", begun.progress), Waiting)
    assert life.instance.data[OWN_PORTS] == []
    [orphan] = made_for(cloud, life)
    ids = life.find_existing()
    if at == "ports":
        assert ids == []
        life.create()
        [port] = made_for(cloud, life)
        assert port["id"] != orphan["id"]
    else:
        [server] = ids
        life.instance = dataclasses.replace(life.instance, resource_id=server)
        outcome = poll(life.plugin(life.instance), "CREATE", None)
        while isinstance(outcome, Waiting):
            life.instance = carried(life.instance, outcome)
            outcome = poll(life.plugin(life.instance), "CREATE", outcome.progress)
        assert isinstance(outcome, Done)
        life.instance = carried(life.instance, outcome)
        assert life.instance.data[OWN_PORTS] == [{"id": orphan["id"]}]
    assert isinstance(life.run("DELETE"), Done)
    assert made_for(cloud, life) == []
    assert life.find_existing() == []


@pytest.mark.parametrize("transport", ["POLL_SERVER_HEAT", "POLL_SERVER_CFN"])
def test_an_agent_is_told_where_to_poll_and_its_user_goes_with_the_server(
    transport: str, story: Story, cloud: Reached
) -> None:
    before = everything(cloud)
    given = {**SMALL, "networks": [{"network": {"get_resource": "net"}}], "software_config_transport": transport}
    data = {"user_data": {"get_resource": "script"}, "user_data_format": "SOFTWARE_CONFIG"}
    config = {"type": "OS::Heat::SoftwareConfig", "properties": {"config": "#!/bin/sh\necho here"}}
    template = hot(
        None,
        {"told": {"value": {"get_attr": ["server", "os_collect_config"]}}},
        net=typed("Neutron::Net"),
        subnet=typed("Neutron::Subnet", network={"get_resource": "net"}, cidr="10.8.3.0/24"),
        script=config,
        server=typed("Nova::Server", **given, **data),
    )
    template["resources"]["server"]["depends_on"] = "subnet"
    story.create(template)
    stack = story.settle("CREATE_COMPLETE")
    server = story.resources()["server"]["physical_resource_id"]
    admin = cloud.services("admin", "admin").api("compute")
    body = admin.get(f"/servers/{server}", microversion="2.26")["server"]
    told = base64.b64decode(body["OS-EXT-SRV-ATTR:user_data"]).decode()
    assert "echo here" in told
    [output] = stack["outputs"]
    found = output["output_value"]
    shown = story.client.describe_stack_resource(story.context, story.identity, "server")
    assert shown["metadata"]["os-collect-config"] == found
    if transport == "POLL_SERVER_HEAT":
        assert found["collectors"] == ["ec2", "heat", "local"]
        assert found["heat"]["resource_name"] == "server"
        assert found["heat"]["password"] in told
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert everything(cloud) == before


def test_the_networks_that_nova_finds_by_itself_are_taken_anew(lives: Any, cloud: Reached) -> None:
    server = lives(TYPE, **SMALL, networks=[{"allocate_network": "none"}])
    assert ports_of(cloud, server) == []
    assert isinstance(server.update(networks=[{"network": "private"}]), Done)
    assert len(ports_of(cloud, server)) == 1
    assert isinstance(server.update(networks=[{"allocate_network": "none"}]), Done)
    assert ports_of(cloud, server) == []


def test_properties_of_a_port_of_its_own_are_changed_in_place(
    lives: Any, cloud: Reached, net: tuple[Life, Life]
) -> None:
    network, _subnet = net

    def wanted(**extra: Any) -> list[dict[str, Any]]:
        return [{"network": reference(network), "port_extra_properties": extra}]

    server = Life(cloud, TYPE, {**SMALL, "networks": wanted()})
    server.create()
    [before] = ports_of(cloud, server)
    pairs = [{"ip_address": "10.9.0.99"}]
    assert isinstance(server.update(networks=wanted(allowed_address_pairs=pairs, value_specs={"dns_name": ""})), Done)
    [after] = ports_of(cloud, server)
    assert after["id"] == before["id"]
    assert [it["ip_address"] for it in after["allowed_address_pairs"]] == ["10.9.0.99"]
    assert isinstance(server.update(networks=wanted(mac_address="fa:16:3e:00:00:99")), Done)
    [anew] = ports_of(cloud, server)
    assert (anew["mac_address"], anew["id"] == before["id"]) == ("fa:16:3e:00:00:99", False)
    assert isinstance(server.run("DELETE"), Done)
    assert made_for(cloud, server) == []
