"""The command: servers and engines of its own, scenario by scenario, a table of what each resource took."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import logging
import pathlib
import signal
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence

from tests.bench import beside, on_cloud, page, report, scale, scale_model, scenarios
from tests.bench.fleet import BenchFleet
from tests.bench.goals import GOALS
from tests.bench.heat_fleet import HeatFleet
from tests.bench.meters import Meters
from tests.bench.report import Figure
from tests.bench.scenarios import Scenario
from tests.servers import MariaDB, RabbitMQ

MANY = 1_000
"""Engines of which the model tells."""
RATE = 1_000_000 / 3600
"""Resources a second of which it tells: a million in an hour."""
TRAILS = 0.5
"""Seconds after an operation's end for what it still causes, where engines are compared."""


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """The command's arguments."""
    parser = argparse.ArgumentParser(prog="tools/bench", description="Measure what operations cost.")
    parser.add_argument("--quick", action="store_true", help="what can be had within two minutes")
    parser.add_argument("--only", default="", help="words, by comma: scenarios with one of them in their name")
    parser.add_argument("--runs", type=int, help="of each scenario; their medians are told (default: 3, quickly 1)")
    parser.add_argument("--engines", type=int, default=2, help="engine processes (default: 2)")
    parser.add_argument("--set", action="append", default=[], metavar="OPTION=VALUE", help="another configuration")
    parser.add_argument("--peer", choices=["heat", "sdk"], help="play scenarios to Heat as well, or to the SDK")
    parser.add_argument("--cloud", action="store_true", help="stacks of real resources on a cloud (see tools/cloud)")
    parser.add_argument("--listen", action="store_true", help="with --cloud: heatlite hears the notifications")
    parser.add_argument("--calls", action="store_true", help="with --cloud: tell what the services were asked, by URL")
    parser.add_argument("--scale", action="store_true", help="what 2, 4 and 8 engines take, and 1,000 would")
    parser.add_argument("--goals", action="store_true", help="see which promised figures are reached; --only chooses")
    parser.add_argument("--output", type=pathlib.Path, help="write a page of tables there, with a plot and the data")
    parser.add_argument("--json", type=pathlib.Path, help="write the figures there, too")
    parser.add_argument("--log", type=pathlib.Path, help="keep the engines' log there")
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> int:
    """The command: 0 where everything could be measured."""
    wanted = arguments(given)
    logging.disable(logging.CRITICAL)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started is ended then, too
    if wanted.cloud:
        return on_cloud.run(wanted)
    if wanted.scale:
        return scaled(wanted)
    return reach(wanted) if wanted.goals else play(wanted)


def play(wanted: argparse.Namespace) -> int:
    """Play the scenarios."""
    offered = beside.SCENARIOS if wanted.peer else scenarios.SCENARIOS
    chosen = [it for it in offered if is_wanted(it, wanted)]
    runs = wanted.runs or (1 if wanted.quick else 3)
    with contextlib.ExitStack() as stack:
        fleets = launched({name for it in chosen for name in it.engines}, wanted, stack)
        told = measure(fleets, chosen, runs)
        if wanted.log is not None:
            wanted.log.write_bytes(fleets[beside.HEATLITE].fleet.log.read_bytes())
    if wanted.json is not None:
        page.write_data(wanted.json, told)
    if wanted.output is not None:
        page.write(wanted.output, told, runs)
    return int(any(it["failed"] for it in told if it["by"] == beside.HEATLITE))


def reach(wanted: argparse.Namespace) -> int:
    """See which goals are reached; 0 where all are."""
    words = [word for word in wanted.only.split(",") if word]
    rows, missed = [("figure", "reach", "found", ""), ("---",) * 4], 0
    with contextlib.ExitStack() as stack:
        meters = launched([beside.HEATLITE], wanted, stack)[beside.HEATLITE]
        for name, goal in GOALS.items():
            for finding in goal(meters) if not words or name in words else ():
                rows.append(report.told(finding))
                missed += not finding.is_met
                print("  ".join(f"{cell:<10}" for cell in rows[-1]), flush=True)
        if wanted.log is not None:
            wanted.log.write_bytes(meters.fleet.log.read_bytes())
    if wanted.output is not None:
        wanted.output.write_text(report.table(rows))
    return int(missed > 0)


def scaled(wanted: argparse.Namespace) -> int:
    """Measure deployments of a few engines, and tell what the model says of many."""
    found = []
    for number in scale.NUMBERS:
        with contextlib.ExitStack() as stack:
            wanted.engines = number
            found.append(scale.measured(launched([beside.HEATLITE], wanted, stack)[beside.HEATLITE], number))
            print(json.dumps(dataclasses.asdict(found[-1])), flush=True)
    told = scale_model.table(found, MANY)
    print(told)
    work = scale_model.fitted(found[0], found[-1], scale_model.parabola(found, "rows")).work(RATE)
    print(f"{RATE:.0f} resources a second: {json.dumps(work)}")
    if wanted.output is not None:
        wanted.output.write_text(f"{told}\n")
    return 0


def is_wanted(scenario: Scenario, wanted: argparse.Namespace) -> bool:
    """Whether the arguments ask for it."""
    words = [word for word in wanted.only.split(",") if word]
    return any(word in scenario.name for word in words) if words else scenario.quick or not wanted.quick


def launched(names: Iterable[str], wanted: argparse.Namespace, stack: contextlib.ExitStack) -> dict[str, Meters]:
    """Servers, and on them each of these engines with a database and a virtual host of its own."""
    servers = MariaDB(), RabbitMQ()
    for server in servers:
        stack.callback(server.stop)
        server.begin()
    for server in servers:
        server.start()
    directory = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="heatlite-bench-")))
    found = {}
    for name in sorted(names, reverse=True):  # heatlite first: where it doesn't start, the others needn't
        place = directory / name
        place.mkdir()
        where = place, servers[0].fresh_database(), servers[1].fresh_vhost()
        if name == beside.HEATLITE:
            options = dict(it.split("=", 1) for it in wanted.set)
            fleet: BenchFleet | HeatFleet = BenchFleet(*where, workers=wanted.engines, **options)
        else:
            fleet = HeatFleet(*where, workers=wanted.engines, pauses=name == beside.STOCK)
        stack.callback(fleet.stop)
        fleet.launch()
        trails = TRAILS if wanted.peer else 0.0
        found[name] = Meters(fleet, *servers, trails=trails, may_fail=name != beside.HEATLITE)
    return found


def measure(fleets: Mapping[str, Meters], chosen: Sequence[Scenario], runs: int) -> list[Figure]:
    """Play each scenario some times, and tell the median of each figure as soon as it is there."""
    told = []
    print(report.heading(), flush=True)
    for scenario in chosen:
        for figure in played(fleets, scenario, runs):
            told.append(figure)
            print(report.line(figure), flush=True)
        for name in scenario.engines:
            used = (
                f"{fleets[name].memory():.0f} MB, at most {fleets[name].peak():.0f}; {fleets[name].threads()} threads"
            )
            print(f"{name:>10} {used}", flush=True)
    return told


def played(fleets: Mapping[str, Meters], scenario: Scenario, runs: int) -> Iterator[Figure]:
    """A scenario played by its engines in turn, so that what else the machine does meets all of them.

    What takes Heat a second a leaf is played once.
    """
    costs: dict[str, list[list[report.Cost]]] = {name: [] for name in scenario.engines}
    for run in range(runs):
        for name in scenario.engines:
            if run == 0 or name != beside.STOCK:
                costs[name].append(list(scenario.play(fleets[name])))
    for name, found in costs.items():
        for same in zip(*found, strict=True):
            yield report.figures(name, same, fleets[name])
