"""The client methods that signal a resource, or mark it unhealthy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import oslo_messaging

from heatlite import exception
from heatlite.context import RequestContext
from heatlite.convergence.serving import active_rows
from heatlite.db import resources
from heatlite.db.api import Context
from heatlite.db.records import ResourceRecord, StackRecord
from heatlite.engine.api import finding
from heatlite.engine.api.client_calls import client_call
from heatlite.engine.api.replies import Reply
from heatlite.engine.nested.begin import Children
from heatlite.engine.shared import Shared
from heatlite.engine.signals import hooks
from heatlite.engine.signals.delivery import Signals
from heatlite.engine.traversal.result_recorder import ResultRecorder

UNSET_HOOK = "unset_hook"


class SignalEndpoint:
    """The methods that clients may call, beside those of ``EngineEndpoint``."""

    target = oslo_messaging.Target(version="1.36")

    def __init__(self, shared: Shared, recorder: ResultRecorder, children: Children) -> None:
        self._shared = shared
        self._recorder = recorder
        self._signals = Signals(shared, children)

    @client_call
    def resource_signal(
        self, context: RequestContext, stack_identity: Reply, resource_name: str, details: Any, sync_call: bool = False
    ) -> Reply | None:
        """Signal a resource, or clear a hook at which it waits. The signal is stored before this returns.

        :param details: a map, a text or None, which the resource's type interprets. A map
            ``{"unset_hook": "pre-create"}`` isn't for the resource: it clears that hook
        :param sync_call: reply with the resource's metadata, as Heat's CloudFormation API needs
        :raises ResourceNotFound: when the stack has no such resource
        :raises ResourceNotAvailable: when the resource hasn't been created yet
        :raises ResourceActionNotSupported: when its type takes no signals
        :raises NotSupported: when the resource is or was suspended or deleted
        :raises ActionInProgress: when a worker holds the resource
        :raises InvalidBreakPointHook: when the resource doesn't wait at the hook to be cleared
        """
        stack = finding.by_identity(context, stack_identity, for_own_users=True)
        if isinstance(details, Mapping) and UNSET_HOOK in details:
            finding.by_identity(context, stack_identity)  # refuses a user that the stack created: hooks aren't for it
            rows = resources.by_names(context, stack.id, [resource_name]) if isinstance(resource_name, str) else []
            if not rows:  # a row that clients no longer see may still wait at the hook after its deletion
                raise exception.ResourceNotFound(resource_name=resource_name, stack_name=stack.name)
            hooks.clear(self._shared, self._recorder, stack, resource_name, details[UNSET_HOOK])
            return dict(rows[-1].resource_metadata or {}) if sync_call else None
        metadata = self._signals.signal(stack, lambda at: self._by_name(at, stack, resource_name), details)
        return metadata if sync_call else None

    @client_call
    def resource_mark_unhealthy(
        self,
        context: RequestContext,
        stack_identity: Reply,
        resource_name: str,
        mark_unhealthy: bool,
        resource_status_reason: str | None = None,
    ) -> None:
        """Mark a resource unhealthy, so the next update replaces it; or clear that mark.

        :param resource_name: its name, or its physical resource id
        :raises ResourceNotFound: when the stack has no such resource
        :raises PhysicalResourceIDAmbiguity: when several resources have this physical resource id
        :raises ActionInProgress: when a worker holds the resource
        """
        if not isinstance(mark_unhealthy, bool):
            raise exception.Invalid(reason="mark_unhealthy is not a boolean")
        stack = finding.by_identity(context, stack_identity)
        self._signals.mark(
            stack,
            lambda at: self._by_name_or_physical_id(at, stack, resource_name),
            unhealthy=mark_unhealthy,
            reason=resource_status_reason,
        )

    def _by_name(self, context: Context, stack: StackRecord, name: Any) -> ResourceRecord:
        rows = resources.by_names(context, stack.id, [name]) if isinstance(name, str) else []
        row = active_rows(rows, stack.raw_template_id).get(name)
        if row is None:
            raise exception.ResourceNotFound(resource_name=name, stack_name=stack.name)
        return row

    def _by_name_or_physical_id(self, context: Context, stack: StackRecord, name: Any) -> ResourceRecord:
        try:
            return self._by_name(context, stack, name)
        except exception.ResourceNotFound:
            rows = resources.by_physical_id(context, stack.id, name) if isinstance(name, str) else []
            named = [self._by_name(context, stack, row.name) for row in rows]
            found = [row for row in named if row.id in {it.id for it in rows}]
            if len(found) > 1:
                raise exception.PhysicalResourceIDAmbiguity(phys_id=name) from None
            if not found:
                raise
            return found[0]
