"""OS::Neutron::Port: where something is plugged into a network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.resources.base import UpdateReplace
from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.fields import custom, flag, listed, named, old_name, text
from heatlite.resources.openstack.neutron.base import (
    BUILT,
    NeutronResource,
    admin_state_up,
    name,
    tags,
    value_specs,
)
from heatlite.resources.schema import HIDDEN, Attribute, CacheMode, Property, Type
from heatlite.resources.waiting_for import Others
from heatlite.schema.constraints import AllowedValues

FIXED_IPS, NO_FIXED_IPS, GROUPS, PAIRS = "fixed_ips", "no_fixed_ips", "security_groups", "allowed_address_pairs"
REPLACEMENT_POLICY, ALWAYS, PROFILE = "replacement_policy", "REPLACE_ALWAYS", "binding:profile"
VNIC_TYPES = ("normal", "direct", "macvtap", "direct-physical", "baremetal", "virtio-forwarder", "smart-nic")


class Port(NeutronResource):
    """A port: where a server, or anything else, is plugged into a network, with its addresses."""

    path, key, states = "/ports", "port", BUILT
    properties_schema = {
        "name": name("port"),
        "network_id": old_name("network", "neutron.network"),
        "network": named("neutron.network", "The network that it is on.", field="network_id", required=True),
        "device_id": text("The id of what is plugged in.", default="", update_allowed=True),
        "device_owner": text("What kind of thing that is.", default="", update_allowed=True),
        FIXED_IPS: listed(
            "Its addresses, or the subnets that they are to be of.",
            {
                "subnet_id": old_name("subnet", "neutron.subnet"),
                "subnet": named("neutron.subnet", "The subnet of the address.", field="subnet_id"),
                "ip_address": text("The address.", constraints=custom("ip_addr")),
            },
            update_allowed=True,
        ),
        "mac_address": text("Its MAC address.", constraints=custom("mac_addr")),
        GROUPS: Property(Type.LIST, "The names or ids of its security groups.", update_allowed=True),
        REPLACEMENT_POLICY: Property(
            Type.STRING,
            "Whether each update replaces it.",
            default="AUTO",
            constraints=(AllowedValues((ALWAYS, "AUTO")),),
            update_allowed=True,
            status=HIDDEN,
        ),
        "value_specs": value_specs(),
        "admin_state_up": admin_state_up("port"),
        PAIRS: listed(
            "Other addresses that it may send from.",
            {
                "mac_address": text("A MAC address.", constraints=custom("mac_addr")),
                "ip_address": text("An address or a block of them.", required=True, constraints=custom("ip_or_cidr")),
            },
            update_allowed=True,
            cleared=[],
        ),
        "binding:vnic_type": text(
            "The kind of interface that it is.",
            default="normal",
            constraints=(AllowedValues(VNIC_TYPES),),
            update_allowed=True,
        ),
        "port_security_enabled": flag("Whether it filters what it passes.", update_allowed=True),
        "qos_policy": named("neutron.qos_policy", "Its QoS policy.", field="qos_policy_id", update_allowed=True),
        "dns_name": text("Its name in DNS.", constraints=custom("dns_name"), update_allowed=True, cleared=""),
        "tags": tags("port"),
        "propagate_uplink_status": flag("Whether it tells of the uplink's status.", update_allowed=True),
        NO_FIXED_IPS: Property(Type.BOOLEAN, "Whether it has no address.", default=False, update_allowed=True),
    }
    attributes_schema = {
        "admin_state_up": Attribute("Whether it is up.", Type.STRING),
        "device_id": Attribute("The id of what is plugged in.", Type.STRING),
        "device_owner": Attribute("What kind of thing that is.", Type.STRING),
        "fixed_ips": Attribute("Its addresses, each with its subnet.", Type.LIST),
        "mac_address": Attribute("Its MAC address.", Type.STRING),
        "name": Attribute("Its name.", Type.STRING),
        "network_id": Attribute("The id of its network.", Type.STRING),
        "security_groups": Attribute("The ids of its security groups.", Type.LIST),
        "status": Attribute("Its status.", Type.STRING),
        "tenant_id": Attribute("The id of the project that owns it.", Type.STRING),
        "allowed_address_pairs": Attribute("Other addresses that it may send from.", Type.LIST),
        "port_security_enabled": Attribute("Whether it filters what it passes.", Type.BOOLEAN),
        "qos_policy_id": Attribute("The id of its QoS policy.", Type.STRING),
        "dns_assignment": Attribute("What DNS says of its addresses.", Type.MAP),
        "propagate_uplink_status": Attribute("Whether it tells of the uplink's status.", Type.BOOLEAN),
        "network": Attribute("All of its network.", Type.MAP, CacheMode.NONE),
        "subnets": Attribute("All of the subnets of its addresses.", Type.LIST, CacheMode.NONE),
    }

    @classmethod
    def waits_for(cls, own: Mapping[str, Any], others: Others) -> frozenset[str]:
        """The subnets of its network: it isn't known of which it gets an address."""
        return others.subnets_of([own.get("network")])

    def validate(self) -> None:
        """It has addresses or none."""
        super().validate()
        if self.known(FIXED_IPS, NO_FIXED_IPS) and self.properties[FIXED_IPS] and self.properties[NO_FIXED_IPS]:
            self.refuse_both(FIXED_IPS, NO_FIXED_IPS)

    def needs_replacement(self, before: Mapping[str, Any], after: Mapping[str, Any], changed: frozenset[str]) -> bool:
        """Always, where the template says so."""
        return after.get(REPLACEMENT_POLICY) == ALWAYS or super().needs_replacement(before, after, changed)

    def extra_body(self, body: Body) -> Body:
        """With its addresses and groups. No list of addresses, or an empty one: Neutron chooses; as in Heat."""
        if self.properties[NO_FIXED_IPS]:
            body[FIXED_IPS] = []
        elif not body.get(FIXED_IPS):
            body.pop(FIXED_IPS, None)
        if self.properties[GROUPS] is not None:
            body[GROUPS] = self._groups(self.properties[GROUPS])
        return super().extra_body(body)

    def update_body(self, prop_diff: Mapping[str, Any]) -> Body:
        """The same; groups that are no longer given: those of a port that was made without."""
        if self.properties[REPLACEMENT_POLICY] == ALWAYS and set(prop_diff) != {REPLACEMENT_POLICY}:
            raise UpdateReplace
        body = super().update_body(prop_diff)
        if not body.get(FIXED_IPS):
            body.pop(FIXED_IPS, None)
        if self.properties[NO_FIXED_IPS] and {NO_FIXED_IPS, FIXED_IPS} & prop_diff.keys():
            body[FIXED_IPS] = []
        if GROUPS in prop_diff:
            wanted = self.properties[GROUPS]
            body[GROUPS] = self._groups(["default"] if wanted is None else wanted)
        if PROFILE in body:  # Neutron keeps entries of its own in it
            kept = {**(self.seen().get(PROFILE) or {}), **body[PROFILE]}
            body[PROFILE] = {key: value for key, value in kept.items() if value is not None}
        return body

    def _groups(self, given: list[Any]) -> list[str]:
        return [self.identify("neutron.security_group", str(it)) for it in given]

    def attribute_of(self, name: str, body: Mapping[str, Any]) -> Any:
        """Its network and subnets as Neutron shows them."""
        if name == "network":
            return self.api.get(f"/networks/{body['network_id']}")["network"]
        if name == "subnets":
            ids = [it["subnet_id"] for it in body.get(FIXED_IPS) or ()]
            return [self.api.get(f"/subnets/{it}")["subnet"] for it in ids]
        return super().attribute_of(name, body)
