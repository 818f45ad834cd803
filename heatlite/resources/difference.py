"""What changed between two validated mappings of properties: Heat's ``prop_diff``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The properties that differ, with their new values; those that went have None.

    A property that is absent and one that is None are the same.
    """
    names = [*after, *(name for name in before if name not in after)]
    return {name: after.get(name) for name in names if not same(before.get(name), after.get(name))}


def same(one: Any, other: Any) -> bool:
    """Equality as JSON has it: true isn't 1, as in Python, though 1 is 1.0."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)
