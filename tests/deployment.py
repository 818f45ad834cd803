"""A deployment under test: real engines on a real database, and a client of them.

    Daemons    ``heatlite-engine`` as its own process, with workers, on RabbitMQ and a database server
    InProcess  the embedded engine: SQLite and the in-memory transport, in the test's own process

Both are driven through the client API only; ``database`` is for looking at what no API shows.
"""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import oslo_messaging
import psutil
from oslo_config import cfg

from heatlite.clients.settings import Settings as CloudSettings
from heatlite.cmd.connect import client_of
from heatlite.context import EngineContext
from heatlite.db.api import Database
from heatlite.db.settings import Settings
from heatlite.engine.common.settings import Settings as EngineSettings
from heatlite.engine.runtime import embedded
from heatlite.rpc import broker, transport
from heatlite.rpc.engine_client import EngineClient
from tests.waiting import PATIENCE, wait_until

KEY = "a key for tests, of 32 letters ."
QUICK = {
    "lease_seconds": 2,
    "sweep_interval": 0.5,
    "recast_after": 2,
    "max_resources_per_stack": 20_000,
    "max_template_size": 20_000_000,
    "max_events_per_stack": -1,
    "graceful_shutdown_timeout": 20,
    "enable_stack_adopt": True,
    "enable_stack_abandon": True,
}
"""Engines that notice quickly, so that a test of what happens after a crash doesn't take minutes; and that keep every
event, because stories tell the order of things by them."""


class Deployment(Protocol):
    """What a story needs."""

    client: EngineClient
    database: Database

    def stop(self) -> None:
        """End it, and whatever it started."""


@dataclass
class InProcess:
    """The embedded engine."""

    client: EngineClient
    database: Database
    engine: embedded.Embedded

    def stop(self) -> None:
        self.engine.close()


def in_process(
    directory: pathlib.Path, encrypts: bool = False, cloud: CloudSettings | None = None, **settings: Any
) -> InProcess:
    """Start the embedded engine on a directory of its own."""
    known = EngineSettings(**{**QUICK, **settings})
    engine = embedded.open_engine(conf(), directory, known, encrypts=encrypts, cloud=cloud)
    return InProcess(client_of(engine.transport), engine.database, engine)


def conf() -> cfg.ConfigOpts:
    """The process's configuration, read from nowhere. It is the global one: see ``heatlite.rpc.transport``."""
    cfg.CONF([], default_config_files=[], default_config_dirs=[])
    return cfg.CONF


class Daemons:
    """Engine processes under their launcher.

    :param url: of the database, which is brought to the schema first
    :param bus: transport URL
    """

    environment: Mapping[str, str] = {}
    """What the processes find in theirs besides the test run's."""
    program = "heatlite.cmd.engine"
    """The module that is run as ``heatlite-engine``."""

    def __init__(self, directory: pathlib.Path, url: str, bus: str, *, workers: int = 2, **options: Any) -> None:
        self.directory = directory
        self.config = directory / "heatlite.conf"
        self.log = directory / "engine.log"
        lines = {"transport_url": bus, "num_engine_workers": workers, "auth_encryption_key": KEY}
        lines |= {**QUICK, **options}
        self.config.write_text(configuration(lines, url))
        self.manage("db_sync")
        self.database = Database(Settings(url))
        self.switch_to(bus)
        self.launchers: list[subprocess.Popen[bytes]] = []

    def switch_to(self, bus: str) -> None:
        """Speak to the engines at another transport URL from now on."""
        if hasattr(self, "transport"):
            broker.close(self.transport)  # or it would look for its broker for as long as this process lives
        self.bus = bus
        self.transport: oslo_messaging.Transport = transport.get(conf(), bus)
        self.client = client_of(self.transport)

    def manage(self, *arguments: str) -> str:
        """Run ``heatlite-manage``, and give what it printed."""
        command = [sys.executable, "-m", "heatlite.cmd.manage", "--config-file", str(self.config), *arguments]
        environment = {**quiet(), **self.environment}
        try:
            return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
        except subprocess.CalledProcessError as error:
            error.add_note(error.stdout + error.stderr)
            raise

    def launch(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a launcher with its workers, and wait until all of them serve."""
        alive = len(self.engines())
        launcher = self.spawn(*arguments)
        workers = int(cfg_value(self.config, "num_engine_workers"))
        registered = lambda: launcher.poll() is not None or len(self.engines()) >= alive + workers  # noqa: E731
        wait_until(registered, PATIENCE, "engines to register", self.tail)
        assert launcher.poll() is None, self.tail()
        wait_until(self.serves, PATIENCE, "engines to serve", self.tail)
        wait_until(self.answers, PATIENCE, "engines to answer", self.tail)
        return launcher

    def spawn(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a launcher, and wait for nothing."""
        command = [sys.executable, "-m", self.program, "--config-file", str(self.config), *arguments]
        environment = {**quiet(), **self.environment}
        with self.log.open("ab") as log:
            launcher = subprocess.Popen(command, stdout=log, stderr=log, env=environment, start_new_session=True)
        self.launchers.append(launcher)
        return launcher

    def answers(self) -> bool:
        """Whether some engine answers a call."""
        try:  # quickly: a call that nobody listens for yet is lost
            client_of(self.transport, timeout=1).list_services({"project_id": "nobody"})
        except Exception:
            return False
        return True

    def engines(self) -> list[str]:
        """The ids of the engines that hold a lease."""
        from heatlite.db import services

        return [it.engine_id for it in services.listed(EngineContext(self.database)) if it.deleted_at is None]

    def serves(self) -> bool:
        """Whether the broker hands out messages to every engine; one of an earlier version doesn't say."""
        from heatlite.db import services

        listed = services.listed(EngineContext(self.database))
        return all(it.serving is not False for it in listed if it.deleted_at is None)

    def workers(self) -> list[psutil.Process]:
        """The worker processes of all launchers."""
        found = []
        for launcher in self.launchers:
            if launcher.poll() is None:
                found += psutil.Process(launcher.pid).children()
        return [process for process in found if "tracker" not in " ".join(process.cmdline())]

    def tail(self) -> str:
        """The end of the engines' log, for whoever has to find out."""
        return self.log.read_text(errors="replace")[-4000:] if self.log.exists() else ""

    def stop(self) -> None:
        """Drain the engines, and end them where that takes too long."""
        for launcher in self.launchers:
            if launcher.poll() is None:
                launcher.send_signal(signal.SIGTERM)
        for launcher in self.launchers:
            try:
                launcher.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(launcher.pid, signal.SIGKILL)
                launcher.wait()
        broker.close(self.transport)
        self.database.dispose()


@contextmanager
def running(deployment: Daemons, *arguments: str) -> Iterator[Daemons]:
    """A deployment with one launcher, stopped at the end."""
    try:
        deployment.launch(*arguments)
        yield deployment
    finally:
        deployment.stop()


def configuration(options: Mapping[str, Any], url: str) -> str:
    """The text of a configuration file."""
    lines = [f"{name} = {value}" for name, value in options.items()]
    return "\n".join(["[DEFAULT]", *lines, "", "[database]", f"connection = {url}", ""])


def cfg_value(path: pathlib.Path, name: str) -> str:
    """The value that a configuration file gives an option."""
    return next(line.split(" = ", 1)[1] for line in path.read_text().splitlines() if line.startswith(f"{name} = "))


def quiet() -> dict[str, str]:
    """The environment for a child: no warnings of libraries among its log."""
    return {**os.environ, "PYTHONWARNINGS": "ignore"}
