"""Going down a path of keys and indices into a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def inside(value: Any, path: Sequence[Any]) -> Any:
    """What stands at a path; a list, or a string, takes an index. None where the path leads nowhere."""
    for key in path:
        try:
            value = value[key] if isinstance(value, Mapping) else value[int(key)]
        except (KeyError, IndexError, TypeError, ValueError):
            return None
    return value
