"""AWS::EC2::InternetGateway and VPCGatewayAttachment: the way out of a VPC, set on its route tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.exception import CloudNotFound
from heatlite.resources.base import Resource
from heatlite.resources.openstack.aws.base import tags
from heatlite.resources.openstack.aws.vpc import GATEWAY, VPC_ID, InVPC, of_vpc
from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.claims import RecordedFirst
from heatlite.resources.openstack.neutron.server_addresses import external_network
from heatlite.resources.schema import Property, Type
from heatlite.resources.waiting_for import Others

VPN = "VpnGatewayId"


class InternetGateway(Resource):
    """A placeholder for the only external network. It makes nothing."""

    immediate = True
    properties_schema = {"Tags": tags()}

    def handle_create(self) -> None:
        """Record the name as the physical id."""
        self.resource_id_set(self.physical_resource_name())


class VPCGatewayAttachment(RecordedFirst, InVPC):
    """An attachment that gives the route tables of a VPC a gateway to the external network."""

    path, key, mark, not_implemented = "/routers", "router", RecordedFirst.mark, (VPN,)
    properties_schema = {
        VPC_ID: Property(Type.STRING, "The id of the VPC.", required=True),
        "InternetGatewayId": Property(Type.STRING, "The internet gateway; there is only one external network."),
        VPN: Property(Type.STRING, "Not implemented."),
    }

    @classmethod
    def waits_for(cls, own: Mapping[str, Any], others: Others) -> frozenset[str]:
        """Return the route tables of the VPC."""
        tables, vpc = others.of_type("aws.vpc.RouteTable").items(), own.get(VPC_ID)
        return frozenset(name for name, it in tables if vpc is not None and it.get(VPC_ID) == vpc)

    @classmethod
    def physical_identity(cls, physical_id: str, properties: Mapping[str, Any]) -> Any:
        """Return the VPC."""
        return properties.get(VPC_ID)

    def tables(self) -> list[Body]:
        """Return the routers that are route tables of the VPC."""
        query = {"description": of_vpc(self.properties[VPC_ID])}
        return list(self.api.listed(self.path, "routers", params=query))

    def apply(self) -> None:
        """Give them the gateway."""
        outside = external_network(self.cloud)
        for router in self.tables():
            if (router[GATEWAY] or {}).get("network_id") != outside:
                self._give(router["id"], {"network_id": outside})

    def _give(self, router: str, gateway: Body) -> None:
        try:
            self.api.put(self.place(router), {self.key: {GATEWAY: gateway}})
        except CloudNotFound:
            return

    def look(self, thing_id: str) -> Body:
        """Return the routers with a gateway.

        :raises CloudNotFound: if there are none
        """
        found = [it["id"] for it in self.tables() if it[GATEWAY]]
        if not found:
            message = f"No route table of VPC {self.properties[VPC_ID]} has a gateway."
            raise CloudNotFound(service="Neutron", status=404, message=message)
        return {"id": thing_id, "routers": found}

    def delete(self, thing_id: str) -> None:
        """Remove the gateways."""
        for router in self.look(thing_id)["routers"] if self.properties.get(VPC_ID) else ():
            self._give(router, {})

    def show(self) -> None:
        """Return None: it isn't an object of Neutron."""
        return
