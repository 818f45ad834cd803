"""An RPC server that takes in no more than it can start.

oslo.messaging acknowledges a message when it is received and queues it in the process without bound, so that a killed
engine loses all that it had queued and the first engine to start may swallow the whole queue. Here a message is taken
from the broker only when a thread is free for it: the semaphore holds the listener back, and the prefetch count (see
``transport.bound_prefetch``) keeps the broker from pushing more meanwhile. Either alone doesn't bound it.

    broker ──prefetch ≤ n──▶ listener ──semaphore──▶ threads
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import oslo_messaging
from oslo_messaging.rpc.server import RPCServer

from heatlite.rpc import messages


class BoundedRPCServer(RPCServer):
    """An RPC server with as many messages in the process as it has threads, and no more."""

    capacity = 8

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._free = threading.Semaphore(self.capacity)

    def _on_incoming(self, incoming: Any) -> None:
        self._free.acquire()
        super()._on_incoming(incoming)

    def _process_incoming(self, incoming: Any) -> None:
        try:
            super()._process_incoming(incoming)
        finally:
            self._free.release()


def serve(
    transport: oslo_messaging.Transport,
    topic: str,
    endpoints: Sequence[object],
    *,
    host: str,
    threads: int,
    serializer: oslo_messaging.Serializer | None = None,
) -> oslo_messaging.MessageHandlingServer:
    """A started server for a topic, with ``threads`` messages at work at most."""
    bounded = type("BoundedRPCServer", (BoundedRPCServer,), {"capacity": threads})
    target = oslo_messaging.Target(exchange=messages.EXCHANGE, topic=topic, server=host)
    server = oslo_messaging.get_rpc_server(
        transport,
        target,
        list(endpoints),
        serializer=serializer,
        access_policy=oslo_messaging.DefaultRPCAccessPolicy,
        server_cls=bounded,
    )
    server.start(override_pool_size=threads)
    return server
