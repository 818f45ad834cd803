"""Definitions of resources and outputs: frozen values, made once and shared by every traversal."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from heatlite.template.dialects import HOT, Dialect
from heatlite.template.nodes import Tree
from heatlite.template.unknown import holds_unknown


@dataclass(frozen=True)
class ResourceDefinition:
    """A resource as the template defines it, with its functions compiled and its requirements known.

    ``properties``, ``metadata``, ``update_policy`` and ``external_id`` are compiled trees for ``resolve``.
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

    @cached_property
    def is_partly_unknown(self) -> bool:
        """Whether a part of it isn't known yet, which happens in a group's template only."""
        return holds_unknown(self.written)

    @cached_property
    def definition_hash(self) -> str:
        """64 hex digits that are equal when the mapped type, the properties and the metadata are written alike.

        The values of functions don't matter, nor does the order of keys.
        """
        content = [self.type, self.written.get("properties") or {}, self.written.get("metadata") or {}]
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def whole_hash(self) -> str:
        """The hash of the policies and requirements as well, so of everything but the description."""
        policies = [self.deletion_policy, self.written.get("update_policy"), sorted(self.requires)]
        text = json.dumps([self.definition_hash, policies], sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def spelling(self) -> str:
        """The definition as a text that differs when anything does: 1, 1.0 and true are equal values."""
        return repr(self.written)


@dataclass(frozen=True)
class OutputDefinition:
    """An output as the template defines it; ``value`` is a compiled tree for ``resolve``."""

    name: str
    value: Tree
    description: str = ""
    reads: frozenset[tuple[str, str]] = frozenset()
    references: frozenset[str] = frozenset()
