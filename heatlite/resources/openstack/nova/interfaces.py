"""Interfaces: match a server's interfaces to the networks of the template. Pure values.

::

    networks of the template   ──┐
                                 ├─ match ─▶ kept: matched;  attach: networks without one;  detach: unused interfaces
    interfaces of the server   ──┘

The most specific networks are matched first: by a port, then by an address, a subnet, a network. An attachment or
detachment before a crash shows in the interfaces, so nothing is done twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Wanted:
    """A network of the template, with names resolved to ids.

    ``place``: its index in the list. ``extra``: ``port_extra_properties``, or None. ``allocate``: none or auto.
    """

    place: int
    port: str | None = None
    network: str | None = None
    subnet: str | None = None
    address: str | None = None
    floating: str | None = None
    tag: str | None = None
    allocate: str | None = None
    extra: Mapping[str, Any] | None = None

    @property
    def has_own_port(self) -> bool:
        """Whether a port is created for it: Nova accepts neither a subnet nor a port's properties."""
        return self.port is None and (self.subnet is not None or self.extra is not None)


@dataclass(frozen=True)
class Interface:
    """An interface of the server. ``addresses``: (subnet, address). ``is_own``: its port was created for the server."""

    port: str
    network: str
    addresses: tuple[tuple[str, str], ...] = ()
    mac: str = ""
    tag: str | None = None
    is_own: bool = False


@dataclass(frozen=True)
class Match:
    """The result of matching. ``kept``: index of a network → its interface."""

    kept: Mapping[int, Interface] = field(default_factory=dict)
    attach: tuple[Wanted, ...] = ()
    detach: tuple[str, ...] = ()


def match(wanted: Sequence[Wanted], interfaces: Sequence[Interface]) -> Match:
    """Match each network of the template to one interface, as far as there are any."""
    free, kept = list(interfaces), {}
    for serves, is_meant in PASSES:
        for each in wanted:
            if each.place in kept or not is_meant(each):
                continue
            found = next((it for it in free if serves(each, it)), None)
            if found is not None:
                free.remove(found)
                kept[each.place] = found
    attach = tuple(it for it in wanted if it.place not in kept)
    return Match(kept, attach, tuple(it.port for it in free))


def _by_port(wanted: Wanted, interface: Interface) -> bool:
    return interface.port == wanted.port and wanted.tag == interface.tag


def _by_rest(wanted: Wanted, interface: Interface) -> bool:
    extra = wanted.extra or {}
    return (
        (wanted.network is None or wanted.network == interface.network)
        and (wanted.address is None or any(wanted.address == it for _, it in interface.addresses))
        and (wanted.subnet is None or any(wanted.subnet == it for it, _ in interface.addresses))
        and (wanted.extra is None or interface.is_own)
        and extra.get("mac_address") in (None, interface.mac)
        and wanted.tag == interface.tag
    )


PASSES: tuple[tuple[Callable[[Wanted, Interface], bool], Callable[[Wanted], bool]], ...] = (
    (_by_port, lambda it: it.port is not None),
    (_by_rest, lambda it: it.port is None and it.address is not None),
    (_by_rest, lambda it: it.port is None and it.extra is not None),
    (_by_rest, lambda it: it.port is None and it.subnet is not None),
    (_by_rest, lambda it: it.port is None),
)
"""How an interface is matched, and to which networks, from the most specific to the least."""
