"""From a seed to all that happens: the scenario of ``draw``, and what each of the other parts adds to some of them.

Each part draws from a chance of its own, so that a part more changes no scenario that it adds nothing to.
"""

from __future__ import annotations

from tests.simulator import answers, draw, hooks, limits, moving, nesting, scaling, sharing
from tests.simulator.scenario import Scenario


def scenario(seed: int) -> Scenario:
    """The whole scenario of a seed."""
    found = scaling.scaled(nesting.nested(draw.scenario(seed)))
    return sharing.shared(moving.moved(limits.limited(hooks.hooked(answers.answered(found)))))
