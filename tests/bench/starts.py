"""Starts: an engine to its first answer, and commands. CPU is told as well, which other work disturbs less."""

from __future__ import annotations

import contextlib
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

import psutil

from heatlite.cmd.connect import client_of
from tests.bench.findings import ANYBODY, Finding
from tests.bench.fleet import BenchFleet
from tests.bench.meters import Meters, cpu
from tests.deployment import quiet

TIMES = 5
REACH = 1.5
PATIENCE = 60.0
HELP, LIST = ("--help",), ("stack", "list")


def first_answer(meters: Meters) -> Iterator[Finding]:
    """From the start of a launcher with one process until a call that had been sent before is answered."""
    times, used = [], []
    with tempfile.TemporaryDirectory(prefix="heatlite-start-") as directory, contextlib.ExitStack() as stack:
        bus = meters.rabbitmq.fresh_vhost()
        fleet = BenchFleet(pathlib.Path(directory), meters.mariadb.fresh_database(), bus, workers=1)
        stack.callback(fleet.stop)
        end(fleet.launch())  # the queues are there now, and keep a call until somebody takes it
        for _ in range(TIMES):
            began = time.monotonic()
            launcher = fleet.spawn()
            client_of(fleet.transport, timeout=PATIENCE).list_services(ANYBODY)
            times.append(time.monotonic() - began)
            used.append(sum(cpu(it.pid) for it in family(launcher)))
            end(launcher)
    yield Finding("an engine's start to its first answer", REACH, statistics.median(times), "s")
    yield Finding("CPU of that, launcher and process", REACH, statistics.median(used), "s")


def family(launcher: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """A launcher and its processes."""
    process = psutil.Process(launcher.pid)
    return [process, *process.children(recursive=True)]


def end(launcher: subprocess.Popen[bytes]) -> None:
    """Have the engines leave."""
    launcher.terminate()
    launcher.wait(PATIENCE)


def commands(meters: Meters) -> Iterator[Finding]:
    """Commands without daemons: help, and a list by the engine that is embedded."""
    with tempfile.TemporaryDirectory(prefix="heatlite-command-") as directory:
        environment = {**quiet(), "HEATLITE_STATE_DIR": directory}
        run(LIST, environment)  # makes the database
        for words in (HELP, LIST):
            runs = [run(words, environment) for _ in range(TIMES)]
            name = f"heatlite {' '.join(words)}"
            yield Finding(name, 1.0, statistics.median(wall for wall, _ in runs), "s")
            yield Finding(f"CPU of {name}", 1.0, statistics.median(used for _, used in runs), "s")


def run(words: tuple[str, ...], environment: dict[str, str]) -> tuple[float, float]:
    """Run a command; its seconds, and those of CPU."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    command = [sys.executable, "-m", "heatlite.cmd.cli", *words]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment, cwd=os.sep)
    wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
