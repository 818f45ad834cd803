"""OS::Neutron::RouterGateway: the way out of a router, as a resource of its own; hidden, and still used."""

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
    """The gateway of a router. What it joins is its id: ``ROUTER:NETWORK``, as in Heat."""

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
        NETWORK: named("neutron.network", "The network outside."),
    }

    @classmethod
    def waits_for(cls, own: Mapping[str, Any], others: Others) -> frozenset[str]:
        """The interfaces of the router, and the subnets of the network outside."""
        router, interfaces = own.get(ROUTER), others.of_type("neutron.router.RouterInterface").items()
        near = frozenset(name for name, it in interfaces if router is not None and it.get("router") == router)
        return near | others.subnets_of([own.get(NETWORK)])

    def validate(self) -> None:
        """The network is given, by one of its names."""
        if self.known(NETWORK):
            self.require_one(NETWORK)

    def own_id(self) -> str:
        """What it joins."""
        return ":".join(self._ends())

    def _ends(self) -> tuple[str, str]:
        router, network = self.properties[ROUTER], self.properties[NETWORK]
        return self.identify("neutron.router", router), self.identify("neutron.network", network)

    def have(self) -> None:
        """Have the gateway: to do so twice is to have done so."""
        router, network = str(self.resource_id).split(":")
        self.api.put(f"{self.path}/{router}", {self.key: {GATEWAY: {"network_id": network}}})

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Any:
        """Have it again, unless a name stands for something else by now."""
        self._check_references(prop_diff)
        return super().handle_update(prop_diff)

    def look(self, thing_id: str) -> Body:
        """What it joins.

        :raises CloudNotFound: where the router has no such gateway
        """
        router, network = thing_id.split(":")
        found = super().look(router)[GATEWAY] or {}
        if found.get("network_id") != network:
            raise CloudNotFound(service="Neutron", status=404, message=f"Router {router} has no gateway to {network}.")
        return {ROUTER: router, NETWORK: network}

    def delete(self, thing_id: str) -> None:
        """Take it off, where the router still has it; while a floating IP goes through it, that is a conflict."""
        router = self.look(thing_id)[ROUTER]
        self.api.put(f"{self.path}/{router}", {self.key: {GATEWAY: {}}})

    def show(self) -> None:
        """Nothing: it is no object of Neutron's."""
        return
