"""Ground: what a run is played on. The load, the faults, and what is wrong in the end, of things that are files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from random import Random

from tests.chaos import endings, faults
from tests.chaos.fleet import Fleet
from tests.chaos.lives import Load, Record
from tests.waiting import PATIENCE


class Ground:
    """A fleet, and the files of its world.

    ``settles``: seconds in which everything must have settled after the last fault. ``farewell``: seconds that a client
    has to end.
    """

    settles = PATIENCE
    farewell = 60.0
    weights: Mapping[str, int] = faults.WEIGHTS

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.load = Load()

    def faults(self, random: Random) -> faults.Faults:
        """Return what makes faults happen."""
        return faults.Faults(self.fleet, random)

    def violations(self, records: Sequence[Record]) -> Iterator[str]:
        """Say what is wrong when everything has settled."""
        yield from endings.violations(endings.look(self.fleet.direct, self.fleet.world), records)

    def last_violations(self, records: Sequence[Record]) -> Iterator[str]:
        """Clear away, and say what is wrong then."""
        yield from ()

    def journals(self, violations: Sequence[str]) -> Iterator[str]:
        """Say what was done to the things that violations name."""
        for thing in self.fleet.world.things():
            if thing in str(violations):
                yield from self.fleet.world.journal(thing)
