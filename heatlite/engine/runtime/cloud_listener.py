"""CloudListener: listens to the services' notifications, as long as there is somebody to listen to.

::

    look for the exchanges ──none, or the broker is away──▶ log once ─▶ wait ──┐
       ▲ └──some──▶ listen ─▶ watch ──silent, or further exchanges──────────────┤
       └──────────────────────────────────────────────────────────────────────┘

No other part of the engine waits for it. While it can't listen, and where it may have missed something, what relies on
notifications is looked at in the usual way.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

import oslo_messaging

from heatlite.clients import notified
from heatlite.engine.common import executors
from heatlite.engine.common.counts import Count, Counts
from heatlite.engine.common.settings import CloudNotificationSettings
from heatlite.engine.runtime.rpc_servers import LEAVES_STUCK, leave
from heatlite.engine.traversal.announcements import Announcements
from heatlite.rpc import notification_listener
from heatlite.rpc.notification_listener import NotificationListener

LOG = logging.getLogger(__name__)

PAUSE = 5.0
"""Seconds between two looks at the listener, and at a broker that can't be used."""
LEAVES_WITHIN = 10.0
"""Seconds that a listener may take to leave: oslo.messaging's looks every five seconds whether it should."""
LOOKS_FOR_MORE = 12
"""Every so many looks, the broker is asked whether a service that was missing has come."""


class CloudListener:
    """One engine's listener.

    :param bus: where the services send
    """

    def __init__(self, bus: oslo_messaging.Transport, settings: CloudNotificationSettings, counts: Counts) -> None:
        self._bus = bus
        self._settings = settings
        self._counts = counts
        self._heard_on: list[str] = []
        self._listener: NotificationListener | None = None
        self._refused = 0
        self._looks = 0
        self._logged: str | None = None
        self._hear: Callable[[Any, Any], None] = lambda event_type, payload: None
        self._deafened: Callable[[], None] = lambda: None
        self._thread = executors.BackgroundThread("cloud notifications", self._run)

    @property
    def hears(self) -> bool:
        """Whether notifications can reach this engine, as far as is known."""
        listener = self._listener
        return listener is not None and listener.is_consuming

    def start(self, announcements: Announcements, deafened: Callable[[], None]) -> None:
        """Start the thread.

        :param deafened: is called when notifications can't be heard any more
        """

        def hear(event_type: Any, payload: Any) -> None:
            if ids := notified.ids_in(event_type, payload):
                announcements.hear(ids)

        self._hear, self._deafened = hear, deafened
        self._thread.start()

    def stop(self) -> None:
        """Listen no more."""
        if not self._thread.end(LEAVES_STUCK) or not self._leave():
            LOG.warning("The broker of the services' notifications doesn't answer: this engine stops without it")

    def _run(self) -> None:
        while not self._thread.ended.is_set():
            try:
                self._look()
            except Exception as error:  # the broker's library may raise anything
                self._log(f"the broker can't be used: {error}")
                self._give_up()
            self._thread.ended.wait(PAUSE)

    def _look(self) -> None:
        if self._listener is not None and not self.hears:
            self._log("the broker doesn't answer")
            self._give_up()
        self._count()
        self._looks += 1
        if self._listener is None or (self._misses() and self._looks % LOOKS_FOR_MORE == 0):
            self._listen(notification_listener.existing(self._bus, self._settings.exchanges))

    def _misses(self) -> bool:
        return len(self._heard_on) < len(self._settings.exchanges)

    def _listen(self, exchanges: Sequence[str]) -> None:
        if not exchanges:
            self._log(f"no service has made one of the exchanges {', '.join(self._settings.exchanges)} yet")
        if not exchanges or list(exchanges) == self._heard_on:
            return
        self._give_up()
        self._listener = notification_listener.listen(self._bus, exchanges, self._settings.topics, self._hear)
        self._heard_on = list(exchanges)
        self._logged = None
        LOG.info("Listening to the notifications of %s", ", ".join(exchanges))

    def _count(self) -> None:
        """Count what the listener has refused since the last look."""
        refused = 0 if self._listener is None else self._listener.refused
        if refused > self._refused:
            self._counts.add(Count.REFUSED, refused - self._refused)
            LOG.warning("%d notifications of services were too large to be read", refused - self._refused)
        self._refused = refused

    def _give_up(self) -> None:
        was_there = self._listener is not None
        self._leave()
        if was_there:
            self._deafened()

    def _leave(self) -> bool:
        listener, self._listener = self._listener, None
        self._heard_on = []
        return listener is None or leave([Leaving(listener)], LEAVES_WITHIN)

    def _log(self, reason: str) -> None:
        """Log why nobody is listened to, once until it changes."""
        if reason != self._logged:
            self._logged = reason
            LOG.warning("Notifications of the cloud's services can't be heard: %s. Resources are polled", reason)


class Leaving:
    """A listener as ``leave`` sees it: no message in it is worth waiting for."""

    is_busy = False

    def __init__(self, listener: NotificationListener) -> None:
        self._listener = listener

    @property
    def is_consuming(self) -> bool:
        """Whether the broker answers."""
        return self._listener.is_consuming

    def leave(self) -> None:
        """Leave."""
        self._listener.leave()
