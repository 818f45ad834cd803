"""Values that pass between processes (progress, data, attributes) must be JSON; any other value fails the step."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, TypeVar

LARGEST = 4 * 1024 * 1024
"""Most characters of JSON in a resource's attributes, and in its properties.

All limits together keep a row below MariaDB's default packet size of 16 MiB, even encrypted.
"""
MOST_DATA = 2 * 1024 * 1024
MOST_METADATA = 1024 * 1024
MOST_PROGRESS = 512 * 1024
LONGEST_REPR = 100
Kind = TypeVar("Kind", dict[str, Any], list[Any])


class NotJson(Exception):
    """A plugin returned a value that another process couldn't read."""


def as_json(value: Any, what: str, most: int = LARGEST) -> Any:
    """Return ``value`` as another process will read it: a tuple becomes a list, and each key a string.

    :param what: names the plugin and the value for the error: ``acme.Server progress``
    :param most: the most characters that it may take
    :raises NotJson: naming the part that isn't JSON, or the size if it is too large
    """
    if value is None:
        return None
    try:
        text = json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        raise NotJson(f"{offender(value, what)}, which isn't JSON; use strings, numbers, lists and maps") from None
    if len(text) > most:
        raise NotJson(f"{what} takes {len(text)} characters; the limit is {most}; keep large values elsewhere")
    return json.loads(text)


def offender(value: Any, where: str, depth: int = 20) -> str:
    """Return the innermost part that isn't JSON, as ``where is value (type)``; search at most ``depth`` levels."""
    inner: list[tuple[str, Any]] = []
    if depth and isinstance(value, Mapping):
        inner = [(f"{where}.{key}", item) for key, item in value.items()]
    elif depth and isinstance(value, list | tuple):
        inner = [(f"{where}[{i}]", item) for i, item in enumerate(value)]
    for path, item in inner:
        if not is_json(item):
            return offender(item, path, depth - 1)
    return f"{where} is {bounded_repr(value)} ({type(value).__name__})"


def is_json(value: Any) -> bool:
    """Tell whether ``value`` can be written as JSON; check floats directly, and try everything else."""
    if isinstance(value, float):
        return math.isfinite(value)
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return False
    return True


def bounded_repr(value: Any) -> str:
    """Return a repr of bounded length; never fail."""
    try:
        text = repr(value)
    except Exception:
        text = object.__repr__(value)
    return text if len(text) <= LONGEST_REPR else f"{text[:LONGEST_REPR]}…"


def read_as(kind: type[Kind], text: Any) -> Kind:
    """Return what a text has in JSON; an empty value of this kind where it isn't JSON, or is of another kind."""
    try:
        found = json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return kind()
    return found if isinstance(found, kind) else kind()
