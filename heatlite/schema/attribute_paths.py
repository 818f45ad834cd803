"""Paths of attributes: what is inside an attribute's value, and attributes of what is nested in a resource.

::

    [server, addresses, private, 0]         ──▶ addresses, and ``private`` and 0 in its value
    [web, resource.db, address]             ──▶ resource.db.address
    [web, resource.db, resource.disk, size] ──▶ resource.db.resource.disk.size
    [web, resource.db.address, 0]           ──▶ resource.db.address, and 0 in its value
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Sized
from typing import Any

INNER = "resource."
"""How the name of an attribute begins that is one of a resource in a nested stack."""


def inside(value: Any, path: Sequence[Any]) -> Any:
    """What stands at a path; None where it leads nowhere.

    A list, or a string, takes an index that is a number: one that is written as text leads nowhere, as in Heat.
    """
    for key in path:
        if isinstance(value, list | str) != isinstance(key, int) or not isinstance(value, Mapping | list | str):
            return None
        try:
            value = value[key]
        except (KeyError, IndexError):
            return None
    return value


def joined(key: str, path: Sequence[Any]) -> tuple[str, list[Any]]:
    """An inner attribute in one word, and what is left of the path: that leads into the attribute's value."""
    parts = [key]
    for part in path:
        if not names_a_resource(parts[-1]) or not isinstance(part, str):
            break
        parts.append(part)
    return ".".join(parts), list(path[len(parts) - 1 :])


def names_a_resource(key: str) -> bool:
    """Whether it ends with the name of a resource, so that an attribute of that may follow."""
    words = key.split(".")  # "resource" and a name, by turns
    return len(words) % 2 == 0 and all(f"{word}." == INNER for word in words[::2]) and all(words[1::2])


def split(key: str) -> tuple[str, str | None]:
    """The name of the inner resource, and its attribute if one is named; an empty name where it is no inner one."""
    if not key.startswith(INNER):
        return "", None
    name, dot, attribute = key.removeprefix(INNER).partition(".")
    return name, attribute if dot else None


def place_in(items: Sized, written: Any) -> int | None:
    """The place in a list that digits name; None where they name none, or there aren't so many items."""
    text = str(written)
    if not (text.isascii() and text.isdigit()) or len(text.lstrip("0")) > len(str(len(items))):
        return None  # before they are read: Python refuses thousands of digits
    place = int(text.lstrip("0") or "0")
    return place if place < len(items) else None
