"""What a template says of one resource and of one output: frozen values, made once and shared by every traversal."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from heatlite.template.dialects import HOT, Dialect
from heatlite.template.nodes import Tree


@dataclass(frozen=True)
class ResourceDefinition:
    """A resource as it is written, its functions found and its needs known.

    ``properties``, ``metadata``, ``update_policy`` and ``external_id`` are compiled trees for ``resolve``.
    """

    name: str
    type: str
    """After the resource registry's mapping."""
    properties: Tree = field(default_factory=dict)
    metadata: Tree = field(default_factory=dict)
    depends_on: tuple[str, ...] = ()
    deletion_policy: str = "Delete"
    """``Delete``, ``Retain`` or ``Snapshot``."""
    update_policy: Tree = field(default_factory=dict)
    description: str = ""
    external_id: Tree = None
    reads: frozenset[tuple[str, str]] = frozenset()
    """(resource, attribute) of each ``get_attr``; the attribute is ``"*"`` where it isn't written out."""
    references: frozenset[str] = frozenset()
    """The resources that ``get_resource`` names."""
    requires: frozenset[str] = frozenset()
    """Every resource that must come first, whether ``depends_on`` or a function names it."""
    written: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """The definition in the template, uncompiled, by HOT's keywords."""
    dialect: Dialect = field(default=HOT, repr=False, compare=False)
    """The one that the template is written in."""
    parameters: frozenset[str] = frozenset()
    """The parameters that its functions use; ``ANYTHING`` among them where that isn't known."""
    files: frozenset[str] = frozenset()
    """The files that they use."""

    def path(self, keyword: str) -> list[str | int]:
        """Where in the template that is which HOT calls ``keyword``."""
        return [self.dialect.word("resources"), self.name, self.dialect.word(keyword)]

    def place(self, keyword: str) -> str:
        """The same as people read it: ``resources.web.properties``."""
        return f"{self.dialect.word('resources')}.{self.name}.{self.dialect.word(keyword)}"

    @property
    def written_type(self) -> str:
        """The type as the template has it, before the resource registry's mapping: what people are shown."""
        return str(self.written.get("type") or self.type)

    @cached_property
    def definition_hash(self) -> str:
        """64 hex digits, equal where the mapped type, the properties and the metadata are written alike.

        What the functions in them give is no part of it, nor is the order of keys.
        """
        said = [self.type, self.written.get("properties") or {}, self.written.get("metadata") or {}]
        text = json.dumps(said, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def whole_hash(self) -> str:
        """The same of all that is written but words: the policies and what it requires as well."""
        policies = [self.deletion_policy, self.written.get("update_policy"), sorted(self.requires)]
        text = json.dumps([self.definition_hash, policies], sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def spelling(self) -> str:
        """What is written, as a text that differs where anything does: 1, 1.0 and true are equal values."""
        return repr(self.written)


@dataclass(frozen=True)
class OutputDefinition:
    """An output as it is written; ``value`` is a compiled tree for ``resolve``."""

    name: str
    value: Tree
    description: str = ""
    reads: frozenset[tuple[str, str]] = frozenset()
    references: frozenset[str] = frozenset()
