"""Values as text: the value of a string parameter, and a value within another string."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def as_json(value: Any) -> str:
    """Write a map or list as JSON with sorted keys, so that equal values have equal texts."""
    return json.dumps(value, sort_keys=True)


def as_python(value: Any) -> str:
    """Return a string as it is, and anything else as Python prints it: ``[1, 'a']``, ``{'a': None}``, ``True``,
    ``1.5``.

    Heat converts the value of a string parameter in this way.
    """
    return value if isinstance(value, str) else str(_plain(value))


def _plain(value: Any) -> Any:
    """Convert a value to dicts and lists only, which Python prints without the names of their types."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def as_text(value: Any) -> str:
    """Return a string as it is, a map or list as JSON, others as Python prints them (``16``, ``1.5``, ``True``)."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping | list):
        return as_json(value)
    return str(value)
