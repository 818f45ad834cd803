"""What a template's functions may ask of the world while they are resolved.

The engine hands in a ``Scope``: it knows the stack's parameters and files, and the resources as far as they exist.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class ResourceValue(Protocol):
    """A resource as other parts of the template see it."""

    @property
    def reference(self) -> Any:
        """What ``get_resource`` gives: the physical id or, where the type has no such thing, a name."""

    def attribute(self, name: str, path: Sequence[Any] = ()) -> Any:
        """What stands at a path in the attribute's value; ``None`` where there is nothing, ``UNKNOWN`` where that can't
        be said yet.

        :raises InvalidTemplateAttribute: where the type has no attribute of this name
        """

    def attributes(self) -> Mapping[str, Any]:
        """Every attribute and its value; ``UNKNOWN`` where that can't be said yet."""


class Scope(Protocol):
    """The values that one act of resolving sees."""

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Name to coerced value, pseudo parameters included; usually a ``Parameters``."""

    @property
    def files(self) -> Mapping[str, str]:
        """Name, as ``get_file`` says it, to content."""

    @property
    def conditions(self) -> Mapping[str, bool]:
        """The conditions that are decided, while others are."""

    @property
    def facade(self) -> Mapping[str, Any] | None:
        """Of a nested stack, what its parent's template says of it: ``metadata``, ``deletion_policy``,
        ``update_policy``; ``None`` for any other stack."""

    def resource(self, name: str) -> ResourceValue | None:
        """The resource of this name, or ``None`` while it doesn't exist."""
