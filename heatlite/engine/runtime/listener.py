"""The endpoint for messages to one particular engine: topic ``heat-engine-listener``, addressed by engine id."""

from __future__ import annotations

from typing import Any

import oslo_messaging

from heatlite.engine.traversal.step_runner import StepRunner
from heatlite.rpc import messages
from heatlite.rpc.internal_methods import internal_method


class ListenerEndpoint:
    """Receives the messages that are addressed to this engine only."""

    target = oslo_messaging.Target(version=messages.LISTENER_VERSION)

    def __init__(self, runner: StepRunner) -> None:
        self._runner = runner

    @internal_method
    def listening(self, context: Any) -> bool:
        """Answer that the engine is reachable. Whether it is alive is decided by its lease."""
        return True

    @internal_method
    def asked(self, context: Any, resource_ids: list[int], traversal_id: str) -> None:
        """Release rows that this engine holds and a newer traversal waits for, as soon as possible."""
        rows, traversal = messages.row_ids(resource_ids), messages.traversal_of(traversal_id)
        self._runner.asked(rows, traversal)

    @internal_method
    def wake(self, context: Any, resource_ids: list[int]) -> None:
        """Poll rows that this engine holds now, since the event that they wait for may have happened."""
        self._runner.woken(messages.row_ids(resource_ids))

    @internal_method
    def over(self, context: Any, traversal_id: str) -> None:
        """Stop waiting in a traversal whose time limit has passed."""
        self._runner.over(messages.traversal_of(traversal_id))
