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
        values += 1
        match left.pop():
            case str() as text:
                characters += len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
            case None | int() | float():
                pass
            case Mapping() as mapping:
                left += mapping.keys()
                left += mapping.values()
            case list() as items:
                left += items
    return values - 1, values + characters
