"""Definitions of resources and outputs: frozen values, made once and shared by every traversal, and their reader.

Each error of the reader names the place in the template.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from heatlite.template.compiler import Compiler
from heatlite.template.dialects import AWS, CONDITION, HOT, Dialect
from heatlite.template.functions.base import Function
from heatlite.template.nodes import Tree, entries_of
from heatlite.template.path import Path, check_is_map, check_keywords, refused, text_at, words_at
from heatlite.template.resource_registry import ResourceRegistry
from heatlite.template.unknown import UNKNOWN, holds_unknown


@dataclass(frozen=True, slots=True)
class ResourceDefinition:
    """A resource as the template defines it, with its functions compiled and its requirements known.

    ``properties``, ``metadata``, ``update_policy`` and ``external_id`` are compiled trees for ``resolve``. An engine
    keeps thousands of definitions; an instance that has a dict takes 800 bytes more.
    """

    name: str
    type: str
    """The type after the resource registry's mapping."""
    properties: Tree = field(default_factory=dict)
    metadata: Tree = field(default_factory=dict)
    depends_on: tuple[str, ...] = ()
    deletion_policy: str = "Delete"
    """``Delete``, ``Retain`` or ``Snapshot``."""
    update_policy: Tree = field(default_factory=dict)
    description: str = ""
    external_id: Tree = None
    reads: frozenset[tuple[str, str]] = frozenset()
    """(resource, attribute) of each ``get_attr``. The attribute is ``"*"`` when it is computed."""
    references: frozenset[str] = frozenset()
    """The resources that ``get_resource`` names."""
    requires: frozenset[str] = frozenset()
    """Every resource that must come first, because ``depends_on`` or a function names it."""
    written: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """The definition in the template, uncompiled, with HOT's keywords."""
    dialect: Dialect = field(default=HOT, repr=False, compare=False)
    """The dialect of the template."""
    parameters: frozenset[str] = frozenset()
    """The parameters that its functions use, including ``ANYTHING`` when they aren't known."""
    files: frozenset[str] = frozenset()
    """The files that its functions use."""
    _definition_hash: str = field(default="", init=False, repr=False, compare=False)
    _whole_hash: str = field(default="", init=False, repr=False, compare=False)
    _spelling: str = field(default="", init=False, repr=False, compare=False)
    """The values of the properties of the same names, kept from the first access on; empty before."""

    def path(self, keyword: str) -> list[str | int]:
        """Return the path of a keyword, given by HOT's name, in the template."""
        return [self.dialect.word("resources"), self.name, self.dialect.word(keyword)]

    def place(self, keyword: str) -> str:
        """Return the path as text: ``resources.web.properties``."""
        return f"{self.dialect.word('resources')}.{self.name}.{self.dialect.word(keyword)}"

    @property
    def written_type(self) -> str:
        """The type in the template, before the resource registry's mapping. Users see this one."""
        return str(self.written.get("type") or self.type)

    @property
    def is_partly_unknown(self) -> bool:
        """Whether a part of it isn't known yet, which happens in a group's template only."""
        return holds_unknown(self.written)

    @property
    def definition_hash(self) -> str:
        """64 hex digits that are equal when the mapped type, the properties and the metadata are written alike.

        The values of functions don't matter, nor does the order of keys.
        """
        if not self._definition_hash:
            content = [self.type, self.written.get("properties") or {}, self.written.get("metadata") or {}]
            object.__setattr__(self, "_definition_hash", hash_of(content))
        return self._definition_hash

    @property
    def whole_hash(self) -> str:
        """The hash of the policies and requirements as well, so of everything but the description."""
        if not self._whole_hash:
            policies = [self.deletion_policy, self.written.get("update_policy"), sorted(self.requires)]
            object.__setattr__(self, "_whole_hash", hash_of([self.definition_hash, policies]))
        return self._whole_hash

    @property
    def spelling(self) -> str:
        """The definition as a text that differs when anything does: 1, 1.0 and true are equal values."""
        if not self._spelling:
            object.__setattr__(self, "_spelling", repr(self.written))
        return self._spelling


def hash_of(content: list[Any]) -> str:
    """Return 64 hex digits that are equal for equal JSON values."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


@dataclass(frozen=True)
class OutputDefinition:
    """An output as the template defines it; ``value`` is a compiled tree for ``resolve``."""

    name: str
    value: Tree
    description: str = ""
    reads: frozenset[tuple[str, str]] = frozenset()
    references: frozenset[str] = frozenset()


_POLICIES = ("Delete", "Retain", "Snapshot")
DELETION_POLICIES: Mapping[str, Mapping[str, str]] = {
    HOT.kind: {spelling: policy for policy in _POLICIES for spelling in (policy, policy.lower())},
    AWS.kind: {policy: policy for policy in _POLICIES},
}
"""Kind of dialect → spelling → policy."""

Member = TypeVar("Member")
NONE: frozenset[Any] = frozenset()

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
    check_keywords(written, keywords, path, dialect)
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
    check_keywords(written, dialect.resource_keywords, path, dialect)
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
        reads=shared_if_empty(compiler.reads),
        references=shared_if_empty(compiler.references),
        requires=shared_if_empty({*depends_on, *used}),
        written=plain,
        dialect=dialect,
        parameters=shared_if_empty(compiler.parameters),
        files=shared_if_empty(compiler.files),
        **trees,
    )


def shared_if_empty(found: Collection[Member]) -> frozenset[Member]:
    """Return a set that doesn't change. All empty ones are the same: each takes 200 bytes, and most are empty."""
    return frozenset(found) if found else NONE


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
