"""The endpoint for messages to one particular engine: topic ``heat-engine-listener``, addressed by engine id."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from typing import Any

import oslo_messaging

from heatlite.engine.traversal.step_runner import StepRunner
from heatlite.rpc import messages

LOG = logging.getLogger(__name__)


class ListenerEndpoint:
    """Receives the messages that are addressed to this engine only."""

    target = oslo_messaging.Target(version=messages.LISTENER_VERSION)

    def __init__(self, runner: StepRunner) -> None:
        self._runner = runner

    def listening(self, context: Any) -> bool:
        """Answer that the engine is reachable. Whether it is alive is decided by its lease."""
        return True

    def asked(self, context: Any, resource_ids: list[int], traversal_id: str) -> None:
        """Release rows that this engine holds and a newer traversal waits for, as soon as possible."""
        with dropping_nonsense():
            rows, traversal = messages.row_ids(resource_ids), messages.traversal_of(traversal_id)
            self._runner.asked(rows, traversal)

    def wake(self, context: Any, resource_ids: list[int]) -> None:
        """Poll rows that this engine holds now, since the event that they wait for may have happened."""
        with dropping_nonsense():
            self._runner.woken(messages.row_ids(resource_ids))

    def over(self, context: Any, traversal_id: str) -> None:
        """Stop waiting in a traversal whose time limit has passed."""
        with dropping_nonsense():
            self._runner.over(messages.traversal_of(traversal_id))


@contextlib.contextmanager
def dropping_nonsense() -> Iterator[None]:
    """Log and drop a message whose arguments no engine would send."""
    try:
        yield
    except ValueError as error:
        LOG.warning("An invalid message is dropped: %s", error)
