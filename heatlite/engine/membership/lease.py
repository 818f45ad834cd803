"""The lease: an engine's identity, and its right to act.

An engine renews its lease by incrementing a counter in its ``service`` row. The other engines watch whether the counter
changes (see ``liveness``). No wall clock is used. An engine stops starting steps half a lease after it *sent* its last
successful renewal, so it has stopped before any other engine may declare it dead:

    sent ───────────── L/2 ─ stops starting steps ──────────── L ─ others may take over

An engine that was declared dead continues under a new id. It no longer owns what it held before.
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
"""Longest pause between two attempts to register, in seconds."""


class Lease:
    """The lease of one engine process.

    :param when_taken: called with each new id, before another engine can see it
    :param when_lost: called with an id that was declared dead, before a new one is taken
    :param serves: tells whether the broker delivers messages to this engine now; each renewal records it
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
        """Register, and wait as long as the database is unreachable, since a process may start in an outage.

        Return False if ``given_up`` was set meanwhile. The lease may exist even then; ``release`` deletes it.
        """
        service_id = self._inputs.new_id()
        self.engine_id = self._inputs.new_id()
        self._when_taken(self.engine_id)
        while not given_up.is_set():
            try:
                self._register(service_id)
                return True
            except db_error.DBDuplicateEntry:
                self.renew()  # the earlier attempt was committed, and its answer was lost
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
        """Time since when this engine can renew without a gap, on the monotonic clock; None if it can't now.

        While it can't renew itself, it must not blame another engine for not renewing: the database was unreachable or
        read-only, or the whole machine was stopped.
        """
        return self._holds_since if self.is_valid else None

    @property
    def was_taken(self) -> bool:
        """True if this process has registered, so that there is a lease to release."""
        return self._sent > float("-inf")

    @property
    def is_valid(self) -> bool:
        """True while this engine may start steps."""
        return self._inputs.monotonic() - self._sent < self._settings.lease_seconds / 2

    def renew(self) -> None:
        """Renew the lease; if this engine was declared dead, take a new lease under another id."""
        with self._renewing:
            sent = self._inputs.monotonic()
            now = self._inputs.utcnow()
            if services.renew(EngineContext(self._database), self.engine_id, now, self._serves()):
                self._renewed(sent)
                return
            LOG.warning("Engine %s was declared dead: it drops its work and continues under a new id", self.engine_id)
            self._when_lost(self.engine_id)
            self.acquire()

    def release(self) -> None:
        """Delete the lease. Other engines take over what is still locked or claimed under its id."""
        services.forget(EngineContext(self._database), [self.engine_id])


class Renewal:
    """Renews a lease four times in its length, until it is stopped. It logs an outage once."""

    def __init__(self, lease: Lease, settings: Settings) -> None:
        self._lease = lease
        self._interval = settings.lease_seconds / 4
        self._thread = executors.BackgroundThread("lease", self._run)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread. The lease isn't released."""
        self._thread.end()

    def _run(self) -> None:
        failing = False
        while not self._thread.ended.wait(self._interval):
            try:
                self._lease.renew()
            except Exception as error:
                if not failing:
                    outage.log_failure(
                        LOG, error, "The lease can't be renewed: this engine starts no step until it is renewed"
                    )
                failing = failing or not outage.is_outage(error)
            else:
                if failing:
                    LOG.info("The lease is renewed again")
                failing = False
