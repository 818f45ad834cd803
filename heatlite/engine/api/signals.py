"""The calls by which a client tells a resource something: a signal, or that it is broken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import oslo_messaging

from heatlite import exception
from heatlite.context import RequestContext
from heatlite.db import resources
from heatlite.db.api import Context
from heatlite.db.records import ResourceRecord, StackRecord
from heatlite.engine.api import finding
from heatlite.engine.api.client_calls import client_call
from heatlite.engine.api.replies import Reply
from heatlite.engine.api.shown import shown
from heatlite.engine.nested.begin import Children
from heatlite.engine.shared import Shared
from heatlite.engine.signals import hooks
from heatlite.engine.signals.delivery import Signals
from heatlite.engine.traversal.result_recorder import Conclusions

UNSET_HOOK = "unset_hook"


class SignalEndpoint:
    """The methods that clients may call, beside those of ``EngineEndpoint``."""

    target = oslo_messaging.Target(version="1.36")

    def __init__(self, shared: Shared, conclusions: Conclusions, children: Children) -> None:
        self._shared = shared
        self._conclusions = conclusions
        self._signals = Signals(shared, children)

    @client_call
    def resource_signal(
        self, context: RequestContext, stack_identity: Reply, resource_name: str, details: Any, sync_call: bool = False
    ) -> Reply | None:
        """Signal a resource, or let it go on from a hook; when this returns, the signal counts.

        :param details: what the resource makes of it is its type's business: a map, a text or None. A map
            ``{"unset_hook": "pre-create"}`` isn't for the resource: it clears that hook
        :param sync_call: whether to reply with the resource's metadata, as Heat's CloudFormation API wants it
        :raises ResourceNotFound: where the stack has no such resource
        :raises ResourceNotAvailable: where it hasn't been made yet
        :raises ResourceActionNotSupported: where its type takes no signals
        :raises NotSupported: where it is being, or was, suspended or deleted
        :raises ActionInProgress: where it is being worked on
        :raises InvalidBreakPointHook: where it doesn't wait at the hook that is to be cleared
        """
        stack = finding.by_identity(context, stack_identity, for_own_users=True)
        if isinstance(details, Mapping) and UNSET_HOOK in details:
            finding.by_identity(context, stack_identity)  # which isn't for the stack's own users
            rows = resources.by_names(context, stack.id, [resource_name]) if isinstance(resource_name, str) else []
            if not rows:  # one that is shown no more may wait after its deletion
                raise exception.ResourceNotFound(resource_name=resource_name, stack_name=stack.name)
            hooks.clear(self._shared, self._conclusions, stack, resource_name, details[UNSET_HOOK])
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
        """Have the next update replace a resource, or take that back.

        :param resource_name: its name, or its physical id
        :raises ResourceNotFound: where the stack has no such resource
        :raises PhysicalResourceIDAmbiguity: where several have this physical id
        :raises ActionInProgress: where it is being worked on
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
        row = shown(rows, stack.raw_template_id).get(name)
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
