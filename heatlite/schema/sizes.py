"""Sizes: an estimate of what a value costs to store and to serialize, made without serializing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def weight(value: Any) -> int:
    """Estimate a value's size: the bytes of its strings in UTF-8, plus one for each value in it."""
    return values_and_weight(value)[1]


def values_and_weight(value: Any) -> tuple[int, int]:
    """Count the values and keys in a list or a map at any depth. Return the count and the value's weight.

    It doesn't recurse, because a client's value may be nested as deep as the JSON reader allows.
    """
    values, characters, left = 0, 0, [value]
    while left:
        values += len(left)
        deeper: list[Any] = []
        for item in left:
            if isinstance(item, str):
                characters += len(item) if item.isascii() else len(item.encode("utf-8", "surrogatepass"))
            elif isinstance(
                item, dict
            ):  # told apart from other maps because it is found faster, and is nearly all there is
                deeper += item
                deeper += item.values()
            elif isinstance(item, list):
                deeper += item
            elif isinstance(item, Mapping):
                deeper += item.keys()
                deeper += item.values()
        left = deeper
    return values - 1, values + characters
