"""Sizes: about what a value costs to keep and to write down, found out without writing it down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def weight(value: Any) -> int:
    """The bytes of a value's strings in UTF-8, and one for each value in it: about what it costs to keep.

    It doesn't call itself, since a client's value may be nested as deep as JSON's reader allows.
    """
    total, left = 0, [value]
    while left:
        total += 1
        match left.pop():
            case str() as text:
                total += len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
            case Mapping() as mapping:
                left += mapping.keys()
                left += mapping.values()
            case list() as items:
                left += items
    return total
