"""RPC servers: one engine's servers for its topics, by a thread of their own.

The broker may be away when an engine starts, for hours, or refuse its queues: oslo.messaging would try again for ever
and say little. Nothing else of the engine waits for it. So this thread asks the broker first, says what is wrong, and
serves as soon as it can::

    examine ──away or refused──▶ tell once ─▶ wait ─┐
       ▲ └──fine──▶ serve ─▶ watch ──silent────────┤
       └───────────────────────────────────────────┘

An engine that was declared dead goes on under another id, by which others speak to it: then it serves under that too,
and leaves the servers of its former id.
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
"""Seconds between two looks at a broker that can't serve."""
WATCH = 5.0
"""Seconds between two looks at whether the servers are well."""
LEAVES_STUCK = 3.0
"""Seconds that a server may take to leave, where the broker is away: its connection is waited for in vain."""
STEP = 0.1


class Served(Protocol):
    """A server that listens on a topic."""

    @property
    def is_busy(self) -> bool:
        """Whether a message is at work."""

    @property
    def is_consuming(self) -> bool:
        """Whether the broker can hand out messages to it."""

    def leave(self) -> None:
        """Take in nothing more, and return when all is done; it may never return where the broker is away."""


class RPCServers:
    """Serves for as long as it isn't stopped.

    :param examine: says why the broker can't serve; None: it can
    :param starters: each starts a server; it may never return where the broker goes away at that moment
    :param when_serving: called each time they have been started
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
        self._told: str | None = None
        self._thread = executors.BackgroundThread("RPC servers", self._run)
        self.ready = threading.Event()
        """Set when the servers have been started for the first time."""

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def serve_again(self) -> None:
        """Have the servers be started again: they are named by an id that is no longer this engine's."""
        self._is_wanted = True
        self._asked.set()

    @property
    def is_busy(self) -> bool:
        """Whether a message is at work."""
        return any(server.is_busy for server in self._servers)

    @property
    def is_serving(self) -> bool:
        """Whether the broker can hand out messages to this engine, as far as is known."""
        is_there = not self._is_wanted and not self._thread.ended.is_set()
        return is_there and all(server.is_consuming for server in self._servers)

    def stop(self, seconds: float) -> None:
        """Take in nothing more, and wait until what was handed out is done; so long at most."""
        self._thread.ended.set()
        self._asked.set()
        has_ended = self._thread.end(LEAVES_STUCK)
        have_left = leave(list(self._servers), seconds)
        if not has_ended or not have_left:
            LOG.warning("The broker is being waited for in vain: this engine leaves without telling it")

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
            except Exception as error:  # whatever the broker's library makes of it
                trouble = Trouble(f"its queues can't be used: {error}", is_refused=False)
        self._tell(trouble)

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

    def _tell(self, trouble: Trouble | None) -> None:
        """Tell what is wrong, once until that changes."""
        reason = None if trouble is None else trouble.reason
        if reason == self._told:
            return
        self._told = reason
        if trouble is not None:
            LOG.log(
                logging.ERROR if trouble.is_refused else logging.WARNING,
                "This engine can't serve: %s. It goes on with what it finds in the database",
                trouble.reason,
            )
        elif self._servers:
            LOG.warning("The broker can be used again")


def leave(servers: Sequence[Served], seconds: float) -> bool:
    """Have servers leave side by side: each waits for its last poll, and for what it is at. Return whether all have.

    :param seconds: how long at most; one whose broker is away, and that is at nothing, isn't waited for so long
    """
    leaving = [threading.Thread(target=server.leave, name="leaving", daemon=True) for server in servers]
    for thread in leaving:
        thread.start()
    began = time.monotonic()
    for thread, server in zip(leaving, servers, strict=True):
        while thread.is_alive() and time.monotonic() - began < patience(server, seconds):
            thread.join(STEP)
    return not any(thread.is_alive() for thread in leaving)


def patience(server: Served, seconds: float) -> float:
    """How long a server may take to leave."""
    return seconds if server.is_busy or server.is_consuming else min(seconds, LEAVES_STUCK)
