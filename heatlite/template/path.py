"""Paths: places in a template as steps from its root, and errors that name them.

A path is a tuple such as ``("resources", "web", "depends_on", 0)``; users read it as ``resources.web.depends_on[0]``.
It is converted to text only for an error.
"""

from __future__ import annotations

from typing import Any

from heatlite.exception import InvalidSchemaError, StackValidationFailed, dotted

Path = tuple[str | int, ...]

MAX_DEPTH = 100
"""Levels of nesting: far more than users write, and far fewer than would exhaust a thread's stack."""


def refused(path: Path, message: str) -> StackValidationFailed:
    """Return the error for a template that is wrong at ``path``, for the caller to raise."""
    return StackValidationFailed(path=list(path), message=message)


def refused_schema(path: Path, message: str) -> InvalidSchemaError:
    """Return the error for a parameter declaration that is wrong at ``path``, for the caller to raise."""
    return InvalidSchemaError(message=f"{dotted(list(path))}: {message}")


def check_nesting(root: Any, path: Path = ()) -> None:
    """Refuse a value whose maps and lists nest deeper than ``MAX_DEPTH`` levels.

    It works level by level, because recursion is what it must prevent.

    :param path: the value's place
    :raises StackValidationFailed: when it is nested too deep
    """
    level = [root] if isinstance(root, dict | list) else []
    for _ in range(MAX_DEPTH + 1):
        level = [item for value in level for item in _children(value)]
        if not level:
            return
    raise refused(path, f"Maps and lists may not be nested deeper than {MAX_DEPTH} levels")


def _children(value: Any) -> list[Any]:
    """List the maps and lists directly inside a map or list."""
    items = value.values() if isinstance(value, dict) else value
    return [item for item in items if isinstance(item, dict | list)]
