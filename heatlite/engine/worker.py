"""The workers' endpoint: topic ``engine_worker``, one method."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import oslo_messaging

from heatlite.db.outage import brief, is_outage
from heatlite.db.retry import DATABASE_ERRORS
from heatlite.engine.check import Checker
from heatlite.rpc import messages

LOG = logging.getLogger(__name__)


class WorkerEndpoint:
    """Receives ``check_resource``. What is wrong with a message is told in the log, and harms nothing else.

    :param may_act: whether this engine may begin anything now. One that slept through its own death finds messages that
        were sent meanwhile: it leaves them for a sweep until it knows that it lives, and under which name
    :param when_idle: called when no message is worked on any more: there is room for what is held
    """

    target = oslo_messaging.Target(version=messages.WORKER_VERSION)

    def __init__(
        self,
        checker: Checker,
        may_act: Callable[[], bool] = lambda: True,
        when_idle: Callable[[], None] = lambda: None,
    ) -> None:
        self._checker = checker
        self._may_act, self._when_idle = may_act, when_idle
        self._lock = threading.Lock()
        self._at_work = 0

    @property
    def is_busy(self) -> bool:
        """Whether a message is being worked on now."""
        return self._at_work > 0

    def check_resource(self, context: Any, traversal_id: str, nodes: list[list[int]]) -> None:
        """Converge these nodes of this traversal."""
        try:
            message = messages.CheckResource.from_wire(traversal_id, nodes)
        except ValueError as error:
            LOG.warning("A message that makes no sense is dropped: %s", error)
            return
        if not self._may_act():
            LOG.debug("Nodes of traversal %s are left for a sweep: this engine has no lease now", traversal_id)
            return
        with self._working():
            try:
                self._checker.check(message.traversal_id, message.nodes)
            except DATABASE_ERRORS as error:
                if not is_outage(error):
                    raise
                LOG.debug("Nodes of traversal %s are left for a sweep: %s", traversal_id, brief(error))

    @contextlib.contextmanager
    def _working(self) -> Iterator[None]:
        with self._lock:
            self._at_work += 1
        try:
            yield
        finally:
            with self._lock:
                self._at_work -= 1
            if not self.is_busy:
                self._when_idle()
