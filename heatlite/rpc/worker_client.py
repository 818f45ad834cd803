"""Casts to the workers. A cast may be lost, doubled or late: it only hints that these rows may have work now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import oslo_messaging

from heatlite.convergence.model import Node
from heatlite.rpc import broker, messages
from heatlite.rpc.serializer import PlainSerializer


class Wakes(Protocol):
    """The announcements of work that an engine sends."""

    def check(self, traversal_id: str, batches: Iterable[Sequence[Node]], *, here: bool = False) -> None:
        """Announce batches of ready nodes to any free engine.

        :param here: let it be this engine, if it can do without a message: it has just read all that the nodes need
        """

    def ask(self, engine_id: str, resource_ids: list[int], traversal_id: str) -> None:
        """Tell one engine that a traversal waits for rows that this engine has locked."""

    def wake(self, engine_id: str, resource_ids: list[int]) -> None:
        """Tell one engine that the thing it waits for may have happened."""

    def over(self, engine_id: str, traversal_id: str) -> None:
        """Tell one engine, which has locked rows of a traversal, that the traversal's time is over."""

    def begin(self, request: dict[str, Any], message: messages.BeginChild) -> None:
        """Ask any free engine to begin an operation on a nested stack.

        :param request: the keys of the request context, including ``project_id``
        """

    def begin_all(self, request: dict[str, Any], siblings: Sequence[messages.BeginChild]) -> None:
        """Ask any free engine to begin operations on nested stacks of one owner, by one message."""

    def forget(self, engine_id: str) -> None:
        """Remove a dead engine's queues at the broker."""


class WorkerClient:
    """A ``Wakes`` that announces work over RPC."""

    def __init__(self, transport: oslo_messaging.Transport) -> None:
        self._transport = transport
        target = oslo_messaging.Target(
            exchange=messages.EXCHANGE, topic=messages.WORKER_TOPIC, version=messages.WORKER_VERSION
        )
        self._client = oslo_messaging.get_rpc_client(transport, target).prepare()
        listeners = oslo_messaging.Target(
            exchange=messages.EXCHANGE, topic=messages.LISTENER_TOPIC, version=messages.LISTENER_VERSION
        )
        self._listeners = oslo_messaging.get_rpc_client(transport, listeners)
        nested = oslo_messaging.Target(
            exchange=messages.EXCHANGE, topic=messages.NESTED_TOPIC, version=messages.NESTED_VERSION
        )
        self._nested = oslo_messaging.get_rpc_client(transport, nested, serializer=PlainSerializer())

    def check(self, traversal_id: str, batches: Iterable[Sequence[Node]], *, here: bool = False) -> None:
        """Cast one message for each batch."""
        for batch in batches:
            message = messages.CheckResource(traversal_id, tuple(batch))
            self._client.cast({}, "check_resource", **message.to_wire())

    def ask(self, engine_id: str, resource_ids: list[int], traversal_id: str) -> None:
        """Cast to one engine's listener."""
        engine = self._listeners.prepare(server=engine_id, version="1.0")
        engine.cast({}, "asked", resource_ids=resource_ids, traversal_id=traversal_id)

    def wake(self, engine_id: str, resource_ids: list[int]) -> None:
        """Cast to one engine's listener."""
        self._listeners.prepare(server=engine_id, version="1.1").cast({}, "wake", resource_ids=resource_ids)

    def over(self, engine_id: str, traversal_id: str) -> None:
        """Cast to one engine's listener."""
        self._listeners.prepare(server=engine_id, version="1.2").cast({}, "over", traversal_id=traversal_id)

    def begin(self, request: dict[str, Any], message: messages.BeginChild) -> None:
        """Cast to any free engine, on the topic that no client can reach."""
        self._nested.prepare(version="1.0").cast(request, "begin_child", operation=message.to_wire())

    def begin_all(self, request: dict[str, Any], siblings: Sequence[messages.BeginChild]) -> None:
        """Cast one message to any free engine, on the topic that no client can reach."""
        self._nested.cast(request, "begin_children", operations=[it.to_wire() for it in siblings])

    def forget(self, engine_id: str) -> None:
        """Remove an engine's queues. While the broker is away, they expire."""
        broker.remove_queues_of(self._transport, engine_id)
