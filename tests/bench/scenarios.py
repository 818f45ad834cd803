"""Scenarios: which shapes are measured, at which sizes, by which operations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.bench import shapes
from tests.bench.drive import Cost, Stacks
from tests.bench.meters import Meters
from tests.bench.shapes import Shape

Verbs = tuple[str, ...]
ALL: Verbs = ("create", "update", "repeat", "change_one", "delete")
ALIKE: Verbs = ("create", "update", "repeat", "delete")
"""For a group, all of whose members are alike."""
ENDS: Verbs = ("create", "delete")


@dataclass(frozen=True)
class Scenario:
    """Stacks of one shape, and what is done to them, in order."""

    shape: Shape
    verbs: Verbs = ALL
    stacks: int = 1
    quick: bool = False
    engines: tuple[str, ...] = ("heatlite",)
    """By whom it is played."""

    @property
    def name(self) -> str:
        return self.shape.name if self.stacks == 1 else f"{self.stacks} × {self.shape.name}"

    def play(self, meters: Meters) -> Iterator[Cost]:
        """Do it once."""
        stacks = Stacks(meters, self.shape, self.stacks)
        for verb in self.verbs:
            operation: Callable[[], Cost] = getattr(stacks, verb)
            yield operation()


SCENARIOS = (
    Scenario(shapes.flat(10)),
    Scenario(shapes.flat(50), quick=True),
    Scenario(shapes.flat(200), quick=True),
    Scenario(shapes.flat(1000), quick=True),
    Scenario(shapes.flat(2000), ENDS),
    Scenario(shapes.flat(5000), ENDS),
    Scenario(shapes.layers(200), quick=True),
    Scenario(shapes.layers(2000), ENDS),
    Scenario(shapes.layers(5000), ENDS),
    Scenario(shapes.chain(30), quick=True),
    Scenario(shapes.chain(50), ENDS),
    Scenario(shapes.chain(1000), ENDS),
    Scenario(shapes.chain(5000), ENDS),
    Scenario(shapes.fan(52), ENDS),
    Scenario(shapes.fan(1000), quick=True),
    Scenario(shapes.fan(5000), ENDS),
    Scenario(shapes.flat(40), ENDS, stacks=50, quick=True),
    Scenario(shapes.nested(20, 5), ALIKE, quick=True),
    Scenario(shapes.nested(200, 5), ENDS),
    Scenario(shapes.waiting(1000), ENDS, quick=True),
    Scenario(shapes.blocking(1000), ENDS),
    Scenario(shapes.flat(10000), ("create", "change_one", "delete")),
)
