"""OS::Neutron::Port: the connection of a device to a network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from heatlite.exception import CloudConflict
from heatlite.resources.base import UpdateReplace
from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.fields import custom, flag, listed, name, named, old_name, text
from heatlite.resources.openstack.neutron.addresses import free_addresses, give_back_addresses
from heatlite.resources.openstack.neutron.base import BUILT, NeutronResource, admin_state_up, tags, value_specs
from heatlite.resources.schema import HIDDEN, Attribute, CacheMode, Property, Type
from heatlite.resources.waiting_for import Others
from heatlite.schema.constraints import AllowedValues

FIXED_IPS, NO_FIXED_IPS, GROUPS, PAIRS = "fixed_ips", "no_fixed_ips", "security_groups", "allowed_address_pairs"
REPLACEMENT_POLICY, ALWAYS, PROFILE = "replacement_policy", "REPLACE_ALWAYS", "binding:profile"
WAITS = "waits_for_address"
"""The key of a creation's progress: True while another port has the address."""
VNIC_TYPES = ("normal", "direct", "macvtap", "direct-physical", "baremetal", "virtio-forwarder", "smart-nic")


class Port(NeutronResource):
    """A port: connects a server, or another device, to a network, and has the addresses for it."""

    creates_together = True
    path, key, states = "/ports", "port", BUILT
    may_specify_properties = True
    properties_schema = {
        "name": name("port"),
        "network_id": old_name("network", "neutron.network"),
        "network": named("neutron.network", "The network of the port.", field="network_id", required=True),
        "device_id": text("The id of the connected device.", default="", update_allowed=True),
        "device_owner": text("The kind of the connected device.", default="", update_allowed=True),
        FIXED_IPS: listed(
            "The addresses, or the subnets that provide them.",
            {
                "subnet_id": old_name("subnet", "neutron.subnet"),
                "subnet": named("neutron.subnet", "The subnet of the address.", field="subnet_id"),
                "ip_address": text("The address.", constraints=custom("ip_addr")),
            },
            update_allowed=True,
        ),
        "mac_address": text("The MAC address.", constraints=custom("mac_addr")),
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
            "Additional addresses from which the port may send.",
            {
                "mac_address": text("A MAC address.", constraints=custom("mac_addr")),
                "ip_address": text("An address or a CIDR block.", required=True, constraints=custom("ip_or_cidr")),
            },
            update_allowed=True,
            cleared=[],
        ),
        "binding:vnic_type": text(
            "The kind of interface.",
            default="normal",
            constraints=(AllowedValues(VNIC_TYPES),),
            update_allowed=True,
        ),
        "port_security_enabled": flag("Whether it filters traffic.", update_allowed=True),
        "qos_policy": named("neutron.qos_policy", "The QoS policy.", field="qos_policy_id", update_allowed=True),
        "dns_name": text("The DNS name.", constraints=custom("dns_name"), update_allowed=True, cleared=""),
        "tags": tags("port"),
        "propagate_uplink_status": flag("Whether it reports the uplink's status.", update_allowed=True),
        NO_FIXED_IPS: Property(Type.BOOLEAN, "Whether it gets no address.", default=False, update_allowed=True),
    }
    attributes_schema = {
        "admin_state_up": Attribute("Whether it is administratively up.", Type.STRING),
        "device_id": Attribute("The id of the connected device.", Type.STRING),
        "device_owner": Attribute("The kind of the connected device.", Type.STRING),
        "fixed_ips": Attribute("The addresses, each with its subnet.", Type.LIST),
        "mac_address": Attribute("The MAC address.", Type.STRING),
        "name": Attribute("The name of the port.", Type.STRING),
        "network_id": Attribute("The id of its network.", Type.STRING),
        "security_groups": Attribute("The ids of its security groups.", Type.LIST),
        "status": Attribute("The status of the port.", Type.STRING),
        "tenant_id": Attribute("The id of the project that owns it.", Type.STRING),
        "allowed_address_pairs": Attribute("Additional addresses from which the port may send.", Type.LIST),
        "port_security_enabled": Attribute("Whether it filters traffic.", Type.BOOLEAN),
        "qos_policy_id": Attribute("The id of its QoS policy.", Type.STRING),
        "dns_assignment": Attribute("The DNS names of its addresses.", Type.MAP),
        "propagate_uplink_status": Attribute("Whether it reports the uplink's status.", Type.BOOLEAN),
        "network": Attribute("All facts about its network.", Type.MAP, CacheMode.NONE),
        "subnets": Attribute("All facts about the subnets of its addresses.", Type.LIST, CacheMode.NONE),
    }

    @classmethod
    def waits_for(cls, own: Mapping[str, Any], others: Others) -> frozenset[str]:
        """Return the subnets of its network: it isn't known in advance which of them gives it an address."""
        return others.subnets_of([own.get("network")])

    def validate(self) -> None:
        """Refuse addresses together with ``no_fixed_ips``."""
        super().validate()
        if self.known(FIXED_IPS, NO_FIXED_IPS) and self.properties[FIXED_IPS] and self.properties[NO_FIXED_IPS]:
            self.refuse_both(FIXED_IPS, NO_FIXED_IPS)

    def needs_replacement(self, before: Mapping[str, Any], after: Mapping[str, Any], changed: frozenset[str]) -> bool:
        """Tell whether the template or the schema requires a replacement."""
        return after.get(REPLACEMENT_POLICY) == ALWAYS or super().needs_replacement(before, after, changed)

    def extra_body(self, body: Body) -> Body:
        """Return a body with addresses and groups. If the list of addresses is empty, Neutron chooses, as in Heat."""
        if self.properties[NO_FIXED_IPS]:
            body[FIXED_IPS] = []
        elif not body.get(FIXED_IPS):
            body.pop(FIXED_IPS, None)
        if self.properties[GROUPS] is not None:
            body[GROUPS] = self._groups(self.properties[GROUPS])
        return super().extra_body(body)

    def handle_create(self) -> Any:
        """Create the port. If the replaced port has its address, take the address from it first."""
        return self._make(super().handle_create, {WAITS: True, "since": self.now(), "is_known": False})

    def check_create_complete(self, progress: Any) -> bool:
        """Create the port, once its address is free, and wait until it is ready."""
        if progress and progress.get(WAITS):
            if not progress["is_known"]:  # the end of this step records in the database who has the address
                progress["is_known"] = True
            elif left := self.find():  # an engine that died in this step has created it
                self.resource_id_set(left[0])
                self._delete_others()
                progress[WAITS] = False
            elif self._make(super().handle_create, progress) is not progress:
                progress[WAITS] = False
            return False
        return super().check_create_complete(progress)

    def _make(self, create: Callable[[], Any], progress: Body) -> Any:
        try:
            return create()
        except CloudConflict:
            addresses = [it["ip_address"] for it in self.fields([FIXED_IPS]).get(FIXED_IPS) or () if "ip_address" in it]
            if self.is_in_use_too_long(progress) or not free_addresses(
                self, self.fields(["network"])["network_id"], addresses
            ):
                raise
            self.poll_in(0)
            return progress

    def check_delete_complete(self, progress: Any) -> bool:
        """Tell whether the port is gone; then return an address to the port that it replaced."""
        return super().check_delete_complete(progress) and give_back_addresses(self, progress)

    def update_body(self, prop_diff: Mapping[str, Any]) -> Body:
        """Return the changed fields. Without groups the port gets the default group, as after a creation."""
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
        if PROFILE in body:  # Neutron stores entries of its own in it
            kept = {**(self.seen().get(PROFILE) or {}), **body[PROFILE]}
            body[PROFILE] = {key: value for key, value in kept.items() if value is not None}
        return body

    def _groups(self, given: list[Any]) -> list[str]:
        return [self.identify("neutron.security_group", str(it)) for it in given]

    def attribute_of(self, name: str, body: Mapping[str, Any]) -> Any:
        """Return an attribute; network and subnets as Neutron shows them."""
        if name == "network":
            return self.api.get(f"/networks/{body['network_id']}")["network"]
        if name == "subnets":
            ids = [it["subnet_id"] for it in body.get(FIXED_IPS) or ()]
            return [self.api.get(f"/subnets/{it}")["subnet"] for it in ids]
        return super().attribute_of(name, body)
