"""Siblings: what a plugin may see of other resources of its own stack. A port, which the engine implements.

It reads the database: only plugins that aren't ``immediate`` may use it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


class AskAgain(Exception):
    """Somebody else was quicker to change what a signal is about: handle it anew, in a new object."""


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another resource, as its row has it now; ``plugin`` is its class, ``properties`` are those it was made with."""

    name: str
    plugin: type[Any]
    properties: Mapping[str, Any]
    metadata: Mapping[str, Any]


class Siblings(Protocol):
    """The resources of one stack."""

    def by_reference(self, reference: str) -> Sibling | None:
        """The resource of which ``get_resource`` gives this; None where there is none."""

    def adjust(self, reference: str, scaling: Any) -> bool:
        """Have a group scaled; False where there is no such group. Only while a signal is handled.

        :raises AskAgain: where another signal was quicker
        :raises NoActionRequired: where it stays as it is
        :raises ActionInProgress: where an operation of its stack is working on it
        """

    def clear_metadata(self, reference: str) -> None:
        """Forget the metadata of that resource, if it is there and nobody holds it."""
