"""Casts to the workers. A cast may be lost, doubled or late: it only says that looking at these rows may pay now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

import oslo_messaging

from heatlite.convergence.model import Node
from heatlite.rpc import messages


class Wakes(Protocol):
    """Where work is announced."""

    def check(self, traversal_id: str, batches: Iterable[Sequence[Node]]) -> None:
        """Announce batches of ready nodes to whichever engine is free."""

    def ask(self, engine_id: str, resource_ids: list[int], traversal_id: str) -> None:
        """Tell one engine that a traversal waits for rows that it holds."""


class WorkerClient:
    """Announces work over RPC."""

    def __init__(self, transport: oslo_messaging.Transport) -> None:
        target = oslo_messaging.Target(
            exchange=messages.EXCHANGE, topic=messages.WORKER_TOPIC, version=messages.WORKER_VERSION
        )
        self._client = oslo_messaging.get_rpc_client(transport, target).prepare()
        listeners = oslo_messaging.Target(
            exchange=messages.EXCHANGE, topic=messages.LISTENER_TOPIC, version=messages.LISTENER_VERSION
        )
        self._listeners = oslo_messaging.get_rpc_client(transport, listeners)

    def check(self, traversal_id: str, batches: Iterable[Sequence[Node]]) -> None:
        """Cast one message a batch."""
        for batch in batches:
            message = messages.CheckResource(traversal_id, tuple(batch))
            self._client.cast({}, "check_resource", **message.to_wire())

    def ask(self, engine_id: str, resource_ids: list[int], traversal_id: str) -> None:
        """Cast to one engine's listener."""
        engine = self._listeners.prepare(server=engine_id)
        engine.cast({}, "asked", resource_ids=resource_ids, traversal_id=traversal_id)
