"""OS::Neutron::FloatingIP and FloatingIPAssociation: external addresses for internal ports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.exception import CloudNotFound, EntityNotFound
from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.fields import custom, named, old_name, text
from heatlite.resources.openstack.marks import ByContent
from heatlite.resources.openstack.neutron.base import NeutronResource, value_specs
from heatlite.resources.schema import Attribute, Type
from heatlite.resources.waiting_for import Others

PORT, FIXED, NETWORK, FLOATING = "port_id", "fixed_ip_address", "floating_network", "floatingip_id"
JOINED = "joined"
"""The key of an association's data for its floating IP."""


class FloatingIP(NeutronResource):
    """A floating IP: an address of an external network that is forwarded to an internal port."""

    path, key = "/floatingips", "floatingip"
    may_specify_properties = True
    properties_schema = {
        "floating_network_id": old_name(NETWORK, "neutron.network"),
        NETWORK: named("neutron.network", "The external network.", field="floating_network_id", required=True),
        "floating_subnet": named("neutron.subnet", "The subnet of the floating address.", field="subnet_id"),
        "value_specs": value_specs(update_allowed=False),
        PORT: named("neutron.port", "The internal port.", update_allowed=True),
        FIXED: text("The port's address to forward to.", constraints=custom("ip_addr"), update_allowed=True),
        "floating_ip_address": text("The floating address.", constraints=custom("ip_addr")),
        "dns_name": text("The DNS name.", constraints=custom("rel_dns_name"), update_allowed=True),
        "dns_domain": text("The DNS domain.", constraints=custom("dns_domain"), update_allowed=True),
    }
    attributes_schema = {
        "router_id": Attribute("The id of the router that forwards it.", Type.STRING),
        "tenant_id": Attribute("The id of the project that owns it.", Type.STRING),
        "floating_network_id": Attribute("The id of the external network.", Type.STRING),
        "fixed_ip_address": Attribute("The port's address.", Type.STRING),
        "floating_ip_address": Attribute("The floating address.", Type.STRING),
        "port_id": Attribute("The id of the port.", Type.STRING),
    }

    @classmethod
    def waits_for(cls, own: Mapping[str, Any], others: Others) -> frozenset[str]:
        """Return the routers to its network, and their interfaces on the port's subnets: they connect both."""
        return others.gateways_to(own.get(NETWORK)) | others.ways_from_port(own.get(PORT))

    def validate(self) -> None:
        """Require a port for an address of a port."""
        super().validate()
        if self.known(PORT, FIXED) and self.properties[FIXED] is not None and self.properties[PORT] is None:
            raise self.property_error(FIXED, f"{FIXED} cannot be specified without {PORT}.")

    def update_body(self, prop_diff: Mapping[str, Any]) -> Body:
        """Return port and address together: Neutron would reset the other one if only one were sent."""
        body = super().update_body({name: it for name, it in prop_diff.items() if name in (PORT, FIXED)})
        return self.fields((PORT, FIXED), clears=True) if body else body


class FloatingIPAssociation(NeutronResource):
    """An association of a floating IP with a port. It is found again by its content: the floating IP has that port.

    A template may name the port by a server's first address. Once the address is associated, that is the floating one,
    which has no port: the association then keeps the port that it has.
    """

    path, key = "/floatingips", "floatingip"
    mark = ByContent()
    properties_schema = {
        FLOATING: named("neutron.floatingip", "The floating IP.", constraints=(), required=True, update_allowed=True),
        PORT: named("neutron.port", "The port.", required=True, update_allowed=True),
        FIXED: text("The port's address to forward to.", constraints=custom("ip_addr"), update_allowed=True),
    }

    @classmethod
    def waits_for(cls, own: Mapping[str, Any], others: Others) -> frozenset[str]:
        """Return the interfaces of routers on the port's subnets, and their gateways."""
        return others.ways_from_port(own.get(PORT))

    @classmethod
    def physical_identity(cls, physical_id: str, properties: Mapping[str, Any]) -> Any:
        """Return what is associated."""
        return [properties.get(it) for it in (FLOATING, PORT)]

    def handle_create(self) -> Any:
        """Associate them. A second request has no further effect."""
        self.resource_id_set(self.uuid)
        self._join()
        return {}

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Any:
        """Associate the new ones, and dissociate the old floating IP."""
        before = self.data.get(JOINED)
        kept = {} if self.properties[PORT] else {PORT: self.look(self.uuid)[PORT]}
        if before is not None and before != self._floating():
            self._part(before)
        self._join(kept)
        return {}

    def update_body(self, prop_diff: Mapping[str, Any]) -> Body:
        """Return the fields for changed properties; no port is none that an update would send."""
        return super().update_body({name: it for name, it in prop_diff.items() if name != PORT or it})

    def _join(self, kept: Body | None = None) -> None:
        floating, body = self._floating(), self.fields((PORT, FIXED), clears=True) | (kept or {})
        self.data_set(JOINED, floating)
        self._seen = self.api.put(self.place(floating), {self.key: body})[self.key]

    def _part(self, floating: str) -> None:
        try:
            self.api.put(self.place(floating), {self.key: {PORT: None}})
        except CloudNotFound:
            return

    def _floating(self) -> str:
        return self.identify("neutron.floatingip", self.properties[FLOATING])

    def find(self) -> list[str]:
        """Return the resource's uuid, if its floating IP has its port."""
        try:
            joined = self.look(self.uuid)
        except CloudNotFound:
            return []
        wanted = self.properties[PORT]
        is_joined = joined[PORT] == self.identify("neutron.port", wanted) if wanted else joined[PORT] is not None
        return [self.uuid] if is_joined else []

    def look(self, thing_id: str) -> Body:
        """Read the associated floating IP."""
        return super().look(self.data.get(JOINED) or self._floating())

    def handle_delete(self) -> Any:
        """Do nothing: the check deletes the association."""
        return {}

    def check_delete_complete(self, progress: Any) -> bool:
        """Dissociate them, unless the floating IP has another port by now."""
        if self.resource_id is None or not (self.data.get(JOINED) or self.properties[FLOATING]):
            return True
        try:
            joined, port = self.look(self.uuid), self.properties[PORT]
            if joined[PORT] is not None and (not port or joined[PORT] == self.identify("neutron.port", port)):
                self._part(joined["id"])
        except (CloudNotFound, EntityNotFound):
            return True
        return True
