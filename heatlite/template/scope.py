"""The scope that functions are resolved in.

The engine passes a ``Scope``. It knows the stack's parameters and files, and the resources as far as they exist.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class ResourceValue(Protocol):
    """A resource as other parts of the template see it."""

    @property
    def reference(self) -> Any:
        """The result of ``get_resource``: the physical resource id or, for types without one, a name."""

    def attribute(self, name: str, path: Sequence[Any] = ()) -> Any:
        """Return the value at a path in an attribute's value.

        Return ``None`` when the path leads nowhere, and ``UNKNOWN`` when the value isn't known yet.

        :raises InvalidTemplateAttribute: when the type has no attribute of this name
        """

    def attributes(self) -> Mapping[str, Any]:
        """Return every attribute with its value, or ``UNKNOWN`` when that isn't known yet."""


class Scope(Protocol):
    """The values that a tree is resolved with."""

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Name → coerced value, including pseudo parameters; usually a ``Parameters``."""

    @property
    def files(self) -> Mapping[str, str]:
        """The file name in ``get_file`` → its content."""

    @property
    def conditions(self) -> Mapping[str, bool]:
        """Name → truth of a condition, for conditions that use others."""

    @property
    def facade(self) -> Mapping[str, Any] | None:
        """For a nested stack, the definition in its parent's template: ``metadata``, ``deletion_policy``,
        ``update_policy``.

        ``None`` for any other stack.
        """

    def resource(self, name: str) -> ResourceValue | None:
        """Return the resource of this name, or ``None`` while it doesn't exist."""
