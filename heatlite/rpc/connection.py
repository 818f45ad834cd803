"""Connection: oslo.messaging's connection to RabbitMQ, with what heatlite has to know of it and needs besides.

expiry      a queue that is named by one engine goes by itself (``rabbit_transient_queues_ttl``), if nobody removes it
deadline    what a client gave up waiting for isn't published later, nor tried for ever
health      when it last could hand out messages
"""

from __future__ import annotations

import contextlib
import contextvars
import time
from collections.abc import Callable, Iterator
from typing import Any

import oslo_messaging
from oslo_messaging._drivers import common, impl_rabbit

from heatlite.rpc import messages

_publish_until: contextvars.ContextVar[float | None] = contextvars.ContextVar("publish_until", default=None)


class GivenUp(common.Timeout):
    """What was to be done isn't wanted any more. oslo.messaging tries again after any other error."""


@contextlib.contextmanager
def publishing_until(moment: float) -> Iterator[None]:
    """A block in which nothing is published after this moment of ``time.monotonic``."""
    token = _publish_until.set(moment)
    try:
        yield
    finally:
        _publish_until.reset(token)


class Connection(impl_rabbit.Connection):
    """A connection, for publishing or for listening."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.consumed_at = time.monotonic()
        """When this connection last had all its consumers, on ``time.monotonic``."""
        super().__init__(*args, **kwargs)

    def declare_consumer(self, consumer: Any) -> Any:
        """Declare a queue and its consumer; a queue that only one engine listens on expires."""
        if messages.is_of_one_engine(consumer.queue_name) and self.rabbit_transient_queues_ttl > 0:
            consumer.queue_arguments["x-expires"] = self.rabbit_transient_queues_ttl * 1000
        return super().declare_consumer(consumer)

    def consume(self, timeout: float | None = None) -> None:
        """Hand out what arrives within so many seconds.

        :raises Timeout: of oslo.messaging's drivers, where nothing does
        """
        try:
            super().consume(timeout)
        finally:
            if self.connection is not None and self.connection.connected and not self._new_tags:
                self.consumed_at = time.monotonic()

    def ensure(self, method: Callable[[], Any], *args: Any, **kwargs: Any) -> Any:
        """Do something until it succeeds, or until the caller has given up waiting.

        :raises GivenUp: where it has
        """
        until = _publish_until.get()

        def while_wanted() -> Any:
            if until is not None and time.monotonic() > until:
                raise GivenUp("the caller has given up waiting")
            return method()

        return super().ensure(while_wanted, *args, **kwargs)


def take_over(transport: oslo_messaging.Transport) -> None:
    """Have a transport make connections of this kind; one whose driver isn't RabbitMQ's stays as it is."""
    pool = getattr(transport._driver, "_connection_pool", None)
    if pool is not None and pool.connection_cls is impl_rabbit.Connection:
        pool.connection_cls = Connection
