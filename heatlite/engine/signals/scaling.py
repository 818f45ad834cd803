"""Scale a group when its policy gets a signal, outside the stack's operations.

::

    read the group ─▶ choose the operation on its nested stack
      ─▶ resource     record the operation in the group's row, if the row is unchanged and unlocked
      ─▶ stack        begin the operation, if the nested stack is still at the traversal before it
      ─▶ resource     begin the group's cooldown

Of two simultaneous signals, one finds that the row has changed, and starts again. By then the nested stack is in
progress, so it has nothing to do. A crash between the first two writes leaves the group unscaled; the client hasn't got
a reply to that signal.
"""

from __future__ import annotations

from typing import Any

from heatlite import exception
from heatlite.context import EngineContext, RequestContext
from heatlite.convergence.model import Status
from heatlite.db import notifications, resources, stacks
from heatlite.db.records import ResourceRecord
from heatlite.engine.nested.begin import Children
from heatlite.engine.ports.nested_stacks import Port
from heatlite.engine.ports.siblings import StackSiblings
from heatlite.engine.shared import Shared
from heatlite.engine.traversal.refresh import ATTEMPTS, resource_of
from heatlite.notifications import SCALING
from heatlite.resources.base import NoActionRequired
from heatlite.resources.builtin.autoscaling_group import AutoScalingGroup
from heatlite.resources.nested.port import Begin
from heatlite.resources.siblings import AskAgain


class Busy(AskAgain):
    """A step holds the row, or another writer has changed it."""


class ScalableSiblings(StackSiblings):
    """The resources of one stack, with groups that may be scaled."""

    def __init__(self, shared: Shared, children: Children, stack_id: str) -> None:
        super().__init__(shared.database, shared.registry, shared.inputs, stack_id)
        self._shared = shared
        self._children = children

    def adjust(self, reference: str, scaling: Any) -> bool:
        """Scale a group; return False if there is no such group."""
        context = self._shared.context()
        row = self.row(context, reference)
        plugin = self._shared.registry.get(row.type) if row is not None else None
        if row is None or plugin is None or not issubclass(plugin, AutoScalingGroup):
            return False
        if row.engine_id is not None:
            stack = stacks.get(context, row.stack_id)
            name, action = (stack.name, stack.action) if stack else (row.stack_id, row.action)
            raise exception.ActionInProgress(stack_name=name, action=action)
        if row.status is not Status.COMPLETE:
            raise NoActionRequired
        group = resource_of(self._shared, row)
        if not isinstance(group, AutoScalingGroup):
            raise Busy
        self._adjust(context, row, group, scaling)
        return True

    def _adjust(self, context: EngineContext, row: ResourceRecord, group: AutoScalingGroup, scaling: Any) -> None:
        begin = group.adjust(scaling)
        keys, changes = {row.id: row.atomic_key}, {row.id: {"resource_data": dict(group.data)}}
        now = self._shared.inputs.utcnow()
        contents = self._contents(group, scaling)
        if not resources.write(context, keys, changes, now, locked_by=None, lock_for=None):
            raise Busy
        self._notify(row, contents, Status.IN_PROGRESS, "Start resizing the group")
        try:
            self._begin(group, begin)
        except Exception as error:
            reason = str(error) if isinstance(error, exception.HeatliteError) else ""
            self._notify(row, contents, Status.FAILED, group.masked(reason) or type(error).__name__)
            raise
        self._notify(row, contents, Status.COMPLETE, "End resizing the group")
        self._cool_down(row.id, scaling)

    def _contents(self, group: AutoScalingGroup, scaling: Any) -> dict[Status, dict[str, Any]]:
        """Return status → the content of its notification; empty if notifications are off."""
        if not self._shared.database.notifies:
            return {}
        size = group.size()
        begun = {"adjustment": scaling.by, "adjustment_type": str(scaling.kind)}
        begun |= {"groupname": group.physical_resource_name(), "capacity": size}
        ended = {**begun, "capacity": group.within_bounds(size, scaling)}
        return {Status.IN_PROGRESS: begun, Status.FAILED: begun, Status.COMPLETE: ended}

    def _notify(
        self, row: ResourceRecord, contents: dict[Status, dict[str, Any]], status: Status, message: str
    ) -> None:
        if status not in contents:
            return
        text = message if status is Status.FAILED else f"{message} {contents[status]['groupname']}"
        now, happened = self._shared.inputs.now(), [(SCALING, status, text)]
        notifications.insert(self._shared.context(), row.stack_id, happened, now, {**contents[status], "message": text})

    def _begin(self, group: AutoScalingGroup, begin: Begin) -> None:
        port, shared = group.nested, self._shared
        assert isinstance(port, Port), "an engine's plugins have its own port"
        parent = port.traversal.stack
        request = RequestContext(shared.database, {"project_id": parent.tenant, "username": parent.username})
        # in this process, so that the operation has begun when the client gets its reply
        self._children.receive(request, [port.message(begin)])
        child = stacks.get(shared.context(), begin.child_id)
        if child is None or child.current_traversal != begin.operation_id:
            raise Busy

    def _cool_down(self, row_id: int, scaling: Any) -> None:
        """Record that the group was scaled. If a step holds the row by now, it records this itself when it ends."""
        context = self._shared.context()
        for _ in range(ATTEMPTS):
            row = next(iter(resources.by_ids(context, [row_id])), None)
            if row is None or row.engine_id is not None:
                return
            group = resource_of(self._shared, row)
            if not isinstance(group, AutoScalingGroup):
                return
            group.adjusted(scaling)
            keys, changes = {row.id: row.atomic_key}, {row.id: {"resource_data": dict(group.data)}}
            now = self._shared.inputs.utcnow()
            if resources.write(context, keys, changes, now, locked_by=None, lock_for=None):
                return
