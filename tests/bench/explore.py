"""The command: servers and engines of its own, scenario by scenario, a table of what each resource took."""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import pathlib
import statistics
import tempfile
from collections.abc import Sequence

from tests.bench.drive import Cost
from tests.bench.fleet import BenchFleet
from tests.bench.meters import Meters
from tests.bench.scenarios import SCENARIOS, Scenario
from tests.servers import MariaDB, RabbitMQ

EACH = ("engine", "broker", "database", "statements", "commits", "rollbacks", "messages")
HEADINGS = ("what", "verb", "wall ms", "per s", "reply s", "engine", "broker", "db", "stmts", "commits", "rb", "msgs")


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """The command's arguments."""
    parser = argparse.ArgumentParser(prog="tools/bench", description="Measure what operations cost.")
    parser.add_argument("--quick", action="store_true", help="what can be had within two minutes")
    parser.add_argument("--only", default="", help="words, by comma: scenarios with one of them in their name")
    parser.add_argument("--runs", type=int, default=3, help="of each scenario; their medians are told (default: 3)")
    parser.add_argument("--engines", type=int, default=2, help="engine processes (default: 2)")
    parser.add_argument("--set", action="append", default=[], metavar="OPTION=VALUE", help="another configuration")
    parser.add_argument("--json", type=pathlib.Path, help="write the figures there, too")
    parser.add_argument("--log", type=pathlib.Path, help="keep the engines' log there")
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> int:
    """The command: 0 where everything could be measured."""
    wanted = arguments(given)
    logging.disable(logging.CRITICAL)
    chosen = [it for it in SCENARIOS if is_wanted(it, wanted)]
    with contextlib.ExitStack() as stack:
        servers = MariaDB(), RabbitMQ()
        for server in servers:
            stack.callback(server.stop)
            server.begin()
        for server in servers:
            server.start()
        directory = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="heatlite-bench-")))
        fleet = BenchFleet(
            directory,
            servers[0].fresh_database(),
            servers[1].fresh_vhost(),
            workers=wanted.engines,
            **dict(it.split("=", 1) for it in wanted.set),
        )
        stack.callback(fleet.stop)
        fleet.launch()
        told = measure(Meters(fleet, *servers), chosen, wanted.runs)
        if wanted.log is not None:
            wanted.log.write_bytes(fleet.log.read_bytes())
    if wanted.json is not None:
        wanted.json.write_text(json.dumps(told, indent=1))
    return 0


def is_wanted(scenario: Scenario, wanted: argparse.Namespace) -> bool:
    """Whether the arguments ask for it."""
    words = [word for word in wanted.only.split(",") if word]
    return any(word in scenario.name for word in words) if words else scenario.quick or not wanted.quick


def measure(meters: Meters, scenarios: Sequence[Scenario], runs: int) -> list[dict[str, object]]:
    """Play each scenario some times, and tell the median of each figure as soon as it is there."""
    told = []
    print(" ".join(f"{heading:>9}" for heading in HEADINGS), flush=True)
    for scenario in scenarios:
        played = [list(scenario.play(meters)) for _ in range(runs)]
        for costs in zip(*played, strict=True):
            told.append(figures(costs))
            print(line(told[-1]), flush=True)
        print(
            f"{'':>9} engine: {meters.memory():.0f} MB, at most {meters.peak():.0f}; {meters.threads()} threads",
            flush=True,
        )
    return told


def figures(costs: Sequence[Cost]) -> dict[str, object]:
    """The medians of several runs of the same."""
    first = costs[0]
    seconds = statistics.median(it.seconds for it in costs)
    return {
        "what": first.shape,
        "verb": first.verb,
        "wall": seconds * 1000 / first.resources,
        "rate": first.resources / seconds,
        "reply": statistics.median(it.reply for it in costs),
        **{name: statistics.median(it.each(name) for it in costs) for name in EACH},
    }


def line(figure: dict[str, object]) -> str:
    """A line of the table."""
    words = [f"{value:>9}" if isinstance(value, str) else f"{value:>9.3f}" for value in figure.values()]
    return " ".join(words)
