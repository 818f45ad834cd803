"""The port by which a plugin reads other resources of its stack, as they are in the database at that moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from heatlite import exception
from heatlite.context import EngineContext
from heatlite.convergence.model import Action
from heatlite.db import resources
from heatlite.db.api import Database
from heatlite.db.records import ResourceRecord
from heatlite.db.retry import retried
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.ports.nested_stacks import answered
from heatlite.resources.registry import Registry
from heatlite.resources.siblings import Sibling, Siblings
from heatlite.resources.signing import SIGNED_URL, resource_named

SiblingsOf = Callable[[str], Siblings | None]
"""From a stack's id to its resources; None if the plugin may see none."""


class StackSiblings:
    """The resources of one stack. Each method is a transaction of its own."""

    def __init__(self, database: Database, registry: Registry, inputs: Inputs, stack_id: str) -> None:
        self._database = database
        self._registry = registry
        self._inputs = inputs
        self._stack_id = stack_id

    @answered
    def by_reference(self, reference: str) -> Sibling | None:
        """Return the resource with this physical id, or this signed URL."""
        return self._sibling(self.row(EngineContext(self._database), reference))

    @answered
    def by_name(self, name: str) -> Sibling | None:
        """Return the resource with this name."""
        return self._sibling(newest(resources.by_names(EngineContext(self._database), self._stack_id, [name])))

    def _sibling(self, row: ResourceRecord | None) -> Sibling | None:
        if row is None:
            return None
        plugin = self._registry.get(row.type)
        return Sibling(
            row.name, plugin, row.properties_data or {}, row.resource_metadata or {}, row.resource_data or {}
        )

    def adjust(self, reference: str, scaling: Any) -> bool:
        """Refuse to scale a group: only signals may, see ``engine.signals.scaling``."""
        raise exception.NotSupported(feature="Scaling a group within a step")

    @answered
    @retried
    def clear_metadata(self, reference: str) -> None:
        """Delete a resource's metadata, unless a step holds the resource."""
        context = EngineContext(self._database)
        with self._database.writer(context):
            row = self.row(context, reference)
            if row is not None and row.resource_metadata and row.engine_id is None:
                empty: dict[str, Any] = {"resource_metadata": {}}
                now = self._inputs.utcnow()
                resources.write(context, {row.id: row.atomic_key}, {row.id: empty}, now, locked_by=None, lock_for=None)

    def row(self, context: EngineContext, reference: str) -> ResourceRecord | None:
        """Return the row that a reference names; of several, the newest that isn't being deleted."""
        if name := resource_named(reference):
            named = resources.by_names(context, self._stack_id, [name])
            rows = [row for row in named if (row.resource_data or {}).get(SIGNED_URL) == reference]
        else:
            rows = resources.by_physical_id(context, self._stack_id, reference)
        found = newest(rows)
        return next(iter(resources.by_ids(context, [found.id])), None) if found else None


def newest(rows: Iterable[ResourceRecord]) -> ResourceRecord | None:
    """Return the newest row that isn't being deleted; without one, the newest."""
    return max(rows, key=lambda row: (row.action is not Action.DELETE, row.id), default=None)


def siblings_of(database: Database, registry: Registry, inputs: Inputs) -> SiblingsOf:
    """Return a function that gives each stack's resources."""
    return lambda stack_id: StackSiblings(database, registry, inputs, stack_id)
