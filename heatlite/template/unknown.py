"""UNKNOWN: the value of something that doesn't exist yet.

Before a resource is created, its id and its attributes aren't known. Resolving works nevertheless: values that depend
on them are ``UNKNOWN`` and all others are plain, so that properties can be validated as far as they are known.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final


class Unknown(Enum):
    """An enum of one member, so that ``value is UNKNOWN`` stays true through copies and pickles."""

    UNKNOWN = "unknown"

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown.UNKNOWN


def holds_unknown(value: Any) -> bool:
    """Tell whether ``value`` is UNKNOWN, or a list or map that contains it at any depth."""
    if value is UNKNOWN:
        return True
    if isinstance(value, Mapping):
        return any(holds_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(holds_unknown(item) for item in value)
    return False


def known(value: Any) -> Any:
    """Replace each UNKNOWN in ``value`` by None."""
    if value is UNKNOWN:
        return None
    if isinstance(value, Mapping):
        return {key: known(item) for key, item in value.items()}
    return [known(item) for item in value] if isinstance(value, list) else value
