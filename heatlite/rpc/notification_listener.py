"""Listen to the notifications of the cloud's services: edge only, what they mean is for others to say.

::

    exchange nova   ──notifications.info, .error───────────▶ ┐ heatlite-notifications.NAME,
                    ──versioned_notifications.info, .error─▶ ├ this engine's own queue ──▶ hear(event type, payload)
    exchange cinder ──notifications.info, .error───────────▶ ┘

Each engine has a queue of its own, so each hears everything: no engine knows which of the others waits for what, and
one that doesn't wait drops a notification at once. Nobody else misses a notification because of that. The queue is
removed when the engine leaves; it expires soon after an engine died, and holds a bounded number of messages meanwhile.
"""

from __future__ import annotations

import concurrent.futures
import logging
import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any

import oslo_messaging
from oslo_config import cfg
from oslo_messaging.notify.dispatcher import NotificationDispatcher
from oslo_messaging.notify.listener import NotificationServer
from oslo_service import backend

from heatlite.rpc import broker, connection, memory, messages, transport
from heatlite.rpc.server import SILENT_FOR, cancel_consumers

LOG = logging.getLogger(__name__)

Hear = Callable[[Any, Any], None]


def transport_of(conf: cfg.ConfigOpts, url: str | None = None) -> oslo_messaging.Transport:
    """Return the transport for notifications: of ``url``, of [oslo_messaging_notifications], or of [DEFAULT].

    :raises ConfigurationError: when an option is on that heatlite doesn't work with
    """
    transport.check_options(conf, url)
    memory.take_over()
    made = oslo_messaging.get_notification_transport(conf, url=url)
    connection.take_over(made)
    return made


class Ear:
    """The endpoint: gets each notification of the levels that ends and errors have."""

    def __init__(self, hear: Hear) -> None:
        self._hear = hear

    def info(self, context: Any, publisher: Any, event_type: Any, payload: Any, metadata: Any) -> None:
        """Take a notification of the level INFO."""
        self._hear(event_type, payload)

    def error(self, context: Any, publisher: Any, event_type: Any, payload: Any, metadata: Any) -> None:
        """Take a notification of the level ERROR."""
        self._hear(event_type, payload)


class NotificationListener(NotificationServer):
    """A listener on a queue of its own, which it removes when it leaves.

    :param exchanges: where services send; those that don't exist can't be listened to
    :param hear: is given the type and the payload of each notification, as they came; it must not block
    """

    def __init__(
        self, bus: oslo_messaging.Transport, exchanges: Sequence[str], topics: Sequence[str], hear: Hear
    ) -> None:
        targets = [oslo_messaging.Target(exchange=it, topic=topic) for it in exchanges for topic in topics]
        dispatcher = NotificationDispatcher([Ear(hear)], None)
        self.queue = messages.notification_queue(uuid.uuid4().hex)
        super().__init__(bus, targets, dispatcher, executor="threading", allow_requeue=False, pool=self.queue)
        if backend.get_backend_type() is backend.BackendType.THREADING:  # futurist's threads end a second late
            self._executor_cls = concurrent.futures.ThreadPoolExecutor

    @property
    def is_consuming(self) -> bool:
        """Whether the broker can hand out messages to this listener, as far as is known."""
        since = getattr(self._connection, "consumed_at", None)
        return since is None or time.monotonic() - since < SILENT_FOR

    @property
    def refused(self) -> int:
        """Number of messages that were too large to be read."""
        return int(getattr(self._connection, "refused", 0))

    @property
    def _connection(self) -> Any:
        lent = getattr(getattr(self.listener, "_poll_style_listener", None), "conn", None)
        return None if lent is None else lent.connection

    def leave(self) -> None:
        """Listen no more, and remove the queue. While the broker is away, this doesn't return."""
        self.stop()
        if self._connection is not None:
            try:
                cancel_consumers(self._connection)
                self._connection.channel.queue_delete(self.queue)
            except Exception as error:
                LOG.warning("This engine's queue for notifications stays until it expires: %s", error)
        self.wait()


def listen(
    bus: oslo_messaging.Transport, exchanges: Sequence[str], topics: Sequence[str], hear: Hear
) -> NotificationListener:
    """Start to listen."""
    listener = NotificationListener(bus, exchanges, topics, hear)
    listener.start(override_pool_size=1)
    return listener


def existing(bus: oslo_messaging.Transport, exchanges: Sequence[str]) -> list[str]:
    """Return those of these exchanges that exist: a service makes its own when it first uses the broker.

    :raises Exception: when the broker can't be reached
    """
    if not broker.is_rabbit(bus):
        return list(exchanges)
    with broker.connected(bus) as connected:
        return [it for it in exchanges if broker.has_exchange(connected, it)]
