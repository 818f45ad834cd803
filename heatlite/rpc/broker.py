"""Broker administration: whether RabbitMQ can serve heatlite, and removal of queues.

oslo.messaging takes some permanent refusals of RabbitMQ for temporary ones and tries again forever. So an engine
checks the broker first, with queues of its own that it removes at once::

    reached? ─▶ queues as configured? ─▶ the exchange, and the queues that are there: as configured?
       │                 │                                   │
     away             refused                             refused

``away`` may end by itself. An operator has to end ``refused``.
"""

from __future__ import annotations

import contextlib
import dataclasses
import re
import threading
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import oslo_messaging
from amqp import exceptions as amqp_errors
from oslo_messaging._drivers import common

from heatlite.rpc import messages
from heatlite.rpc.connection import Connection

INTERNAL_ERROR = 541
QUORUM = {"x-queue-type": "quorum"}
TRIED = re.compile("heatlite-check-[0-9a-f]+")
SHORT_LIVED = {"x-expires": 60_000}
"""Arguments of a test queue: it expires after so many milliseconds, in case it isn't removed."""
ANSWERED_WITHIN = 10.0
"""Seconds that the broker may take for each answer."""
CLOSED_WITHIN = 5.0
"""Seconds that a client waits for the broker when it closes."""
WANTED = "rabbit_quorum_queue = true and rabbit_transient_quorum_queue = true in [oslo_messaging_rabbit]"
EVERYWHERE = "of every engine, of heat-api and of every client"


@dataclass(frozen=True)
class Trouble:
    """The reason why a broker can't serve heatlite. ``reason`` is a sentence without its full stop.

    ``is_refused``: True until an operator changes something. False: the trouble may end by itself.
    """

    reason: str
    is_refused: bool


@dataclass(frozen=True)
class QueueKind:
    """How queues of one kind are declared: their use, durability and arguments."""

    use: str
    durable: bool
    arguments: dict[str, Any]


def examine(transport: oslo_messaging.Transport) -> Trouble | None:
    """Return why the broker can't serve heatlite as it is configured. Return None when it can, or when it isn't
    RabbitMQ.

    When the broker is away this takes a few seconds at most. It leaves nothing behind at the broker.
    """
    if not is_rabbit(transport):
        return None
    try:
        with connected(transport) as connection:
            return _examined(connection)
    except Exception as error:  # oslo.messaging's driver may wrap the error in any class
        return trouble_of(error, _where(transport))


def version(transport: oslo_messaging.Transport) -> str:
    """Return the broker's name and version, as ``RabbitMQ 4.0.5``.

    :raises Exception: when the broker can't be reached
    """
    with connected(transport) as connection:
        properties = connection.connection.connection.server_properties
        return f"{properties.get('product', 'RabbitMQ')} {properties.get('version', '')}".strip()


def has_lasting_queues(transport: oslo_messaging.Transport) -> bool:
    """Tell whether all queues are configured to be quorum queues, which every RabbitMQ from 3.10 on accepts."""
    options = transport._driver.conf.oslo_messaging_rabbit
    return bool(options.rabbit_quorum_queue and options.rabbit_transient_quorum_queue)


def remove_queues_of(transport: oslo_messaging.Transport, engine_id: str) -> None:
    """Remove the queues that carry the name of a dead engine.

    :raises Exception: when the broker can't be reached; the queues then expire
    """
    if not is_rabbit(transport):
        return
    with connected(transport) as connection:
        for topic in messages.TOPICS:
            connection.channel.queue_delete(messages.own_queue(topic, engine_id))


def close(transport: oslo_messaging.Transport) -> None:
    """Close a client's transport and remove the client's reply queue. The queue expires if it can't be removed.

    This takes a few seconds at most. A call that was given up may still try to declare its queue, and oslo.messaging
    waits for that. The connections then stay open until the process ends.
    """
    closing = threading.Thread(target=_close, args=(transport,), name="closing", daemon=True)
    closing.start()
    closing.join(CLOSED_WITHIN)


def _close(transport: oslo_messaging.Transport) -> None:
    driver = transport._driver
    name, pool = getattr(driver, "_reply_q", None), driver._connection_pool if is_rabbit(transport) else None
    transport.cleanup()  # ends the listening thread, which would declare the queue again
    if name and pool:
        with contextlib.suppress(Exception), connection_of(pool) as connection:
            connection.channel.queue_delete(name)


def is_rabbit(transport: oslo_messaging.Transport) -> bool:
    """Tell whether messages go through RabbitMQ, and not within this process or through another broker."""
    pool = getattr(transport._driver, "_connection_pool", None)
    return pool is not None and issubclass(pool.connection_cls, Connection) and pool.url.transport == "rabbit"


def connected(transport: oslo_messaging.Transport) -> AbstractContextManager[Any]:
    """Open a separate connection to the broker, with one try for each of the broker's nodes."""
    return connection_of(transport._driver._connection_pool)


@contextlib.contextmanager
def connection_of(pool: Any) -> Iterator[Any]:
    """Open a connection like those of a driver's pool."""
    connection = pool.create(common.PURPOSE_LISTEN, retry=max(0, len(pool.url.hosts) - 1))
    try:
        connection.set_transport_socket_timeout(ANSWERED_WITHIN)
        yield connection
    finally:
        with contextlib.suppress(Exception):  # RabbitMQ closes the connection after some refusals
            connection.close()


def queue_kinds(connection: Any) -> tuple[QueueKind, QueueKind]:
    """Return how this configuration declares the queues of topics, and the queues of one process."""
    topics = QUORUM if connection.rabbit_quorum_queue else {}
    transient = QUORUM if connection.rabbit_transient_quorum_queue else {}
    return (
        QueueKind("requests", connection.durable, topics),
        QueueKind("replies and fanouts", connection.rabbit_transient_quorum_queue, transient),
    )


def _examined(connection: Any) -> Trouble | None:
    requests, transient = queue_kinds(connection)
    for kind in (requests, transient):
        name = f"heatlite-check-{uuid.uuid4().hex}"
        try:
            _declare(connection, name, dataclasses.replace(kind, arguments={**kind.arguments, **SHORT_LIVED}))
        except (amqp_errors.ConnectionError, amqp_errors.ChannelError) as error:
            return refused(error, f"queues for {kind.use}")
        _on_a_channel(connection, lambda channel, name=name: channel.queue_delete(name))
    try:
        _declare_exchange(connection, requests.durable)
        for topic in messages.TOPICS:
            if _is_there(connection, lambda channel, topic=topic: channel.queue_declare(topic, passive=True)):
                _declare(connection, topic, requests)
    except amqp_errors.PreconditionFailed as error:
        return Trouble(
            f"the broker has heatlite's exchange or queues of another kind than this configuration's ({brief(error)}). "
            "Give all of them the same configuration; to change the kind, stop them, delete the exchange "
            f"{messages.EXCHANGE} and the queues, and start them: see doc/deployment.md",
            is_refused=True,
        )
    return None


def _declare(connection: Any, name: str, kind: QueueKind) -> None:
    declared = {"durable": kind.durable, "auto_delete": False, "arguments": kind.arguments}
    _on_a_channel(connection, lambda channel: channel.queue_declare(name, **declared))


def _declare_exchange(connection: Any, durable: bool) -> None:
    name, options = messages.EXCHANGE, {"durable": durable, "auto_delete": False}
    if _is_there(connection, lambda channel: channel.exchange_declare(name, "topic", passive=True)):
        _on_a_channel(connection, lambda channel: channel.exchange_declare(name, "topic", **options))


def has_exchange(connection: Any, name: str) -> bool:
    """Tell whether the broker has an exchange, without making it."""
    return _is_there(connection, lambda channel: channel.exchange_declare(name, "topic", passive=True))


def _is_there(connection: Any, look: Any) -> bool:
    try:
        _on_a_channel(connection, look)
    except amqp_errors.NotFound:
        return False
    return True


def _on_a_channel(connection: Any, act: Any) -> None:
    """Run an operation on a separate channel, because a refusal closes the channel."""
    channel = connection.connection.channel()
    try:
        act(channel)
    finally:
        with contextlib.suppress(Exception):
            channel.close()


def refused(error: Exception, what: str) -> Trouble:
    """Describe RabbitMQ's refusal to declare a queue."""
    if getattr(error, "code", None) == INTERNAL_ERROR and "deprecated" in str(error):
        return Trouble(f"the broker denies transient {what} ({brief(error)}). Set {WANTED} {EVERYWHERE}", True)
    return Trouble(f"the broker makes no {what}: {brief(error)}", True)


def trouble_of(error: Exception, where: str) -> Trouble:
    """Describe why RabbitMQ can't be reached, or doesn't let this user in."""
    if isinstance(error, amqp_errors.AccessRefused | amqp_errors.NotAllowed):
        return Trouble(f"the broker at {where} refuses this user or virtual host: {brief(error)}", True)
    return Trouble(f"the broker at {where} can't be reached: {brief(error)}", False)


def brief(error: Exception) -> str:
    """Return the first line of an error's text, without its full stop and without a test queue's random name."""
    line = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return TRIED.sub("heatlite-check", line).rstrip(".")[:200]


def _where(transport: oslo_messaging.Transport) -> str:
    hosts = transport._driver._connection_pool.url.hosts
    return ", ".join(f"{host.hostname or 'localhost'}:{host.port or 5672}" for host in hosts) or "localhost:5672"
