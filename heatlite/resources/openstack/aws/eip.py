"""AWS::EC2::EIP and EIPAssociation: floating IPs, by CloudFormation's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.exception import StackValidationFailed
from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.fields import custom
from heatlite.resources.openstack.neutron.base import NeutronResource
from heatlite.resources.openstack.neutron.server_addresses import FIXED, PORT, Joins, network_outside, port_of
from heatlite.resources.schema import Attribute, Property, Type
from heatlite.schema.constraints import AllowedValues

INSTANCE, DOMAIN, EIP, ALLOCATION, INTERFACE = "InstanceId", "Domain", "EIP", "AllocationId", "NetworkInterfaceId"
ADDRESS = "address"
"""The key of the data with the address, which is what templates refer to."""
SERVER = custom("nova.server")


class ElasticIP(NeutronResource):
    """A floating IP of the only network outside, for a server if one is given."""

    path, key = "/floatingips", "floatingip"
    properties_schema = {
        DOMAIN: Property(
            Type.STRING, "Nothing comes of it.", constraints=(AllowedValues(("vpc",)),), status="DEPRECATED"
        ),
        INSTANCE: Property(Type.STRING, "The server that has it.", constraints=SERVER, update_allowed=True),
    }
    attributes_schema = {ALLOCATION: Attribute("The id of the floating IP.", Type.STRING)}
    attribute_fields = {ALLOCATION: "id"}

    def extra_body(self, body: Body) -> Body:
        """Of the network outside."""
        return {"floating_network_id": network_outside(self.cloud)}

    def settle(self, progress: Any) -> bool:
        """Have the address on the server."""
        self.data_set(ADDRESS, self.seen()["floating_ip_address"])
        changed, server = (progress or {}).get("changed"), self.properties[INSTANCE]
        if INSTANCE in (changed or ()) or (changed is None and server):
            port, address = port_of(self.cloud, server) if server else (None, None)
            self._seen = self.change({PORT: port, FIXED: address})
        return True

    def reference(self) -> str:
        """The address."""
        return str(self.data.get(ADDRESS) or self._address() or self.name)

    def _address(self) -> str | None:
        """Of what Heat made Neutron knows the address."""
        shown = self.show() if self._cloud is not None else None
        return shown["floating_ip_address"] if shown else None


class ElasticIPAssociation(Joins):
    """What joins an elastic IP with a server or a port."""

    properties_schema = {
        INSTANCE: Property(Type.STRING, "The server.", constraints=SERVER, update_allowed=True),
        EIP: Property(Type.STRING, "The address.", constraints=custom("ip_addr"), update_allowed=True),
        ALLOCATION: Property(Type.STRING, "The id of the floating IP, where no EIP is given.", update_allowed=True),
        INTERFACE: Property(Type.STRING, "The id of the port, where no server is given.", update_allowed=True),
    }

    def validate(self) -> None:
        """One floating IP, and a server or a port for it.

        :raises StackValidationFailed: saying what is missing
        """
        if not self.known(INSTANCE, EIP, ALLOCATION, INTERFACE):
            return
        eip, server = self.properties[EIP], self.properties[INSTANCE]
        place = f"resources.{self.name}.properties"
        if bool(eip) == bool(self.properties[ALLOCATION]):
            raise StackValidationFailed(path=place, message=f"Either '{EIP}' or '{ALLOCATION}' must be provided.")
        if eip and not server:
            raise StackValidationFailed(path=place, message=f"Must specify '{INSTANCE}' if you specify '{EIP}'.")
        self.require_one(INSTANCE, INTERFACE)

    def ends(self) -> tuple[str, str, str | None]:
        """The floating IP, and the port or the server's first one."""
        floating = self.identify("neutron.floatingip", self.properties[EIP] or self.properties[ALLOCATION])
        port = self.properties[INTERFACE]
        if port and not self.properties[EIP]:
            return floating, self.identify("neutron.port", port), None
        return floating, *port_of(self.cloud, self.properties[INSTANCE])

    def own_id(self) -> str:
        """The address or the floating IP's id, as in Heat."""
        return str(self.properties[EIP] or self.properties[ALLOCATION])

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Any:
        """Join what is to be joined now."""
        self.resource_id_set(self.own_id())
        return super().handle_update(prop_diff)

    def reference(self) -> str:
        """The resource's generated name, as in Heat."""
        return self.physical_resource_name() if self.resource_id is not None else self.name
