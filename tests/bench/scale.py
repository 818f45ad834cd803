"""What engines cost while nothing happens, and what a resource costs, with 2, 4 and 8 engines; for ``scale_model``.

Engines sweep, renew their leases and hold queues whether there is work or not. So a deployment's floor
grows with the number of its engines, and some of it with the square: each engine reads the rows of all.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass

from tests.bench import shapes
from tests.bench.drive import Stacks
from tests.bench.meters import STATEMENTS, Meters, less
from tests.servers.rabbitmq import vhost_of

NUMBERS = (2, 4, 8)
WINDOW = 60.0
"""Seconds in which idle engines are watched: twelve sweeps, and twelve renewals of a lease."""
STACKS, SIZE = 16, 40
ROWS = "rows"


@dataclass(frozen=True)
class Measured:
    """One deployment. ``statements`` to ``writes`` are those of a second, of all its engines while they idle.

    ``cpu_…`` are seconds of CPU in a second of idling; ``of_resource``: what one resource took, to its deletion.
    """

    engines: int
    statements: float
    rows: float
    writes: float
    queues: int
    cpu_engines: float
    cpu_database: float
    cpu_broker: float
    of_resource: dict[str, float]


def measured(meters: Meters, engines: int) -> Measured:
    """Watch idle engines, and then have them work."""
    warm = Stacks(meters, shapes.flat(SIZE), STACKS)
    warm.create()
    warm.delete()
    first = counted(meters)
    own = less(counted(meters), first)  # reading the counters counts, too
    counts, before, began = counted(meters), meters.read(), time.monotonic()
    time.sleep(WINDOW)  # what is measured is what happens while nothing does
    seconds = time.monotonic() - began
    idle = less(less(counted(meters), counts), own)
    after = meters.read()
    cpu = {name: (after[name] - before[name]) / seconds for name in ("engine", "database", "broker")}
    return Measured(
        engines,
        sum(idle[name] for name in STATEMENTS) / seconds,
        idle[ROWS] / seconds,
        sum(idle[name] for name in STATEMENTS if name != "Com_select") / seconds,
        len(meters.rabbitmq.queues(vhost_of(meters.fleet.bus))),  # type: ignore[attr-defined]
        cpu["engine"],
        cpu["database"],
        cpu["broker"],
        of_resource(meters),
    )


def counted(meters: Meters) -> dict[str, float]:
    """The database's counters."""
    told = dict(meters.mariadb.ask("SHOW GLOBAL STATUS LIKE 'Handler_read%'"))
    return {**meters.mariadb.statement_counts(), ROWS: sum(map(float, told.values()))}


def of_resource(meters: Meters) -> dict[str, float]:
    """What a resource takes from its creation to its deletion, where many small stacks are made at once."""
    found: list[dict[str, float]] = []
    for _ in range(3):
        stacks = Stacks(meters, shapes.flat(SIZE), STACKS)
        costs = stacks.create(), stacks.delete()
        found.append({name: sum(it.each(name) for it in costs) for name in costs[0].used})
    return {name: statistics.median(it[name] for it in found) for name in found[0]}
