"""Waiting for: what a resource needs of its template without saying so.

A port needs the subnets of its network: which of them gives it an address isn't known before. A type says so by its
class method ``waits_for``, over properties as they are *written*: equal where they would be equal (two ``get_resource``
of one network, one name twice), and nothing is resolved for it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

Others = Mapping[str, tuple[type[Any], Mapping[str, Any]]]
"""The other resources of a template: name → class, and properties by today's names, functions in them unresolved."""


def of_type(others: Others, module: str, name: str) -> list[tuple[str, Mapping[str, Any]]]:
    """Those of one class, which is named so that no type's module needs another's."""
    return [(it, properties) for it, (plugin, properties) in others.items() if is_a(plugin, module, name)]


def is_a(plugin: type[Any], module: str, name: str) -> bool:
    """Whether a class is, or is made of, that one of a module of this package."""
    return any(it.__name__ == name and it.__module__ == f"{__package__}.{module}" for it in plugin.__mro__)


def needs_subnets_of(networks: Collection[Any], others: Others) -> frozenset[str]:
    """The subnets on these networks."""
    wanted = [it for it in networks if it is not None]
    found = of_type(others, "neutron.subnet", "Subnet")
    return frozenset(name for name, properties in found if properties.get("network") in wanted)


def fixed_subnets(own: Sequence[Any] | Any) -> list[Any]:
    """The subnets that a port's ``fixed_ips`` name."""
    items = own if isinstance(own, list) else []
    return [it["subnet"] for it in items if isinstance(it, Mapping) and it.get("subnet") is not None]
