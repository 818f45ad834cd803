"""Implicit dependencies: resources of the template that another one needs without naming them.

For example, a port needs the subnets of its network, because it isn't known in advance which of them gives it an
address. A type declares them by its class method ``waits_for``. That sees the properties as far as they are known
before anything is made: values where parameters give them, otherwise the functions as written. Two functions are equal
if they read the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import Any

Properties = Mapping[str, Any]
"""Properties under their current names."""


class Others:
    """The resources of a template: name → class and properties."""

    def __init__(
        self,
        resources: Mapping[str, tuple[type[Any], Properties]],
        refers_to: Callable[[Any], str | None] = lambda value: None,
    ) -> None:
        """Keep the resources of a template.

        :param refers_to: returns the name of the resource that a property's value refers to, or None
        """
        self._resources = resources
        self._refers_to = refers_to

    def named(self, values: Collection[Any]) -> frozenset[str]:
        """Return the resources whose names are among these values."""
        return frozenset(it for it in values if isinstance(it, str) and it in self._resources)

    def of_type(self, class_name: str) -> Mapping[str, Properties]:
        """Return the resources whose class or base class has this name, such as ``neutron.subnet.Subnet``."""
        return self._by_class.get(class_name, {})

    @cached_property
    def _by_class(self) -> Mapping[str, Mapping[str, Properties]]:
        found: dict[str, dict[str, Properties]] = {}
        for name, (plugin, properties) in self._resources.items():
            for ancestor in plugin.__mro__:
                place = f"{ancestor.__module__}.{ancestor.__name__}".rpartition("openstack.")[2]
                found.setdefault(place, {})[name] = properties
        return found

    def subnets_of(self, networks: Collection[Any]) -> frozenset[str]:
        """Return the names of the subnets on these networks."""
        wanted = [it for it in networks if it is not None]
        subnets = self.of_type("neutron.subnet.Subnet").items() if wanted else ()
        return frozenset(name for name, properties in subnets if properties.get("network") in wanted)

    def ways_from_port(self, port: Any) -> frozenset[str]:
        """Return the ways out from a port, which a property's value refers to."""
        properties = self.of_type("neutron.port.Port").get(self._refers_to(port) or "")
        if properties is None:
            return frozenset()
        fixed = [it for it in subnets_of_port(properties) if it is not None]
        return self._ways_from_subnets(fixed, [] if fixed else [properties.get("network")])

    def ways_from_server(self, server: Any) -> frozenset[str]:
        """Return the ways out from a server, which a property's value refers to."""
        properties = self.of_type("nova.server.Server").get(self._refers_to(server) or "") or {}
        networks = properties.get("networks")
        found: frozenset[str] = frozenset()
        for network in networks if isinstance(networks, list) else ():
            if isinstance(network, Mapping):
                found |= self.ways_from_network(network)
        return found

    def ways_from_network(self, network: Properties) -> frozenset[str]:
        """Return the ways out from one item of a server's ``networks``."""
        if network.get("port") is not None:
            return self.ways_from_port(network["port"])
        if network.get("subnet") is not None:
            return self._ways_from_subnets([network["subnet"]], [])
        return self._ways_from_subnets([], [network.get("network")])

    def _ways_from_subnets(self, subnets: Collection[Any], networks: Collection[Any]) -> frozenset[str]:
        """Return the ways out from these subnets and from those of the networks.

        A way out is a router's interface, and its gateway where that is a resource of its own. Neutron gives a port a
        floating IP only where both are there.
        """
        near, ways = self.subnets_of(networks), set()
        for name, interface in self.of_type("neutron.router.RouterInterface").items():
            on = self._subnets_of_interface(interface)
            if any(it in subnets or self._refers_to(it) in near for it in on):
                ways |= {name} | self.gateways_of(interface.get("router"))
        return frozenset(ways)

    def _subnets_of_interface(self, interface: Properties) -> list[Any]:
        if interface.get("subnet") is not None:
            return [interface["subnet"]]
        port = self.of_type("neutron.port.Port").get(self._refers_to(interface.get("port")) or "")
        return [] if port is None else [it for it in subnets_of_port(port) if it is not None]

    def gateways_to(self, network: Any) -> frozenset[str]:
        """Return the routers whose gateway is on this network, and the gateways on it that are resources."""
        if network is None:
            return frozenset()
        routers = self.of_type("neutron.router.Router").items()
        gateways = {name: it.get("external_gateway_info") for name, it in routers}
        gateways.update(self.of_type("neutron.router_gateway.RouterGateway"))
        return frozenset(
            name for name, it in gateways.items() if isinstance(it, Mapping) and it.get("network") == network
        )

    def interfaces_of(self, router: Any) -> frozenset[str]:
        """Return the interfaces of a router."""
        interfaces = self.of_type("neutron.router.RouterInterface").items()
        return frozenset(name for name, it in interfaces if router is not None and it.get("router") == router)

    def gateways_of(self, router: Any) -> frozenset[str]:
        """Return the gateways of a router that are resources of their own."""
        gateways = self.of_type("neutron.router_gateway.RouterGateway").items()
        return frozenset(name for name, it in gateways if router is not None and it.get("router_id") == router)


def subnets_of_port(port: Properties) -> list[Any]:
    """Return the subnets that a port's ``fixed_ips`` name."""
    items = port.get("fixed_ips")
    return [it.get("subnet") for it in items if isinstance(it, Mapping)] if isinstance(items, list) else []
