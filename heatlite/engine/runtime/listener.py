"""One engine's own endpoint: topic ``heat-engine-listener``, addressed by engine id."""

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
    """What is said to this process and no other."""

    target = oslo_messaging.Target(version=messages.LISTENER_VERSION)

    def __init__(self, runner: StepRunner) -> None:
        self._runner = runner

    def listening(self, context: Any) -> bool:
        """An engine that answers is there; that it is alive is for its lease to say."""
        return True

    def asked(self, context: Any, resource_ids: list[int], traversal_id: str) -> None:
        """A newer traversal waits for rows that this engine holds."""
        with dropping_nonsense():
            rows, traversal = messages.row_ids(resource_ids), messages.traversal_of(traversal_id)
            self._runner.asked(rows, traversal)

    def wake(self, context: Any, resource_ids: list[int]) -> None:
        """What rows that this engine holds wait for may be over: look now."""
        with dropping_nonsense():
            self._runner.woken(messages.row_ids(resource_ids))

    def over(self, context: Any, traversal_id: str) -> None:
        """The time of a traversal is over: what this engine waits for in it is let go of."""
        with dropping_nonsense():
            self._runner.over(messages.traversal_of(traversal_id))


@contextlib.contextmanager
def dropping_nonsense() -> Iterator[None]:
    """Drop a message whose arguments can't be what an engine sends, and say so in the log."""
    try:
        yield
    except ValueError as error:
        LOG.warning("An invalid message is dropped: %s", error)
