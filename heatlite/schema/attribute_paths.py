"""Paths of attributes: what is inside an attribute's value, and attributes of what is nested in a resource.

::

    [server, addresses, private, 0]         ──▶ addresses, and ``private`` and 0 in its value
    [web, resource.db, address]             ──▶ resource.db.address
    [web, resource.db, resource.disk, size] ──▶ resource.db.resource.disk.size
    [web, resource.db.address, 0]           ──▶ resource.db.address, and 0 in its value
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    rest = list(path)
    while names_a_resource(key) and rest and isinstance(rest[0], str):
        key = f"{key}.{rest.pop(0)}"
    return key, rest


def names_a_resource(key: str) -> bool:
    """Whether it ends with the name of a resource, so that an attribute of that may follow."""
    name, attribute = split(key)
    return bool(name) and (attribute is None or names_a_resource(attribute))


def split(key: str) -> tuple[str, str | None]:
    """The name of the inner resource, and its attribute if one is named; an empty name where it is no inner one."""
    if not key.startswith(INNER):
        return "", None
    name, dot, attribute = key.removeprefix(INNER).partition(".")
    return name, attribute if dot else None
