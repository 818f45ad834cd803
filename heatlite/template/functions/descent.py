"""Following a path into a value, as ``get_param`` and ``get_attr`` do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from heatlite.template.unknown import UNKNOWN


def descend(value: Any, keys: Sequence[Any], missing: Any) -> Any:
    """Return the value at a path of keys.

    A list or a string takes an index, which may be written as text.

    :param missing: the result when the path leads nowhere
    """
    for key in keys:
        if value is UNKNOWN:
            return UNKNOWN
        try:
            value = _step(value, key)
        except (KeyError, IndexError, TypeError, ValueError):
            return missing
    return value


def _step(value: Any, key: Any) -> Any:
    if isinstance(value, Mapping):
        return value[key]
    if isinstance(value, list | str):
        return value[int(key)]
    raise TypeError("only maps, lists and strings have something inside")
