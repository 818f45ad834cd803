"""An RPC server that takes in no more messages than it can start.

oslo.messaging acknowledges a message when it is received, and queues messages in the process without bound. So a killed
engine loses all its queued messages, and the first engine to start may swallow the whole queue. This server takes a
message from the broker only when a thread is free for it: the semaphore stops the listener, and the prefetch count (see
``transport.bound_prefetch``) stops the broker from pushing more meanwhile. Each alone doesn't bound the queue.

    broker ──prefetch ≤ n──▶ listener ──semaphore──▶ threads
    clients' calls:                   ──semaphore──▶ a queue for each project ──▶ threads

A server that leaves tells the broker at once. In oslo.messaging the end of the connection tells the broker, after all
work is done: until then the broker keeps handing out messages, and messages that are found while the connection closes
are acknowledged and dropped. A client's call among them would never be answered.

    leave   listener ends ─▶ consumers are cancelled ─▶ messages handed out by then are processed too
                                                        └ this engine's own queue is removed
"""

from __future__ import annotations

import concurrent.futures
import functools
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import oslo_messaging
from oslo_messaging.rpc.server import RPCServer
from oslo_service import backend

from heatlite import exception
from heatlite.context import answering, id_of_message
from heatlite.rpc import messages

LOG = logging.getLogger(__name__)


SILENT_FOR = 15.0
"""Seconds without its consumers after which a connection counts as broken. It is checked every 5 s."""
LONGEST_PROJECT = 255
PROJECTS_WITH_ALL = 2
"""Number of projects that may each have their full number of calls in a process before the broker has to wait."""


class BoundedRPCServer(RPCServer):
    """An RPC server with as many messages in the process as it has threads, and no more."""

    capacity = 8
    when_idle: Callable[[], None] = staticmethod(lambda: None)
    """Called when the last message in the process is done."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if backend.get_backend_type() is backend.BackendType.THREADING:  # futurist's threads end a second late
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
            return True  # it takes no message in now
        since = getattr(self._connection, "consumed_at", None)
        return since is None or time.monotonic() - since < SILENT_FOR

    @property
    def _connection(self) -> Any:
        """The listener's connection. None before the start, after leaving, and for a driver without a broker."""
        lent = getattr(getattr(self.listener, "_poll_style_listener", None), "conn", None)
        return None if lent is None else lent.connection

    def _on_incoming(self, incoming: Any) -> None:
        self._free.acquire()
        self._at_work.add(id(incoming))
        super()._on_incoming(incoming)

    def leave(self) -> None:
        """Take in no more messages, and return when those that the broker has handed out are done.

        While the broker is away, this doesn't return.
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
            with answering(id_of_message(incoming[0])):
                super()._process_incoming(incoming)
        finally:
            self._at_work.discard(id(incoming))
            self._free.release()
            if not self._at_work:
                self.when_idle()


class Lanes(Protocol):
    """Threads that run the work of one project after the other."""

    def submit(self, function: Callable[[], None], lane: str) -> None:
        """Run a function when its lane has its turn."""


MakeLanes = Callable[[Callable[[Callable[[], None]], object], int], Lanes]
"""A factory of lanes: from a function that starts work on a thread, and the number of threads."""


class FairRPCServer(BoundedRPCServer):
    """A server that takes in more messages than it has threads, and answers one project after the other.

    When a project has its full number of calls here, its next call is refused at once: a call left in the broker's
    queue would block the calls of other projects behind it. A cast isn't refused, because nobody would learn of the
    refusal.
    """

    make_lanes: MakeLanes
    threads = 8
    most_of_one = 32
    """Calls of one project that may be in the process."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._counting = threading.Lock()
        self._of_project: Counter[str] = Counter()
        self._lanes = type(self).make_lanes(lambda function: self._work_executor.submit(function), self.threads)

    def _on_incoming(self, incoming: Any) -> None:
        project = project_of(incoming[0])
        is_awaited = getattr(incoming[0], "reply_q", None) is not None
        if is_awaited and self._of_project[project] >= self.most_of_one:
            self._refuse(incoming[0])
            return
        self._free.acquire()
        self._at_work.add(id(incoming))
        with self._counting:
            self._of_project[project] += 1
        self._lanes.submit(lambda: self._answer(project, incoming), f"project {project}")

    def _answer(self, project: str, incoming: Any) -> None:
        try:
            self._process_incoming(incoming)
        finally:
            with self._counting:
                self._of_project[project] -= 1
                self._of_project += Counter()  # drops the projects at zero

    def _refuse(self, message: Any) -> None:
        error = exception.RequestLimitExceeded(
            message=f"The project has {self.most_of_one} unanswered calls at this engine, which is its limit "
            "(option calls_per_project). This call was not carried out: repeat it later."
        )
        try:
            message.acknowledge()
            bare_reply(message.reply, failure=(type(error), error, None))
        except Exception:
            LOG.exception("The refusal of a call beyond calls_per_project can't be sent: its client gets no answer")


def project_of(message: Any) -> str:
    """Return the project that a message names, or an empty text."""
    context = message.ctxt if isinstance(message.ctxt, Mapping) else {}
    named = (context.get(name) for name in ("project_id", "tenant_id", "tenant"))
    return str(next(filter(None, named), ""))[:LONGEST_PROJECT]


def bare_reply(reply: Callable[..., None], result: Any = None, failure: Any = None) -> None:
    """Send a reply. A failure is sent with its class and text, but without traceback: a client has no use for it.

    oslo.messaging would also send the engine's source lines, and those of the error that caused the failure.
    """
    if failure is not None:
        kind, error, _ = failure
        error.__cause__ = error.__context__ = None
        failure = (kind, error, None)
    reply(result, failure)


@dataclass(frozen=True)
class Fairness:
    """How projects take turns: their threads, and the number of calls of one project in the process."""

    make_lanes: MakeLanes
    most_of_one: int


def cancel_consumers(connection: Any) -> None:
    """Make the broker hand out nothing more on a listener's connection. The connection's thread must have ended.

    Messages that arrive until the broker has heard are added to the listener's messages.
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
    fair: Fairness | None = None,
) -> BoundedRPCServer:
    """Start a server for a topic that processes at most ``threads`` messages at a time, and return it.

    :param when_idle: called when the last message in the process is done
    :param fair: how projects take turns; None processes messages in the order of arrival
    """
    kind: type[BoundedRPCServer] = BoundedRPCServer
    own: dict[str, Any] = {"capacity": threads, "when_idle": staticmethod(when_idle)}
    if fair is not None:
        kind, most = FairRPCServer, fair.most_of_one
        own |= {"capacity": PROJECTS_WITH_ALL * most, "make_lanes": staticmethod(fair.make_lanes)}
        own |= {"most_of_one": most, "threads": threads}
    bounded = type(kind.__name__, (kind,), own)
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
