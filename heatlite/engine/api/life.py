"""The client methods for snapshots, restore, export and abandon."""

from __future__ import annotations

import oslo_messaging

from heatlite import exception
from heatlite.context import RequestContext
from heatlite.db import snapshots
from heatlite.db.records import StackRecord
from heatlite.engine.api import finding, replies
from heatlite.engine.api.client_calls import client_call
from heatlite.engine.api.replies import Reply
from heatlite.engine.common.reply_limits import check_read
from heatlite.engine.definitions import exported
from heatlite.engine.operations import adoption
from heatlite.engine.operations.lifecycle import Lifecycle
from heatlite.engine.operations.snapshots import Snapshots
from heatlite.engine.shared import Shared
from heatlite.engine.traversal import keystone_cleanup


class LifeEndpoint:
    """The methods that take, restore or delete a snapshot, and that export or abandon a stack.

    Each raises ``EntityNotFound`` when there is no such live stack. Those that name a snapshot raise ``NotFound`` when
    the stack doesn't have it.
    """

    target = oslo_messaging.Target(version="1.36")

    def __init__(self, shared: Shared, lifecycle: Lifecycle) -> None:
        self._shared = shared
        self._lifecycle = lifecycle
        self._snapshots = Snapshots(shared, lifecycle)

    @client_call
    def stack_snapshot(self, context: RequestContext, stack_identity: Reply, name: str | None) -> Reply:
        """Begin to take a snapshot of a stack, and reply with it.

        :raises ActionInProgress: when another operation is in progress on the stack
        """
        stack = finding.by_identity(context, stack_identity)
        return replies.snapshot(self._snapshots.take(stack, name, is_limited=not context.is_admin))

    @client_call
    def show_snapshot(self, context: RequestContext, stack_identity: Reply, snapshot_id: str) -> Reply:
        """Return one snapshot with its data."""
        return replies.snapshot(self._snapshots.get(finding.by_identity(context, stack_identity), snapshot_id))

    @client_call
    def stack_list_snapshots(self, context: RequestContext, stack_identity: Reply) -> list[Reply]:
        """Return the snapshots of a stack, oldest first."""
        stack = finding.by_identity(context, stack_identity)
        check_read(snapshots.data_bytes(context, stack.id), "show one snapshot after another, or delete some")
        return [replies.snapshot(record) for record in snapshots.of_stack(context, stack.id)]

    @client_call
    def delete_snapshot(self, context: RequestContext, stack_identity: Reply, snapshot_id: str) -> None:
        """Delete a snapshot. If a plugin fails to, the snapshot stays, FAILED, with the reason; the client may retry.

        :raises NotSupported: when the snapshot is still being taken
        """
        self._snapshots.delete(finding.by_identity(context, stack_identity), snapshot_id)

    @client_call
    def stack_restore(self, context: RequestContext, stack_identity: Reply, snapshot_id: str) -> None:
        """Begin to restore a stack to a snapshot.

        :raises NotSupported: when the snapshot isn't complete, or the stack is suspended or being deleted
        :raises ActionInProgress: when another operation is in progress on the stack
        """
        stack = self._lifecycle.policy.permit(context, finding.by_identity(context, stack_identity))
        self._snapshots.restore(context, stack, snapshot_id)

    @client_call
    def export_stack(self, context: RequestContext, stack_identity: Reply) -> Reply:
        """Return the data by which the stack could be adopted. Nothing is changed.

        :raises NotSupported: when ``enable_stack_abandon`` is off
        """
        self._check_enabled()
        return self._export(context, finding.by_identity(context, stack_identity))

    @client_call
    def abandon_stack(self, context: RequestContext, stack_identity: Reply, abandon: bool = True) -> Reply:
        """Export the stack and forget it; its physical resources stay as they are.

        :param abandon: False: only export the stack
        :raises ActionInProgress: when an operation is in progress on the stack
        :raises NotSupported: when ``enable_stack_abandon`` is off
        """
        self._check_enabled()
        stack = finding.by_identity(context, stack_identity)
        if not abandon:
            return self._export(context, stack)
        with keystone_cleanup.after_abandoning(self._shared, stack):
            return adoption.abandon(self._shared, stack)

    def _check_enabled(self) -> None:
        if not self._shared.settings.enable_stack_abandon:
            raise exception.NotSupported(feature="Stack Abandon")

    def _export(self, context: RequestContext, stack: StackRecord) -> Reply:
        with self._shared.database.reader(context):
            return exported.stack_data(context, stack)
