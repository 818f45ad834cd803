"""OS::Neutron::RouterGateway: a router's gateway as a resource of its own; hidden, but still used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.exception import CloudNotFound
from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.claims import RecordedFirst
from heatlite.resources.openstack.fields import named, old_name
from heatlite.resources.openstack.neutron.base import NeutronResource
from heatlite.resources.schema import HIDDEN, SupportStatus
from heatlite.resources.waiting_for import Others

ROUTER, NETWORK, GATEWAY = "router_id", "network", "external_gateway_info"


class RouterGateway(RecordedFirst, NeutronResource):
    """The gateway of a router. Its id names both: ``ROUTER:NETWORK``, as in Heat."""

    path, key, mark = "/routers", "router", RecordedFirst.mark
    support_status = SupportStatus(
        HIDDEN,
        "5.0.0",
        "Use external_gateway_info of OS::Neutron::Router.",
        SupportStatus("DEPRECATED", "2014.1"),
    )
    properties_schema = {
        ROUTER: named("neutron.router", "The router.", required=True),
        "network_id": old_name(NETWORK, "neutron.network"),
        NETWORK: named("neutron.network", "The external network."),
    }

    @classmethod
    def waits_for(cls, own: Mapping[str, Any], others: Others) -> frozenset[str]:
        """Return the interfaces of the router, and the subnets of the external network."""
        return others.interfaces_of(own.get(ROUTER)) | others.subnets_of([own.get(NETWORK)])

    def validate(self) -> None:
        """Require the network, under either of its names."""
        if self.known(NETWORK):
            self.require_one(NETWORK)

    def own_id(self) -> str:
        """Return the id, which names the router and the network."""
        return ":".join(self._ends())

    def _ends(self) -> tuple[str, str]:
        router, network = self.properties[ROUTER], self.properties[NETWORK]
        return self.identify("neutron.router", router), self.identify("neutron.network", network)

    def apply(self) -> None:
        """Set the gateway. A second request has no further effect."""
        router, network = str(self.resource_id).split(":")
        self.api.put(f"{self.path}/{router}", {self.key: {GATEWAY: {"network_id": network}}})

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Any:
        """Set it again, unless a name now means another object."""
        self._check_references(prop_diff)
        return super().handle_update(prop_diff)

    def look(self, thing_id: str) -> Body:
        """Return the router and the network.

        :raises CloudNotFound: if the router has no such gateway
        """
        router, network = thing_id.split(":")
        found = super().look(router)[GATEWAY] or {}
        if found.get("network_id") != network:
            raise CloudNotFound(service="Neutron", status=404, message=f"Router {router} has no gateway to {network}.")
        return {ROUTER: router, NETWORK: network}

    def delete(self, thing_id: str) -> None:
        """Remove the gateway, if the router still has it; Neutron refuses while a floating IP uses it (a conflict)."""
        router = self.look(thing_id)[ROUTER]
        self.api.put(f"{self.path}/{router}", {self.key: {GATEWAY: {}}})

    def show(self) -> None:
        """Return None: it isn't an object of Neutron."""
        return
