"""Snapshots, restoring, exporting and abandoning."""

from __future__ import annotations

import oslo_messaging

from heatlite import exception
from heatlite.context import RequestContext
from heatlite.db import snapshots
from heatlite.db.records import StackRecord
from heatlite.engine.api import finding, replies
from heatlite.engine.api.client_calls import client_call
from heatlite.engine.api.replies import Reply
from heatlite.engine.definitions import exported
from heatlite.engine.operations import adoption
from heatlite.engine.operations.lifecycle import Lifecycle
from heatlite.engine.operations.snapshots import Snapshots
from heatlite.engine.shared import Shared
from heatlite.engine.traversal import keystone_cleanup


class LifeEndpoint:
    """Methods for what is left of a stack when it changes or goes.

    Any of them raises ``EntityNotFound`` where there is no such live stack, and those that name a snapshot ``NotFound``
    where the stack doesn't have it.
    """

    target = oslo_messaging.Target(version="1.36")

    def __init__(self, shared: Shared, lifecycle: Lifecycle) -> None:
        self._shared = shared
        self._lifecycle = lifecycle
        self._snapshots = Snapshots(shared, lifecycle)

    @client_call
    def stack_snapshot(self, context: RequestContext, stack_identity: Reply, name: str | None) -> Reply:
        """Begin to take a snapshot of a stack, and reply with it.

        :raises ActionInProgress: where something else is being done with the stack
        """
        stack = finding.by_identity(context, stack_identity)
        return replies.snapshot(self._snapshots.take(stack, name, is_limited=not context.is_admin))

    @client_call
    def show_snapshot(self, context: RequestContext, stack_identity: Reply, snapshot_id: str) -> Reply:
        """One snapshot with its data."""
        return replies.snapshot(self._snapshots.get(finding.by_identity(context, stack_identity), snapshot_id))

    @client_call
    def stack_list_snapshots(self, context: RequestContext, stack_identity: Reply) -> list[Reply]:
        """The snapshots of a stack, oldest first."""
        stack = finding.by_identity(context, stack_identity)
        return [replies.snapshot(record) for record in snapshots.of_stack(context, stack.id)]

    @client_call
    def delete_snapshot(self, context: RequestContext, stack_identity: Reply, snapshot_id: str) -> None:
        """Delete a snapshot. Where a plugin can't, the snapshot stays, FAILED, and tells why; delete it again then.

        :raises NotSupported: where it is still being taken
        """
        self._snapshots.delete(finding.by_identity(context, stack_identity), snapshot_id)

    @client_call
    def stack_restore(self, context: RequestContext, stack_identity: Reply, snapshot_id: str) -> None:
        """Begin to make a stack what it was when a snapshot was taken.

        :raises NotSupported: where the snapshot isn't complete, or the stack is suspended or being deleted
        :raises ActionInProgress: where something is being done with the stack
        """
        stack = self._lifecycle.policy.permit(context, finding.by_identity(context, stack_identity))
        self._snapshots.restore(context, stack, snapshot_id)

    @client_call
    def export_stack(self, context: RequestContext, stack_identity: Reply) -> Reply:
        """All that the stack could be adopted by; nothing is changed.

        :raises NotSupported: where ``enable_stack_abandon`` is off
        """
        self._check_enabled()
        return self._export(context, finding.by_identity(context, stack_identity))

    @client_call
    def abandon_stack(self, context: RequestContext, stack_identity: Reply, abandon: bool = True) -> Reply:
        """The same, and the stack is gone; its physical resources are left as they are.

        :param abandon: False: only export it
        :raises ActionInProgress: where something is being done with the stack
        :raises NotSupported: where ``enable_stack_abandon`` is off
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
