"""Places in a template: paths from its root, errors that name them, and readers for sections and keywords.

A path is a tuple such as ``("resources", "web", "depends_on", 0)``; users read it as ``resources.web.depends_on[0]``.
It is converted to text only for an error.

An empty section or keyword (``properties:`` with nothing after it) is ``None`` in YAML, and means the same as a missing
one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from heatlite.exception import InvalidSchemaError, InvalidTemplateSection, StackValidationFailed, dotted
from heatlite.template.dialects import Dialect, dialect_of, has_conditions

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


def check_sections(raw: Mapping[str, Any], version: str) -> None:
    """Refuse a section that the language doesn't have.

    :raises InvalidTemplateSection: when the version has no such section
    """
    dialect = dialect_of(version)
    known = {dialect.version_key, *map(dialect.word, dialect.sections)}
    if has_conditions(version):
        known.add(dialect.word("conditions"))
    for name in raw:
        if name not in known:
            raise InvalidTemplateSection(section=name)


def map_at(owner: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Return the map under a key of a whole template or environment, or an empty one.

    :raises StackValidationFailed: when the value is something else
    """
    value = owner.get(key)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise refused((key,), f'"{key}" must be a map, not a {type(value).__name__}')
    return value


def section_of(raw: Mapping[str, Any], name: str, dialect: Dialect) -> Mapping[str, Any]:
    """Return a section that is a map, or an empty one.

    Every empty value (``[]``, ``""``, ``false``) is an empty section, except for ``conditions``, both as in Heat.

    :param name: the section's name in HOT
    :raises StackValidationFailed: when it is something else
    """
    word = dialect.word(name)
    return {} if name != "conditions" and not raw.get(word) else map_at(raw, word)


def text_at(owner: Mapping[str, Any], key: str, path: Path = ()) -> str | None:
    """Return the string under ``key``, or ``None``.

    :param path: the place of ``owner``
    :raises StackValidationFailed: when the value is something else
    """
    value = owner.get(key)
    if value is not None and not isinstance(value, str):
        raise refused((*path, key), f'"{key}" must be a string, not a {type(value).__name__}')
    return value


def words_at(owner: Mapping[str, Any], key: str) -> str:
    """Return a description as text, whatever its type. It is empty when there is none."""
    value = owner.get(key)
    return "" if value is None else str(value)


def check_is_map(owner: Any, what: str, path: Path) -> None:
    """Refuse a definition that isn't a map.

    :raises StackValidationFailed: when it isn't a map
    """
    if not isinstance(owner, Mapping):
        raise refused(path, f"The {what}'s definition must be a map, not a {type(owner).__name__}")


def check_keywords(owner: Any, allowed: Collection[str], path: Path, dialect: Dialect) -> None:
    """Refuse a resource's definition that isn't a map, or that has an invalid keyword.

    :param allowed: the valid keywords, with HOT's names
    :param path: the place of ``owner``
    :raises StackValidationFailed: when it isn't a map, or has an invalid keyword
    """
    check_is_map(owner, "resource", path)
    words = {dialect.word(name) for name in allowed}
    for key in owner if dialect.refuses_unknown_keywords else ():
        if key not in words:
            known = ", ".join(sorted(words))
            raise refused(
                path, f'"{key}" is not a valid keyword inside a resource definition; valid keywords are {known}'
            )
