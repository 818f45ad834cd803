"""Beside Heat: the scenarios that are played to both engines in turn, at sizes that Heat can take.

    heatlite     as it is by default
    heat         Heat 27 without the second that it sleeps for each leaf of a stack, so that the comparison is fair
    heat-stock   Heat 27 as it is installed

All engines are up all the time; those that aren't measured do next to nothing.
"""

from __future__ import annotations

from tests.bench import shapes
from tests.bench.scenarios import ENDS, Scenario, Verbs

HEATLITE, HEAT, STOCK = "heatlite", "heat", "heat-stock"
COMMON: Verbs = ("create", "update", "repeat", "delete")
FAIR, ALL_THREE, ALONE = (HEATLITE, HEAT), (HEATLITE, HEAT, STOCK), (HEATLITE,)

SCENARIOS = (
    Scenario(shapes.flat(10), COMMON, engines=ALL_THREE),
    Scenario(shapes.flat(50), COMMON, quick=True, engines=FAIR),
    Scenario(shapes.flat(100), COMMON, engines=FAIR),
    Scenario(shapes.flat(200), ENDS, engines=FAIR),
    Scenario(shapes.layers(100, 10), COMMON, engines=FAIR),
    Scenario(shapes.chain(30), COMMON, quick=True, engines=ALL_THREE),
    Scenario(shapes.fan(102), ENDS, engines=FAIR),
    Scenario(shapes.nested(20, 5), COMMON, engines=FAIR),
    Scenario(shapes.flat(10), COMMON, stacks=20, engines=FAIR),
    Scenario(shapes.flat(500), ENDS, quick=True, engines=ALONE),
    Scenario(shapes.flat(1000), ENDS, engines=ALONE),
    Scenario(shapes.flat(2000), ENDS, engines=ALONE),
    Scenario(shapes.flat(5000), ENDS, engines=ALONE),
)
