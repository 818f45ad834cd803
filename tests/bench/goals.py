"""Goals: figures that were promised, each measured as it was meant, and told beside what it was to be.

A goal plays what it needs on the engines that run. Times depend on what else the machine does; ratios within one run
and counts do so less.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator

from heatlite.engine.common.settings import Settings
from tests.bench import blocking, lists, shapes, starts
from tests.bench.drive import Cost, Stacks
from tests.bench.findings import ANYBODY, Finding, Goal, Watch, timed
from tests.bench.meters import Meters
from tests.bench.shapes import Shape

SMALL, LARGE = 50, 5_000
TIMES = 5
"""How often what is over quickly is done; its median counts."""
GENERATIONS, SIZE = 50, 2_000
"""Stacks that are created and deleted one after the other, and the size of each: 100,000 resources."""


def growth(meters: Meters) -> Iterator[Finding]:
    """What a resource costs in a large stack, over what it costs in a small one."""
    kinds: list[Callable[[int], Shape]] = [shapes.flat, shapes.layers, shapes.fan, shapes.chain]
    for kind in kinds:
        small = [created(meters, kind(SMALL - SMALL % shapes.LAYER or SMALL)) for _ in range(TIMES)]
        large = created(meters, kind(LARGE))
        for name, read in (("wall", seconds_each), ("engine CPU", lambda it: it.each("engine"))):
            ratio = read(large) / statistics.median(map(read, small))
            yield Finding(f"{name} of a resource, {large.shape} over {small[0].shape}", 1.2, ratio)


def seconds_each(cost: Cost) -> float:
    return cost.seconds / cost.resources


def created(meters: Meters, shape: Shape, number: int = 1) -> Cost:
    """Create stacks and delete them; what the creation took."""
    stacks = Stacks(meters, shape, number)
    cost = stacks.create()
    stacks.delete()
    return cost


def waiting(meters: Meters) -> Iterator[Finding]:
    """Resources that take five seconds, in which nothing happens."""
    created(meters, shapes.waiting(100))  # whatever threads that needs are there now
    before = meters.threads()
    stacks = Stacks(meters, shapes.waiting(1_000))
    with Watch(meters.threads) as threads:
        cost = stacks.create()
    stacks.delete()
    yield Finding("1,000 resources that each take 5 s", 6.5, cost.seconds, "s")
    yield Finding("threads more than before, meanwhile", 0, max(threads.seen) - before)


def blocked(meters: Meters) -> Iterator[Finding]:
    """Resources whose creation blocks a thread."""
    ideal = 1_000 * blocking.SECONDS / (Settings().step_threads * len(meters.fleet.workers()))
    cost = created(meters, shapes.blocking(1_000))
    yield Finding(f"1,000 that block 50 ms, over {ideal:.2f} s of threads", 1.2, cost.seconds / ideal)


def nested(meters: Meters) -> Iterator[Finding]:
    """A group of stacks over the same resources in one stack."""
    flat = [created(meters, shapes.flat(1_000)) for _ in range(TIMES)]
    group = created(meters, shapes.nested(200, 5))
    for name, read in (("wall", seconds_each), ("engine CPU", lambda it: it.each("engine"))):
        ratio = read(group) / statistics.median(map(read, flat))
        yield Finding(f"{name} of a group of 200 × 5 over flat 1,000", 1.5, ratio)


def rate(meters: Meters) -> Iterator[Finding]:
    """Resources a second."""
    for shape, number in ((shapes.flat(2_000), 1), (shapes.flat(40), 50)):
        costs = [created(meters, shape, number) for _ in range(3)]
        found = statistics.median(it.resources / it.seconds for it in costs)
        yield Finding(f"{costs[0].shape}, resources a second", 1_500, found, at_least=True)


def small_updates(meters: Meters) -> Iterator[Finding]:
    """Updates that change one resource of many, or none, over a call that does nothing."""
    empty = statistics.median(timed(lambda: meters.fleet.client.count_stacks(ANYBODY)) for _ in range(20))
    stacks = Stacks(meters, shapes.flat(1_000))
    stacks.create()
    for name, reach, change in (("one", 30, stacks.change_one), ("none", 15, stacks.repeat)):
        change()  # the template is another one than the first, which the engines have to parse
        found = statistics.median(change().seconds for _ in range(TIMES)) - empty
        yield Finding(f"update of {name} of 1,000, more than an empty call", reach, found * 1000, "ms")
    stacks.delete()


def memory(meters: Meters) -> Iterator[Finding]:
    """What an engine process has grown to after many stacks, and how much of that since half of them."""
    at: dict[int, float] = {}
    for number in range(1, GENERATIONS + 1):
        created(meters, shapes.flat(SIZE))
        at[number] = meters.memory()
    yield Finding(f"MB of an engine after {GENERATIONS * SIZE:,} resources", 110, at[GENERATIONS])
    yield Finding("MB that it grew in the second half", 5, at[GENERATIONS] - at[GENERATIONS // 2])


def large(meters: Meters) -> Iterator[Finding]:
    """A stack of 10,000, and how others are served meanwhile."""
    meters.forget_peak()
    stacks = Stacks(meters, shapes.flat(10_000))
    with Watch(lambda: timed(lambda: meters.fleet.client.list_services(ANYBODY))) as others:
        cost = stacks.create()
        one = stacks.change_one()
        stacks.delete()
    yield Finding("create_stack of 10,000 replies", 10, cost.reply, "s")
    yield Finding("update of one of 10,000 ends", 10, one.seconds, "s")
    yield Finding("95th percentile of others' calls meanwhile", 1, statistics.quantiles(others.seen, n=20)[-1], "s")
    yield Finding("peak MB of an engine", 250, meters.peak())


GOALS: dict[str, Goal] = {
    "rate": rate,
    "updates": small_updates,
    "waiting": waiting,
    "blocking": blocked,
    "nested": nested,
    "growth": growth,
    "large": large,
    "memory": memory,
    "lists": lists.pages,
    "starts": starts.first_answer,
    "commands": starts.commands,
}
