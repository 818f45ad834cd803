"""The sections and keywords of a template, and readers for the shapes that keep coming back in them.

An empty section or keyword (``properties:`` with nothing after it) is ``None`` in YAML and means the same as none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from heatlite.exception import InvalidTemplateSection
from heatlite.template.dialects import Dialect
from heatlite.template.path import Path, refused
from heatlite.template.versions import dialect_of, has_conditions


def check_sections(raw: Mapping[str, Any], version: str) -> None:
    """Refuse a section that the language doesn't have.

    :raises InvalidTemplateSection: where the version has no such section
    """
    dialect = dialect_of(version)
    known = {dialect.version_key, *map(dialect.word, dialect.sections)}
    if has_conditions(version):
        known.add(dialect.word("conditions"))
    for name in raw:
        if name not in known:
            raise InvalidTemplateSection(section=name)


def map_at(owner: Mapping[str, Any], key: str, path: Path = ()) -> Mapping[str, Any]:
    """The map that stands under ``key``, empty where nothing does.

    :param path: where ``owner`` stands
    :raises StackValidationFailed: where it is something else
    """
    value = owner.get(key)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise refused((*path, key), f'"{key}" must be a map, and is a {type(value).__name__}')
    return value


def section_of(raw: Mapping[str, Any], name: str, dialect: Dialect) -> Mapping[str, Any]:
    """Return a section that is a map, empty where there is none.

    Anything empty (``[]``, ``""``, ``false``) is an empty section, as in Heat; but for ``conditions``, as there.

    :param name: HOT's name of it
    :raises StackValidationFailed: where it is something else
    """
    word = dialect.word(name)
    return {} if name != "conditions" and not raw.get(word) else map_at(raw, word)


def text_at(owner: Mapping[str, Any], key: str, path: Path = ()) -> str | None:
    """The string that stands under ``key``, or ``None``.

    :param path: where ``owner`` stands
    :raises StackValidationFailed: where it is something else
    """
    value = owner.get(key)
    if value is not None and not isinstance(value, str):
        raise refused((*path, key), f'"{key}" must be a string, and is a {type(value).__name__}')
    return value


def words_at(owner: Mapping[str, Any], key: str) -> str:
    """Return what people are told by a description, which may be written as anything; empty where there is none."""
    value = owner.get(key)
    return "" if value is None else str(value)


def check_is_map(owner: Any, what: str, path: Path) -> None:
    """Refuse a definition that isn't a map.

    :raises StackValidationFailed: where it isn't
    """
    if not isinstance(owner, Mapping):
        raise refused(path, f"A {what} is defined by a map, and this is a {type(owner).__name__}")


def check_keywords(owner: Any, allowed: Collection[str], what: str, path: Path, dialect: Dialect) -> None:
    """Refuse a definition that isn't a map, or that holds a keyword it can't have.

    :param allowed: the keywords by HOT's names
    :param what: what is defined, such as ``"resource"``
    :param path: where ``owner`` stands
    :raises StackValidationFailed: where it is or does
    """
    check_is_map(owner, what, path)
    words = {dialect.word(name) for name in allowed}
    for key in owner if dialect.refuses_unknown_keywords else ():
        if key not in words:
            known = ", ".join(sorted(words))
            raise refused(path, f'"{key}" is not a valid keyword inside a {what} definition; those are {known}')
