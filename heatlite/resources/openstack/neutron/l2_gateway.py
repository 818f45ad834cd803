"""OS::Neutron::L2Gateway and L2GatewayConnection: networks that reach beyond the cloud on the second layer."""

from __future__ import annotations

from heatlite.resources.openstack.claims import Claimed, NamedLater
from heatlite.resources.openstack.fields import listed, named, text
from heatlite.resources.openstack.neutron.base import NeutronResource
from heatlite.resources.schema import SupportStatus

GATEWAY, NETWORK, SEGMENT = "l2_gateway_id", "network_id", "segmentation_id"
VERSION = SupportStatus(version="12.0.0")


class L2Gateway(NamedLater, NeutronResource):
    """A gateway: devices, and their interfaces."""

    path, key, extension, mark = "/l2-gateways", "l2_gateway", "l2-gateway", NamedLater.mark
    support_status = VERSION
    properties_schema = {
        "name": text("The name of the gateway.", required=True, update_allowed=True),
        "devices": listed(
            "The devices.",
            {
                "device_name": text("The name of the device.", required=True),
                "interfaces": listed(
                    "Its interfaces.",
                    {
                        "name": text("The name of the interface.", required=True),
                        SEGMENT: listed("The segments that it has."),
                    },
                    required=True,
                ),
            },
            required=True,
            update_allowed=True,
        ),
    }


class L2GatewayConnection(Claimed, NeutronResource):
    """A connection of a network with a gateway."""

    path, key, mark = "/l2-gateway-connections", "l2_gateway_connection", Claimed.mark
    extension, support_status = "l2-gateway-connection", VERSION
    properties_schema = {
        NETWORK: named("neutron.network", "The network.", required=True),
        GATEWAY: text("The id of the gateway.", required=True),
        SEGMENT: text("The segment, if the gateway's interfaces name none."),
    }

    def equal_ids(self) -> list[str]:
        """Return the connections of the same network with the same gateway and segment."""
        wanted = {
            NETWORK: self.identify("neutron.network", self.properties[NETWORK]),
            GATEWAY: self.properties[GATEWAY],
        }
        segment = self.properties[SEGMENT]
        there = self.api.listed(self.path, f"{self.key}s", params=wanted)
        return [it["id"] for it in there if segment is None or str(it.get(SEGMENT)) == segment]
