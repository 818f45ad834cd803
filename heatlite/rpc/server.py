"""An RPC server that takes in no more than it can start.

oslo.messaging acknowledges a message when it is received and queues it in the process without bound, so that a killed
engine loses all that it had queued and the first engine to start may swallow the whole queue. Here a message is taken
from the broker only when a thread is free for it: the semaphore holds the listener back, and the prefetch count (see
``transport.bound_prefetch``) keeps the broker from pushing more meanwhile. Either alone doesn't bound it.

    broker ──prefetch ≤ n──▶ listener ──semaphore──▶ threads

A server that leaves tells the broker so at once. oslo.messaging has that told by the connection's end, when all work is
done: until then the broker goes on handing out messages, and those that are found as the connection closes are
acknowledged and dropped. A client's call among them would never be answered.

    leave   listener ends ─▶ consumers are cancelled ─▶ what had been handed out by then is worked on as well
                                                        └ the queue that is named by this engine is removed
"""

from __future__ import annotations

import concurrent.futures
import functools
import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import oslo_messaging
from oslo_messaging.rpc.server import RPCServer
from oslo_service import backend

from heatlite.rpc import delivery, messages

LOG = logging.getLogger(__name__)


SILENT_FOR = 15.0
"""Seconds without its consumers after which a connection counts as broken: it is looked at every 5 s."""


class BoundedRPCServer(RPCServer):
    """An RPC server with as many messages in the process as it has threads, and no more."""

    capacity = 8
    when_idle: Callable[[], None] = staticmethod(lambda: None)
    """Called when the last message in the process is done."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if backend.get_backend_type() is backend.BackendType.THREADING:  # futurist's end a second after they are told
            self._executor_cls = concurrent.futures.ThreadPoolExecutor
        self._free = threading.Semaphore(self.capacity)
        self._at_work: set[int] = set()

    @property
    def is_busy(self) -> bool:
        """Whether a message is in the process."""
        return bool(self._at_work)

    @property
    def is_consuming(self) -> bool:
        """Whether the broker can hand out messages to this server, as far as is known."""
        if len(self._at_work) >= self.capacity:
            return True  # it takes none in now
        since = getattr(self._connection, "consumed_at", None)
        return since is None or time.monotonic() - since < SILENT_FOR

    @property
    def _connection(self) -> Any:
        """The listener's connection; None of a server that isn't started, or has left, or that has no broker."""
        lent = getattr(getattr(self.listener, "_poll_style_listener", None), "conn", None)
        return None if lent is None else lent.connection

    def _on_incoming(self, incoming: Any) -> None:
        self._free.acquire()
        self._at_work.add(id(incoming))
        super()._on_incoming(incoming)

    def leave(self) -> None:
        """Take in nothing more, and return when what the broker has handed out is done.

        It returns only when the broker is back where that is away.
        """
        self.stop()
        self._take_what_was_handed_out()
        self._remove_own_queue()
        self.wait()

    def _take_what_was_handed_out(self) -> None:
        connection = self._connection
        if connection is None:
            return  # a driver without a broker
        try:
            cancel_consumers(connection)
        except Exception as error:
            LOG.warning("The broker can't be told that this engine leaves: it will see the connection close: %s", error)
        while incoming := self.listener._poll_style_listener.poll():
            self._on_incoming(incoming)

    def _remove_own_queue(self) -> None:
        """Remove the queue that only this server listens on; nobody else would."""
        target = self._target
        try:
            if self._connection is not None:
                self._connection.channel.queue_delete(messages.own_queue(target.topic, target.server))
        except Exception as error:
            LOG.warning("This engine's queue for %s stays until it expires: %s", target.topic, error)

    def _process_incoming(self, incoming: Any) -> None:
        incoming[0].reply = functools.partial(bare_reply, incoming[0].reply)
        try:
            with delivery.answering(delivery.id_of(incoming[0])):
                super()._process_incoming(incoming)
        finally:
            self._at_work.discard(id(incoming))
            self._free.release()
            if not self._at_work:
                self.when_idle()


def bare_reply(reply: Callable[..., None], result: Any = None, failure: Any = None) -> None:
    """Send a reply; of a failure its class and its words, but no traceback: that is of no use to a client.

    oslo.messaging sends the lines of the engine's code along, and those of whatever the failure was caused by.
    """
    if failure is not None:
        kind, error, _ = failure
        error.__cause__ = error.__context__ = None
        failure = (kind, error, None)
    reply(result, failure)


def cancel_consumers(connection: Any) -> None:
    """Have the broker hand out nothing more on a listener's connection, whose own thread has ended.

    What arrives until it has heard is put with what the listener has.
    """
    consumers = getattr(connection, "_consumers", {})
    for consumer, tag in list(consumers.items()):
        consumer.cancel(tag)


def serve(
    transport: oslo_messaging.Transport,
    topic: str,
    endpoints: Sequence[object],
    *,
    host: str,
    threads: int,
    serializer: oslo_messaging.Serializer | None = None,
    when_idle: Callable[[], None] = lambda: None,
) -> BoundedRPCServer:
    """A started server for a topic, with ``threads`` messages at work at most.

    :param when_idle: called when the last message in the process is done
    """
    bounded = type("BoundedRPCServer", (BoundedRPCServer,), {"capacity": threads, "when_idle": staticmethod(when_idle)})
    target = oslo_messaging.Target(exchange=messages.EXCHANGE, topic=topic, server=host)
    server: BoundedRPCServer = oslo_messaging.get_rpc_server(
        transport,
        target,
        list(endpoints),
        serializer=serializer,
        access_policy=oslo_messaging.DefaultRPCAccessPolicy,
        server_cls=bounded,
    )
    server.start(override_pool_size=threads)
    return server
