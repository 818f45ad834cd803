"""One run: load and faults for a while, then quiet, then what is wrong, and how long things took."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random

from heatlite.context import EngineContext
from heatlite.db import stacks
from heatlite.engine.observability import explaining
from tests.chaos import endings, faults
from tests.chaos.fleet import Fleet
from tests.chaos.ground import Ground
from tests.chaos.lives import Answer, Life, Record
from tests.chaos.tally import Tally, counted, more_than_accepted
from tests.chaos.watch import Watch
from tests.waiting import wait_until

LEAST_PAUSE = 0.5
"""Seconds between the end of a fault and the beginning of the next, where faults come quicker than they pass."""
MARGIN = 3.0
"""Seconds after lease and sweep in which a stack moves again, where no other fault comes in between."""


@dataclass(frozen=True)
class Plan:
    """What to do; all that chance decides follows from ``seed``."""

    seed: str = "0"
    seconds: float = 30.0
    least: int = 0
    """Operations that must have been accepted before the faults end, however long that takes."""
    every: float = 4.0
    clients: int = 6
    launchers: int = 3
    broker: bool = False
    only: tuple[str, ...] = ()
    """Faults; empty: all."""


@dataclass
class Report:
    """What came of it."""

    plan: Plan
    violations: list[str] = field(default_factory=list)
    settled_after: float = 0.0
    answers: Counter[str] = field(default_factory=Counter)
    surprises: Counter[str] = field(default_factory=Counter)
    stories: list[str] = field(default_factory=list)
    """What the clients of the stacks that something is wrong with had asked for."""
    times: str = ""
    tally: Tally = field(default_factory=Tally)
    faults: int = 0
    missed: Counter[str] = field(default_factory=Counter)
    """Faults that met nobody, by name."""
    stacks: int = 0

    def __str__(self) -> str:
        told = ", ".join(f"{count} {answer}" for answer, count in sorted(self.answers.items()))
        lines = [
            f"seed {self.plan.seed}: {self.stacks} stacks, operations: {told}; {self.faults} faults",
            f"{self.missed.total()} of the faults met nobody: {dict(self.missed)}",
            str(self.tally),
            self.left(),
            self.times,
            f"settled {self.settled_after:.1f} s after the last fault",
            *(f"told {count} times: {text}" for text, count in self.surprises.most_common(5)),
            *(f"VIOLATED: {text}" for text in self.violations),
            *self.stories,
        ]
        return "\n".join(lines)

    def left(self) -> str:
        """What was wrong in the end, in numbers."""
        stuck, locked, leaked = self.count("is at"), self.count("is held by"), self.count("is nobody")
        return f"left: {stuck} stuck, {locked} locked, {leaked} leaked; {len(self.violations)} violations in all"

    def count(self, words: str) -> int:
        """How many violations say so."""
        return sum(words in text for text in self.violations)


def play(fleet: Fleet, plan: Plan, ground: Ground | None = None) -> Report:
    """Run a plan on a fleet that serves already."""
    ground, options = ground or Ground(fleet), fleet.options
    within = options["lease_seconds"] + options["sweep_interval"] + MARGIN
    over, watch = threading.Event(), Watch(fleet.direct, within, lambda stack_id: explained(fleet, stack_id))
    lives = [Life(fleet.transport, plan.seed, number, over, ground.load) for number in range(plan.clients)]
    watch.start()
    for life in lives:
        life.start()
    missed = break_things(ground, plan, watch, lambda: accepted(lives) >= plan.least)
    over.set()
    began = time.monotonic()
    for life in lives:
        life.join(ground.farewell)
    report = settle(ground, plan, [record for life in lives for record in life.records])
    report.missed = missed
    report.settled_after = time.monotonic() - began
    watch.stop()
    report.times, report.faults = watch.report(), len(watch.faults)
    for life in lives:
        report.surprises += life.surprises
    return report


def accepted(lives: list[Life]) -> int:
    """How many operations have been accepted by now."""
    return sum(answer is Answer.ACCEPTED for life in lives for it in [*life.records] for _, _, answer in [*it.asked])


def break_things(ground: Ground, plan: Plan, watch: Watch, is_enough: Callable[[], bool]) -> Counter[str]:
    """One fault after the other until the time is up and there has been enough to break.

    :returns: those that met nobody, by name
    """
    breaking, missed = ground.faults(Random(f"{plan.seed}/victims")), Counter[str]()
    last, end = time.monotonic(), time.monotonic() + plan.seconds
    for name in faults.drawn(plan.seed, plan.broker, plan.only, ground.weights):
        until = last + plan.every if time.monotonic() >= end else min(last + plan.every, end)
        time.sleep(max(LEAST_PAUSE, until - time.monotonic()))  # the run's own rhythm
        last = time.monotonic()
        if last >= end and is_enough():
            break
        watch.begins(name)
        missed[name] += not breaking.happen(name)
        watch.is_over()
    return +missed


def settle(ground: Ground, plan: Plan, records: list[Record]) -> Report:
    """Wait until nothing moves any more, and look at what there is."""
    report, fleet = Report(plan, stacks=len(records)), ground.fleet
    report.answers = Counter(answer.value for record in records for _, _, answer in record.asked)
    try:
        wait_until(lambda: is_quiet(fleet), ground.settles, "everything to settle")
    except AssertionError:
        report.violations.append(f"not settled after {ground.settles} s")
        report.violations += list(explanations(fleet))
    report.tally = counted(fleet.direct)
    report.violations += more_than_accepted(fleet.direct, records)
    report.violations += ground.violations(records)
    report.violations += ground.last_violations(records)
    if report.violations:
        report.stories = list(ground.journals(report.violations))
        report.stories += told(records)
    return report


def explanations(fleet: Fleet) -> Iterator[str]:
    """Why each stack that is under way is where it is, as an operator would be told."""
    for stack in stacks.in_progress(EngineContext(fleet.direct)):
        yield explained(fleet, stack.id)


def explained(fleet: Fleet, stack_id: str) -> str:
    """Why a stack is where it is, as an operator would be told; and the same of its nested stacks under way."""
    context, options = EngineContext(fleet.direct), fleet.options
    times = {"sweep_interval": options["sweep_interval"], "lease_seconds": options["lease_seconds"]}
    of_tree = [it for it in stacks.in_progress(context) if stack_id in (it.id, it.root_id)]
    return "\n  ".join(
        line
        for stack in of_tree
        for line in explaining.explained(explaining.facts_of(context, stack, time.time(), **times))
    )


def is_quiet(fleet: Fleet) -> bool:
    """Whether nothing is under way; looked at slowly, to leave the machine to the engines."""
    time.sleep(0.3)
    return not endings.unsettled(fleet.direct)


def told(records: list[Record]) -> Iterator[str]:
    """What clients asked for and were told, a line for each stack."""
    for record in records:
        words = (
            f"{verb} {number}{'' if answer is Answer.ACCEPTED else f' ({answer.value})'}"
            for verb, number, answer in record.asked
        )
        yield f"{record.name}: {', '.join(words)}"
