"""Waiting for: what a resource needs of its template without saying so.

A port needs the subnets of its network: which of them gives it an address isn't known before. A type says so by its
class method ``waits_for``, over properties as they can be known before anything is made: values where parameters give
them, and for the rest functions as they are written, which are equal where two resources read the same.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Any

Properties = Mapping[str, Any]
"""By the names of today."""


class Others:
    """The resources of a template: name → class and properties."""

    def __init__(self, resources: Mapping[str, tuple[type[Any], Properties]]) -> None:
        self._resources = resources

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

    def interfaces_on(self, subnets: Collection[Any]) -> frozenset[str]:
        """The interfaces of routers on these subnets."""
        wanted = [it for it in subnets if it is not None]
        interfaces = self.of_type("neutron.router.RouterInterface").items() if wanted else ()
        return frozenset(name for name, properties in interfaces if properties.get("subnet") in wanted)


def subnets_of_port(port: Properties) -> list[Any]:
    """The subnets that a port's ``fixed_ips`` name."""
    items = port.get("fixed_ips")
    return [it.get("subnet") for it in items if isinstance(it, Mapping)] if isinstance(items, list) else []
