"""Deliberate mutations of heatlite: a guard against the simulator's own blindness.

Each takes one promise out of the code, as a slip of the pen might; the simulator must notice within a stated number of
seeds. One that it no longer notices has made it blind in that place, whatever else it finds.
"""

from tests.simulator.mutations import (
    answers,
    core,
    engines,
    found,
    hooks,
    limits,
    moving,
    nested,
    rows,
    sharing,
    visits,
)
from tests.simulator.mutations.base import MUTATIONS, Mutation

__all__ = [
    "MUTATIONS",
    "Mutation",
    "answers",
    "core",
    "engines",
    "found",
    "hooks",
    "limits",
    "moving",
    "nested",
    "rows",
    "sharing",
    "visits",
]
