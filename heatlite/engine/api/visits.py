"""Suspend, resume and check: what clients ask to be done to what a stack has."""

from __future__ import annotations

import oslo_messaging

from heatlite.context import RequestContext
from heatlite.convergence.interrupts import Operation
from heatlite.db.records import StackRecord
from heatlite.engine.api import finding
from heatlite.engine.api.client_calls import client_call
from heatlite.engine.api.replies import Reply
from heatlite.engine.operations.lifecycle import Lifecycle


class VisitEndpoint:
    """Methods that change no template. Each replies when the stack is IN_PROGRESS, or is so already.

    Any of them raises ``EntityNotFound`` where there is no such live stack, ``NotSupported`` where it is being deleted,
    ``ActionInProgress`` where something else is being done with it, and ``Forbidden`` where a type in it isn't for who
    asks.
    """

    target = oslo_messaging.Target(version="1.36")

    def __init__(self, lifecycle: Lifecycle) -> None:
        self._lifecycle = lifecycle

    def _found(self, context: RequestContext, stack_identity: Reply) -> StackRecord:
        return self._lifecycle.policy.permit(context, finding.by_identity(context, stack_identity))

    @client_call
    def stack_suspend(self, context: RequestContext, stack_identity: Reply) -> None:
        """Begin to suspend every resource of a stack, each before what it requires."""
        self._lifecycle.visit(self._found(context, stack_identity), Operation.SUSPEND)

    @client_call
    def stack_resume(self, context: RequestContext, stack_identity: Reply) -> None:
        """Begin to resume whatever of a stack is suspended, each after what it requires."""
        self._lifecycle.visit(self._found(context, stack_identity), Operation.RESUME)

    @client_call
    def stack_check(self, context: RequestContext, stack_identity: Reply) -> None:
        """Begin to look whether a stack's resources are as they should be; the next update repairs what isn't."""
        self._lifecycle.visit(self._found(context, stack_identity), Operation.CHECK)
