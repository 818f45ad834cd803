"""kombu's in-memory transport, for the embedded engine: who waits for a message sleeps until one arrives.

kombu's own asks again and again instead. Without a pause in between, as oslo.messaging has it do, the idle engine of a
command takes a whole core, much of it from its own work; with one, every message is late.
"""

from __future__ import annotations

import queue
import threading
import time
from typing import Any

from kombu import transport
from kombu.transport import memory


class Arrivals:
    """Counts messages, and wakes who waits for more."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.count = 0

    def announce(self) -> None:
        """Another has arrived, in some queue."""
        with self._changed:
            self.count += 1
            self._changed.notify_all()

    def wait_beyond(self, count: int, seconds: float | None) -> None:
        """Wait until more have arrived than ``count``, or the time is over; None: however long it takes."""
        with self._changed:
            self._changed.wait_for(lambda: self.count > count, seconds)


ARRIVALS = Arrivals()
"""Of this process: kombu's queues in memory are its, too."""


class Channel(memory.Channel):
    """A channel that tells of what is put into queues."""

    def _put(self, queue: str, message: Any, **options: Any) -> None:
        super()._put(queue, message, **options)
        ARRIVALS.announce()

    def _put_fanout(self, exchange: str, message: Any, routing_key: str | None = None, **options: Any) -> None:
        super()._put_fanout(exchange, message, routing_key, **options)
        ARRIVALS.announce()


class Transport(memory.Transport):
    """The transport, whose connections wait."""

    Channel = Channel

    cycle: Any

    def drain_events(self, connection: Any, timeout: float | None = None, **options: Any) -> None:
        """Hand over the next message.

        :param timeout: seconds to wait for one; None: however long it takes
        :raises TimeoutError: where none has come by then
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
    """Have kombu take this one for ``memory://``, in this process."""
    transport.TRANSPORT_ALIASES["memory"] = f"{__name__}:Transport"
