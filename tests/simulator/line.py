"""The line between an engine and the store: where statements and commits are delayed, refused and lost."""

from __future__ import annotations

from collections import deque

from oslo_db import exception as db_error

from tests.simulator.scenario import Mishap
from tests.simulator.scheduler import Scheduler
from tests.simulator.store.transaction import Transaction


class SimulatedLine:
    """Every statement and every commit comes by here, and others may go first.

    :param mishaps: what is to happen at the next statement or commit that it fits
    :param server: the line of the server itself, which may be away for all
    """

    def __init__(self, scheduler: Scheduler, mishaps: deque[Mishap], server: SimulatedLine | None = None) -> None:
        self._point = scheduler.point
        self._scheduler = scheduler
        self._server = server or self
        self.mishaps = mishaps
        self.away_until = 0.0

    def before_statement(self, transaction: Transaction) -> None:
        self._point()
        if self.mishaps:
            match self.mishaps[0]:
                case Mishap.DEADLOCK:
                    self.mishaps.popleft()
                    raise db_error.DBDeadlock
                case Mishap.CUT:
                    self.mishaps.popleft()
                    raise db_error.DBConnectionError
        self._expect_server()

    def before_commit(self, transaction: Transaction) -> None:
        self._point()
        if self.mishaps and self.mishaps[0] is Mishap.CUT_BEFORE_COMMIT:
            self.mishaps.popleft()
            raise db_error.DBConnectionError
        self._expect_server()

    def after_commit(self, transaction: Transaction) -> None:
        if self.mishaps and self.mishaps[0] is Mishap.CUT_AFTER_COMMIT:
            self.mishaps.popleft()
            raise db_error.DBConnectionError

    def _expect_server(self) -> None:
        now = self._scheduler.now
        if now < self.away_until or now < self._server.away_until:
            raise db_error.DBConnectionError
