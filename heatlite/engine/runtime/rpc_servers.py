"""Run one engine's RPC servers, in a thread of their own.

When an engine starts, the broker may be unreachable for hours, or refuse its queues. oslo.messaging would retry for
ever and log little. No other part of the engine waits for the broker. So this thread examines the broker first, logs
what is wrong, and serves as soon as possible::

    examine ──away or refused──▶ log once ─▶ wait ──┐
       ▲ └──fine──▶ serve ─▶ watch ──silent────────┤
       └───────────────────────────────────────────┘

An engine that was declared dead continues under a new id. Then this thread starts servers under the new id, and stops
those of the former id.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from heatlite.engine.common import executors
from heatlite.rpc.broker import Trouble

LOG = logging.getLogger(__name__)

PAUSE = 2.0
"""Seconds between two examinations of a broker that can't be used."""
WATCH = 5.0
"""Seconds between two checks of the running servers."""
LEAVES_STUCK = 3.0
"""Seconds that a server may take to stop while the broker is unreachable, since its connection may never close."""
STEP = 0.1


class Served(Protocol):
    """A server that listens on a topic."""

    @property
    def is_busy(self) -> bool:
        """True while a message is handled."""

    @property
    def is_consuming(self) -> bool:
        """True if the broker can deliver messages to it."""

    def leave(self) -> None:
        """Take in nothing more, and return when all messages are handled. It may never return if the broker is away."""


class RPCServers:
    """Serves until it is stopped.

    :param examine: returns why the broker can't be used; None: it can
    :param starters: each starts a server; it may never return if the broker goes away at that moment
    :param when_serving: called each time the servers have been started
    """

    def __init__(
        self,
        examine: Callable[[], Trouble | None],
        starters: Callable[[], Sequence[Callable[[], Served]]],
        when_serving: Callable[[], None] = lambda: None,
    ) -> None:
        self._examine = examine
        self._starters = starters
        self._when_serving = when_serving
        self._servers: list[Served] = []
        self._asked = threading.Event()
        self._is_wanted = True
        self._logged: str | None = None
        self._thread = executors.BackgroundThread("RPC servers", self._run)
        self.ready = threading.Event()
        """Set once the servers have been started for the first time."""

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def serve_again(self) -> None:
        """Start the servers again, under the engine's new id."""
        self._is_wanted = True
        self._asked.set()

    @property
    def is_busy(self) -> bool:
        """True while a message is handled."""
        return any(server.is_busy for server in self._servers)

    @property
    def is_serving(self) -> bool:
        """True if the broker can deliver messages to this engine, as far as is known."""
        is_there = not self._is_wanted and not self._thread.ended.is_set()
        return is_there and all(server.is_consuming for server in self._servers)

    def stop(self, seconds: float) -> None:
        """Take in nothing more, and wait at most so many seconds until the delivered messages are handled."""
        self._thread.ended.set()
        self._asked.set()
        has_ended = self._thread.end(LEAVES_STUCK)
        have_left = leave(list(self._servers), seconds)
        if not has_ended or not have_left:
            LOG.warning("The broker doesn't answer: this engine stops without closing its connections")

    def _run(self) -> None:
        while not self._thread.ended.is_set():
            if self._is_wanted or not self.is_serving:
                self._look()
            self._asked.wait(WATCH if self.is_serving else PAUSE)
            self._asked.clear()

    def _look(self) -> None:
        trouble = self._examine()
        if trouble is None and self._is_wanted and not self._thread.ended.is_set():
            try:
                self._serve()
            except Exception as error:  # the broker's library may raise anything
                trouble = Trouble(f"its queues can't be used: {error}", is_refused=False)
        self._log(trouble)

    def _serve(self) -> None:
        former, began = list(self._servers), self._starters()
        try:
            for start in began:
                self._servers.append(start())
                if self._thread.ended.is_set():
                    return
        except Exception:
            started, self._servers = self._servers[len(former) :], former
            leave(started, LEAVES_STUCK)
            raise
        self._servers = self._servers[len(former) :]
        self._is_wanted = False
        self.ready.set()
        self._when_serving()
        leave(former, LEAVES_STUCK)

    def _log(self, trouble: Trouble | None) -> None:
        """Log what is wrong, once until it changes."""
        reason = None if trouble is None else trouble.reason
        if reason == self._logged:
            return
        self._logged = reason
        if trouble is not None:
            LOG.log(
                logging.ERROR if trouble.is_refused else logging.WARNING,
                "This engine can't serve: %s. It goes on with the nodes that it finds in the database",
                trouble.reason,
            )
        elif self._servers:
            LOG.warning("The broker can be used again")


def leave(servers: Sequence[Served], seconds: float) -> bool:
    """Stop servers in parallel, since each waits for its last poll and its messages. Tell whether all have stopped.

    :param seconds: the longest wait; shorter for an idle server whose broker is unreachable
    """
    leaving = [threading.Thread(target=server.leave, name="leaving", daemon=True) for server in servers]
    for thread in leaving:
        thread.start()
    began = time.monotonic()
    for thread, server in zip(leaving, servers, strict=True):
        while thread.is_alive() and time.monotonic() - began < patience(server, seconds):
            executors.join(thread, STEP)
    return not any(thread.is_alive() for thread in leaving)


def patience(server: Served, seconds: float) -> float:
    """Return how many seconds a server may take to stop."""
    return seconds if server.is_busy or server.is_consuming else min(seconds, LEAVES_STUCK)
