"""Saved: what plugins do about the resources in a snapshot, from what was saved of them alone.

    restored   handle_restore(definition, saved)      the definition that the stack is to be restored to
    forget     handle_delete_snapshot(saved)          what was taken physically goes, then the snapshot's row

The resources themselves may be others by now, or gone: a plugin's object has the saved id and data, and no properties.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator, Mapping
from typing import Any

from heatlite import exception
from heatlite.convergence.model import Status
from heatlite.db import snapshots
from heatlite.db.records import StackRecord
from heatlite.db.retry import retried
from heatlite.db.snapshots import SnapshotRecord
from heatlite.engine.shared import Shared
from heatlite.resources.base import Resource
from heatlite.resources.instance import Instance
from heatlite.schema.provider import is_template

LOG = logging.getLogger(__name__)

Saved = Mapping[str, Any]


class SnapshotPlugins:
    """Asks plugins about saved resources."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared

    def restored(self, stack: StackRecord, definition: Saved, saved: Saved) -> Saved:
        """Return the definition that a resource is to be restored to, from the one in the snapshot's template."""
        resource = self._object(stack, saved)
        return definition if resource is None else resource.handle_restore(definition, saved)

    def forget(self, stack: StackRecord, record: SnapshotRecord) -> str | None:
        """Delete a snapshot and what was taken for it: why that failed, or None."""
        self._go(record, Status.IN_PROGRESS, "Snapshot delete started")
        for saved in each((record.data or {}).get("resources") or {}):
            try:
                self._forget(stack, saved)
            except Exception as error:
                hidden = self._shared.library.mask(self._shared.context(), stack)
                trace = hidden("".join(traceback.format_exception(error)).rstrip())
                LOG.warning("Snapshot %s can't be deleted\n%s", record.id, trace)
                reason = hidden(f"Snapshot {record.name or record.id}: resources.{saved.get('name')}: {error}")
                self._go(record, Status.FAILED, reason)
                return reason
        self._remove(record)
        return None

    def _forget(self, stack: StackRecord, saved: Saved) -> None:
        resource = self._object(stack, saved)
        handle = getattr(resource, "handle_delete_snapshot", None)
        if callable(handle):
            handle(saved)

    def _object(self, stack: StackRecord, saved: Saved) -> Resource | None:
        """Return the plugin's object for a saved resource; None if its type has no plugin (any more)."""
        type_name = saved.get("type") or ""
        if not type_name or is_template(type_name):
            return None
        try:
            plugin = self._shared.registry.get(type_name)
        except exception.HeatliteError:
            return None
        clouds = self._shared.clouds
        instance = Instance(
            name=saved.get("name") or "",
            uuid="",
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
