"""Reader of the sections ``resources`` and ``outputs``. Each error names its place."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from heatlite.template.compiler import Compiler
from heatlite.template.definitions import OutputDefinition, ResourceDefinition
from heatlite.template.dialects import AWS, CONDITION, HOT, Dialect
from heatlite.template.functions.base import Function
from heatlite.template.nodes import Tree, entries_of
from heatlite.template.path import Path, check_is_map, check_keywords, refused, text_at, words_at
from heatlite.template.resource_registry import ResourceRegistry
from heatlite.template.unknown import UNKNOWN

_POLICIES = ("Delete", "Retain", "Snapshot")
DELETION_POLICIES: Mapping[str, Mapping[str, str]] = {
    HOT.kind: {spelling: policy for policy in _POLICIES for spelling in (policy, policy.lower())},
    AWS.kind: {policy: policy for policy in _POLICIES},
}
"""Kind of dialect → spelling → policy."""

LONGEST_NAME = 255
"""Characters; the database stores no more."""

NOT_TEXT = re.compile("[\x00\ud800-\udfff]")
"""Characters that some databases refuse."""


def read_outline(name: str, written: Any, registry: ResourceRegistry, dialect: Dialect) -> ResourceDefinition:
    """Read a resource's name and type only, before its conditions are evaluated.

    :raises StackValidationFailed: when it isn't well-formed
    """
    path: Path = (dialect.word("resources"), name)
    keywords = dialect.resource_keywords | {CONDITION}
    check_keywords(written, keywords, "resource", path, dialect)
    plain = dialect.plain(written)
    return ResourceDefinition(name, _read_type(name, written, registry, dialect), written=plain, dialect=dialect)


def _read_type(name: str, written: Mapping[str, Any], registry: ResourceRegistry, dialect: Dialect) -> str:
    path = (dialect.word("resources"), name)
    resource_type = text_at(written, dialect.word("type"), path)
    if not resource_type:
        raise refused(path, f"Each resource must contain a {dialect.word('type')} key")
    return registry.resolve(name, resource_type)


def read_resource(
    name: str,
    written: Any,
    compiler: Compiler,
    registry: ResourceRegistry,
    every_name: Collection[str],
    dialect: Dialect,
) -> ResourceDefinition:
    """Read a resource's definition.

    :param compiler: a fresh one
    :param registry: the mappings of types
    :param every_name: the names of all resources, including those whose condition is false
    :raises StackValidationFailed: when it isn't well-formed
    :raises InvalidTemplateReference: when it names a resource that doesn't exist
    """
    word, path = dialect.word, (dialect.word("resources"), name)
    check_keywords(written, dialect.resource_keywords, "resource", path, dialect)
    resource_type = _read_type(name, written, registry, dialect)
    trees = {key: _read_map(written, word(key), compiler, path) for key in ("properties", "metadata", "update_policy")}
    plain = dialect.plain(written)
    external_id = compiler.compile(plain.get("external_id"), (*path, "external_id"))
    depends_on = _read_depends_on(plain.get("depends_on"), compiler, every_name, (*path, word("depends_on")))
    used = compiler.references | {resource for resource, _ in compiler.reads}
    return ResourceDefinition(
        name=name,
        type=resource_type,
        depends_on=depends_on,
        deletion_policy=_read_deletion_policy(written, path, dialect),
        description=text_at(written, word("description"), path) or "",
        external_id=external_id,
        reads=frozenset(compiler.reads),
        references=frozenset(compiler.references),
        requires=frozenset(depends_on) | used,
        written=plain,
        dialect=dialect,
        parameters=frozenset(compiler.parameters),
        files=frozenset(compiler.files),
        **trees,
    )


def read_output(name: str, written: Any, compiler: Compiler, dialect: Dialect) -> OutputDefinition:
    """Read an output's definition.

    :param compiler: a fresh one
    :raises StackValidationFailed: when it isn't well-formed
    :raises InvalidTemplateReference: when it names a resource that doesn't exist
    """
    word, path = dialect.word, (dialect.word("outputs"), name)
    check_is_map(written, "output", path)
    if word("value") not in written:
        raise refused(path, f"Each output must contain a {word('value')} key")
    value = compiler.compile(written[word("value")], (*path, word("value")))
    description = words_at(written, word("description"))
    return OutputDefinition(name, value, description, frozenset(compiler.reads), frozenset(compiler.references))


def check_names(section: Mapping[Any, Any], section_name: str) -> None:
    """Refuse a resource name that isn't fit for a URL or a row.

    :raises StackValidationFailed: when there is one
    """
    check_are_texts(section, section_name)
    for name in section:
        if not 0 < len(name) <= LONGEST_NAME:
            raise refused((section_name,), f"A name must be a string of 1 to {LONGEST_NAME} characters: {name!r:.80}")
        if "/" in name:
            raise refused((section_name, name), 'A name may not contain "/"')


def check_are_texts(section: Mapping[Any, Any], section_name: str) -> None:
    """Refuse an output name that isn't a text, or that some databases refuse.

    :raises StackValidationFailed: when there is one
    """
    for name in section:
        if not isinstance(name, str):
            raise refused((section_name,), f"A name must be a string, not {name!r:.80}")
        if NOT_TEXT.search(name):
            raise refused((section_name,), f"A name may not contain a NUL or half a surrogate pair: {name!r:.80}")


def _read_map(written: Mapping[str, Any], key: str, compiler: Compiler, path: Path) -> Tree:
    tree = compiler.compile(written.get(key), (*path, key))
    if tree is None:
        return {}
    if tree is UNKNOWN:  # the nested template is validated before its parent's value is known
        return tree
    if entries_of(tree) is None and not isinstance(tree, Function):
        raise refused((*path, key), f'"{key}" must be a map, not a {type(written[key]).__name__}')
    return tree


def _read_depends_on(written: Any, compiler: Compiler, every_name: Collection[str], path: Path) -> tuple[str, ...]:
    """Read the resources that come first. Those that a condition leaves out are dropped."""
    if written is None:
        return ()
    names = [written] if isinstance(written, str) else written
    if not isinstance(names, list):
        raise refused(path, f'"{path[-1]}" must be the name of a resource or a list of them')
    there = [(place, name) for place, name in enumerate(names) if not _is_left_out(name, compiler, every_name)]
    return tuple(compiler.check_resource(name, (*path, place) if names is written else path) for place, name in there)


def _is_left_out(name: Any, compiler: Compiler, every_name: Collection[str]) -> bool:
    return isinstance(name, str) and name in every_name and name not in compiler.names.resources


def _read_deletion_policy(written: Mapping[str, Any], path: Path, dialect: Dialect) -> str:
    word = dialect.word("deletion_policy")
    policies = DELETION_POLICIES[dialect.kind]
    policy = text_at(written, word, path) or "Delete"
    if policy not in policies:
        known = ", ".join(sorted(set(policies.values())))
        raise refused((*path, word), f'Invalid deletion policy "{policy}"; valid policies are {known}')
    return policies[policy]
