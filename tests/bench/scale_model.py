"""A model of large deployments: constants that are measured with a few engines, and what follows for a thousand.

::

    idle, a second   statements, writes, CPU   ∝ engines       each sweeps, and renews its lease; the servers idle, too
                     rows read                 ∝ engines²      each reads the leases of all
                     queues                    ∝ engines       and a few that all share
    work             statements, CPU           ∝ resources     whichever engine does it
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench.scale import Measured


@dataclass(frozen=True)
class Line:
    """``base + slope * engines + square * engines²``."""

    base: float
    slope: float
    square: float = 0.0

    def at(self, engines: int) -> float:
        """The value with so many engines."""
        return self.base + self.slope * engines + self.square * engines**2


@dataclass(frozen=True)
class Model:
    """Totals of a deployment as lines over its engines, and what a resource takes."""

    totals: dict[str, Line]
    of_resource: dict[str, float]

    def idle(self, engines: int) -> dict[str, float]:
        """What engines without work take in a second; of queues, how many there are."""
        return {name: line.at(engines) for name, line in self.totals.items()}

    def work(self, resources_per_second: float) -> dict[str, float]:
        """What so many created and deleted resources a second take: statements, messages, and CPUs."""
        each = self.of_resource
        cpus = {f"cpu_{name}": each[name] / 1000 * resources_per_second for name in ("engine", "database", "broker")}
        return {name: each[name] * resources_per_second for name in ("statements", "commits", "messages")} | cpus


ALONE = ("statements", "writes", "cpu_engines")
SHARED = ("cpu_database", "cpu_broker", "queues")
"""Totals of which some belong to no engine."""


def fitted(small: Measured, large: Measured, rows: Line) -> Model:
    """A model of two deployments.

    :param large: has more engines; what a resource takes is taken from it
    :param rows: see ``parabola``
    """
    totals = {name: through_zero(small, large, name) for name in ALONE}
    totals |= {name: straight(small, large, name) for name in SHARED}
    return Model({**totals, "rows": rows}, large.of_resource)


def through_zero(small: Measured, large: Measured, name: str) -> Line:
    """Every engine takes the same."""
    return Line(0.0, (getattr(small, name) + getattr(large, name)) / (small.engines + large.engines))


def straight(small: Measured, large: Measured, name: str) -> Line:
    """Every further engine takes the same."""
    slope = (getattr(large, name) - getattr(small, name)) / (large.engines - small.engines)
    return Line(getattr(small, name) - slope * small.engines, slope)


def parabola(found: Sequence[Measured], name: str) -> Line:
    """What three deployments tell of a total to which each engine adds something for each of all. It isn't checked."""
    (x, p), (y, q), (z, r) = ((it.engines, getattr(it, name)) for it in found)
    square = ((r - q) / (z - y) - (q - p) / (y - x)) / (z - x)
    slope = (q - p) / (y - x) - square * (x + y)
    return Line(p - slope * x - square * x**2, slope, square)


def table(found: Sequence[Measured], engines: int) -> str:
    """A page's table: three deployments, how far the last is from what the first two say of it, and many engines."""
    rows = parabola(found, "rows")
    model = fitted(*found[:2], rows)
    many = fitted(found[0], found[-1], rows).idle(engines)
    heading = "".join(f" {it.engines} |" for it in found)
    lines = [
        f"| idle, in all |{heading} {found[-1].engines}, over the model's | {engines:,} |",
        "|---" * (len(found) + 3) + "|",
    ]
    for name in (*ALONE, *SHARED, "rows"):
        cells = "".join(f" {getattr(it, name):.3g} |" for it in found)
        off = getattr(found[-1], name) / model.totals[name].at(found[-1].engines)
        lines.append(f"| {name} |{cells} {'–' if name == 'rows' else f'{off:.2f}'} | {many[name]:,.3g} |")
    return "\n".join(lines)
