"""Sizes: about what a value costs to keep and to write down, found out without writing it down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def weight(value: Any) -> int:
    """The bytes of a value's strings in UTF-8, and one for each value in it: about what it costs to keep."""
    return values_and_weight(value)[1]


def values_and_weight(value: Any) -> tuple[int, int]:
    """How many values, and keys, there are within a list or a map at any depth, and the weight of it all.

    It doesn't call itself, since a client's value may be nested as deep as JSON's reader allows.
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
