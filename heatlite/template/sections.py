"""The sections and keywords of a template, and readers for the shapes that keep coming back in them.

An empty section or keyword (``properties:`` with nothing after it) is ``None`` in YAML and means the same as none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from heatlite.exception import InvalidTemplateSection
from heatlite.template.path import Path, refused
from heatlite.template.versions import VERSION_KEY

SECTIONS = frozenset({VERSION_KEY, "description", "parameter_groups", "parameters", "resources", "outputs"})

CONDITIONS_SINCE = "2016-10-14"


def check_sections(raw: Mapping[str, Any], version: str) -> None:
    """Refuse a section that the language doesn't have.

    :raises InvalidTemplateSection: where the version has no such section
    """
    for name in raw:
        if name not in SECTIONS and not (name == "conditions" and version >= CONDITIONS_SINCE):
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


def text_at(owner: Mapping[str, Any], key: str, path: Path = ()) -> str | None:
    """The string that stands under ``key``, or ``None``.

    :param path: where ``owner`` stands
    :raises StackValidationFailed: where it is something else
    """
    value = owner.get(key)
    if value is not None and not isinstance(value, str):
        raise refused((*path, key), f'"{key}" must be a string, and is a {type(value).__name__}')
    return value


def check_keywords(owner: Any, allowed: Collection[str], what: str, path: Path) -> None:
    """Refuse a definition that isn't a map, or that holds a keyword it can't have.

    :param what: what is defined, such as ``"resource"``
    :param path: where ``owner`` stands
    :raises StackValidationFailed: where it is or does
    """
    if not isinstance(owner, Mapping):
        raise refused(path, f"A {what} is defined by a map, and this is a {type(owner).__name__}")
    for key in owner:
        if key not in allowed:
            known = ", ".join(sorted(allowed))
            raise refused(path, f'"{key}" is not a valid keyword inside a {what} definition; those are {known}')
