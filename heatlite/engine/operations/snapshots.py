"""Snapshots of a stack, from which it can be restored.

    take      a visit (SNAPSHOT); the traversal's id is the snapshot's id    row IN_PROGRESS in the same transaction,
                                                                             with whose physical snapshots there may be
    end       in the transaction that ends the visit (``exported``)          row COMPLETE or FAILED, with the data
    restore   an update (RESTORE) to the template in the data
    delete    each plugin deletes its part, then the row is deleted          also when the stack is deleted

If a deletion is interrupted, the next request begins it again. So a plugin's part of it may run more than once.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from heatlite import exception
from heatlite import template as language
from heatlite.context import RequestContext
from heatlite.convergence.interrupts import Operation
from heatlite.convergence.model import Status
from heatlite.db import snapshots
from heatlite.db.api import Context
from heatlite.db.records import StackRecord
from heatlite.db.snapshots import SnapshotRecord
from heatlite.engine.common import limits
from heatlite.engine.operations.lifecycle import Lifecycle
from heatlite.engine.operations.validation import Submission
from heatlite.engine.shared import Shared
from heatlite.engine.traversal.snapshot_plugins import SnapshotPlugins


class Snapshots:
    """Takes, restores and deletes the snapshots of stacks."""

    def __init__(self, shared: Shared, lifecycle: Lifecycle) -> None:
        self._shared = shared
        self._lifecycle = lifecycle
        self._saved = SnapshotPlugins(shared)

    def take(self, stack: StackRecord, name: str | None, *, is_limited: bool = True) -> SnapshotRecord:
        """Begin to take a snapshot.

        :param is_limited: apply the limit on a stack's snapshots; it doesn't apply to administrators
        :raises ActionInProgress: when another operation is in progress on the stack
        :raises RequestLimitExceeded: when the stack already has as many snapshots as it may
        """
        if is_limited:
            limits.check_snapshots(self._shared.settings, lambda: snapshots.count(self._shared.context(), stack.id))
        taken: list[str] = []

        def also(context: Context, traversal_id: str) -> None:
            taken.append(traversal_id)
            self._insert(context, stack, traversal_id, name)

        self._lifecycle.visit(stack, Operation.SNAPSHOT, also)
        return self.get(stack, taken[-1])

    def _insert(self, context: Context, stack: StackRecord, snapshot_id: str, name: str | None) -> None:
        values = {"id": snapshot_id, "stack_id": stack.id, "tenant": stack.tenant, "name": name}
        state = {"action": snapshots.TAKEN, "status": Status.IN_PROGRESS, "status_reason": "Stack SNAPSHOT started"}
        data = self._saved.taking(context, stack)
        snapshots.insert(context, {**values, **state, "created_at": self._shared.inputs.utcnow(), "data": data})

    def get(self, stack: StackRecord, snapshot_id: str) -> SnapshotRecord:
        """Return one snapshot of a stack.

        :raises NotFound: when the stack has no such snapshot
        """
        found = snapshots.get(self._shared.context(), stack.id, snapshot_id)
        if found is None:
            raise exception.NotFound(msg_fmt=f"Snapshot with id {snapshot_id} not found")
        return found

    def restore(self, context: RequestContext, stack: StackRecord, snapshot_id: str) -> StackRecord:
        """Begin to restore a stack to a snapshot.

        :raises NotSupported: when the snapshot isn't complete, or the stack's state doesn't allow it
        :raises HeatliteError: when the snapshot's template isn't valid (any more)
        """
        record = self.get(stack, snapshot_id)
        if not record.is_complete or not record.data:
            raise exception.NotSupported(feature="Restoring incomplete snapshot")
        return self._lifecycle.restore(context, stack, self._submission(stack, record.data))

    def _submission(self, stack: StackRecord, data: Mapping[str, Any]) -> Submission:
        template = copy.deepcopy(data["template"])
        dialect = language.dialect_of(language.version_of(template))
        written = template.get(dialect.word("resources")) or {}
        for name, saved in data["resources"].items():
            if name in written:
                restored = self._saved.restored(stack, dialect.plain(written[name]), saved)
                written[name] = dialect.written(restored)
        return Submission(template, data["files"], language.Environment.parse(data["environment"]))

    def delete(self, stack: StackRecord, snapshot_id: str) -> None:
        """Delete a snapshot. If a plugin can't delete its part, the snapshot becomes DELETE FAILED, with the reason.

        :raises NotSupported: when the snapshot is still being taken
        """
        record = self.get(stack, snapshot_id)
        if record.is_being_taken:
            raise exception.NotSupported(feature="Deleting in-progress snapshot")
        self._saved.forget(stack, record)
