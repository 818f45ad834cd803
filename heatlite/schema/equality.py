"""Hashable stand-ins for JSON values, so that a membership test takes the same time for two values and for many.

Lists and maps have no hash, and searching 20,000 of them for each of 20,000 others takes minutes. Two stand-ins are
equal exactly when their values are.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any


def key_of(value: Any) -> Hashable:
    """Return the hashable stand-in of a JSON value."""
    if isinstance(value, Mapping):
        return "map", frozenset((key, key_of(item)) for key, item in value.items())
    if isinstance(value, list | tuple):
        return "list", tuple(map(key_of, value))
    return value


def keys_of(values: Iterable[Any]) -> set[Hashable]:
    """Return the stand-ins of all values."""
    return set(map(key_of, values))
