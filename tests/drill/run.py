"""Play the page: for each row break the thing, notice it, do what the page says, and see that it is well again."""

from __future__ import annotations

import argparse
import contextlib
import logging
import pathlib
import tempfile
import time
from collections.abc import Iterator, Sequence

from tests.drill import page
from tests.drill.bench import Bench
from tests.drill.plays import PLAYS, Play
from tests.servers import MariaDB, RabbitMQ
from tests.servers.cluster import RabbitMQCluster


def unmatched(rows: Sequence[page.Row], faults: Sequence[str]) -> list[str]:
    """What page and plays don't have in common, in words; empty where all is well.

    :param faults: the page's other table
    """
    told = [row.fault for row in rows]
    found = [f"the row has no play: {it}" for it in told if it not in PLAYS]
    found += [f"the play has no row: {it}" for it in PLAYS if it not in told]
    found += [f"the fault isn't in both tables: {it}" for it in sorted({*told} ^ {*faults})]
    for row in rows:
        asked = {it.words for it in row.todo if isinstance(it, page.Act)}
        known = set(PLAYS[row.fault].acts) if row.fault in PLAYS else asked
        found += [f"{row.fault}: the play doesn't know how to {it}" for it in sorted(asked - known)]
        found += [f"{row.fault}: the page doesn't say to {it}" for it in sorted(known - asked)]
        found += [] if row.well else [f"{row.fault}: the page doesn't say how one sees that it is well again"]
    return found


def play(bench: Bench, row: page.Row, part: Play) -> None:
    """Play one row.

    :raises AssertionError: where the page promises what doesn't come true
    """
    with bench.play():
        part.begins(bench)
        assert part.breaks(bench), f"{row.fault}: nothing was broken, so nothing is shown"
        for look in row.noticed:
            bench.sees(look)
        for step in row.todo:
            match step:
                case page.Command(command):
                    bench.gives(command)
                case page.Act(words):
                    part.acts[words](bench)
        part.ends(bench)
        bench.gate.touch()
        for look in row.well:
            bench.sees(look)


@contextlib.contextmanager
def on_cluster(directory: pathlib.Path, database: MariaDB) -> Iterator[Bench]:
    """A deployment of its own on a cluster of brokers."""
    cluster = RabbitMQCluster()
    cluster.start()
    try:
        with begun(directory, database, cluster) as bench:
            yield bench
    finally:
        cluster.stop()


@contextlib.contextmanager
def begun(directory: pathlib.Path, database: MariaDB, broker: RabbitMQ | RabbitMQCluster) -> Iterator[Bench]:
    """A deployment that serves; stopped at the end."""
    directory.mkdir(exist_ok=True)
    bench = Bench(directory, database, broker)
    try:
        bench.begin()
        yield bench
    finally:
        bench.stop()


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """The command's arguments."""
    parser = argparse.ArgumentParser(prog="tools/drill", description="Play doc/faults.md on a running deployment.")
    parser.add_argument("--only", metavar="WORDS", help="only the rows whose fault has these words")
    parser.add_argument("--log", type=pathlib.Path, help="keep the engines' log there")
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> int:
    """The command: 0 where each row came true."""
    wanted = arguments(given)
    logging.disable(logging.CRITICAL)  # that its own connections break is what the drill is about
    text = page.PAGE.read_text()
    rows = page.rows(text)
    if missing := unmatched(rows, page.faults(text)):
        print("\n".join(missing))
        return 1
    chosen = [row for row in rows if wanted.only is None or wanted.only in row.fault]
    failed = 0
    with contextlib.ExitStack() as stack:
        database = MariaDB()
        stack.callback(database.stop)
        database.start()
        directory = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="heatlite-drill-")))
        failed += drill(directory / "cluster", database, [it for it in chosen if PLAYS[it.fault].on_cluster], None)
        failed += drill(
            directory / "bench", database, [it for it in chosen if not PLAYS[it.fault].on_cluster], wanted.log
        )
    print(f"{len(chosen) - failed} of {len(chosen)} rows came true")
    return bool(failed)


def drill(directory: pathlib.Path, database: MariaDB, rows: Sequence[page.Row], log: pathlib.Path | None) -> int:
    """Play rows on one deployment, and say what came of each; returns how many failed."""
    failed = 0
    if not rows:
        return failed
    with contextlib.ExitStack() as stack:
        if PLAYS[rows[0].fault].on_cluster:
            bench = stack.enter_context(on_cluster(directory, database))
        else:
            broker = RabbitMQ()
            stack.callback(broker.stop)
            broker.start()
            bench = stack.enter_context(begun(directory, database, broker))
        for row in rows:
            began = time.monotonic()
            try:
                play(bench, row, PLAYS[row.fault])
                print(f"came true ({time.monotonic() - began:.0f} s): {row.fault}", flush=True)
            except Exception as error:
                failed += 1
                print(f"FAILED: {row.fault}: {type(error).__name__}: {error}", flush=True)
        if log is not None:
            log.write_bytes(bench.log.read_bytes())
    return failed
