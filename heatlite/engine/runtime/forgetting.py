"""Forgetting: notes that serve for a while only, and would pile up. Any engine does it, now and then, with a sweep."""

from __future__ import annotations

import datetime

from heatlite.context import EngineContext
from heatlite.db import client_calls
from heatlite.db.api import Database
from heatlite.db.retry import retried
from heatlite.engine.common.inputs import Inputs

KEPT = datetime.timedelta(days=1)
"""For so long a client's call is known. Brokers and libraries deliver a message again within minutes."""
EVERY = 3600.0
"""Seconds between two looks of an engine."""


class Forgetting:
    """One engine's part in it."""

    def __init__(self, database: Database, inputs: Inputs) -> None:
        self._database = database
        self._inputs = inputs
        self._next = float("-inf")

    def old_calls(self) -> None:
        """Forget which calls began what, where that was long ago. It does something once an hour only."""
        now = self._inputs.monotonic()
        if now >= self._next:
            self._forget()
            self._next = now + EVERY * self._inputs.random.uniform(0.75, 1.25)

    @retried
    def _forget(self) -> None:
        client_calls.purge(EngineContext(self._database), self._inputs.utcnow() - KEPT)
