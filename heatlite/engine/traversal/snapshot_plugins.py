"""Saved: what plugins do about the resources in a snapshot, from what was saved of them alone.

    restored   handle_restore(definition, saved)      the definition that the stack is to be restored to
    forget     handle_delete_snapshot(saved)          what was taken physically goes, then the snapshot's row
               handle_delete_unfinished_snapshot()    the same of a snapshot that never ended: its stack is deleted

The resources themselves may be others by now, or gone: a plugin's object has the saved id and data, and no properties.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator, Mapping
from typing import Any

from heatlite import exception
from heatlite.convergence.model import Status
from heatlite.db import resources, snapshots
from heatlite.db.api import Context
from heatlite.db.records import StackRecord
from heatlite.db.retry import retried
from heatlite.db.snapshots import SnapshotRecord
from heatlite.engine.shared import Shared
from heatlite.resources.base import Resource
from heatlite.resources.instance import Instance
from heatlite.schema.provider import is_template

LOG = logging.getLogger(__name__)

Saved = Mapping[str, Any]
Forgotten = tuple[Saved, str, list[Saved]]
"""Of whom something is to be forgotten, the name of the plugin's method for it, and what that is given."""
TAKING = "taking"
"""In the data of a snapshot that hasn't ended: whose physical snapshots may be there."""


class SnapshotPlugins:
    """Asks plugins about saved resources."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared

    def taking(self, context: Context, stack: StackRecord) -> dict[str, Any]:
        """Return the data of a snapshot that is about to be taken: of whom something may be taken physically.

        A visit takes no snapshots of nested stacks' resources. If the stack is deleted before the snapshot has ended,
        nothing else tells where to look for that.
        """
        types = [it for it in resources.types_of(context, stack.id) if self._takes(it)]
        found = resources.physical_of(context, stack.id, types) if types else []
        return {TAKING: [dict(zip(("uuid", "name", "type", "resource_id"), it, strict=True)) for it in found]}

    def _takes(self, type_name: str) -> bool:
        plugin = self._plugin(type_name)
        return hasattr(plugin, "handle_delete_unfinished_snapshot")

    def restored(self, stack: StackRecord, definition: Saved, saved: Saved) -> Saved:
        """Return the definition that a resource is to be restored to, from the one in the snapshot's template."""
        resource = self._object(stack, saved)
        return definition if resource is None else resource.handle_restore(definition, saved)

    def forget(self, stack: StackRecord, record: SnapshotRecord) -> str | None:
        """Delete a snapshot and what was taken for it: why that failed, or None."""
        self._go(record, Status.IN_PROGRESS, "Snapshot delete started")
        data = record.data or {}
        ended = [(saved, "handle_delete_snapshot", [saved]) for saved in each(data.get("resources") or {})]
        unfinished: list[Forgotten] = [(it, "handle_delete_unfinished_snapshot", []) for it in data.get(TAKING) or ()]
        for saved, name, given in [*ended, *unfinished]:
            try:
                self._forget(stack, saved, name, *given)
            except Exception as error:
                hidden = self._shared.library.mask(self._shared.context(), stack)
                trace = hidden("".join(traceback.format_exception(error)).rstrip())
                LOG.warning("Snapshot %s can't be deleted\n%s", record.id, trace)
                reason = hidden(f"Snapshot {record.name or record.id}: resources.{saved.get('name')}: {error}")
                self._go(record, Status.FAILED, reason)
                return reason
        self._remove(record)
        return None

    def _forget(self, stack: StackRecord, saved: Saved, name: str, *given: Any) -> None:
        resource = self._object(stack, saved)
        handle = getattr(resource, name, None)
        if callable(handle):
            handle(*given)

    def _object(self, stack: StackRecord, saved: Saved) -> Resource | None:
        """Return the plugin's object for a saved resource; None if its type has no plugin (any more)."""
        type_name = saved.get("type") or ""
        plugin = self._plugin(type_name)
        if plugin is None:
            return None
        clouds = self._shared.clouds
        instance = Instance(
            name=saved.get("name") or "",
            uuid=saved.get("uuid") or "",
            stack_name=stack.name,
            stack_id=stack.id,
            project_id=stack.tenant,
            type_name=type_name,
            resource_id=saved.get("resource_id"),
            metadata=saved.get("metadata") or {},
            data=saved.get("resource_data") or {},
            now=self._shared.inputs.now,
            random=self._shared.inputs.random,
            cloud=clouds.of_stack(stack) if clouds else None,
        )
        return plugin(instance)

    def _plugin(self, type_name: str) -> type[Resource] | None:
        if not type_name or is_template(type_name):
            return None
        try:
            return self._shared.registry.get(type_name)
        except exception.HeatliteError:
            return None

    @retried
    def _go(self, record: SnapshotRecord, status: Status, reason: str) -> None:
        snapshots.go(self._shared.context(), record.id, status, reason, self._shared.inputs.utcnow())

    @retried
    def _remove(self, record: SnapshotRecord) -> None:
        snapshots.remove(self._shared.context(), record.id)


def each(resources: Mapping[str, Saved]) -> Iterator[Saved]:
    """Every saved resource, those in nested stacks included."""
    for saved in resources.values():
        yield saved
        yield from each(saved.get("resources") or {})


def forget_all(shared: Shared, stack: StackRecord) -> str | None:
    """Delete every snapshot of a stack, before the stack is gone: why that failed, or None.

    They are read one after another, since each may hold much.
    """
    for snapshot_id in snapshots.ids(shared.context(), stack.id):
        record = snapshots.get(shared.context(), stack.id, snapshot_id)
        if record is not None and (reason := SnapshotPlugins(shared).forget(stack, record)):
            return reason
    return None
