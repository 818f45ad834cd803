"""OS::Neutron::NetworkGateway: networks that reach beyond the cloud by a gateway of NSX.

The networks are connected one by one, once the gateway is there; the data keep which ones are::

    create   POST ─▶ connect_network …            update   disconnect_network …, connect_network …
    delete   disconnect_network … ─▶ DELETE       devices: another gateway
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.exception import CloudConflict, CloudNotFound, StackValidationFailed
from heatlite.resources.base import UpdateReplace
from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.claims import NamedLater
from heatlite.resources.openstack.fields import for_api, integer, listed, mapped, name, named, old_name, text
from heatlite.resources.openstack.neutron.base import NeutronResource
from heatlite.resources.openstack.neutron.vpn import chosen
from heatlite.resources.schema import Attribute, Property, SupportStatus, Type
from heatlite.schema.constraints import Length, Range

CONNECTIONS, DEVICES, SEGMENT, KIND = "connections", "devices", "segmentation_id", "segmentation_type"
CONNECTION = mapped(
    "A network, and where it arrives.",
    {
        "network": named("neutron.network", "The network.", field="network_id", required=True),
        "network_id": old_name("network", "neutron.network"),
        KIND: chosen("How the network is told apart there.", "flat", ("flat", "vlan")),
        SEGMENT: integer("The number of the VLAN.", constraints=(Range(0, 4094),)),
    },
)


class NetworkGateway(NamedLater, NeutronResource):
    """A gateway, and the networks that it connects."""

    path, key, extension, mark = "/network-gateways", "network_gateway", "network-gateway", NamedLater.mark
    support_status = SupportStatus(version="2014.1")
    properties_schema = {
        "name": name("gateway"),
        DEVICES: listed(
            "The devices of the gateway.",
            {
                "id": text("The id of the device.", required=True),
                "interface_name": text("The interface that is used.", required=True),
            },
            required=True,
            constraints=(Length(min=1),),
            update_allowed=True,
        ),
        CONNECTIONS: Property(Type.LIST, "The networks.", default=[], update_allowed=True, schema=CONNECTION),
    }
    attributes_schema = {"default": Attribute("Whether it is the project's default.", Type.STRING)}

    def validate(self) -> None:
        """Require the number of a VLAN, and refuse one without a VLAN.

        :raises StackValidationFailed: saying what is wrong
        """
        super().validate()
        for each in self.properties[CONNECTIONS] or () if self.known(CONNECTIONS) else ():
            place = f"resources.{self.name}.properties.{CONNECTIONS}"
            if each[KIND] == "vlan" and each[SEGMENT] is None:
                raise StackValidationFailed(path=place, message=f"{SEGMENT} must be specified for using vlan")
            if each[KIND] == "flat" and each[SEGMENT]:
                message = f"{SEGMENT} cannot be specified except 0 for using flat"
                raise StackValidationFailed(path=place, message=message)

    def settle(self, progress: Any) -> bool:
        """Connect the networks of a new gateway, once it has its name."""
        if not super().settle(progress):
            return False
        if (progress or {}).get("changed") is None:
            self._connect_all()
        return True

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Any:
        """Change the name and the connections.

        :raises UpdateReplace: if the devices change: NSX changes none; or if the gateway doesn't exist
        """
        if DEVICES in prop_diff:
            raise UpdateReplace
        return super().handle_update(prop_diff)

    replaced_if = "it doesn't exist any more, or its devices change"

    def update_body(self, prop_diff: Mapping[str, Any]) -> Body:
        """Return the name, if it changed."""
        return super().update_body({it: value for it, value in prop_diff.items() if it == "name"})

    def update_rest(self, prop_diff: Mapping[str, Any]) -> None:
        """Disconnect networks that the template has no more, and connect those that are new."""
        if CONNECTIONS in prop_diff:
            self.look(str(self.resource_id))
            self._connect_all()

    def _connect_all(self) -> None:
        wanted = [for_api(CONNECTION, it, self.identify) for it in self.properties[CONNECTIONS] or ()]
        there = list(self.data.get(CONNECTIONS) or ())
        for old in [it for it in there if it not in wanted]:
            self._disconnect(str(self.resource_id), old)
        self.data_set(CONNECTIONS, wanted)  # before the requests: what may be connected is disconnected in any case
        for new in [it for it in wanted if it not in there or self.is_repeated]:
            try:
                self.api.put(f"{self.one}/connect_network", new)
            except CloudConflict:
                if not self.is_repeated:
                    raise

    def _disconnect(self, thing_id: str, connection: Body) -> None:
        try:
            self.api.put(f"{self.place(thing_id)}/disconnect_network", connection)
        except CloudNotFound:
            return

    def forget_ties(self, thing_id: str) -> None:
        """Disconnect all networks."""
        for connection in self.data.get(CONNECTIONS) or ():
            self._disconnect(thing_id, connection)
