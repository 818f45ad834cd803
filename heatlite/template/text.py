"""Values as text, as one string parameter or one function shows them inside another string."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def as_json(value: Any) -> str:
    """A map or list as JSON, its keys in order, so that equal values have equal texts."""
    return json.dumps(value, sort_keys=True)


def as_text(value: Any) -> str:
    """A string as it is, a map or list as JSON, anything else as Python prints it (``16``, ``1.5``, ``True``)."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping | list):
        return as_json(value)
    return str(value)
