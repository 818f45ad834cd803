"""OS::Nova::FloatingIP and FloatingIPAssociation: floating IPs as Nova once provided them, hidden but still used.

AWS::EC2::EIP and its association share two functions: the only external network, and the port of a server.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.exception import CloudNotFound, EntityNotFound, Error
from heatlite.resources.cloud import Cloud
from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.claims import RecordedFirst
from heatlite.resources.openstack.fields import named, text
from heatlite.resources.openstack.neutron.base import NeutronResource
from heatlite.resources.schema import HIDDEN, Attribute, SupportStatus, Type
from heatlite.resources.waiting_for import Others

FLOATING, PORT, FIXED = "floating_ip", "port_id", "fixed_ip_address"
JOINED = "joined"
"""The key of an association's data for its floating IP and port."""


def external_network(cloud: Cloud) -> str:
    """Return the id of the only external network.

    :raises Error: if there is none, or there are several
    """
    found = [
        it["id"] for it in cloud.api("network").listed("/networks", "networks", params={"router:external": "True"})
    ]
    if len(found) != 1:
        raise Error(message=f"Expected 1 external network, found {len(found)}.")
    return str(found[0])


def port_of(cloud: Cloud, server: str) -> tuple[str, str]:
    """Return the first port of a server with an IPv4 address, and that address.

    :raises EntityNotFound: if it has none
    """
    server_id = cloud.names.id_of("nova.server", server)
    for port in cloud.api("compute").get(f"/servers/{server_id}/os-interface")["interfaceAttachments"]:
        for address in port["fixed_ips"]:
            if ":" not in address["ip_address"]:
                return port["port_id"], address["ip_address"]
    raise EntityNotFound(entity="Port with an IPv4 address of server", name=server)


class NovaFloatingIP(NeutronResource):
    """A floating IP of a pool, which is an external network."""

    path, key = "/floatingips", "floatingip"
    support_status = SupportStatus(HIDDEN, "11.0.0", "Use OS::Neutron::FloatingIP.", SupportStatus(version="2014.1"))
    properties_schema = {"pool": text("The external network; without it, the only one.")}
    attributes_schema = {
        "pool": Attribute("The id of the external network.", Type.STRING),
        "ip": Attribute("The floating address.", Type.STRING),
    }
    attribute_fields = {"pool": "floating_network_id", "ip": "floating_ip_address"}

    @classmethod
    def waits_for(cls, own: Mapping[str, Any], others: Others) -> frozenset[str]:
        """Return the routers to the pool's network."""
        return others.gateways_to(own.get("pool"))

    def extra_body(self, body: Body) -> Body:
        """Return a body with the pool's network."""
        pool = self.properties["pool"]
        network = self.identify("neutron.network", pool) if pool else external_network(self.cloud)
        return {"floating_network_id": network}


class PortAssociation(RecordedFirst, NeutronResource):
    """An association of a floating IP with a port. A second request has no further effect."""

    path, key, mark = "/floatingips", "floatingip", RecordedFirst.mark

    def endpoints(self) -> tuple[str, str, str | None]:
        """Return the ids of the floating IP and the port, and the port's address; None: its only one. Hook."""
        raise NotImplementedError

    def apply(self) -> None:
        """Associate them, and dissociate the previous floating IP."""
        floating, port, address = self.endpoints()
        before = self.data.get(JOINED)
        if before is not None and before[0] != floating:
            self._part(*before)
        self.data_set(JOINED, [floating, port])
        wanted = {PORT: port} if address is None else {PORT: port, FIXED: address}
        self._seen = self.api.put(self.place(floating), {self.key: wanted})[self.key]

    def _part(self, floating: str, port: str) -> None:
        """Dissociate them, unless the floating IP has another port by now."""
        try:
            found = self.api.get(self.place(floating))[self.key]
            if found[PORT] == port:
                self.api.put(self.place(floating), {self.key: {PORT: None}})
        except CloudNotFound:
            return

    def look(self, thing_id: str) -> Body:
        """Read the floating IP.

        :raises CloudNotFound: if it doesn't have the port
        """
        floating, port = self.data[JOINED] if self.data.get(JOINED) else self.endpoints()[:2]
        found = super().look(floating)
        if found[PORT] != port:
            message = f"Floating IP {floating} doesn't have port {port}."
            raise CloudNotFound(service="Neutron", status=404, message=message)
        return found

    def delete(self, thing_id: str) -> None:
        """Dissociate them. If Heat made the association, the template tells which ones."""
        try:
            floating, port = self.data[JOINED] if self.data.get(JOINED) else self.endpoints()[:2]
        except (EntityNotFound, KeyError):
            return
        self._part(floating, port)


class NovaFloatingIPAssociation(PortAssociation):
    """An association of a floating IP with a server."""

    support_status = SupportStatus(
        HIDDEN, "11.0.0", "Use OS::Neutron::FloatingIPAssociation.", SupportStatus(version="2014.1")
    )
    properties_schema = {
        "server_id": named("nova.server", "The server.", required=True, update_allowed=True),
        FLOATING: text("The id of the floating IP.", required=True, update_allowed=True),
    }

    @classmethod
    def waits_for(cls, own: Mapping[str, Any], others: Others) -> frozenset[str]:
        """Return the interfaces of routers on the server's subnets, and their gateways."""
        return others.ways_from_server(own.get("server_id"))

    @classmethod
    def physical_identity(cls, physical_id: str, properties: Mapping[str, Any]) -> Any:
        """Return what is associated."""
        return [properties.get(it) for it in (FLOATING, "server_id")]

    def endpoints(self) -> tuple[str, str, str | None]:
        """Return the floating IP, and the server's first port."""
        return self.identify("neutron.floatingip", self.properties[FLOATING]), *port_of(
            self.cloud, self.properties["server_id"]
        )

    def reference(self) -> str:
        """Return the resource's physical name, as in Heat."""
        return self.physical_resource_name() if self.resource_id is not None else self.name
