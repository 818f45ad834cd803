"""Sizes: about what a value costs to keep and to write down, found out without writing it down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def weight(value: Any) -> int:
    """The bytes of a value's strings in UTF-8, and one for each value in it: about what it costs to keep."""
    if isinstance(value, str):
        return 1 + (len(value) if value.isascii() else len(value.encode("utf-8", "surrogatepass")))
    if isinstance(value, Mapping):
        return 1 + sum(weight(key) + weight(item) for key, item in value.items())
    return 1 + sum(map(weight, value)) if isinstance(value, list) else 1
