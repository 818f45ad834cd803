"""A template of what a project has: each kind of things, references, selections, and what is told."""

from __future__ import annotations

import graphlib
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatlite.exception import EntityNotFound, Forbidden, RequestLimitExceeded
from heatlite.resources.openstack.generation.collecting import collect
from heatlite.resources.openstack.generation.generating import Generated, Selection, generate, referred
from heatlite.resources.openstack.generation.references import Unique
from heatlite.resources.openstack.marks import KEY, tag_of
from heatlite.resources.registry import Registry
from heatlite.resources.testing import instance_of
from tests.unit.resources.openstack.project import BEFORE, PROJECT, Body, Project, ProjectsCloud

TYPES = Registry.load()
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@pytest.fixture
def project() -> Project:
    return Project()


def made(project: Project, **selected: Any) -> Generated:
    """Generate, and see that nothing in the template differs from what there is."""
    found = generate(project.existing(), Selection(**{name: tuple(it) for name, it in selected.items()}))
    graphlib.TopologicalSorter(edges(found)).prepare()
    for name in found.template["resources"]:
        assert differing(project, found, name) == {}, name
    return found


def edges(found: Generated) -> dict[str, set[str]]:
    return {name: referred(it) for name, it in found.template["resources"].items()}


def properties(found: Generated, name: str) -> Body:
    return found.template["resources"][name]["properties"]


def types(found: Generated) -> dict[str, str]:
    return {name: it["type"].removeprefix("OS::") for name, it in found.template["resources"].items()}


def told(found: Generated) -> dict[str, str]:
    return {it.thing: it.reason for it in found.notes if "user data" not in it.reason}


def with_ids(value: Any, found: Generated) -> Any:
    """What a value is in this cloud."""
    if isinstance(value, dict) and value.keys() == {"get_resource"}:
        return found.resources[value["get_resource"]]["resource_id"]
    if isinstance(value, dict) and value.keys() == {"get_param"}:
        return found.template["parameters"][value["get_param"]]["default"]
    if isinstance(value, dict):
        return {name: with_ids(it, found) for name, it in value.items()}
    return [with_ids(it, found) for it in value] if isinstance(value, list) else value


class Names:
    """Ids are ids; and the names that each project has."""

    def __init__(self, project: Project) -> None:
        self.known = {"default": project.default["id"]}

    def id_of(self, kind: str, value: str) -> str:
        return self.known.get(value, value)

    check = id_of

    def is_kept(self, kind: str, value: str) -> bool:
        return False


class Cloud:
    """Names, and an API that nobody may ask."""

    def __init__(self, project: Project) -> None:
        self.names = Names(project)

    def api(self, service: str) -> Any:
        return self

    def get(self, path: str, **sent: Any) -> Any:
        raise EntityNotFound(entity="Service", name=path)


def differing(project: Project, found: Generated, name: str) -> Body:
    """What a look would say of a resource that was adopted."""
    definition, adopted = found.template["resources"][name], found.resources[name]
    assert (adopted["type"], adopted["name"]) == (definition["type"], name)
    facts = {"cloud": Cloud(project), "resource_id": adopted["resource_id"], "data": adopted["resource_data"]}
    resource = TYPES.get(definition["type"])(
        instance_of(TYPES.get(definition["type"]), with_ids(definition["properties"], found), **facts)
    )
    resource.validate()
    bodies = {str(it.get("id") or it["name"]): it for it in everything(project)}
    body = bodies.get(adopted["resource_id"])
    return {} if body is None or "Attachment" in definition["type"] else resource.differing(body)  # type: ignore[attr-defined]


def everything(project: Project) -> list[Body]:
    lists = (project.networks, project.subnets, project.routers, project.ports, project.groups, project.floating_ips)
    rules = [rule for group in project.groups for rule in group["security_group_rules"]]
    return [it for them in (*lists, project.servers, project.volumes, project.keys, rules) for it in them]


# --- kinds ------------------------------------------------------------------------------------------------------------


def test_an_empty_project_has_nothing_to_say(project: Project) -> None:
    found = made(project)
    assert (found.template["resources"], found.resources, found.notes) == ({}, {}, ())
    assert "parameters" not in found.template


def test_a_network_says_what_differs_from_the_default(project: Project) -> None:
    project.network("plain")
    more = {"port_security_enabled": False, "tags": ["a", tag_of("x")], "description": "ours", "dns_domain": "x.org."}
    project.network("rich", admin_state_up=False, **more)
    found = made(project)
    assert properties(found, "plain") == {"name": "plain"}
    assert properties(found, "rich") == {
        "name": "rich",
        "admin_state_up": False,
        "port_security_enabled": False,
        "dns_domain": "x.org.",
        "tags": ["a"],
        "value_specs": {"description": "ours"},
    }


def test_the_mark_of_a_stack_is_not_a_description(project: Project) -> None:
    project.network("marked", description=tag_of("3b241101"))
    assert properties(made(project), "marked") == {"name": "marked"}


def test_a_subnet_refers_to_its_network_and_leaves_out_the_pool_of_all_addresses(project: Project) -> None:
    net = project.network()
    project.subnet(net)
    pools = [{"start": "10.1.0.10", "end": "10.1.0.20"}]
    project.subnet(net, "part", "10.1.0.0/24", gateway_ip=None, allocation_pools=pools, dns_nameservers=["9.9.9.9"])
    found = made(project)
    whole = {"name": "subnet", "network": {"get_resource": "net"}, "cidr": "10.0.0.0/24", "gateway_ip": "10.0.0.1"}
    assert properties(found, "subnet") == whole
    part = properties(found, "part")
    assert (part["gateway_ip"], part["allocation_pools"], part["dns_nameservers"]) == ("", pools, ["9.9.9.9"])


def test_a_subnet_of_a_pool_keeps_its_addresses(project: Project) -> None:
    project.subnet(project.network(), subnetpool_id=project.new_id())
    assert "subnetpool" not in properties(made(project), "subnet")


def test_a_router_names_the_outside_by_a_parameter_and_takes_no_address_along(project: Project) -> None:
    project.router()
    project.router("inner", external_gateway_info=None, distributed=False, ha=True)
    found = made(project)
    outside = {"get_param": "external_network_public"}
    assert properties(found, "router") == {"name": "router", "external_gateway_info": {"network": outside}}
    assert properties(found, "inner") == {"name": "inner", "ha": True}
    assert found.template["parameters"]["external_network_public"] == {
        "type": "string",
        "default": project.outside,
        "description": "The external network public of the project",
        "constraints": [{"custom_constraint": "neutron.network"}],
    }


def test_an_interface_is_by_its_subnet_or_by_a_port_that_somebody_has_made_for_it(project: Project) -> None:
    net, router = project.network(), project.router()
    subnet = project.subnet(net)
    other = project.subnet(net, "other", "10.1.0.0/24")
    project.interface(router, subnet)
    project.interface(router, other, "10.1.0.77")
    project.ports.append({**project.ports[0], "id": project.new_id(), "device_owner": "network:dhcp"})
    found = made(project)
    assert [it for it in types(found).values() if it == "Neutron::Port"] == ["Neutron::Port"]
    interfaces = {name: it for name, it in types(found).items() if it == "Neutron::RouterInterface"}
    by_id = {found.resources[name]["resource_id"]: properties(found, name) for name in interfaces}
    assert by_id[f"{router['id']}:subnet_id={subnet['id']}"] == {
        "router": {"get_resource": "router"},
        "subnet": {"get_resource": "subnet"},
    }
    [by_port] = (it for key, it in by_id.items() if ":port_id=" in key)
    assert by_port == {"router": {"get_resource": "router"}, "port": {"get_resource": "port"}}


def test_a_port_has_addresses_groups_and_pairs_and_no_facts_of_its_device(project: Project) -> None:
    net = project.network()
    subnet, group = project.subnet(net), project.group()
    pair = {"ip_address": "10.0.0.99", "mac_address": "fa:16:3e:00:00:aa"}
    project.port(net, subnet, mac_address="fa:16:3e:00:00:aa", allowed_address_pairs=[pair])
    project.port(net, subnet, "10.0.0.6", name="grouped", security_groups=[group["id"]])
    project.port(net, name="open", security_groups=[], port_security_enabled=False)
    found = made(project)
    fixed = [{"subnet": {"get_resource": "subnet"}, "ip_address": "10.0.0.5"}]
    assert properties(found, "port") == {
        "name": "port",
        "network": {"get_resource": "net"},
        "fixed_ips": fixed,
        "allowed_address_pairs": [{"ip_address": "10.0.0.99"}],
    }
    assert properties(found, "grouped")["security_groups"] == [{"get_resource": "group"}]
    opened = properties(found, "open")
    assert (opened["security_groups"], opened["no_fixed_ips"], opened["port_security_enabled"]) == ([], True, False)


def test_an_address_that_nobody_can_ask_for_is_left_to_the_subnet(project: Project) -> None:
    net = project.network()
    six = {"cidr": "2001:db8::/64", "ip_version": 6, "gateway_ip": "2001:db8::1", "ipv6_address_mode": "slaac"}
    pools = [{"start": "2001:db8::2", "end": "2001:db8::ffff"}]
    subnet = project.subnet(net, **six, ipv6_ra_mode="slaac", allocation_pools=pools)
    project.port(net, subnet, "2001:db8::f816:3eff:fe00:1")
    found = made(project)
    assert properties(found, "port")["fixed_ips"] == [{"subnet": {"get_resource": "subnet"}}]
    assert properties(found, "subnet")["ipv6_address_mode"] == "slaac"


def test_what_services_have_made_for_themselves_is_left_out_and_other_devices_are_told(project: Project) -> None:
    net = project.network()
    for owner in (
        "network:dhcp",
        "network:router_gateway",
        "network:floatingip",
        "network:ha_router_replicated_interface",
    ):
        project.port(net, name="", device_owner=owner, device_id="x")
    project.port(net, name="share", device_owner="manila:share")
    found = made(project)
    assert (types(found), told(found)) == ({"net": "Neutron::Net"}, {"port share": "it belongs to manila:share"})


def test_a_group_has_its_rules_without_neutrons_own(project: Project) -> None:
    other = project.group("other")
    ssh = {"protocol": "tcp", "port_range_min": 22, "port_range_max": 22, "remote_ip_prefix": "0.0.0.0/0"}
    rules = [ssh, project.remote(other, None), {"protocol": "icmp", "description": "ping"}, {"protocol": "112"}]
    project.group("web", ["self"], rules=rules, description="of the web", stateful=False)
    found = made(project)
    assert properties(found, "other") == {"name": "other"}
    web = properties(found, "web")
    assert (web["description"], web["stateful"]) == ("of the web", False)
    common = {"direction": "ingress", "ethertype": "IPv4"}
    wanted = [
        {**common, **ssh},
        {**common, "remote_mode": "remote_group_id", "remote_group_id": {"get_resource": "other"}},
        {**common, "remote_mode": "remote_group_id", "protocol": "tcp"},
        {**common, "protocol": "icmp", "description": "ping"},
        {**common, "protocol": "112"},
    ]
    assert sorted(map(str, map(sorted, map(dict.items, web["rules"])))) == sorted(
        str(sorted(it.items())) for it in wanted
    )


def test_a_group_that_lets_out_less_says_so(project: Project) -> None:
    out = {"direction": "egress", "protocol": "tcp", "port_range_min": 443, "port_range_max": 443}
    project.group("strict", egress=False, rules=[out])
    [rule] = properties(made(project), "strict")["rules"]
    assert (rule["direction"], rule["port_range_min"]) == ("egress", 443)


def test_a_group_that_lets_out_nothing_has_rules_of_their_own(project: Project) -> None:
    project.group("closed", egress=False, rules=[{"protocol": "tcp"}])
    found = made(project)
    assert types(found) == {"closed": "Neutron::SecurityGroup", "security_group_rule": "Neutron::SecurityGroupRule"}
    assert "two rules for outgoing traffic" in told(found)["security group closed"]


def test_groups_that_let_in_one_another_have_rules_of_their_own(project: Project) -> None:
    one = project.group("one")
    two = project.group("two", [one])
    one["security_group_rules"] += [
        project.rule(one, **project.remote(two)),
        project.rule(one, **project.remote(two, None)),
    ]
    found = made(project)
    assert sorted(types(found).values()) == sorted(
        [*["Neutron::SecurityGroup"] * 2, *["Neutron::SecurityGroupRule"] * 2]
    )
    assert "rules" not in properties(found, "one")
    by_group = {
        properties(found, it)["security_group"]["get_resource"]: properties(found, it) for it in rules_of(found)
    }
    assert by_group["one"]["remote_group"] == {"get_resource": "two"}
    assert by_group["two"]["remote_group"] == {"get_resource": "one"}
    assert told(found) == {"security group rule of one": "it is for every protocol, and such a rule is no resource"}


def rules_of(found: Generated) -> list[str]:
    return [name for name, it in types(found).items() if it == "Neutron::SecurityGroupRule"]


def test_a_rule_for_a_group_of_addresses_is_told(project: Project) -> None:
    project.group("web", rules=[{"protocol": "tcp", "remote_address_group_id": project.new_id()}, {"protocol": "udp"}])
    found = made(project)
    assert len(rules_of(found)) == 1
    assert "group of addresses" in told(found)["security group rule of web"]


def test_the_default_group_is_named_as_in_each_project(project: Project) -> None:
    net = project.network()
    project.port(net, security_groups=[project.default["id"], project.group()["id"]])
    project.default["security_group_rules"].append(project.rule(project.default, protocol="tcp"))
    found = made(project)
    assert properties(found, "port")["security_groups"] == ["default", {"get_resource": "group"}]
    assert "rules that were added" in told(found)["security group default"]


def test_a_floating_ip_refers_to_its_port_and_names_an_address_only_where_there_are_several(project: Project) -> None:
    net = project.network()
    subnet = project.subnet(net)
    one, two = project.port(net, subnet), project.port(net, subnet, "10.0.0.7", name="two")
    two["fixed_ips"].append({"subnet_id": subnet["id"], "ip_address": "10.0.0.8"})
    project.floating_ip(one)
    project.floating_ip(two, "203.0.113.21")
    project.floating_ip(None, "203.0.113.22", tags=["x"])
    found = made(project)
    outside = {"floating_network": {"get_param": "external_network_public"}}
    assert properties(found, "203_0_113_20") == {**outside, "port_id": {"get_resource": "port"}}
    assert properties(found, "203_0_113_21") == {
        **outside,
        "port_id": {"get_resource": "two"},
        "fixed_ip_address": "10.0.0.7",
    }
    assert properties(found, "203_0_113_22") == outside
    assert told(found) == {"floating ip": "the type has no property for its tags"}


def test_a_key_pair_that_a_server_uses_has_its_public_key_in_a_parameter(project: Project) -> None:
    project.key("used")
    project.key("unused")
    project.server(key_name="used")
    found = made(project)
    assert properties(found, "used") == {"name": "used", "public_key": {"get_param": "public_key_used"}}
    assert found.template["parameters"]["public_key_used"]["default"] == "ssh-ed25519 AAAA used"
    assert "unused" not in found.template["resources"]
    assert "unused" in made(project, names=["unused"]).template["resources"]


def test_a_volume_has_type_zone_and_image_in_parameters(project: Project) -> None:
    image = {"volume_image_metadata": {"image_id": project.image}, "bootable": "true"}
    own = {KEY: "x", "readonly": "True", "kept": "yes"}
    project.volume("boot", metadata=own, **image, volume_type="__DEFAULT__")
    project.volume("copy", source_volid=project.volumes[0]["id"], description="a copy")
    found = made(project)
    zone = {"availability_zone": {"get_param": "volume_availability_zone_nova"}}
    assert properties(found, "boot") == {
        "name": "boot",
        "size": 1,
        **zone,
        "image": {"get_param": "image_cirros"},
        "metadata": {"kept": "yes"},
        "read_only": True,
    }
    assert properties(found, "copy") == {
        "name": "copy",
        "description": "a copy",
        "size": 1,
        **zone,
        "volume_type": {"get_param": "volume_type_lvm"},
        "source_volid": {"get_resource": "boot"},
    }


def test_a_volume_whose_source_is_gone_is_taken_and_told(project: Project) -> None:
    project.volume("a", snapshot_id=project.new_id())
    project.volume("b", volume_image_metadata={"image_id": project.new_id()})
    project.volume("c", status="error")
    project.volume("d", status="deleting")
    found = made(project)
    assert types(found).keys() == {"a", "b"}
    assert told(found) == {
        "volume a": "a volume made of the template wouldn't be made of the same snapshot",
        "volume b": "its image doesn't exist; a volume made of the template would be empty",
        "volume c": "its status is error",
        "volume d": "its status is deleting",
    }


def test_a_server_has_users_ports_as_ports_and_novas_as_networks_in_their_order(project: Project) -> None:
    net = project.network()
    subnet = project.subnet(net)
    novas = project.novas_port(net, subnet)
    own = project.port(net, subnet, "10.0.0.9", name="door")
    early = project.novas_port(net, subnet, created_at=BEFORE)
    project.server(ports=[own, novas, early], metadata={"a": "b", KEY: "x"}, tags=["one"], config_drive="True")
    found = made(project)
    assert properties(found, "server") == {
        "name": "server",
        "flavor": {"get_param": "flavor_m1_tiny"},
        "image": {"get_param": "image_cirros"},
        "availability_zone": {"get_param": "server_availability_zone_nova"},
        "networks": [
            {"port": {"get_resource": "door"}},
            {"network": {"get_resource": "net"}},
            {"port": {"get_resource": "port"}},
        ],
        "metadata": {"a": "b"},
        "tags": ["one"],
        "config_drive": True,
        "user_data_format": "RAW",
    }
    [note] = [it for it in found.notes if "user data" in it.reason]
    assert note.thing == "server server"


def test_novas_port_with_a_floating_ip_is_a_port_that_the_address_can_name(project: Project) -> None:
    net = project.network()
    port = project.novas_port(net, project.subnet(net))
    project.floating_ip(port)
    project.server(ports=[port])
    found = made(project)
    assert properties(found, "server")["networks"] == [{"port": {"get_resource": "port"}}]
    assert properties(found, "203_0_113_20")["port_id"] == {"get_resource": "port"}


def test_the_groups_of_novas_ports_are_the_servers_or_make_them_ports(project: Project) -> None:
    net, group = project.network(), project.group()
    subnet = project.subnet(net)
    alone = [project.novas_port(net, subnet, security_groups=[group["id"]]) for _ in range(2)]
    beside = project.novas_port(net, subnet, security_groups=[group["id"]])
    project.server("one", alone)
    project.server("two", [beside, project.port(net, subnet, "10.0.0.10", name="door")])
    found = made(project)
    one, two = properties(found, "one"), properties(found, "two")
    assert one["networks"] == [{"network": {"get_resource": "net"}}] * 2
    assert one["security_groups"] == [{"get_resource": "group"}]
    assert [list(it) for it in two["networks"]] == [["port"], ["port"]]
    assert properties(found, "port")["security_groups"] == [{"get_resource": "group"}]


def test_a_server_without_networks_asks_for_none(project: Project) -> None:
    project.server()
    found = made(project)
    assert properties(found, "server")["networks"] == [{"allocate_network": "none"}]


def test_a_servers_volumes_are_attached_and_the_root_is_a_device(project: Project) -> None:
    root = project.volume("root", bootable="true")
    data = project.volume("data")
    server = project.server(image="")
    project.attach(server, data)
    project.attach(server, root, "/dev/vda")
    found = made(project)
    device = {"volume_id": {"get_resource": "root"}, "boot_index": 0}
    assert properties(found, "server")["block_device_mapping_v2"] == [device]
    assert properties(found, "server_data") == {
        "instance_uuid": {"get_resource": "server"},
        "volume_id": {"get_resource": "data"},
    }
    adopted = found.resources["server_data"]
    assert (adopted["resource_id"], adopted["resource_data"]) == (data["id"], {"joined": [server["id"], data["id"]]})
    assert sorted(types(found).values()) == sorted(
        ["Nova::Server", "Cinder::VolumeAttachment", *["Cinder::Volume"] * 2]
    )


def test_a_root_volume_that_nova_deletes_belongs_to_the_server(project: Project) -> None:
    root = project.volume("root", bootable="true", size=5, volume_image_metadata={"image_id": project.image})
    server = project.server(image="")
    project.attach(server, root, "/dev/vda", deletes=True)
    found = made(project)
    assert types(found) == {"server": "Nova::Server"}
    image = {"image": {"get_param": "image_cirros"}, "volume_size": 5, "boot_index": 0, "delete_on_termination": True}
    assert properties(found, "server")["block_device_mapping_v2"] == [image]


def test_a_server_that_no_template_could_make_is_told_and_others_name_what_it_has(project: Project) -> None:
    project.server("a", image={"id": project.new_id()})
    project.server("b", flavor={"id": "gone"})
    project.server("c", status="ERROR")
    project.server("d", status="BUILD")
    project.server("e", image="")
    found = made(project)
    assert types(found) == {}
    assert [it.split(" ", 1)[0] for it in told(found).values()] == ["its", "its", "its", "its", "what"]


# --- names, parameters, checks ----------------------------------------------------------------------------------------


def test_names_are_those_of_things_as_far_as_they_can_be(project: Project) -> None:
    for name in ("web", "web", "", "", "größer / kleiner", "ключ"):
        project.network(name)
    project.group("web")
    found = made(project)
    names = found.template["resources"]
    assert {"web", "web_network", "network", "network_2", "gr_er_kleiner", "web_security_group"} <= names.keys()
    assert len(names) == 7
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+", it) for it in names)


def test_ten_thousand_things_of_one_name_take_ten_thousand_tries_for_a_name() -> None:
    class Counted(dict):  # type: ignore[type-arg]
        looks = 0

        def __contains__(self, key: object) -> bool:
            Counted.looks += 1
            return super().__contains__(key)

    names = Unique()
    names.names = Counted()
    for _ in range(10_000):
        names.add(["port"], None)
    assert len(names.names) == 10_000
    assert Counted.looks <= 30_000


def test_what_a_type_refuses_is_left_out_and_named_by_a_parameter(project: Project) -> None:
    net = project.network("odd", dns_domain="-no domain-")
    project.port(net)
    found = generate(project.existing(), Selection())
    assert types(found) == {"port": "Neutron::Port"}
    assert properties(found, "port")["network"] == {"get_param": "network_odd"}
    assert "the type can't say it" in told(found)["network odd"]


def test_no_id_stands_in_the_template_but_as_a_parameter(project: Project) -> None:
    net, router, group = project.network(), project.router(), project.group()
    subnet = project.subnet(net)
    project.interface(router, subnet)
    port = project.port(net, subnet, security_groups=[group["id"]])
    project.floating_ip(port)
    server = project.server(ports=[port])
    project.attach(server, project.volume())
    found = made(project)
    assert not UUID.search(str(found.template["resources"]))
    assert found.data["template"] is found.template


# --- selection --------------------------------------------------------------------------------------------------------


@pytest.fixture
def shop(project: Project) -> Project:
    net, router, group = project.network("shop-net"), project.router("shop-router"), project.group("shop-group")
    subnet = project.subnet(net, "inner")
    project.interface(router, subnet)
    door = project.port(net, subnet, security_groups=[group["id"]], name="door", tags=["front"])
    project.key("shop-key")
    server = project.server("web", ports=[door], key_name="shop-key", tags=["front"])
    project.attach(server, project.volume("data"))
    project.network("other")
    return project


def test_a_selected_server_comes_with_its_ports_and_attachments_and_names_the_rest(shop: Project) -> None:
    found = made(shop, names=["w?b"])
    assert types(found) == {"door": "Neutron::Port", "web": "Nova::Server", "web_data": "Cinder::VolumeAttachment"}
    asked = set(found.template["parameters"])
    assert {"network_shop-net", "subnet_inner", "security_group_shop-group", "key_shop-key", "volume_data"} <= asked
    assert found.template["parameters"]["network_shop-net"]["default"] == shop.networks[0]["id"]


def test_what_is_needed_comes_along_when_asked(shop: Project) -> None:
    found = generate(shop.existing(), Selection(("web",), needed=True))
    assert types(found).keys() == {"shop-net", "inner", "shop-group", "door", "shop-key", "data", "web", "web_data"}


def test_a_router_comes_with_its_interfaces_and_a_network_with_its_subnets(shop: Project) -> None:
    found = made(shop, names=["shop-r*", "shop-n*"])
    assert sorted(types(found).values()) == sorted(
        ["Neutron::Net", "Neutron::Subnet", "Neutron::Router", "Neutron::RouterInterface"]
    )


def test_tags_and_ids_select_too_and_a_volumes_id_is_not_its_attachments(shop: Project) -> None:
    assert made(shop, tags=["front"]).resources.keys() == {"door", "web", "web_data"}
    assert made(shop, ids=[shop.volumes[0]["id"]]).resources.keys() == {"data"}
    assert made(shop, ids=["nobody"], tags=["nothing"]).resources == {}


def test_notes_are_of_what_was_asked_for(shop: Project) -> None:
    broken = shop.server("broken", status="ERROR")
    assert "server broken" in told(made(shop))
    assert told(made(shop, names=["web"])) == {}
    assert "server broken" in told(made(shop, ids=[broken["id"]]))


# --- the lists --------------------------------------------------------------------------------------------------------


def test_each_kind_is_listed_once_and_neutron_is_asked_for_the_project_alone(shop: Project) -> None:
    cloud = ProjectsCloud(shop)
    assert collect(cloud, PROJECT) == replace(shop.existing(), flavors={"42": "m1.tiny", "7": "large"})
    own, volume = {"project_id": PROJECT}, "/volumes/detail"
    assert sorted(path for path, query, _ in cloud.asked if query == own) == [
        *("/floatingips", "/networks", "/ports", "/routers", "/security-groups", "/subnets"),
    ]
    rest = [it for it in cloud.asked if it[1] != own]
    assert [path for path, _, _ in rest] == [
        "/servers/detail",
        volume,
        "/os-keypairs",
        "/networks",
        "/flavors",
        "/images",
    ]
    assert [version for _, _, version in rest[:3]] == ["2.26", None, "2.10"]
    assert rest[-1][1]["id"] == f"in:{shop.image}"


def test_a_service_that_is_missing_has_nothing(shop: Project) -> None:
    shop.servers.clear()
    found = collect(ProjectsCloud(shop, ("block-storage", "compute", "image")), PROJECT)
    assert (found.volumes, found.servers, found.keys, found.images, found.flavors) == ((), (), (), {}, {})
    assert len(found.networks) == 2


def test_a_project_with_too_much_is_refused(shop: Project) -> None:
    with pytest.raises(RequestLimitExceeded, match="more than 5 objects"):
        collect(ProjectsCloud(shop), PROJECT, 5)


def test_a_token_for_another_project_is_refused_before_anything_is_listed(shop: Project) -> None:
    cloud = ProjectsCloud(shop)
    cloud.token_is_for = "another"
    with pytest.raises(Forbidden, match="for another project"):
        collect(cloud, PROJECT)
    assert cloud.asked == []


# --- whatever there is ------------------------------------------------------------------------------------------------

WORDS = st.sampled_from(["", "web", "a b", "ü", "web_port", "port", "x" * 300])


@st.composite
def projects(draw: st.DrawFn) -> Project:
    """A project with anything in it, in any relation."""
    project = Project()
    some = lambda many: st.integers(0, many)  # noqa: E731
    nets = [project.network(draw(WORDS)) for _ in range(draw(some(3)))]
    subnets = [project.subnet(it, draw(WORDS), f"10.{at}.0.0/24") for at, it in enumerate(nets)]
    routers = [project.router(draw(WORDS)) for _ in range(draw(some(2)))]
    for router in routers:
        for subnet in subnets:
            project.interface(router, subnet, name=draw(st.sampled_from(["", "named"])))
    groups = [project.group(draw(WORDS.filter(bool))) for _ in range(draw(some(4)))]
    for group in groups:
        for other in draw(st.lists(st.sampled_from(groups), max_size=4, unique_by=lambda it: it["id"])):
            rule = project.remote(other, draw(st.sampled_from([None, "tcp"])))
            group["security_group_rules"].append(project.rule(group, **rule))
    for at in range(draw(some(3))):
        ports = []
        for subnet, net in zip(subnets, nets, strict=True):
            make = draw(st.sampled_from([project.port, project.novas_port]))
            chosen = [it["id"] for it in draw(st.lists(st.sampled_from([project.default, *groups]), max_size=2))]
            address = subnet["cidr"].replace("0.0/24", f"0.{at + 5}")
            ports.append(make(net, subnet, address=address, security_groups=list(dict.fromkeys(chosen))))
        server = project.server(draw(WORDS.filter(bool)), ports)
        if draw(st.booleans()):
            project.attach(server, project.volume(draw(WORDS)))
        if ports and draw(st.booleans()):
            project.floating_ip(ports[0], f"203.0.113.{at}")
    return project


@settings(max_examples=60, deadline=None)
@given(projects(), st.lists(st.sampled_from(["web*", "x*", "port", "a b"]), max_size=2), st.booleans())
def test_whatever_there_is_names_are_unique_no_circle_is_formed_and_nothing_differs(
    project: Project, names: list[str], needed: bool
) -> None:
    found = generate(project.existing(), Selection(tuple(names), needed=needed))
    assert found.resources.keys() == found.template["resources"].keys()
    assert set().union(*edges(found).values()) <= found.resources.keys()
    tuple(graphlib.TopologicalSorter(edges(found)).static_order())
    for name in found.resources:
        assert differing(project, found, name) == {}
    if not names:
        ids = [(it["type"], it["resource_id"]) for it in found.resources.values() if "Attachment" not in it["type"]]
        assert len(ids) == len(set(ids))
        kept = {it for _, it in ids}
        assert {it["id"] for it in (*project.networks, *project.routers, *project.servers)} <= kept
