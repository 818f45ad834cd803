"""Describe a thing: the properties of its resource, by the declaration of its type in reverse. Pure.

The declaration says which property is which field of the API's object. What is said here beside it, kind by kind: what
is left out because the services choose it, and what isn't a field.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from heatlite.resources.openstack.cinder.volume import CINDERS_OWN, is_read_only
from heatlite.resources.openstack.generation import things
from heatlite.resources.openstack.generation.finding import Interface, image_in, image_of
from heatlite.resources.openstack.generation.references import (
    PUBLIC_KEY,
    ZONE_OF_SERVERS,
    ZONE_OF_VOLUMES,
    References,
    properties_of,
)
from heatlite.resources.openstack.generation.things import Body, Kind, Thing
from heatlite.resources.openstack.marks import KEY
from heatlite.resources.openstack.neutron.security_group import REMOTE_GROUP, as_given
from heatlite.resources.openstack.nova import server_schema as schema
from heatlite.resources.openstack.sights import is_mark, plain

Properties = dict[str, Any]

DEFAULT_TYPE = "__DEFAULT__"
"""The volume type that Cinder has where an operator has made none."""
CHOSEN_FOR_PORTS = ("device_id", "device_owner", "mac_address", "propagate_uplink_status")
CHOOSES_ADDRESS = ("slaac", "dhcpv6-stateless")
"""Modes of subnets in which a port's address comes of its MAC address, and none can be asked for."""


@dataclass(frozen=True)
class View:
    """What a description sees beside its thing.

    ``subnets`` and ``ports``: by id. ``images``: ids of those that exist.
    """

    references: References
    subnets: Mapping[str, Body]
    ports: Mapping[str, Body]
    images: frozenset[str]


def described(thing: Thing, view: View) -> Properties:
    """Return the properties of a thing's resource, with references in place of ids."""
    return DESCRIPTIONS[thing.kind](thing, view)


def _by_fields(thing: Thing, view: View, leave_out: Sequence[str] = ()) -> Properties:
    plugin = thing.kind.plugin
    return properties_of(plugin.properties_schema, thing.body, view.references.to, (*leave_out, "tenant_id"))


def _of_neutron(thing: Thing, view: View, leave_out: Sequence[str] = (), **more: Any) -> Properties:
    """Return the fields, and the description where the type has no property for it."""
    found = _by_fields(thing, view, leave_out) | {name: it for name, it in more.items() if plain(it) is not None}
    if found.get("port_security_enabled") is True:
        del found["port_security_enabled"]  # it is unless something else is asked for
    description = thing.body.get("description") or ""
    if description and not is_mark(description) and "description" not in thing.kind.plugin.properties_schema:
        found["value_specs"] = {"description": description}
    return found


def _network(thing: Thing, view: View) -> Properties:
    return _of_neutron(thing, view)


def _subnet(thing: Thing, view: View) -> Properties:
    body = thing.body
    found = _of_neutron(thing, view, ("subnetpool", "prefixlen"))
    found["gateway_ip"] = body.get("gateway_ip") or ""
    if has_whole_pool(body):
        found.pop("allocation_pools", None)
    if body.get("service_types"):
        found["value_specs"] = {**found.get("value_specs", {}), "service_types": body["service_types"]}
    return found


def has_whole_pool(subnet: Body) -> bool:
    """Tell whether an IPv4 subnet assigns all its addresses, as without pools in the template."""
    block = ipaddress.ip_network(subnet["cidr"], strict=False)
    if block.version != 4 or block.num_addresses < 4:
        return False
    gateway = subnet.get("gateway_ip")
    assigned = sum(
        int(ipaddress.ip_address(it["end"])) - int(ipaddress.ip_address(it["start"])) + 1
        for it in subnet.get("allocation_pools") or ()
    )
    has_gateway = gateway is not None and ipaddress.ip_address(gateway) in block
    return bool(assigned == block.num_addresses - 2 - has_gateway)


def _router(thing: Thing, view: View) -> Properties:
    found = _of_neutron(thing, view, ("distributed", "ha", "external_gateway_info"))
    gateway = thing.body.get("external_gateway_info")
    if gateway:  # its address is the cloud's choice, and few may say how it is translated
        outside = {"network": view.references.to("neutron.network", gateway["network_id"])}
        snat = {} if gateway.get("enable_snat", True) else {"enable_snat": False}
        found["external_gateway_info"] = outside | snat
    return found | {name: True for name in ("distributed", "ha") if thing.body.get(name)}


def _interface(thing: Thing, view: View) -> Properties:
    return _by_fields(thing, view)


def _port(thing: Thing, view: View) -> Properties:
    body = thing.body
    found = _of_neutron(thing, view, (*CHOSEN_FOR_PORTS, "fixed_ips", "allowed_address_pairs"))
    fixed = [_fixed(it, view) for it in body.get("fixed_ips") or ()]
    found |= {"fixed_ips": fixed} if fixed else {"no_fixed_ips": True}
    groups = [view.references.to("neutron.security_group", it) for it in body.get("security_groups") or ()]
    if groups != ["default"]:
        found["security_groups"] = groups
    if body.get("allowed_address_pairs"):
        found["allowed_address_pairs"] = [_pair(it, body) for it in body["allowed_address_pairs"]]
    return found


def _fixed(given: Body, view: View) -> Properties:
    subnet = view.subnets.get(given["subnet_id"]) or {}
    found = {"subnet": view.references.to("neutron.subnet", given["subnet_id"])}
    return found if subnet.get("ipv6_address_mode") in CHOOSES_ADDRESS else {**found, "ip_address": given["ip_address"]}


def _pair(given: Body, port: Body) -> Properties:
    own = given.get("mac_address") in (None, port.get("mac_address"))
    return {"ip_address": given["ip_address"], **({} if own else {"mac_address": given["mac_address"]})}


def _group(thing: Thing, view: View) -> Properties:
    found = _of_neutron(thing, view)
    if found.get("stateful") is True:
        del found["stateful"]
    if thing.more["rules"]:
        found["rules"] = [_inline(it, thing.id, view) for it in thing.more["rules"]]
    return found


def _inline(rule: Body, group: str, view: View) -> Properties:
    given = {name: it for name, it in as_given(rule, group).items() if plain(it) is not None and not is_mark(it)}
    if REMOTE_GROUP in given:
        given[REMOTE_GROUP] = view.references.to("neutron.security_group", given[REMOTE_GROUP])
    if given.get("remote_mode") == "remote_ip_prefix":
        del given["remote_mode"]
    return given


def _rule(thing: Thing, view: View) -> Properties:
    return _by_fields(thing, view)


def _floating_ip(thing: Thing, view: View) -> Properties:
    body = thing.body
    left_out = ("floating_subnet", "fixed_ip_address", "floating_ip_address", "port_id")
    found = _of_neutron(thing, view, left_out)
    port = body.get("port_id")
    if port:
        found["port_id"] = view.references.to("neutron.port", port)
        if len((view.ports.get(port) or {}).get("fixed_ips") or ()) > 1:
            found["fixed_ip_address"] = body["fixed_ip_address"]
    return found


# --- compute and storage ----------------------------------------------------------------------------------------------


def _key(thing: Thing, view: View) -> Properties:
    kind = {"type": "x509"} if thing.body.get("type") == "x509" else {}
    public = view.references.parameter(PUBLIC_KEY, str(thing.body["public_key"]), name=thing.name)
    return {"name": thing.name, "public_key": public, **kind}


def _volume(thing: Thing, view: View) -> Properties:
    body, own = thing.body, thing.body.get("metadata") or {}
    left_out = ("availability_zone", "snapshot_id", "backup_id", "image", "source_volid", "volume_type")
    found = _by_fields(thing, view, left_out)
    if body.get("source_volid") and view.references.has("cinder.volume", body["source_volid"]):
        found["source_volid"] = view.references.to("cinder.volume", body["source_volid"])
    elif image_in(body) in view.images:
        found["image"] = view.references.to("glance.image", image_in(body))
    if body.get("volume_type") not in (None, "", DEFAULT_TYPE):
        found["volume_type"] = view.references.to("cinder.vtype", body["volume_type"])
    if body.get("availability_zone"):
        found["availability_zone"] = view.references.parameter(ZONE_OF_VOLUMES, body["availability_zone"])
    if kept := {key: it for key, it in own.items() if key not in (KEY, *CINDERS_OWN)}:
        found["metadata"] = kept
    return found | ({"read_only": True} if is_read_only(body) else {})


def _server(thing: Thing, view: View) -> Properties:
    body, refer = thing.body, view.references.to
    found: Properties = {"name": thing.name, "flavor": refer("nova.flavor", body["flavor"]["id"])}
    if image_of(body):
        found["image"] = refer("glance.image", image_of(body))
    else:
        found["block_device_mapping_v2"] = [_root(thing, view)]
    if body.get("key_name"):
        found["key_name"] = refer("nova.keypair", body["key_name"])
    if zone := body.get("OS-EXT-AZ:availability_zone"):
        found["availability_zone"] = view.references.parameter(ZONE_OF_SERVERS, zone)
    found["networks"] = [_nic(it, view) for it in thing.more["interfaces"]] or [{"allocate_network": "none"}]
    novas = [it.port for it in thing.more["interfaces"] if it.is_novas]
    groups = [refer("neutron.security_group", it) for it in dict.fromkeys(_groups_of(novas))]
    if groups not in ([], ["default"]):
        found["security_groups"] = groups
    if own := {key: it for key, it in (body.get("metadata") or {}).items() if key != KEY}:
        found["metadata"] = own
    if thing.tags:
        found["tags"] = sorted(thing.tags)
    if str(body.get("config_drive")).lower() == "true":
        found["config_drive"] = True
    if body.get("OS-DCF:diskConfig") == "AUTO":
        found["diskConfig"] = "AUTO"
    return {**found, "user_data_format": schema.RAW}


def _groups_of(ports: Sequence[Body]) -> list[str]:
    return [group for port in ports for group in port.get("security_groups") or ()]


def _nic(interface: Interface, view: View) -> Properties:
    if interface.is_novas:
        return {"network": view.references.to("neutron.network", interface.port["network_id"])}
    return {"port": view.references.to("neutron.port", interface.port["id"])}


def _root(thing: Thing, view: View) -> Properties:
    """Return the device that a server boots from: its own one, of an image, or a volume."""
    deletes = {"delete_on_termination": True} if thing.more["deletes"] else {}
    if not thing.more["is_absorbed"]:
        return {"volume_id": view.references.to("cinder.volume", thing.more["root"]), "boot_index": 0, **deletes}
    volume = thing.more["volume"]
    image = view.references.to("glance.image", image_in(volume))
    return {"image": image, "volume_size": volume["size"], "boot_index": 0, **deletes}


def _attachment(thing: Thing, view: View) -> Properties:
    server = view.references.to("nova.server", thing.body["server_id"])
    return {"instance_uuid": server, "volume_id": view.references.to("cinder.volume", thing.body["volumeId"])}


DESCRIPTIONS: Mapping[Kind, Callable[[Thing, View], Properties]] = {
    things.NETWORK: _network,
    things.SUBNET: _subnet,
    things.ROUTER: _router,
    things.INTERFACE: _interface,
    things.GROUP: _group,
    things.RULE: _rule,
    things.PORT: _port,
    things.KEY: _key,
    things.VOLUME: _volume,
    things.SERVER: _server,
    things.ATTACHMENT: _attachment,
    things.FLOATING_IP: _floating_ip,
}
