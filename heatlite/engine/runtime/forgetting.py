"""Purge records of client calls that are no longer needed. Each engine does this in its sweeps, about once an hour."""

from __future__ import annotations

import datetime

from heatlite.context import EngineContext
from heatlite.db import client_calls
from heatlite.db.api import Database
from heatlite.db.retry import retried
from heatlite.engine.common.inputs import Inputs

KEPT = datetime.timedelta(days=1)
"""Age at which the record of a client call is deleted. Brokers and libraries redeliver a message within minutes."""
EVERY = 3600.0
"""Seconds between two purges by one engine."""


class Forgetting:
    """Purges old records for one engine."""

    def __init__(self, database: Database, inputs: Inputs) -> None:
        self._database = database
        self._inputs = inputs
        self._next = float("-inf")

    def old_calls(self) -> None:
        """Delete the records of old client calls, if the last purge was about an hour ago."""
        now = self._inputs.monotonic()
        if now >= self._next:
            self._forget()
            self._next = now + EVERY * self._inputs.random.uniform(0.75, 1.25)

    @retried
    def _forget(self) -> None:
        client_calls.purge(EngineContext(self._database), self._inputs.utcnow() - KEPT)
