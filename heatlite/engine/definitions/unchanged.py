"""Find the resources that an update leaves unchanged, without evaluating their definitions.

Each success records a hash of its inputs: the definition as written, the parameters and files that its functions use,
and the id of each row that it requires. If the definition reads the row, its ``atomic_key`` is hashed, too; every write
to a row increments that key. If the start of an update computes the same hash, a visit would find nothing to do, and
the node is left out of the graph.

A definition without a certain result has no hash, and is always visited: one that uses a hidden parameter (its value
could be guessed from the hash), and one that refers to an external resource.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from heatlite import exception
from heatlite.convergence.decide import Keep, decide_update, nothing_differs
from heatlite.convergence.model import Action, ResourceView, Status
from heatlite.db.records import ResourceRecord
from heatlite.engine.definitions.provider import plugin_of
from heatlite.resources.registry import Registry
from heatlite.template import Hook, Parameters, ResourceDefinition, Template
from heatlite.template.functions.base import ANYTHING

KEPT = frozenset(
    action
    for action in Action
    if decide_update(ResourceView(0, "", "", action, Status.COMPLETE), nothing_differs("")) == Keep()
)
"""The actions after which a row that is COMPLETE and has all that is wanted is kept."""
Required = Mapping[str, tuple[int, int]]
"""Name → (id, atomic_key) of a row that a definition requires; the key counts only if the definition reads the row."""


@dataclass(frozen=True)
class Sources:
    """The inputs of definitions, other than resources."""

    parameters: Parameters
    files: Mapping[str, str]
    facade: Mapping[str, Any] | None

    def used_by(self, definition: ResourceDefinition) -> list[Any] | None:
        """Return the inputs that a definition's functions use; None if one of them is a secret."""
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
    """Hash the inputs of a resource's state, as 64 hexadecimal digits; None if they aren't certain.

    :param required: at least every row that the definition requires
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
    """Tell whether a row that has all that is wanted would be kept, and nothing about it must be repaired."""
    is_free = row.engine_id is None and row.status is Status.COMPLETE and row.action in KEPT
    is_plain = not row.progress and not row.attempts and row.replaced_by is None and row.external_id is None
    return is_free and is_plain


@dataclass(frozen=True)
class Unchanged:
    """Tells which of a stack's rows a template leaves unchanged. ``begin`` calls it after reading the rows."""

    template: Template
    sources: Sources
    registry: Registry

    def __call__(self, serving: Mapping[str, ResourceRecord]) -> Collection[str]:
        """Return the names of the unchanged rows.

        :param serving: name → the row that serves it
        """
        required = {name: (row.id, row.atomic_key) for name, row in serving.items()}
        definitions, hooks_of = self.template.resources, self.template.registry.breakpoints.hooks_of
        kinds = {definitions[name].type for name in serving}
        anyway = {kind for kind in kinds if self._is_updated_anyway(kind)}
        return {
            name
            for name, row in serving.items()
            if row.made_from is not None
            and row.type not in anyway
            and is_settled(row)
            and Hook.PRE_UPDATE not in hooks_of(name)  # else the node must wait at the hook first, as in Heat
            and self._is_same(row, definitions[name], required)
        }

    def _is_same(self, row: ResourceRecord, definition: ResourceDefinition, required: Required) -> bool:
        if row.type != definition.type or not definition.requires <= required.keys():
            return False
        return made_from(definition, self.sources, required) == row.made_from

    def _is_updated_anyway(self, type_name: str) -> bool:
        try:
            return plugin_of(self.registry, type_name, self.template.files).update_when_unchanged
        except exception.HeatliteError:
            return True  # the visit will report the error
