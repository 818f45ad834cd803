"""What the cloud answers: now and then "not now", or nothing although it has done as asked; or it does so twice.

A call that is refused, or gets no answer, is repeated by the engine (``CloudUnavailable``). Whether it was carried out
nobody can tell by then: a plugin that is told that it repeats looks for what exists.
"""

from __future__ import annotations

import dataclasses
import random
from typing import TYPE_CHECKING

from heatlite.exception import CloudUnavailable
from tests.simulator.scenario import Answers, Scenario

if TYPE_CHECKING:
    from tests.simulator.simulation import Simulation

RATES = (0.0, 0.05, 0.2)


def answered(scenario: Scenario) -> Scenario:
    """The scenario; in some cases with a cloud that doesn't always answer."""
    chance = random.Random(f"answers {scenario.seed}")
    if chance.random() >= 0.15:
        return scenario
    answers = Answers(chance.choice(RATES), chance.choice(RATES), chance.choice(RATES))
    return dataclasses.replace(scenario, answers=answers)


class Cloud:
    """The service that all things are at."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._answers = simulation.scenario.answers

    def stop(self) -> None:
        """Answer each call from now on, once."""
        self._answers = Answers()

    def asks(self, what: str) -> None:
        """A call begins.

        :raises CloudUnavailable: where it is refused for now: nothing was done
        """
        if self._happens(self._answers.refused):
            self._fails(f"{what} is refused for now")

    def answers(self, what: str) -> None:
        """A call has been carried out.

        :raises CloudUnavailable: where nobody hears of it
        """
        if self._happens(self._answers.lost):
            self._fails(f"the answer to {what} is lost")

    def is_doubled(self) -> bool:
        """Whether a call is carried out twice."""
        return self._happens(self._answers.twice)

    def _happens(self, rate: float) -> bool:
        return bool(rate) and self._simulation.chance.random() < rate

    def _fails(self, text: str) -> None:
        self._simulation.tell(self._simulation.who(), f"☁ {text}")
        raise CloudUnavailable(service="sim", status="503", message=text)
