"""The scheduler: chance decides who is next, time passes when nobody can run, the dead never run again."""

from __future__ import annotations

import random

from tests.simulator.scheduler import Process, Scheduler


def interleaved(seed: int) -> list[str]:
    scheduler, told = Scheduler(random.Random(seed)), list[str]()

    def count(name: str) -> None:
        for number in range(5):
            scheduler.point()
            told.append(f"{name}{number}")

    process = Process("engine")
    for name in "ab":
        scheduler.spawn(process, name, lambda name=name: count(name))
    scheduler.run(lambda: True, 1.0)
    return told


def test_the_same_seed_gives_the_same_order() -> None:
    assert interleaved(1) == interleaved(1)


def test_other_seeds_give_other_orders() -> None:
    assert len({tuple(interleaved(seed)) for seed in range(20)}) > 10


def test_time_passes_only_when_nobody_can_run() -> None:
    scheduler, told = Scheduler(random.Random(0)), list[tuple[str, float]]()

    def sleeper() -> None:
        scheduler.sleep(10.0)
        told.append(("slept", scheduler.now))

    def worker() -> None:
        for _ in range(100):
            scheduler.point()
        told.append(("worked", scheduler.now))

    process = Process("engine")
    scheduler.spawn(process, "sleeper", sleeper)
    scheduler.spawn(process, "worker", worker)
    assert scheduler.run(lambda: len(told) == 2, 60.0)
    assert told == [("worked", 0.0), ("slept", 10.0)]


def test_a_dead_process_does_nothing_more() -> None:
    scheduler, told = Scheduler(random.Random(0)), list[str]()

    def work() -> None:
        try:
            scheduler.sleep(1.0)
            told.append("went on")
        finally:
            told.append("ended")

    process = Process("engine")
    scheduler.spawn(process, "work", work)
    scheduler.run(lambda: True, 0.5)
    scheduler.kill(process)
    scheduler.run(lambda: True, 5.0)
    assert told == ["ended"]


def test_a_paused_process_goes_on_where_it_was() -> None:
    scheduler, told = Scheduler(random.Random(0)), list[float]()

    def work() -> None:
        scheduler.sleep(1.0)
        told.append(scheduler.now)

    process = Process("engine")
    scheduler.spawn(process, "work", work)
    scheduler.run(lambda: True, 0.5)
    process.is_paused = True
    scheduler.at(30.0, lambda: scheduler.resume(process))
    scheduler.run(lambda: bool(told), 60.0)
    assert told == [30.0]
