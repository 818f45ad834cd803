"""Signals from outside, and marks of bad health: written beside a stack's operation, without a traversal.

::

    find the row ─▶ ask its plugin ─▶ write, if the row is still as it was seen ─▶ wake who waits for it
          ▲                                   │
          └──── another was quicker ◀─────────┘

A row that a step holds isn't written: a signal waits a little for it, since most steps are short, and then is a
conflict.
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

LOG = logging.getLogger(__name__)

SIGNAL = "SIGNAL"
MARKED = "state changed by resource_mark_unhealthy api"

Find = Callable[[Context], ResourceRecord]
"""What finds the row that is meant, as it is by then; it raises where there is none."""


patient = oslo_db_api.wrap_db_retry(
    max_retries=20,
    retry_interval=0.005,
    inc_retry_interval=True,
    max_retry_interval=0.2,
    jitter=True,
    exception_checker=lambda error: isinstance(error, Busy | Unavailable) or is_transient(error),
)
"""Try again for some seconds."""

more_patient = oslo_db_api.wrap_db_retry(
    max_retries=60,
    retry_interval=0.1,
    inc_retry_interval=True,
    max_retry_interval=0.5,
    jitter=True,
    exception_checker=lambda error: isinstance(error, AskAgain) and not isinstance(error, Busy),
)
"""The same for half a minute: what a plugin asks for, whose step waits for another service."""


class Signals:
    """Takes signals for resources."""

    def __init__(self, shared: Shared, children: Children) -> None:
        self._shared = shared
        self._children = children

    def signal(self, stack: StackRecord, find: Find, details: Any) -> dict[str, Any]:
        """Hand a signal to a resource, and wake those that wait for it.

        :returns: the resource's metadata after it
        :raises ActionInProgress: when the resource is being worked on, for longer than a signal waits
        :raises NotSupported: when the resource takes no signal during or after its last action
        :raises HeatliteError: when its type takes none, or refuses this one
        """
        try:
            row, metadata = self._signal(stack, find, details)
        except AskAgain:
            raise conflict(stack) from None
        try:  # the signal counts by now: what follows may be lost, and is not a reason to send it again
            self._wake(self._shared.context(), row)
            self._refresh(self._shared.context(), row)
        except Exception as error:
            text = "What follows from a signal to %s can't be done now: who waits for it will look"
            outage.tell(LOG, error, text, row.name)
        return metadata

    @more_patient
    @patient
    def _signal(self, stack: StackRecord, find: Find, details: Any) -> tuple[ResourceRecord, dict[str, Any]]:
        context = self._shared.context()
        row = find(context)
        plugin = self._shared.registry.get(row.type)
        self._check_action(context, stack, row, plugin)
        if row.engine_id is not None and not plugin.signals_pass_it_by:
            raise Busy
        resource = resource_of(self._shared, row)
        if resource is None:
            raise Busy
        resource.siblings = ScalableSiblings(self._shared, self._children, row.stack_id)
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
            self._tell(context, stack, row, row.action, row.status, reason)
            raise exception.NotSupported(feature=f"Signal resource during {row.action}")

    def _record(self, context: EngineContext, stack: StackRecord, row: ResourceRecord, answer: Signalled) -> None:
        changes = {"resource_metadata": answer.metadata, "resource_data": answer.data}
        with self._shared.database.writer(context):
            if changes != {"resource_metadata": row.resource_metadata or {}, "resource_data": row.resource_data or {}}:
                self._write(context, row, changes)
            if answer.reason is not None:
                self._tell(context, stack, row, SIGNAL, row.status, answer.reason)

    def _tell(
        self, context: EngineContext, stack: StackRecord, row: ResourceRecord, action: str, status: Status, reason: str
    ) -> None:
        """Write an event of a resource."""
        physical = told_id(row, stack.name, self._shared.registry.get(row.type))
        told = Happening(row.name, row.type, physical, action, status, reason)
        write_events(context, self._shared.inputs, row.stack_id, [told])

    def _write(self, context: EngineContext, row: ResourceRecord, changes: dict[str, Any]) -> None:
        keys, now = {row.id: row.atomic_key}, self._shared.inputs.utcnow()
        if not resources.write(context, keys, {row.id: changes}, now, held_by=None, hold_as=None):
            raise Busy

    def _wake(self, context: EngineContext, row: ResourceRecord) -> None:
        """Have this row and those that require it looked at now. If that is lost, their own time comes."""
        held: dict[str, list[int]] = {}
        for waiting in resources.held(context, row.stack_id):
            is_meant = row.id in waiting.requires or row.id == waiting.id
            if is_meant and waiting.engine_id is not None:
                held.setdefault(waiting.engine_id, []).append(waiting.id)
        for engine_id, ids in held.items():
            self._shared.wakes.wake(engine_id, ids)

    def _refresh(self, context: EngineContext, row: ResourceRecord) -> None:
        """Have what was made of the signals before follow them."""
        registry = self._shared.registry
        types = [name for name in registry.names() if registry.get(name).follows_signals]
        for follower in resources.by_types(context, row.stack_id, types):
            if row.id in follower.requires:
                refresh(self._shared, follower)

    def mark(self, stack: StackRecord, find: Find, *, unhealthy: bool, reason: str | None) -> None:
        """Say that a resource is broken, so that the next update replaces it; or that it isn't after all.

        :raises ActionInProgress: when the resource is being worked on
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
                self._tell(context, stack, row, Action.CHECK, status, reason)

    def _have_looked_at(self, context: EngineContext, stack_id: str) -> None:
        """See that the next update of a root goes down to this stack, although nothing changed on the way to it."""
        above = resources.by_uuid(context, stack_id)
        if above is None:
            return
        if above.engine_id is not None:
            raise Busy
        data = {name: value for name, value in (above.resource_data or {}).items() if name != OPERATION}
        self._write(context, above, {"resource_data": data})
        self._have_looked_at(context, above.stack_id)


def marked(row: ResourceRecord, *, unhealthy: bool) -> Status | None:
    """Which status of CHECK a mark gives a row; None where it changes nothing.

    What is being deleted can't be broken, and only a mark, or a check that failed, can be taken back.
    """
    if unhealthy:
        return None if row.action is Action.DELETE else Status.FAILED
    return Status.COMPLETE if (row.action, row.status) == (Action.CHECK, Status.FAILED) else None


def conflict(stack: StackRecord) -> exception.ActionInProgress:
    """The error for a resource that is being worked on, to be raised by the caller."""
    return exception.ActionInProgress(stack_name=stack.name, action=stack.action)
