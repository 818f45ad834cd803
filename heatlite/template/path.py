"""Where in a template: the steps from its root, and the error that says so.

A path is a tuple such as ``("resources", "web", "depends_on", 0)``; people read it as ``resources.web.depends_on[0]``.
It is only turned into text when something has to be refused.
"""

from __future__ import annotations

from typing import Any

from heatlite.exception import InvalidSchemaError, StackValidationFailed, dotted

Path = tuple[str | int, ...]

MAX_DEPTH = 100
"""Levels of nesting. Far more than people write, far fewer than would exhaust the stack of a thread."""


def refused(path: Path, message: str) -> StackValidationFailed:
    """The error for a template that is wrong at ``path``, to be raised by the caller."""
    return StackValidationFailed(path=list(path), message=message)


def refused_schema(path: Path, message: str) -> InvalidSchemaError:
    """The error for a parameter whose declaration is wrong at ``path``, to be raised by the caller."""
    return InvalidSchemaError(message=f"{dotted(list(path))}: {message}")


def check_nesting(root: Any, path: Path = ()) -> None:
    """Refuse a value whose maps and lists nest deeper than ``MAX_DEPTH`` levels.

    It goes level by level and not by recursion, which is what it guards.

    :param path: where the value stands
    :raises StackValidationFailed: where it does
    """
    level = [root] if isinstance(root, dict | list) else []
    for _ in range(MAX_DEPTH + 1):
        level = [item for value in level for item in _children(value)]
        if not level:
            return
    raise refused(path, f"Maps and lists may not be nested deeper than {MAX_DEPTH} levels")


def _children(value: Any) -> list[Any]:
    """The maps and lists directly inside a map or list."""
    items = value.values() if isinstance(value, dict) else value
    return [item for item in items if isinstance(item, dict | list)]
