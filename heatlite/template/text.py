"""Values as text: as a string parameter has them, and as one function shows them inside another string."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def as_json(value: Any) -> str:
    """A map or list as JSON, its keys in order, so that equal values have equal texts."""
    return json.dumps(value, sort_keys=True)


def as_python(value: Any) -> str:
    """A string as it is, anything else as Python prints it: ``[1, 'a']``, ``{'a': None}``, ``True``, ``1.5``.

    So Heat writes what is given for a parameter of type string.
    """
    return value if isinstance(value, str) else str(_plain(value))


def _plain(value: Any) -> Any:
    """A value made of dicts and lists only, which Python prints without the names of their types."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def as_text(value: Any) -> str:
    """A string as it is, a map or list as JSON, anything else as Python prints it (``16``, ``1.5``, ``True``)."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping | list):
        return as_json(value)
    return str(value)
