"""Deliver signals to resources, and mark resources unhealthy, without a traversal.

::

    find the row ─▶ ask its plugin ─▶ write the row, unless it has changed ─▶ wake the rows that wait for it
          ▲                                   │
          └──── it has changed ◀──────────────┘

A row that a step holds isn't written. A signal waits for it for some seconds, since most steps are short; then the
client gets a conflict.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from oslo_db import api as oslo_db_api

from heatlite import exception
from heatlite.context import EngineContext
from heatlite.convergence.model import Action, Status
from heatlite.db import outage, resources
from heatlite.db.api import Context
from heatlite.db.events import Happening
from heatlite.db.records import ResourceRecord, StackRecord
from heatlite.db.retry import is_transient, retried
from heatlite.engine.decision.row_changes import DAMAGED, UNHEALTHY
from heatlite.engine.definitions.work import told_id
from heatlite.engine.nested.begin import Children
from heatlite.engine.shared import Shared
from heatlite.engine.signals.scaling import Busy, ScalableSiblings
from heatlite.engine.traversal.refresh import refresh, resource_of
from heatlite.engine.traversal.transactions import write_events
from heatlite.resources import signals
from heatlite.resources.base import Resource
from heatlite.resources.nested.port import Unavailable
from heatlite.resources.siblings import AskAgain
from heatlite.resources.signals import Signalled
from heatlite.resources.stack_resource import OPERATION
from heatlite.template.mask import masked

LOG = logging.getLogger(__name__)

SIGNAL = "SIGNAL"
MARKED = "state changed by resource_mark_unhealthy api"

Find = Callable[[Context], ResourceRecord]
"""Reads the row that the client names; raises an error if there is none."""


patient = oslo_db_api.wrap_db_retry(
    max_retries=20,
    retry_interval=0.005,
    inc_retry_interval=True,
    max_retry_interval=0.2,
    jitter=True,
    exception_checker=lambda error: isinstance(error, Busy | Unavailable) or is_transient(error),
)
"""Retry a method for some seconds while its row is busy or has changed, or the database has a transient error."""

more_patient = oslo_db_api.wrap_db_retry(
    max_retries=60,
    retry_interval=0.1,
    inc_retry_interval=True,
    max_retry_interval=0.5,
    jitter=True,
    exception_checker=lambda error: isinstance(error, AskAgain) and not isinstance(error, Busy),
)
"""Retry a method for half a minute while its plugin asks for that, because its step waits for another service."""


class Signals:
    """Delivers signals to resources."""

    def __init__(self, shared: Shared, children: Children) -> None:
        self._shared = shared
        self._children = children

    def signal(self, stack: StackRecord, find: Find, details: Any) -> dict[str, Any]:
        """Deliver a signal to a resource, and wake the resources that wait for it.

        :returns: the resource's metadata after the signal
        :raises ActionInProgress: when a step holds the resource for longer than a signal waits
        :raises NotSupported: when the resource takes no signal during or after its last action
        :raises HeatliteError: when its type takes no signals, or refuses this one
        """
        try:
            row, metadata = self._signal(stack, find, details)
        except AskAgain:
            raise conflict(stack) from None
        try:  # the signal is stored by now: if the rest fails, the client needn't send it again
            self._wake(self._shared.context(), row)
            self._refresh(self._shared.context(), row)
        except Exception as error:
            text = "The resources that wait for a signal to %s can't be woken now: they will poll by themselves"
            outage.log_failure(LOG, error, text, row.name)
        return metadata

    @more_patient
    @patient
    def _signal(self, stack: StackRecord, find: Find, details: Any) -> tuple[ResourceRecord, dict[str, Any]]:
        context = self._shared.context()
        row = find(context)
        plugin = self._shared.registry.get(row.type)
        self._check_action(context, stack, row, plugin)
        if row.engine_id is not None and not plugin.accepts_signals_while_locked:
            raise Busy
        resource = resource_of(self._shared, row)
        if resource is None:
            raise Busy
        resource.siblings = ScalableSiblings(self._shared, self._children, row.stack_id)
        with masked(resource.masked):
            answer = signals.signal(resource, details)
        self._record(context, stack, row, answer)
        return row, answer.metadata

    def _check_action(
        self, context: EngineContext, stack: StackRecord, row: ResourceRecord, plugin: type[Resource]
    ) -> None:
        if row.action is Action.INIT:
            raise exception.ResourceNotAvailable(resource_name=row.name)
        if row.action in plugin.no_signal_actions:
            reason = f"Cannot signal resource during {row.action}"
            self._write_event(context, stack, row, row.action, row.status, reason)
            raise exception.NotSupported(feature=f"Signal resource during {row.action}")

    def _record(self, context: EngineContext, stack: StackRecord, row: ResourceRecord, answer: Signalled) -> None:
        changes = {"resource_metadata": answer.metadata, "resource_data": answer.data}
        with self._shared.database.writer(context):
            if changes != {"resource_metadata": row.resource_metadata or {}, "resource_data": row.resource_data or {}}:
                self._write(context, row, changes)
            if answer.reason is not None:
                self._write_event(context, stack, row, SIGNAL, row.status, answer.reason)

    def _write_event(
        self, context: EngineContext, stack: StackRecord, row: ResourceRecord, action: str, status: Status, reason: str
    ) -> None:
        """Write an event of a resource."""
        physical = told_id(row, stack.name, self._shared.registry.get(row.type))
        event = Happening(row.name, row.type, physical, action, status, reason)
        write_events(context, self._shared.inputs, row.stack_id, [event])

    def _write(self, context: EngineContext, row: ResourceRecord, changes: dict[str, Any]) -> None:
        keys, now = {row.id: row.atomic_key}, self._shared.inputs.utcnow()
        if not resources.write(context, keys, {row.id: changes}, now, locked_by=None, lock_for=None):
            raise Busy

    def _wake(self, context: EngineContext, row: ResourceRecord) -> None:
        """Wake this row and those that require it. If the message is lost, they poll by themselves."""
        held: dict[str, list[int]] = {}
        for waiting in resources.locked(context, row.stack_id):
            is_meant = row.id in waiting.requires or row.id == waiting.id
            if is_meant and waiting.engine_id is not None:
                held.setdefault(waiting.engine_id, []).append(waiting.id)
        for engine_id, ids in held.items():
            self._shared.wakes.wake(engine_id, ids)

    def _refresh(self, context: EngineContext, row: ResourceRecord) -> None:
        """Refresh the resources whose recorded values follow this resource's signals."""
        registry = self._shared.registry
        types = [name for name in registry.names() if registry.get(name).follows_signals]
        for follower in resources.by_types(context, row.stack_id, types):
            if row.id in follower.requires:
                for whole in resources.by_ids(context, [follower.id]):
                    if whole.engine_id is None:  # else its engine has been woken
                        refresh(self._shared, whole)

    def mark(self, stack: StackRecord, find: Find, *, unhealthy: bool, reason: str | None) -> None:
        """Mark a resource unhealthy, so that the next update replaces it; or clear that mark.

        :raises ActionInProgress: when a step holds the resource
        """
        try:
            self._mark(stack, find, unhealthy, reason or MARKED)
        except Busy:
            raise conflict(stack) from None

    @retried
    def _mark(self, stack: StackRecord, find: Find, unhealthy: bool, reason: str) -> None:
        context = self._shared.context()
        row = find(context)
        if row.engine_id is not None:
            raise Busy
        status = marked(row, unhealthy=unhealthy)
        if status is not None:
            self._have_looked_at(context, row.stack_id)
            progress = {name: it for name, it in (row.progress or {}).items() if name not in (DAMAGED, UNHEALTHY)}
            progress |= {DAMAGED: True, UNHEALTHY: True} if unhealthy else {}
            changes = {"action": Action.CHECK, "status": status, "status_reason": reason, "progress": progress or None}
            with self._shared.database.writer(context):
                self._write(context, row, changes)
                self._write_event(context, stack, row, Action.CHECK, status, reason)

    def _have_looked_at(self, context: EngineContext, stack_id: str) -> None:
        """Make the next update of the root visit this nested stack, although nothing above it has changed."""
        above = resources.by_uuid(context, stack_id)
        if above is None:
            return
        if above.engine_id is not None:
            raise Busy
        data = {name: value for name, value in (above.resource_data or {}).items() if name != OPERATION}
        self._write(context, above, {"resource_data": data})
        self._have_looked_at(context, above.stack_id)


def marked(row: ResourceRecord, *, unhealthy: bool) -> Status | None:
    """Return the status of CHECK that a mark gives a row; None if the mark changes nothing.

    A resource that is deleted can't be marked. Only a mark, or a failed check, can be cleared.
    """
    if unhealthy:
        return None if row.action is Action.DELETE else Status.FAILED
    return Status.COMPLETE if (row.action, row.status) == (Action.CHECK, Status.FAILED) else None


def conflict(stack: StackRecord) -> exception.ActionInProgress:
    """Build the error for a resource that a step holds; the caller raises it."""
    return exception.ActionInProgress(stack_name=stack.name, action=stack.action)
