"""Casts to the workers. A cast may be lost, doubled or late: it only says that looking at these rows may pay now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import oslo_messaging

from heatlite.convergence.model import Node
from heatlite.rpc import broker, messages
from heatlite.rpc.serializer import PlainSerializer


class Wakes(Protocol):
    """Where work is announced."""

    def check(self, traversal_id: str, batches: Iterable[Sequence[Node]]) -> None:
        """Announce batches of ready nodes to whichever engine is free."""

    def ask(self, engine_id: str, resource_ids: list[int], traversal_id: str) -> None:
        """Tell one engine that a traversal waits for rows that it holds."""

    def wake(self, engine_id: str, resource_ids: list[int]) -> None:
        """Tell one engine that what it waits for may be over."""

    def over(self, engine_id: str, traversal_id: str) -> None:
        """Tell one engine that the time of a traversal is over, of which it holds rows."""

    def begin(self, request: dict[str, Any], message: messages.BeginChild) -> None:
        """Ask whichever engine is free to begin an operation on a nested stack.

        :param request: the keys of the request context, ``project_id`` among them
        """

    def forget(self, engine_id: str) -> None:
        """Remove what an engine that is gone left at the broker."""


class WorkerClient:
    """Announces work over RPC."""

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

    def check(self, traversal_id: str, batches: Iterable[Sequence[Node]]) -> None:
        """Cast one message a batch."""
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
        """Cast to whichever engine is free, on the topic that no client reaches."""
        self._nested.cast(request, "begin_child", operation=message.to_wire())

    def forget(self, engine_id: str) -> None:
        """Remove its queues; where the broker is away they expire."""
        broker.remove_queues_of(self._transport, engine_id)
