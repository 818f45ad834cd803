"""kombu's in-memory transport for the embedded engine, with readers that sleep until a message arrives.

kombu's own transport polls instead. Without a pause between polls, as oslo.messaging uses it, the idle engine of a
command takes a whole core, much of it from the command's own work. With a pause, every message is late.
"""

from __future__ import annotations

import queue
import threading
import time
from typing import Any

from kombu import transport
from kombu.transport import memory


class Arrivals:
    """A counter of messages, on which threads can wait for more."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.count = 0

    def announce(self) -> None:
        """Count one more message, in any queue."""
        with self._changed:
            self.count += 1
            self._changed.notify_all()

    def wait_beyond(self, count: int, seconds: float | None) -> None:
        """Wait until more than ``count`` messages have arrived, or the time is over. None waits without a limit."""
        with self._changed:
            self._changed.wait_for(lambda: self.count > count, seconds)


ARRIVALS = Arrivals()
"""The counter of this process, because kombu's in-memory queues belong to the process too."""


class Channel(memory.Channel):
    """A channel that announces each message put into a queue."""

    def _put(self, queue: str, message: Any, **options: Any) -> None:
        super()._put(queue, message, **options)
        ARRIVALS.announce()

    def _put_fanout(self, exchange: str, message: Any, routing_key: str | None = None, **options: Any) -> None:
        super()._put_fanout(exchange, message, routing_key, **options)
        ARRIVALS.announce()


class Transport(memory.Transport):
    """A transport whose connections wait for messages."""

    Channel = Channel

    cycle: Any

    def drain_events(self, connection: Any, timeout: float | None = None, **options: Any) -> None:
        """Hand over the next message.

        :param timeout: seconds to wait for one; None waits without a limit
        :raises TimeoutError: when none has come by then
        """
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            seen = ARRIVALS.count
            try:
                self.cycle.get(self._deliver, timeout=timeout)
                return
            except queue.Empty:
                left = None if end is None else end - time.monotonic()
            if left is not None and left <= 0:
                raise TimeoutError
            ARRIVALS.wait_beyond(seen, left)


def take_over() -> None:
    """Make kombu use this transport for ``memory://`` in this process."""
    transport.TRANSPORT_ALIASES["memory"] = f"{__name__}:Transport"
