"""OS::Neutron::ExtraRouteSet and ExtraRoute: routes that a router needs beside those of its interfaces."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from heatlite.exception import CloudNotFound, EntityNotFound
from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.claims import NEXT, Claimed
from heatlite.resources.openstack.fields import custom, listed, named, text
from heatlite.resources.openstack.neutron.base import NeutronResource
from heatlite.resources.schema import SupportStatus
from heatlite.resources.waiting_for import Others

ROUTER, ROUTES, DESTINATION, NEXTHOP = "router", "routes", "destination", "nexthop"
KEPT = "kept"
"""The key of the data for the router, and for all routes that the resource may have added."""
ATOMIC = "extraroute-atomic"


class Routes(Claimed, NeutronResource):
    """The base of both types. ``router_property`` names the router.

    Routes have no place for a mark. Routes that exist before are somebody else's. New routes are recorded in the
    database before Neutron gets them, and only recorded routes are removed.
    """

    path, key, mark = "/routers", "router", Claimed.mark
    router_property: ClassVar[str]

    def wanted(self) -> list[Body]:
        """Return the wanted routes. Hook."""
        raise NotImplementedError

    @classmethod
    def waits_for(cls, own: Mapping[str, Any], others: Others) -> frozenset[str]:
        """Return the interfaces and gateways of the router: the next hop is on the subnet of one of them."""
        router = own.get(cls.router_property)
        return others.interfaces_of(router) | others.gateways_of(router)

    def router(self) -> str:
        """Return the router's id.

        :raises CloudNotFound: if it doesn't exist
        """
        if self.data.get(KEPT):
            return str(self.data[KEPT][ROUTER])
        try:
            return self.identify("neutron.router", self.properties[self.router_property])
        except EntityNotFound as error:
            raise CloudNotFound(service="Neutron", status=404, message=str(error)) from None

    def kept(self) -> list[Body]:
        """Return the recorded routes; the wanted ones if Heat made the resource."""
        return list(self.data[KEPT][ROUTES]) if self.data.get(KEPT) else self.wanted()

    def keep(self, routes: Iterable[Body]) -> None:
        """Record these routes at the end of this step."""
        self.data_set(KEPT, {ROUTER: self.router(), ROUTES: list(routes)})

    def there(self) -> list[Body]:
        """Return the router's routes."""
        found = self.api.get(f"{self.path}/{self.router()}")[self.key][ROUTES]
        return [{key: it[key] for key in (DESTINATION, NEXTHOP)} for it in found]

    def equal_ids(self) -> list[str]:
        """Return the resource's id, if the router has one of its routes."""
        there = self.there()
        return [self.own_id()] if any(it in there for it in self.wanted()) else []

    def own_id(self) -> str:
        """Return the physical id, as in Heat. Hook."""
        return self.router()

    def handle_create(self) -> Any:
        """Claim the routes."""
        progress = super().handle_create()
        self.keep(self.wanted())
        return progress

    def create(self, body: Body) -> Body:
        """Add the routes."""
        self.change_routes("add", self.wanted())
        return {"id": self.own_id()}

    def settle(self, progress: Any) -> bool:
        """Add the routes again after a crash, because some may be missing."""
        if progress is None:
            self.change_routes("add", self.wanted())
        return True

    def change_routes(self, verb: str, routes: list[Body]) -> None:
        """Add or remove routes. A second call has no further effect.

        :raises CloudNotFound: if the router doesn't exist
        """
        if not routes:
            return
        place = f"{self.path}/{self.router()}"
        if self.api.has_extension(ATOMIC):
            self.api.put(f"{place}/{verb}_extraroutes", {self.key: {ROUTES: routes}})
            return
        others = [it for it in self.there() if it not in routes]
        self.api.put(place, {self.key: {ROUTES: others + routes if verb == "add" else others}})

    def look(self, thing_id: str) -> Body:
        """Return the wanted routes.

        :raises CloudNotFound: if one of them doesn't exist
        """
        there = self.there()
        for route in self.wanted():
            if route not in there:
                message = f"Router {self.router()} has no route to {route[DESTINATION]} by {route[NEXTHOP]}."
                raise CloudNotFound(service="Neutron", status=404, message=message)
        return {"id": thing_id, ROUTES: self.wanted()}

    def delete(self, thing_id: str) -> None:
        """Remove the recorded routes."""
        if self.data.get(KEPT) or self.properties.get(self.router_property):
            self.change_routes("remove", self.kept())

    def show(self) -> None:
        """Return None: it isn't an object of Neutron."""
        return


class ExtraRouteSet(Routes):
    """Extra routes of a router; other stacks and users may add more."""

    extension, router_property = ATOMIC, ROUTER
    support_status = SupportStatus(version="14.0.0")
    properties_schema = {
        ROUTER: named("neutron.router", "The router.", required=True),
        ROUTES: listed(
            "The routes.",
            {
                DESTINATION: text(
                    "The destination, such as 10.1.0.0/16.", required=True, constraints=custom("net_cidr")
                ),
                NEXTHOP: text("The IP address of the next hop.", required=True, constraints=custom("ip_addr")),
            },
            default=[],
            update_allowed=True,
        ),
    }

    def wanted(self) -> list[Body]:
        """Return the routes in the property."""
        return list(self.fields([ROUTES]).get(ROUTES) or [])

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Any:
        """Record the routes to be added."""
        self._check_references({key: it for key, it in prop_diff.items() if key != ROUTES})
        before = self.kept()
        self.keep([*before, *(it for it in self.wanted() if it not in before)])
        return {NEXT: False}

    def check_update_complete(self, progress: Any) -> bool:
        """Remove the routes that are no longer wanted, and add the new ones."""
        if not progress[NEXT]:
            progress[NEXT] = True
            self.poll_in(0)
            return False
        self.change_routes("remove", [it for it in self.kept() if it not in self.wanted()])
        self.change_routes("add", self.wanted())
        self.keep(self.wanted())
        return True

    def seen(self) -> Body:
        """Return the object with its router, which can't be changed."""
        return {**super().seen(), ROUTER: self.router()}


class ExtraRoute(Routes):
    """One extra route of a router."""

    extension, router_property = "extraroute", "router_id"
    support_status = SupportStatus(status="UNSUPPORTED")
    properties_schema = {
        "router_id": named("neutron.router", "The router.", required=True),
        DESTINATION: text("The destination, such as 10.1.0.0/16.", required=True),
        NEXTHOP: text("The IP address of the next hop.", required=True),
    }

    def wanted(self) -> list[Body]:
        """Return the one route."""
        return [{DESTINATION: self.properties[DESTINATION], NEXTHOP: self.properties[NEXTHOP]}]

    def own_id(self) -> str:
        """Return router, destination and next hop."""
        return f"{self.router()}:{self.properties[DESTINATION]}:{self.properties[NEXTHOP]}"

    def seen(self) -> Body:
        """Return the object with its router, which can't be changed."""
        return {**super().seen(), "router_id": self.router()}
