"""The message bus, which keeps no promise: casts are lost, doubled, late and out of order, as the scenario says.

A message goes to one engine that listens, and is gone from the bus as soon as it has been handed over: what happens to
it then is that engine's business, as with a message that is acknowledged when it is received.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from heatlite.convergence.model import Node
from heatlite.rpc.messages import BeginChild, CheckResource
from tests.simulator.scenario import Mail
from tests.simulator.scheduler import Scheduler

Receiver = Callable[[dict[str, Any]], None]


class Bus:
    """One topic, round robin by chance.

    :param receivers: who listens, now
    :param listener: the engine of an id, if it is there
    """

    def __init__(
        self,
        scheduler: Scheduler,
        chance: random.Random,
        mail: Mail,
        receivers: Callable[[], Sequence[Receiver]],
        listener: Callable[[str], Receiver | None],
    ) -> None:
        self._scheduler = scheduler
        self._chance = chance
        self._receivers = receivers
        self._listener = listener
        self.mail = mail
        self.waiting: list[dict[str, Any]] = []
        """Messages for which there is nobody."""

    def check(self, traversal_id: str, batches: Iterable[Sequence[Node]], *, here: bool = False) -> None:
        """What ``WorkerClient`` does: one message a batch."""
        for batch in batches:
            self._scheduler.point()
            self._post(CheckResource(traversal_id, tuple(batch)).to_wire(), self._hand_over)

    def ask(self, engine_id: str, resource_ids: Iterable[int], traversal_id: str) -> None:
        """Tell one engine that a newer traversal waits for rows that it holds."""
        self._scheduler.point()
        request = {"resource_ids": list(resource_ids), "traversal_id": traversal_id}
        self._post(request, lambda message: self._tell(engine_id, message))

    def wake(self, engine_id: str, resource_ids: Iterable[int]) -> None:
        """Tell one engine that what it waits for may be over."""
        self._scheduler.point()
        self._post({"resource_ids": list(resource_ids)}, lambda message: self._tell(engine_id, message))

    def over(self, engine_id: str, traversal_id: str) -> None:
        """Tell one engine that the time of a traversal is over."""
        self._scheduler.point()
        self._post({"traversal_id": traversal_id}, lambda message: self._tell(engine_id, message))

    def begin(self, request: dict[str, Any], message: BeginChild) -> None:
        """An operation on a nested stack, for any engine."""
        self._scheduler.point()
        self._post({"request": request, "operations": [message]}, self._hand_over)

    def begin_all(self, request: dict[str, Any], siblings: Sequence[BeginChild]) -> None:
        """Operations on nested stacks of one owner, for any engine."""
        self._scheduler.point()
        self._post({"request": request, "operations": list(siblings)}, self._hand_over)

    def forget(self, engine_id: str) -> None:
        """There are no queues here."""

    def _tell(self, engine_id: str, request: dict[str, Any]) -> None:
        if (listener := self._listener(engine_id)) is not None:
            listener(request)

    def _post(self, message: dict[str, Any], hand_over: Receiver) -> None:
        if self.mail.lost and self._chance.random() < self.mail.lost:
            return
        copies = 2 if self.mail.doubled and self._chance.random() < self.mail.doubled else 1
        for _ in range(copies):
            if self.mail.late and self._chance.random() < self.mail.late:
                delay = self._chance.random() * self.mail.delay
                self._scheduler.at(delay, lambda: hand_over(message))
            else:
                hand_over(message)

    def _hand_over(self, message: dict[str, Any]) -> None:
        receivers = self._receivers()
        if receivers:
            self._chance.choice(receivers)(message)
        else:
            self.waiting.append(message)

    def listening(self) -> None:
        """There is somebody (again): hand over what has waited."""
        waiting, self.waiting = self.waiting, []
        for message in waiting:
            self._hand_over(message)
