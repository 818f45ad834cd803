"""heatlite's RabbitMQ connection: oslo.messaging's, with four additions.

expiry      a queue of one engine expires (``rabbit_transient_queues_ttl``) if nobody removes it
deadline    a call that its client gave up isn't published later, and isn't tried forever
health      the time when the connection could last hand out messages
limits      a queue for other services' notifications is bounded, and so is a message in it
"""

from __future__ import annotations

import contextlib
import contextvars
import time
from collections.abc import Callable, Iterator
from typing import Any

import kombu
import oslo_messaging
from oslo_messaging._drivers import common, impl_rabbit

from heatlite.rpc import messages

NOTIFICATION_QUEUE = {
    "x-expires": 60_000,
    "x-max-length": 10_000,
    "x-max-length-bytes": 64 * 2**20,
    "x-overflow": "drop-head",
}
"""Arguments of a queue for services' notifications: milliseconds without a consumer after which the broker removes it,
and the messages and bytes at most, of which the oldest are dropped."""
LARGEST_NOTIFICATION = 2**20
"""Bytes; a larger message isn't even parsed. Nova's largest have some tens of thousands."""
_publish_until: contextvars.ContextVar[float | None] = contextvars.ContextVar("publish_until", default=None)


class GivenUp(common.Timeout):
    """The operation's caller has given up waiting. oslo.messaging tries again after any other error."""


@contextlib.contextmanager
def publishing_until(moment: float) -> Iterator[None]:
    """Publish nothing in this block after a moment of ``time.monotonic``."""
    token = _publish_until.set(moment)
    try:
        yield
    finally:
        _publish_until.reset(token)


class Connection(impl_rabbit.Connection):
    """A connection for publishing or for listening."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.refused = 0
        """Number of notifications that were too large."""
        self.consumed_at = time.monotonic()
        """The moment of ``time.monotonic`` when this connection last had all its consumers."""
        super().__init__(*args, **kwargs)

    def declare_consumer(self, consumer: Any) -> Any:
        """Declare a queue and its consumer. A queue that only one engine listens on expires."""
        if messages.is_of_one_engine(consumer.queue_name) and self.rabbit_transient_queues_ttl > 0:
            consumer.queue_arguments["x-expires"] = self.rabbit_transient_queues_ttl * 1000
        if messages.is_for_notifications(consumer.queue_name):
            self._bound(consumer)
        return super().declare_consumer(consumer)

    def _bound(self, consumer: Any) -> None:
        """Give a consumer of services' notifications a bounded queue, and messages of a bounded size.

        The exchange is another service's, so it is never declared here. The queue is a durable one, as every RabbitMQ
        from 3.10 on accepts it, whatever it denies.
        """
        consumer.exchange = kombu.Exchange(consumer.exchange_name, "topic", no_declare=True)
        consumer.durable, consumer.queue_auto_delete = True, False
        consumer.queue_arguments = dict(NOTIFICATION_QUEUE)
        take = consumer._callback

        def take_if_small(message: Any) -> None:
            if len(message.body or b"") <= LARGEST_NOTIFICATION:
                take(message)
                return
            self.refused += 1
            message.channel.basic_ack(message.delivery_info["delivery_tag"])

        consumer._callback = take_if_small

    def consume(self, timeout: float | None = None) -> None:
        """Hand out the messages that arrive within so many seconds.

        :raises Timeout: of oslo.messaging's drivers, when none arrives
        """
        try:
            super().consume(timeout)
        finally:
            if self.connection is not None and self.connection.connected and not self._new_tags:
                self.consumed_at = time.monotonic()

    def ensure(self, method: Callable[[], Any], *args: Any, **kwargs: Any) -> Any:
        """Run a method until it succeeds, or until the caller has given up waiting.

        :raises GivenUp: when the caller has given up
        """
        until = _publish_until.get()

        def while_wanted() -> Any:
            if until is not None and time.monotonic() > until:
                raise GivenUp("the caller has given up waiting")
            return method()

        return super().ensure(while_wanted, *args, **kwargs)


def take_over(transport: oslo_messaging.Transport) -> None:
    """Let a transport make connections of this class, if its driver is RabbitMQ's.

    Other transports stay as they are.
    """
    pool = getattr(transport._driver, "_connection_pool", None)
    if pool is not None and pool.connection_cls is impl_rabbit.Connection:
        pool.connection_cls = Connection
