"""Let this engine do the work of a cast itself: when the broker doesn't accept the cast, or there is no need for one.

The backlog is bounded, like the intake from the broker. Work beyond it is dropped: its nodes are ready in the database,
and a sweep finds them again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any

from heatlite.context import RequestContext
from heatlite.convergence.model import Node
from heatlite.db import outage
from heatlite.db.api import Database
from heatlite.engine.common import executors
from heatlite.engine.definitions import log_context
from heatlite.engine.nested.begin import Children
from heatlite.engine.traversal.checker import Checker
from heatlite.rpc.messages import BeginChild

LOG = logging.getLogger(__name__)

BACKLOG = 25
"""Pieces of work that may wait for each thread."""


class LocalFallback:
    """Does the work of casts on threads of its own."""

    def __init__(self, database: Database, checker: Checker, children: Children, threads: int) -> None:
        self._database = database
        self._checker = checker
        self._children = children
        self._threads = threads
        self._room = threading.Semaphore(threads * BACKLOG)
        self._pool: Any = None
        self._lock = threading.Lock()
        self._leaves = False

    def check(self, traversal_id: str, nodes: Sequence[Node]) -> bool:
        """Converge nodes soon. Return False if there is no room for them."""
        return self._soon(lambda: self._checker.check(traversal_id, nodes))

    def begin(self, request: dict[str, Any], siblings: Sequence[BeginChild]) -> None:
        """Begin operations on nested stacks of one owner."""
        self._soon(lambda: self._begin(RequestContext(self._database, request), siblings))

    def _begin(self, request: RequestContext, siblings: Sequence[BeginChild]) -> None:
        with log_context.asked(request, "begin", {}):
            self._children.receive(request, siblings)

    def stop(self) -> None:
        """Begin nothing more."""
        with self._lock:
            self._leaves = True
            if self._pool is not None:
                self._pool.shutdown(wait=False)

    def _soon(self, work: Callable[[], None]) -> bool:
        if not self._room.acquire(blocking=False):
            return False
        with self._lock:
            if self._leaves:
                self._room.release()
                return False
            if self._pool is None:
                self._pool = executors.pool(self._threads)
            self._pool.submit(lambda: self._do(work))
        return True

    def _do(self, work: Callable[[], None]) -> None:
        try:
            if not self._leaves:
                work()
        except Exception as error:
            outage.log_failure(
                LOG, error, "Work that the broker didn't accept can't be done here either; a sweep will retry it"
            )
        finally:
            self._room.release()
