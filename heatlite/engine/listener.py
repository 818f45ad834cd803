"""One engine's own endpoint: topic ``heat-engine-listener``, addressed by engine id."""

from __future__ import annotations

from typing import Any

import oslo_messaging

from heatlite.engine.runner import StepRunner
from heatlite.rpc import messages


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
        self._runner.asked(set(resource_ids), traversal_id)

    def wake(self, context: Any, resource_ids: list[int]) -> None:
        """What rows that this engine holds wait for may be over: look now."""
        self._runner.woken(set(resource_ids))
