"""The lease: this engine's right to act, and its identity.

The owner counts a counter up in its ``service`` row; whoever watches sees it move, or not (see ``liveness``). No wall
clock takes part. The owner stops starting steps half a lease after it *sent* its last successful renewal, so that it
has stopped before anybody may think it dead:

    sent ───────────── L/2 ─ stops starting steps ──────────── L ─ others may take over

An engine that finds itself declared dead goes on under a new id: nothing that it held before is its own any more.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable

from oslo_db import exception as db_error

import heatlite
from heatlite.context import EngineContext
from heatlite.db import outage, services
from heatlite.db.api import Database
from heatlite.engine.common import executors
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.common.settings import Settings
from heatlite.rpc import messages

LOG = logging.getLogger(__name__)

BINARY = "heatlite-engine"
START_PAUSE = 2.0
"""Seconds between two attempts to register, at most."""


class Lease:
    """The lease of one engine process.

    :param when_taken: called with each new id, before anybody else can see it
    :param when_lost: called with an id that was declared dead, before a new one is taken
    :param serves: whether the broker hands out messages to this engine now; it is noted with each renewal
    """

    def __init__(
        self,
        database: Database,
        inputs: Inputs,
        settings: Settings,
        *,
        when_taken: Callable[[str], None] = lambda engine_id: None,
        when_lost: Callable[[str], None] = lambda engine_id: None,
        serves: Callable[[], bool] = lambda: True,
    ) -> None:
        self._database = database
        self._inputs = inputs
        self._settings = settings
        self._when_taken = when_taken
        self._when_lost = when_lost
        self._serves = serves
        self._renewing = threading.Lock()
        self._sent = self._holds_since = float("-inf")
        self.engine_id = ""

    def acquire(self) -> None:
        """Register this process under a new id."""
        self.engine_id = self._inputs.new_id()
        self._when_taken(self.engine_id)
        self._register(self._inputs.new_id())

    def acquire_patiently(self, given_up: threading.Event) -> bool:
        """Register, however long the database is away: a process that starts in an outage waits for its end.

        Return False where it was given up meanwhile; then the lease may still be there, for ``release``.
        """
        service_id = self._inputs.new_id()
        self.engine_id = self._inputs.new_id()
        self._when_taken(self.engine_id)
        while not given_up.is_set():
            try:
                self._register(service_id)
                return True
            except db_error.DBDuplicateEntry:
                self.renew()  # it was registered, and the answer was lost
                return True
            except Exception as error:
                if not outage.is_outage(error):
                    raise
            given_up.wait(START_PAUSE * self._inputs.random.uniform(0.5, 1.0))
        return False

    def _register(self, service_id: str) -> None:
        sent, now = self._inputs.monotonic(), self._inputs.utcnow()
        services.register(
            EngineContext(self._database),
            {
                "id": service_id,
                "engine_id": self.engine_id,
                "host": self._settings.host,
                "hostname": f"{self._settings.host}.{os.getpid()}",
                "binary": BINARY,
                "topic": messages.ENGINE_TOPIC,
                "report_interval": int(self._settings.lease_seconds),
                "created_at": now,
                "updated_at": now,
                "version": heatlite.__version__,
                "serving": self._serves(),
            },
        )
        self._renewed(sent)

    def _renewed(self, sent: float) -> None:
        if sent - self._sent >= self._settings.lease_seconds / 2:
            self._holds_since = sent
        self._sent = sent

    @property
    def holds_since(self) -> float | None:
        """Since when this engine could renew without a gap, on the monotonic clock; None where it can't now.

        Of a time in which it couldn't itself it may not say that another didn't: the database was away, or read-only,
        or the whole machine stood still.
        """
        return self._holds_since if self.is_valid else None

    @property
    def was_taken(self) -> bool:
        """Whether this process has registered, so that there is something to give up."""
        return self._sent > float("-inf")

    @property
    def is_valid(self) -> bool:
        """Whether this engine may start a step now."""
        return self._inputs.monotonic() - self._sent < self._settings.lease_seconds / 2

    def renew(self) -> None:
        """Count up. Where that shows that this engine was declared dead, begin anew under another id."""
        with self._renewing:
            sent = self._inputs.monotonic()
            now = self._inputs.utcnow()
            if services.renew(EngineContext(self._database), self.engine_id, now, self._serves()):
                self._renewed(sent)
                return
            LOG.warning("Engine %s was declared dead: it drops what it held and goes on as another", self.engine_id)
            self._when_lost(self.engine_id)
            self.acquire()

    def release(self) -> None:
        """Say goodbye. What is held all the same belongs to an engine without a row, and is taken over."""
        services.forget(EngineContext(self._database), [self.engine_id])


class Renewal:
    """Renews a lease at a quarter of its length, until it is told to stop. An outage is reported once."""

    def __init__(self, lease: Lease, settings: Settings) -> None:
        self._lease = lease
        self._interval = settings.lease_seconds / 4
        self._thread = executors.BackgroundThread("lease", self._run)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End it; the lease is not given up by that."""
        self._thread.end()

    def _run(self) -> None:
        failing = False
        while not self._thread.ended.wait(self._interval):
            try:
                self._lease.renew()
            except Exception as error:
                if not failing:
                    outage.tell(LOG, error, "The lease can't be renewed: no step is started until it is")
                failing = failing or not outage.is_outage(error)
            else:
                if failing:
                    LOG.info("The lease is renewed again")
                failing = False
