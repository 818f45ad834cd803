"""Interfaces: which of a server's interfaces serve which networks of the template. Pure values.

::

    networks of the template   ──┐
                                 ├─ match ─▶ kept: each with its interface;  attach: those without;  detach: the rest
    interfaces of the server   ──┘

What says most is served first: a port, then an address, then a subnet, then a network. What was attached or detached
before a crash is seen in the interfaces, so that nothing is done twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Wanted:
    """One network of the template, its names resolved to ids.

    ``place``: in the list. ``extra``: ``port_extra_properties``; None where there are none. ``allocate``: none or auto.
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
        """Whether a port is made for the server: Nova can't be told of a subnet, or of a port's properties."""
        return self.port is None and (self.subnet is not None or self.extra is not None)


@dataclass(frozen=True)
class Interface:
    """One interface of the server. ``addresses``: (subnet, address). ``is_own``: its port was made for the server."""

    port: str
    network: str
    addresses: tuple[tuple[str, str], ...] = ()
    mac: str = ""
    tag: str | None = None
    is_own: bool = False


@dataclass(frozen=True)
class Match:
    """What came of it. ``kept``: place of a network → its interface."""

    kept: Mapping[int, Interface] = field(default_factory=dict)
    attach: tuple[Wanted, ...] = ()
    detach: tuple[str, ...] = ()


def match(wanted: Sequence[Wanted], interfaces: Sequence[Interface]) -> Match:
    """Serve each network of the template by one interface, as far as there are such."""
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
"""How an interface serves, and which networks are meant, from what says most to what says least."""
