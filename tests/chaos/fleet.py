"""A fleet: launchers with engines, which reach their broker and their database through proxies."""

from __future__ import annotations

import contextlib
import os
import pathlib
import signal
import subprocess
from collections.abc import Mapping
from typing import Any

import psutil

from heatlite.context import EngineContext
from heatlite.db import services
from heatlite.db.api import Database
from heatlite.db.settings import Settings
from tests.chaos.clocks import Clocks
from tests.chaos.thing import install
from tests.chaos.world import VARIABLE, World
from tests.deployment import Daemons
from tests.servers import MariaDB, PostgreSQL, RabbitMQ
from tests.servers.proxied import Proxied
from tests.waiting import PATIENCE, wait_until

ROOT = pathlib.Path(__file__).parents[2]
LEASE, SWEEP = 3.0, 0.5
OPTIONS = {
    "lease_seconds": LEASE,
    "sweep_interval": SWEEP,
    "recast_after": 2,
    "max_attempts": 1000,  # an engine that dies is this run's doing, never the resource's
    "stack_action_timeout": 3600,  # nothing is saved by the clock
    "max_stacks_per_tenant": -1,
}


class Fleet(Daemons):
    """``launchers`` times one engine; ``database`` and ``broker`` are the proxies that can be cut."""

    options: Mapping[str, Any] = OPTIONS

    def __init__(self, directory: pathlib.Path, database: MariaDB | PostgreSQL, rabbitmq: RabbitMQ) -> None:
        self.servers = {"database": database, "broker": rabbitmq}
        self.proxied = Proxied(database, rabbitmq)
        self.proxies = self.proxied.proxies
        self.environment: Mapping[str, str] = self.prepare(directory)
        self.clocks = Clocks(directory / "clocks")
        super().__init__(directory, self.proxied.url, self.proxied.bus, workers=1, **self.own_options())
        self.direct = Database(Settings(self.proxied.direct))
        self.stopped: set[int] = set()

    def prepare(self, directory: pathlib.Path) -> dict[str, str]:
        """Make what the engines work on, and return the environment of their processes."""
        install(directory / "plugins")
        self.world = World(directory / "world")
        path = os.pathsep.join([str(directory / "plugins"), str(ROOT), os.environ.get("PYTHONPATH", "")])
        return {
            "PYTHONPATH": path,
            "XDG_CACHE_HOME": str(directory / "cache"),  # where the plugins that a path offers are remembered
            VARIABLE: str(self.world.directory),
        }

    def own_options(self) -> Mapping[str, Any]:
        """Return the engines' options, besides the servers' addresses."""
        return self.options

    def spawn(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a launcher with a clock of its own, and wait for nothing."""
        own = self.environment
        try:
            self.environment = self.clocks.fresh(own)
            return super().spawn(*arguments)
        finally:
            self.environment = own

    def leases(self) -> int:
        """How many engines hold one."""
        return len(services.leases(EngineContext(self.direct)))

    def begin(self, launchers: int) -> None:
        """Start so many launchers, and wait until an engine of each serves."""
        for _ in range(launchers):
            self.spawn()
        wait_until(lambda: self.leases() >= launchers, PATIENCE, "engines to register", self.tail)
        wait_until(self.answers, PATIENCE, "engines to answer", self.tail)

    def engines_at_work(self) -> list[psutil.Process]:
        """The worker processes that run, oldest first."""
        found: list[psutil.Process] = []
        for launcher in self.launchers:
            with contextlib.suppress(psutil.Error):
                children = psutil.Process(launcher.pid).children() if launcher.poll() is None else []
                found += [it for it in children if "tracker" not in " ".join(it.cmdline())]
        return [it for it in found if it.pid not in self.stopped]

    def running(self) -> list[subprocess.Popen[bytes]]:
        """The launchers that run."""
        return [it for it in self.launchers if it.poll() is None]

    def reap(self, launcher: subprocess.Popen[bytes], number: int, patience: float = 40) -> None:
        """End a launcher with its engines, by a signal; by force where it takes no notice."""
        if number == signal.SIGKILL:
            os.killpg(launcher.pid, signal.SIGKILL)
        else:
            launcher.send_signal(number)
        try:
            launcher.wait(patience)
        except subprocess.TimeoutExpired:
            os.killpg(launcher.pid, signal.SIGKILL)
            launcher.wait()

    def stop(self) -> None:
        """End everything."""
        super().stop()
        self.proxied.close()
        self.direct.dispose()


def stop_process(process: psutil.Process, number: int) -> bool:
    """Send a signal to a process: False where it is gone."""
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return False
    return True
