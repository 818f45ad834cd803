"""A fleet: launchers with engines, which reach their broker and their database through proxies."""

from __future__ import annotations

import contextlib
import os
import pathlib
import signal
import subprocess

import psutil
import sqlalchemy as sa

from heatlite.context import EngineContext
from heatlite.db import services
from heatlite.db.api import Database
from heatlite.db.settings import Settings
from tests.chaos.proxy import Proxy, to_path, to_port
from tests.chaos.thing import install
from tests.chaos.world import VARIABLE, World
from tests.deployment import Daemons
from tests.servers import MariaDB, PostgreSQL, RabbitMQ
from tests.waiting import wait_until

ROOT = pathlib.Path(__file__).parents[2]
LEASE = 3.0
OPTIONS = {
    "lease_seconds": LEASE,
    "sweep_interval": 0.5,
    "recast_after": 2,
    "max_attempts": 1000,  # an engine that dies is this run's doing, never the resource's
    "stack_action_timeout": 3600,  # nothing is saved by the clock
    "max_stacks_per_tenant": -1,
}


class Fleet(Daemons):
    """``launchers`` times one engine; ``database`` and ``broker`` are the proxies that can be cut."""

    def __init__(self, directory: pathlib.Path, database: MariaDB | PostgreSQL, rabbitmq: RabbitMQ) -> None:
        self.servers = {"database": database, "broker": rabbitmq}
        address, bus = database.fresh_database(), rabbitmq.fresh_vhost()
        self.proxies = {"database": Proxy(to_path(socket_of(database))), "broker": Proxy(to_port(rabbitmq.driver.port))}
        proxied = through(address, self.proxies["database"].port)
        proxied_bus = bus.replace(f":{rabbitmq.driver.port}/", f":{self.proxies['broker'].port}/")
        install(directory / "plugins")
        self.world = World(directory / "world")
        path = os.pathsep.join([str(directory / "plugins"), str(ROOT), os.environ.get("PYTHONPATH", "")])
        self.environment = {
            "PYTHONPATH": path,
            "XDG_CACHE_HOME": str(directory / "cache"),  # where the plugins that a path offers are remembered
            VARIABLE: str(self.world.directory),
        }
        super().__init__(directory, proxied, proxied_bus, workers=1, **OPTIONS)
        self.options = OPTIONS
        self.direct = Database(Settings(address))
        self.stopped: set[int] = set()

    def leases(self) -> int:
        """How many engines hold one."""
        return len(services.leases(EngineContext(self.direct)))

    def begin(self, launchers: int) -> None:
        """Start so many launchers, and wait until an engine of each serves."""
        for _ in range(launchers):
            self.spawn()
        wait_until(lambda: self.leases() >= launchers, 60, "engines to register", self.tail)
        wait_until(self.answers, 60, "engines to answer", self.tail)

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
        for proxy in self.proxies.values():
            proxy.close()
        self.direct.dispose()


def socket_of(server: MariaDB | PostgreSQL) -> str:
    """The socket that a database server listens on."""
    driver = server.driver
    return str(driver.socket) if isinstance(server, MariaDB) else f"{driver.tempdir}/.s.PGSQL.{driver.port}"


def through(address: str, port: int) -> str:
    """The URL of a database, reached through a port of 127.0.0.1 in place of its socket."""
    url = sa.make_url(address)
    query = {name: value for name, value in url.query.items() if name not in ("unix_socket", "host", "port")}
    return url.set(host="127.0.0.1", port=port, query=query).render_as_string(hide_password=False)


def stop_process(process: psutil.Process, number: int) -> bool:
    """Send a signal to a process: False where it is gone."""
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return False
    return True
