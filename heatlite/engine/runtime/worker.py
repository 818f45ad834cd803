"""The endpoint of workers: topic ``engine_worker``, with one method."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import oslo_messaging

from heatlite.db.outage import brief, is_outage
from heatlite.db.retry import DATABASE_ERRORS
from heatlite.engine.traversal.checker import Checker
from heatlite.rpc import messages
from heatlite.rpc.internal_methods import internal_method

LOG = logging.getLogger(__name__)


class WorkerEndpoint:
    """Receives ``check_resource``. Errors in a message are logged and affect nothing else.

    :param may_act: tells whether this engine may begin work now. An engine that was stopped long enough to be declared
        dead gets messages that were sent meanwhile. It leaves them to a sweep until it has a valid lease
    """

    target = oslo_messaging.Target(version=messages.WORKER_VERSION)

    def __init__(self, checker: Checker, may_act: Callable[[], bool] = lambda: True) -> None:
        self._checker = checker
        self._may_act = may_act

    @internal_method
    def check_resource(self, context: Any, traversal_id: str, nodes: list[list[int]]) -> None:
        """Converge these nodes of this traversal."""
        message = messages.CheckResource.from_wire(traversal_id, nodes)
        if not self._may_act():
            LOG.debug("Nodes of traversal %s are left to a sweep: this engine has no lease now", traversal_id)
            return
        try:
            self._checker.check(message.traversal_id, message.nodes)
        except DATABASE_ERRORS as error:
            if not is_outage(error):
                raise
            LOG.debug("Nodes of traversal %s are left to a sweep: %s", traversal_id, brief(error))
