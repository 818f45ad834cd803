"""The client methods that suspend, resume and check a stack's existing resources."""

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
    """The methods that visit a stack's resources and change no template. Each replies once the stack is IN_PROGRESS.

    Each raises ``EntityNotFound`` when there is no such live stack, ``NotSupported`` when it is being deleted,
    ``ActionInProgress`` when another operation is in progress on it, and ``Forbidden`` when the client may not use a
    resource type that the stack has.
    """

    target = oslo_messaging.Target(version="1.36")

    def __init__(self, lifecycle: Lifecycle) -> None:
        self._lifecycle = lifecycle

    def _found(self, context: RequestContext, stack_identity: Reply) -> StackRecord:
        return self._lifecycle.policy.permit(context, finding.by_identity(context, stack_identity))

    @client_call
    def stack_suspend(self, context: RequestContext, stack_identity: Reply) -> None:
        """Begin to suspend every resource of a stack, each before the resources that it requires."""
        self._lifecycle.visit(self._found(context, stack_identity), Operation.SUSPEND)

    @client_call
    def stack_resume(self, context: RequestContext, stack_identity: Reply) -> None:
        """Begin to resume the suspended resources of a stack, each after the resources that it requires."""
        self._lifecycle.visit(self._found(context, stack_identity), Operation.RESUME)

    @client_call
    def stack_check(self, context: RequestContext, stack_identity: Reply) -> None:
        """Begin to check a stack's resources; the next update repairs those that aren't in the expected state."""
        self._lifecycle.visit(self._found(context, stack_identity), Operation.CHECK)
