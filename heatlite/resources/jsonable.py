"""Progress, data and attributes go from process to process: they are JSON, or the step fails and says why."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

LARGEST = 4 * 1024 * 1024
"""Characters of JSON that a resource's attributes may take, and its properties. All that a row holds together fits into
what MariaDB takes and gives in one packet by default, 16 MiB, encrypted too."""
MOST_DATA = 2 * 1024 * 1024
MOST_METADATA = 1024 * 1024
MOST_PROGRESS = 512 * 1024


class NotJson(Exception):
    """A plugin handed out a value that another process could not read."""


def as_json(value: Any, what: str, most: int = LARGEST) -> Any:
    """``value`` as another process will read it: a tuple is a list there, and a key a string.

    :param what: names the plugin and the value for the error: ``acme.Server progress``
    :param most: the characters that it may take
    :raises NotJson: naming the part that isn't JSON, or the size of what is too large
    """
    if value is None:
        return None
    try:
        text = json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        raise NotJson(
            f"{offender(value, what)}, which isn't JSON; hand over strings, numbers, lists and maps"
        ) from None
    if len(text) > most:
        raise NotJson(f"{what} takes {len(text)} characters, and may take {most}; keep large things elsewhere")
    return json.loads(text)


def offender(value: Any, where: str, depth: int = 20) -> str:
    """The innermost part that isn't JSON, as ``where is value (type)``; looks no deeper than ``depth``."""
    inner: list[tuple[str, Any]] = []
    if depth and isinstance(value, Mapping):
        inner = [(f"{where}.{key}", item) for key, item in value.items()]
    elif depth and isinstance(value, list | tuple):
        inner = [(f"{where}[{i}]", item) for i, item in enumerate(value)]
    for path, item in inner:
        if not is_json(item):
            return offender(item, path, depth - 1)
    return f"{where} is {shown(value)} ({type(value).__name__})"


def is_json(value: Any) -> bool:
    """Whether ``value`` could be written; exact for plain values, by trial for maps and lists."""
    if isinstance(value, float):
        return math.isfinite(value)
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return False
    return True


def shown(value: Any, limit: int = 100) -> str:
    """A repr of bounded length that never fails."""
    try:
        text = repr(value)
    except Exception:
        text = object.__repr__(value)
    return text if len(text) <= limit else f"{text[:limit]}…"
