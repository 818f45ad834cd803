"""AWS::EC2::EIP and EIPAssociation: floating IPs with CloudFormation's names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.fields import custom
from heatlite.resources.openstack.neutron.base import NeutronResource
from heatlite.resources.openstack.neutron.server_addresses import (
    FIXED,
    PORT,
    PortAssociation,
    external_network,
    port_of,
)
from heatlite.resources.schema import Attribute, Property, Type
from heatlite.resources.waiting_for import Others
from heatlite.schema.constraints import AllowedValues

INSTANCE, DOMAIN, EIP, ALLOCATION, INTERFACE = "InstanceId", "Domain", "EIP", "AllocationId", "NetworkInterfaceId"
ADDRESS = "address"
"""The key of the data for the address, which templates refer to."""
SERVER = custom("nova.server")


class ElasticIP(NeutronResource):
    """A floating IP of the only external network, for a server if one is given."""

    path, key = "/floatingips", "floatingip"
    properties_schema = {
        DOMAIN: Property(Type.STRING, "Without effect.", constraints=(AllowedValues(("vpc",)),), status="DEPRECATED"),
        INSTANCE: Property(Type.STRING, "The server that gets the address.", constraints=SERVER, update_allowed=True),
    }
    attributes_schema = {ALLOCATION: Attribute("The id of the floating IP.", Type.STRING)}
    attribute_fields = {ALLOCATION: "id"}

    @classmethod
    def waits_for(cls, own: Mapping[str, Any], others: Others) -> frozenset[str]:
        """Return what connects the server with the external network."""
        return ways_out(own, others)

    def extra_body(self, body: Body) -> Body:
        """Return a body with the external network."""
        return {"floating_network_id": external_network(self.cloud)}

    def settle(self, progress: Any) -> bool:
        """Record the address, and associate it with the server."""
        self.data_set(ADDRESS, self.seen()["floating_ip_address"])
        changed, server = (progress or {}).get("changed"), self.properties[INSTANCE]
        if INSTANCE in (changed or ()) or (changed is None and server):
            port, address = port_of(self.cloud, server) if server else (None, None)
            self._seen = self.change({PORT: port, FIXED: address})
        return True

    def reference(self) -> str:
        """Return the address."""
        return str(self.data.get(ADDRESS) or self._address() or self.name)

    def _address(self) -> str | None:
        """Read the address from Neutron: a resource that Heat made hasn't recorded it."""
        shown = self.show() if self._cloud is not None else None
        return shown["floating_ip_address"] if shown else None


class ElasticIPAssociation(PortAssociation):
    """An association of an elastic IP with a server or a port."""

    properties_schema = {
        INSTANCE: Property(Type.STRING, "The server.", constraints=SERVER, update_allowed=True),
        EIP: Property(Type.STRING, "The elastic IP's address.", constraints=custom("ip_addr"), update_allowed=True),
        ALLOCATION: Property(Type.STRING, "The id of the floating IP, if EIP isn't given.", update_allowed=True),
        INTERFACE: Property(Type.STRING, "The id of the port, if no server is given.", update_allowed=True),
    }

    @classmethod
    def waits_for(cls, own: Mapping[str, Any], others: Others) -> frozenset[str]:
        """Return what connects the server or the port with the external network."""
        return ways_out(own, others) | others.ways_from_port(own.get(INTERFACE))

    def validate(self) -> None:
        """Require one floating IP, and a server or a port for it.

        :raises StackValidationFailed: saying what is missing
        """
        if not self.known(INSTANCE, EIP, ALLOCATION, INTERFACE):
            return
        eip, server = self.properties[EIP], self.properties[INSTANCE]
        if bool(eip) == bool(self.properties[ALLOCATION]):
            raise self.properties_error(f"Either '{EIP}' or '{ALLOCATION}' must be provided.")
        if eip and not server:
            raise self.properties_error(f"Must specify '{INSTANCE}' if you specify '{EIP}'.")
        self.require_one(INSTANCE, INTERFACE)

    @classmethod
    def physical_identity(cls, physical_id: str, properties: Mapping[str, Any]) -> Any:
        """Return what is associated."""
        return [properties.get(it) for it in (EIP, ALLOCATION, INSTANCE, INTERFACE)]

    def endpoints(self) -> tuple[str, str, str | None]:
        """Return the floating IP, and the port or the server's first one."""
        floating = self.identify("neutron.floatingip", self.properties[EIP] or self.properties[ALLOCATION])
        port = self.properties[INTERFACE]
        if port and not self.properties[EIP]:
            return floating, self.identify("neutron.port", port), None
        return floating, *port_of(self.cloud, self.properties[INSTANCE])

    def own_id(self) -> str:
        """Return the address or the floating IP's id, as in Heat."""
        return str(self.properties[EIP] or self.properties[ALLOCATION])

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Any:
        """Associate what the properties name now."""
        self.resource_id_set(self.own_id())
        return super().handle_update(prop_diff)

    def reference(self) -> str:
        """Return the resource's physical name, as in Heat."""
        return self.physical_resource_name() if self.resource_id is not None else self.name


def ways_out(own: Mapping[str, Any], others: Others) -> frozenset[str]:
    """Return what connects an instance with the external network: a VPC's gateway and route tables, or a router."""
    attachments = others.of_type("aws.gateway.VPCGatewayAttachment")
    tables = others.of_type("aws.vpc.SubnetRouteTableAssociation")
    if own.get(INSTANCE) is None and own.get(INTERFACE) is None:
        return frozenset()
    return frozenset({*attachments, *tables}) | others.ways_from_server(own.get(INSTANCE))
