"""Explore seeds, one after the other, and tell what was found: what ``tools/simulate`` does."""

from __future__ import annotations

import argparse
import base64
import dataclasses
import json
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tests.simulator import exhaustive, whole
from tests.simulator.scenario import Scenario, revived
from tests.simulator.shrink import shrink
from tests.simulator.simulation import Simulation, play


@dataclass
class Found:
    """What an exploration came to."""

    seeds: int = 0
    steps: int = 0
    seconds: float = 0.0
    failures: dict[int, list[str]] = field(default_factory=dict)

    def __str__(self) -> str:
        rate = self.seeds / self.seconds * 60 if self.seconds else 0
        return (
            f"{self.seeds} seeds, {self.steps} steps, {self.seconds:.0f} s ({rate:.0f} seeds/min): "
            f"{len(self.failures)} with violations"
        )


def explore(
    seeds: Iterable[int], *, until: float = float("inf"), on_failure: Callable[[Simulation], bool] = lambda it: True
) -> Found:
    """Play the scenarios of these seeds.

    :param until: of ``time.monotonic``: stop there
    :param on_failure: told of each failure; False stops the exploration
    """
    found, began = Found(), time.monotonic()
    for seed in seeds:
        simulation = play(whole.scenario(seed))
        found.seeds += 1
        found.steps += simulation.scheduler.steps
        found.seconds = time.monotonic() - began
        if simulation.violations:
            found.failures[seed] = simulation.violations
            if not on_failure(simulation):
                break
        if time.monotonic() > until:
            break
    return found


def story(simulation: Simulation) -> str:
    """A failing simulation as a story: the smallest one that still fails, its end, and how to play it again."""
    kind = simulation.violations[0].split(" ")[:2]
    smallest = shrink(simulation.scenario, lambda it: play(it).violations != [])
    told = play(smallest, trace=True)
    assert told.trace is not None, "a trace was asked for"
    seed = simulation.scenario.seed
    return "\n".join(
        [
            f"seed {seed} ({' '.join(kind)} …), shrunk:",
            *told.trace.lines,
            *(f"violated: {text}" for text in told.violations),
            f"again:          tools/simulate --seed {seed} --trace",
            f"again, shrunk:  tools/simulate --replay {packed(smallest)}",
        ]
    )


def packed(scenario: Scenario) -> str:
    """A scenario as one word."""
    text = json.dumps(dataclasses.asdict(scenario), separators=(",", ":"))
    return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode()


def unpacked(word: str) -> Scenario:
    """The scenario of a word that ``packed`` made."""
    return revived(json.loads(zlib.decompress(base64.urlsafe_b64decode(word))))


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """The command's arguments."""
    parser = argparse.ArgumentParser(
        prog="tools/simulate", description="Explore seeded schedules of heatlite's engines, without servers or threads."
    )
    parser.add_argument("--seeds", type=int, default=1000, help="how many seeds to play (default: 1000)")
    parser.add_argument("--first", type=int, default=0, metavar="N", help="the first seed (default: 0)")
    parser.add_argument("--minutes", type=float, help="play as many seeds as go into so many minutes")
    parser.add_argument("--seed", type=int, metavar="N", help="play one seed")
    parser.add_argument("--schedule", type=int, default=0, metavar="N", help="with --seed: another interleaving")
    parser.add_argument("--replay", metavar="WORD", help="play the shrunk scenario that a failure printed")
    parser.add_argument("--trace", action="store_true", help="with --seed: tell the story as it is, not shrunk")
    parser.add_argument("--keep-going", action="store_true", help="tell the stories of all failures, not the first")
    parser.add_argument(
        "--exhaustive",
        choices=("small", "large"),
        help="search every order of the transactions in place of seeds: what the suite does, or more",
    )
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> int:
    """The command: 0 where nothing was violated."""
    wanted = arguments(given)
    if wanted.exhaustive is not None:
        return exhaustive.main(large=wanted.exhaustive == "large")
    if wanted.replay is not None:
        return tell_one(unpacked(wanted.replay))
    if wanted.seed is not None:
        scenario = dataclasses.replace(whole.scenario(wanted.seed), schedule=wanted.schedule)
        if wanted.trace:
            return tell_one(scenario)
        simulation = play(scenario)
        print(story(simulation) if simulation.violations else f"seed {wanted.seed}: nothing is violated")
        return bool(simulation.violations)
    return tell_many(wanted)


def tell_one(scenario: Scenario) -> int:
    """Play one scenario and tell its story."""
    simulation = play(scenario, trace=True)
    assert simulation.trace is not None, "a trace was asked for"
    print("\n".join(simulation.trace.lines))
    for text in simulation.violations:
        print(f"violated: {text}")
    return bool(simulation.violations)


def tell_many(wanted: argparse.Namespace) -> int:
    """Play many seeds, and tell the stories of what was violated."""

    def on_failure(simulation: Simulation) -> bool:
        print(f"seed {simulation.scenario.seed}: {simulation.violations[0]}", flush=True)
        if not wanted.keep_going:
            print(story(simulation), flush=True)
        return bool(wanted.keep_going)

    until = float("inf") if wanted.minutes is None else time.monotonic() + wanted.minutes * 60
    found = explore(numbered(wanted), until=until, on_failure=on_failure)
    print(found)
    return bool(found.failures)


def numbered(wanted: argparse.Namespace) -> Iterator[int]:
    """The seeds to play."""
    seed = wanted.first
    while wanted.minutes is not None or seed < wanted.first + wanted.seeds:
        yield seed
        seed += 1


__all__ = ["Found", "explore", "main", "story"]
