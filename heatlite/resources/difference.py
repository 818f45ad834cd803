"""The differences between two validated mappings of properties: Heat's ``prop_diff``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties that differ, with their new values; None for a removed one.

    An absent property and one that is None are equal.
    """
    names = [*after, *(name for name in before if name not in after)]
    return {name: after.get(name) for name in names if not same(before.get(name), after.get(name))}


def same(one: Any, other: Any) -> bool:
    """Compare as JSON does: true isn't 1, unlike in Python, but 1 equals 1.0."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)
