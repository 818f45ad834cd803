"""Siblings: the port through which a plugin sees other resources of its own stack. The engine implements it.

It reads the database, so only plugins that aren't ``immediate`` may use it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


class AskAgain(Exception):
    """Another process changed the resource during the signal: handle the signal again on a new object."""


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another resource as its row is now; ``plugin`` is its class, ``properties`` are those it was made with."""

    name: str
    plugin: type[Any]
    properties: Mapping[str, Any]
    metadata: Mapping[str, Any]
    data: Mapping[str, Any] = field(default_factory=dict)


class Siblings(Protocol):
    """The resources of one stack."""

    def by_reference(self, reference: str) -> Sibling | None:
        """Return the resource with this ``get_resource`` value; None if there is none."""

    def by_name(self, name: str) -> Sibling | None:
        """Return the resource with this name in the template; None if there is none."""

    def adjust(self, reference: str, scaling: Any) -> bool:
        """Have a group scaled; return False if there is no such group. Allowed only while a signal is handled.

        :raises AskAgain: if another signal changed the group first
        :raises NoActionRequired: if the group keeps its size
        :raises ActionInProgress: if an operation of its stack is working on it
        """

    def clear_metadata(self, reference: str) -> None:
        """Clear the metadata of that resource, if it exists and no step holds its lock."""
