"""What needn't be looked at: resources that are what is wanted already, found without evaluating anything.

Each success records a hash of all that it followed from: the definition as written, the parameters and files that its
functions use, and of each row that it requires the id and, where something of it is read, the ``atomic_key``, which
every write to that row moves on. Where the same hash comes out at the start of an update, a visit would find nothing
to do, and the node is left out of the graph.

What isn't certain has no hash and is looked at: what a hidden parameter is in (a hash could be guessed at), and what a
template refers to outside of the stack.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from heatlite import exception
from heatlite.convergence.model import Action, Status
from heatlite.db.records import ResourceRecord
from heatlite.engine.definitions.provider import plugin_of
from heatlite.resources.registry import Registry
from heatlite.template import Hook, Parameters, ResourceDefinition, Template
from heatlite.template.functions.base import ANYTHING

NOT_IN_USE = frozenset({Action.INIT, Action.DELETE, Action.SUSPEND})
Required = Mapping[str, tuple[int, int]]
"""Name → id and atomic_key of the row that a definition requires; the key counts only where the row is read."""


@dataclass(frozen=True)
class Sources:
    """What definitions are evaluated with, beside other resources."""

    parameters: Parameters
    files: Mapping[str, str]
    facade: Mapping[str, Any] | None

    def used_by(self, definition: ResourceDefinition) -> list[Any] | None:
        """All that its functions use of them; None where that is a secret."""
        names = definition.parameters
        if ANYTHING in names:
            names = frozenset(self.parameters)
        if names & self.parameters.secret_names:
            return None
        values = [(name, self.parameters[name]) for name in sorted(names)]
        everything = ANYTHING in definition.parameters
        files = sorted(self.files) if everything else sorted(definition.files)
        return [values, [(name, self.files[name]) for name in files], self.facade if everything else None]


def made_from(definition: ResourceDefinition, sources: Sources, required: Required) -> str | None:
    """64 hex digits, equal where everything is that a resource's state follows from; None where that isn't certain.

    :param required: at least every row that the definition reads
    """
    used = sources.used_by(definition) if definition.parameters or definition.files else []
    if used is None or definition.external_id is not None:
        return None
    if not used and not definition.requires:
        return definition.whole_hash
    read = {name for name, _ in definition.reads} | definition.references
    rows = [(name, required[name] if name in read else required[name][:1]) for name in sorted(definition.requires)]
    text = json.dumps([definition.whole_hash, used, rows], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def is_settled(row: ResourceRecord) -> bool:
    """Whether a row came to a good end, nobody is at it, and nothing about it is to be put right."""
    is_over = row.status is Status.COMPLETE and row.action not in NOT_IN_USE and row.engine_id is None
    is_plain = not row.progress and not row.attempts and row.replaced_by is None and row.external_id is None
    return is_over and is_plain


@dataclass(frozen=True)
class Unchanged:
    """Says which of a stack's rows are what a template wants: what ``begin`` asks once it has read them."""

    template: Template
    sources: Sources
    registry: Registry

    def __call__(self, serving: Mapping[str, ResourceRecord]) -> Collection[str]:
        """:param serving: name → the row that serves it"""
        required = {name: (row.id, row.atomic_key) for name, row in serving.items()}
        return {
            name
            for name, row in serving.items()
            if row.made_from is not None and is_settled(row) and self._is_same(row, required)
        }

    def _is_same(self, row: ResourceRecord, required: Required) -> bool:
        definition = self.template.resources[row.name]
        if Hook.PRE_UPDATE in self.template.registry.breakpoints.hooks_of(row.name):
            return False  # it waits there before anybody looks, as in Heat
        if row.type != definition.type or not definition.requires <= required.keys() or self._always_looks(definition):
            return False
        return made_from(definition, self.sources, required) == row.made_from

    def _always_looks(self, definition: ResourceDefinition) -> bool:
        try:
            return plugin_of(self.registry, definition.type, self.template.files).always_looks
        except exception.HeatliteError:
            return True  # a visit says what is wrong
