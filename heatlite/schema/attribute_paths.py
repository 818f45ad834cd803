"""Attribute paths: a place inside an attribute's value, or an attribute of a resource in a nested stack.

::

    [server, addresses, private, 0]         ──▶ addresses, and ``private`` and 0 in its value
    [web, resource.db, address]             ──▶ resource.db.address
    [web, resource.db, resource.disk, size] ──▶ resource.db.resource.disk.size
    [web, resource.db.address, 0]           ──▶ resource.db.address, and 0 in its value
    [group, attributes, resource.db, size]  ──▶ resource.*.resource.db.size, of each member of a group
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Sized
from typing import Any

INNER = "resource."
"""The prefix of an attribute name that belongs to a resource in a nested stack."""


EACH = "resource.*."
"""The prefix of such a name when it is read of each member of a group, as a map or a list."""
OF_EACH = ("attributes", "outputs", "outputs_list")
"""The attributes of groups that give an attribute of each member."""


def inside(value: Any, path: Sequence[Any]) -> Any:
    """Return the value at a path inside a value. Return None when the path leads nowhere.

    A list or a string takes a number as its index. An index that is written as text leads nowhere, as in Heat.
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
    """Join an inner attribute's parts into one name.

    Return it with the rest of the path, which leads into its value.
    """
    if key in OF_EACH and path and isinstance(path[0], str) and path[0].startswith(INNER):
        whole, rest = joined(path[0], path[1:])
        return f"{EACH}{whole}", rest
    parts = [key]
    for part in path:
        if not names_a_resource(parts[-1]) or not isinstance(part, str):
            break
        parts.append(part)
    return ".".join(parts), list(path[len(parts) - 1 :])


def names_a_resource(key: str) -> bool:
    """Tell whether a key ends with a resource's name, so that an attribute of that resource may follow."""
    words = key.split(".")  # "resource" and a name, alternating
    return len(words) % 2 == 0 and all(f"{word}." == INNER for word in words[::2]) and all(words[1::2])


def split(key: str) -> tuple[str, str | None]:
    """Split a key into the inner resource's name and its attribute, if any. For other keys the name is empty."""
    if not key.startswith(INNER):
        return "", None
    name, dot, attribute = key.removeprefix(INNER).partition(".")
    return name, attribute if dot else None


def place_in(items: Sized, written: Any) -> int | None:
    """Return the list index that a text of digits names. Return None for other texts and for an index out of range."""
    text = str(written)
    if not (text.isascii() and text.isdigit()) or len(text.lstrip("0")) > len(str(len(items))):
        return None  # checked before the digits are read: Python refuses to convert thousands of digits
    place = int(text.lstrip("0") or "0")
    return place if place < len(items) else None
