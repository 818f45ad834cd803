"""Meters: CPU by process, statements, messages, memory and threads, before and after.

CPU is the kernel's, in nanoseconds; statements are the server's count and messages the broker's, less those of whoever
measures.
"""

from __future__ import annotations

import pathlib
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import psutil
import sqlalchemy as sa

from heatlite.rpc.engine_client import EngineClient

STATEMENTS = ("Com_select", "Com_insert", "Com_update", "Com_delete")
SCHEDULED = 2
"""Of a process's clocks, the one that counts what its threads have run, those that ended included."""
Reading = dict[str, float]


class Fleet(Protocol):
    """Engine processes that are measured: heatlite's, or Heat's."""

    url: str
    """SQLAlchemy URL of their database."""
    client: EngineClient

    def workers(self) -> list[psutil.Process]:
        """The processes that work."""

    def tail(self) -> str:
        """The end of their log."""


@dataclass
class Meters:
    """All that is measured of one deployment.

    :param trails: seconds after an operation's end in which what it still causes is counted as well
    :param may_fail: an operation that fails is a result, and no mistake of whoever measures
    """

    fleet: Fleet
    mariadb: Any
    rabbitmq: Any
    trails: float = 0.0
    may_fail: bool = False

    @property
    def schema(self) -> str:
        """The database's name."""
        return str(sa.make_url(self.fleet.url).database)

    def read(self) -> Reading:
        """Everything that only grows: CPU in seconds, and counts."""
        engines = self.fleet.workers()
        counts = self.mariadb.statement_counts()
        return {
            "engine": sum(cpu(it.pid) for it in engines),
            "broker": cpu(self.rabbitmq.pid),
            "database": cpu(self.mariadb.pid),
            "statements": sum(counts[name] for name in STATEMENTS),
            "commits": counts["Com_commit"],
            "rollbacks": counts["Com_rollback"],
            "messages": self.rabbitmq.messages_published(),
        }

    def memory(self) -> float:
        """Megabytes that the largest engine process takes."""
        return max(it.memory_info().rss for it in self.fleet.workers()) / 2**20

    def peak(self) -> float:
        """Megabytes that the largest engine process has taken at its worst."""
        return max(peak_of(it.pid) for it in self.fleet.workers())

    def threads(self) -> int:
        """Threads that the engine with most of them has."""
        return max(it.num_threads() for it in self.fleet.workers())


def cpu(pid: int) -> float:
    """Seconds of CPU that a process has used."""
    return time.clock_gettime(~pid << 3 | SCHEDULED)


def peak_of(pid: int) -> float:
    """Megabytes of memory that a process has had at its worst."""
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def less(after: Reading, before: Reading) -> Reading:
    """What was used in between."""
    return {name: after[name] - before[name] for name in after}


def busy(processes: Iterable[psutil.Process]) -> float:
    """Seconds of CPU of the whole machine but for these processes; to tell a noisy run by."""
    times = psutil.cpu_times()
    return times.user + times.system - sum(cpu(it.pid) for it in processes)
