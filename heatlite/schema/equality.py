"""Values that can be put in a set, so that "is it among these?" costs the same for two of them and for many.

Lists and maps have no hash, and looking through 20,000 of them for each of 20,000 others takes minutes. Their stand-ins
are equal exactly where the values are.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any


def key_of(value: Any) -> Hashable:
    """What stands for a JSON value in a set."""
    if isinstance(value, Mapping):
        return "map", frozenset((key, key_of(item)) for key, item in value.items())
    if isinstance(value, list | tuple):
        return "list", tuple(map(key_of, value))
    return value


def keys_of(values: Iterable[Any]) -> set[Hashable]:
    """The stand-ins of all values."""
    return set(map(key_of, values))
