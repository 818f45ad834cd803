"""Waiting for: what a resource needs of its template without saying so.

A port needs the subnets of its network: which of them gives it an address isn't known before. A type says so by its
class method ``waits_for``, over properties as they can be known before anything is made: values where parameters give
them, and for the rest functions as they are written, which are equal where two resources read the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import Any

Properties = Mapping[str, Any]
"""By the names of today."""


class Others:
    """The resources of a template: name → class and properties."""

    def __init__(
        self,
        resources: Mapping[str, tuple[type[Any], Properties]],
        refers_to: Callable[[Any], str | None] = lambda value: None,
    ) -> None:
        """See a template.

        :param refers_to: the name of the resource that a property's value is the reference of, if it is one's
        """
        self._resources = resources
        self._refers_to = refers_to

    def of_type(self, class_name: str) -> Mapping[str, Properties]:
        """Those whose class, or one that it is made of, has this name: ``neutron.subnet.Subnet``. Name → properties."""
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
        """The subnets on these networks."""
        wanted = [it for it in networks if it is not None]
        subnets = self.of_type("neutron.subnet.Subnet").items() if wanted else ()
        return frozenset(name for name, properties in subnets if properties.get("network") in wanted)

    def interfaces_of_port(self, port: Any) -> frozenset[str]:
        """The interfaces of routers on the subnets that a port, which a property's value refers to, is on."""
        properties = self.of_type("neutron.port.Port").get(self._refers_to(port) or "")
        if properties is None:
            return frozenset()
        fixed = [it for it in subnets_of_port(properties) if it is not None]
        near = self.subnets_of([properties.get("network")]) if not fixed else frozenset()
        interfaces = self.of_type("neutron.router.RouterInterface").items()
        subnets = {name: it["subnet"] for name, it in interfaces if it.get("subnet") is not None}
        return frozenset(name for name, it in subnets.items() if it in fixed or self._refers_to(it) in near)

    def routers_to(self, network: Any) -> frozenset[str]:
        """The routers whose gateway is on this network."""
        routers = self.of_type("neutron.router.Router").items()
        gateways = {name: it.get("external_gateway_info") for name, it in routers}
        return frozenset(
            name for name, it in gateways.items() if isinstance(it, Mapping) and it.get("network") == network
        )


def subnets_of_port(port: Properties) -> list[Any]:
    """The subnets that a port's ``fixed_ips`` name."""
    items = port.get("fixed_ips")
    return [it.get("subnet") for it in items if isinstance(it, Mapping)] if isinstance(items, list) else []
