"""A running deployment as an operator has one, and the commands that the page uses.

    here      the launcher that ``systemctl`` knows as heatlite-engine       elsewhere   another, on "another machine"
    command   a shell finds heatlite-manage and heatlite, which read the configuration of the operator's home, and kill

``systemctl``, ``journalctl``, ``mariadb``, ``rabbitmqctl`` and ``rabbitmq-diagnostics`` are stand-ins: they
ask this process, since the servers of a test run are no units, and no other command could reach them.
"""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import signal
import socketserver
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import psutil

from heatlite.db.api import Database
from heatlite.db.settings import Settings
from tests.deployment import Daemons
from tests.drill import page, trouble
from tests.integration import gates
from tests.servers import MariaDB, RabbitMQ, breakages
from tests.servers.cluster import NODES, RabbitMQCluster
from tests.servers.proxied import Proxied
from tests.servers.server import Server
from tests.story import Story, Template, hot, resource
from tests.waiting import PATIENCE, wait_until

PROJECT = "drill"
OPTIONS = {
    "lease_seconds": 4,
    "sweep_interval": 0.5,
    "recast_after": 2,
    "max_attempts": 3,
    "step_time_limit": 5,
    "graceful_shutdown_timeout": 5,
}
STAND_INS = ("systemctl", "journalctl", "mariadb", "rabbitmqctl", "rabbitmq-diagnostics")
STAND_IN = """#!{python} -S
import json, socket, sys
end = socket.socket(socket.AF_UNIX)
end.connect("{socket}")
end.sendall(json.dumps([{name!r}, *sys.argv[1:]]).encode() + b"\\n")
status, text = json.loads(end.makefile().read())
print(text)
sys.exit(status)
"""
QUORUM = "rabbit_quorum_queue=true&rabbit_transient_quorum_queue=true&kombu_reconnect_delay=0.5"


class Refused(Exception):
    """A stand-in can't do what it was asked for."""


class Bench(Daemons):
    """The deployment. ``values`` are what the page's variables stand for in the play of the moment."""

    def __init__(self, directory: pathlib.Path, database: MariaDB, broker: RabbitMQ | RabbitMQCluster) -> None:
        self.database_server, self.broker = database, broker
        self.environment = trouble.install(directory)
        url, bus = self._addresses()
        super().__init__(directory, url, bus, workers=1, **OPTIONS)
        if self.proxied is not None:  # what the drill looks at goes past what it breaks
            self.database.dispose()
            self.database = Database(Settings(self.proxied.direct))
        (directory / ".heatlite").mkdir()
        (directory / ".heatlite" / "heatlite.conf").symlink_to(self.config)
        self.bin = directory / "bin"
        self._stand_in()
        self.values: dict[str, str] = {}
        self.fault = contextlib.ExitStack()
        self.mark = 0
        self.is_told_to_stop = False
        self.gate = directory / "gate"
        self._plays = 0

    def _addresses(self) -> tuple[str, str]:
        self.proxied: Proxied | None = None
        if isinstance(self.broker, RabbitMQCluster):
            return self.database_server.fresh_database(), f"{self.broker.url}?{QUORUM}"
        self.proxied = Proxied(self.database_server, self.broker)
        return self.proxied.url, self.proxied.bus

    @property
    def breakable(self) -> Proxied:
        """The servers behind proxies."""
        assert self.proxied is not None, "a cluster has no proxies"
        return self.proxied

    # engines

    @property
    def here(self) -> subprocess.Popen[bytes]:
        """The launcher that is the unit heatlite-engine."""
        return self._here

    @property
    def elsewhere(self) -> subprocess.Popen[bytes]:
        """The launcher on another machine."""
        return self._elsewhere

    def begin(self) -> None:
        """Start both launchers, or those of them that don't run, and wait until they serve."""
        if not self._runs("_here"):
            self.start_here()
        if not self._runs("_elsewhere"):
            self._elsewhere = self.spawn()
        self.await_engines()

    def _runs(self, name: str) -> bool:
        launcher = getattr(self, name, None)
        return launcher is not None and launcher.poll() is None

    def await_engines(self) -> None:
        """Wait until an engine of each launcher serves."""
        wait_until(lambda: len(self.workers()) >= 2, PATIENCE, "engines to start", self.tail)
        wait_until(lambda: len(self.engines()) >= 2, PATIENCE, "engines to register", self.tail)
        wait_until(self.serves, PATIENCE, "engines to serve", self.tail)
        wait_until(self.answers, PATIENCE, "engines to answer", self.tail)

    def start_here(self) -> None:
        """Start the unit."""
        self.is_told_to_stop = False
        self._here = self.spawn()

    def stop_here(self) -> None:
        """Stop the unit, as systemd does: by SIGTERM, and by SIGKILL where that takes too long."""
        self.is_told_to_stop = True
        self._here.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._here.wait(PATIENCE)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._here.pid, signal.SIGKILL)
        self._here.wait()

    def kill_launcher(self, launcher: subprocess.Popen[bytes]) -> bool:
        """Kill a launcher with all its processes."""
        os.killpg(launcher.pid, signal.SIGKILL)
        launcher.wait()
        return True

    def worker_of(self, launcher: subprocess.Popen[bytes]) -> psutil.Process:
        """The engine process of a launcher."""
        (found,) = [it for it in self.workers() if it.ppid() == launcher.pid]
        return found

    def kill_workers(self) -> bool:
        """Kill every engine process; launchers start others."""
        killed = self.workers()
        for each in killed:
            each.kill()
        psutil.wait_procs(killed)
        return bool(killed)

    # stacks

    def story(self, template: Template, **args: Any) -> Story:
        """Begin to create a stack, which STACK stands for from now on."""
        story = Story(self, PROJECT)
        story.create(template, **args)
        self.values["STACK"] = story.identity["stack_id"]
        return story

    def under_way(self) -> Story:
        """A stack whose creation is half done, and goes on when the play's gate is opened."""
        gate = {"type": gates.TYPE, "properties": {"path": str(self.gate)}, "depends_on": "a"}
        story = self.story(hot(a=resource("1"), gate=gate, b=resource("2", depends_on="gate")))
        story.step_until("gate", "CREATE_IN_PROGRESS")
        return story

    def troubled(self, kind: str) -> Story:
        """A stack of which one plugin goes wrong."""
        bad = {"type": trouble.TYPE, "properties": {"trouble": kind}, "depends_on": "a"}
        return self.story(hot(a=resource("1"), bad=bad))

    # the operator

    def sees(self, look: page.Look) -> None:
        """Give a command again and again, until it prints what the page says.

        :raises AssertionError: where it never does
        """
        command, printed = page.filled(look.command, self.values), [""]

        def is_shown() -> bool:
            printed[0] = self.run(command)[1]
            return look.shows in printed[0]

        wait_until(is_shown, PATIENCE, f"{command} to show {look.shows!r}", lambda: printed[0][-3000:])

    def gives(self, command: str) -> None:
        """Give a command.

        :raises AssertionError: where it fails
        """
        command = page.filled(command, self.values)
        status, printed = self.run(command)
        assert status == 0, f"{command}: status {status}\n{printed}\n{self.tail()}"

    def run(self, command: str) -> tuple[int, str]:
        """Run a command as it stands on the page; its status, and what it prints."""
        path = os.pathsep.join([str(self.bin), str(pathlib.Path(sys.executable).parent), os.environ["PATH"]])
        variables = {"PATH": path, "HOME": str(self.directory), "OS_PROJECT_ID": PROJECT, "PYTHONWARNINGS": "ignore"}
        environment = {**os.environ, **self.environment, **variables}
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=environment)
        return done.returncode, done.stdout + done.stderr

    @contextlib.contextmanager
    def play(self) -> Iterator[None]:
        """A block in which one thing is broken; afterwards all is as before."""
        self._plays += 1
        self.values = {}
        self.gate = self.directory / f"gate {self._plays}"
        (self.directory / trouble.MENDED).unlink(missing_ok=True)
        self.mark = self.log.stat().st_size
        try:
            yield
        finally:
            self.gate.touch()
            self.fault.close()
            if not isinstance(self.broker, RabbitMQCluster):
                for server in (self.database_server, self.broker):
                    if not server.alive:
                        server.restart()
            self.begin()

    # stand-ins

    def _stand_in(self) -> None:
        self.bin.mkdir()
        address = str(self.directory / "tools")
        for name in STAND_INS:
            path = self.bin / name
            path.write_text(STAND_IN.format(python=sys.executable, socket=address, name=name))
            path.chmod(0o755)
        tools = self._answer_tool

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.wfile.write(json.dumps(tools(json.loads(self.rfile.readline()))).encode())

        self._tools = socketserver.ThreadingUnixStreamServer(address, Handler)
        threading.Thread(target=self._tools.serve_forever, daemon=True).start()

    def _answer_tool(self, words: list[str]) -> tuple[int, str]:
        try:
            return 0, self._tool(words)
        except Refused as refusal:
            return 3, str(refusal)
        except Exception as error:
            return 1, f"{type(error).__name__}: {error}"

    def _tool(self, words: list[str]) -> str:
        match words:
            case ["systemctl", "is-active", "heatlite-engine"]:
                return self._state_here()
            case ["systemctl", verb, unit]:
                self._units()[unit][verb]()
                return ""
            case ["journalctl", "-u", "heatlite-engine"]:
                return self.log.read_bytes()[self.mark :].decode(errors="replace")
            case ["mariadb", *arguments]:
                socket = f"--socket={self.database_server.driver.socket}"
                command = ["/usr/bin/env", "mariadb", "--no-defaults", "--user=root", socket, *arguments]
                return subprocess.run(command, check=True, capture_output=True, text=True).stdout
            case [("rabbitmqctl" | "rabbitmq-diagnostics") as name, *arguments]:
                _, printed = self.broker.driver._exec([name, "-n", breakages.NODE, *arguments], stdout=True)
                return bytes(printed).decode()
        raise Refused(f"no stand-in for {words}")

    def _state_here(self) -> str:
        if self._here.poll() is None:
            return "active"
        raise Refused("inactive" if self.is_told_to_stop else "failed")

    def _units(self) -> Mapping[str, Mapping[str, Callable[[], object]]]:
        def restart() -> None:
            self.stop_here()
            self.start_here()

        engine = {"start": self.start_here, "stop": self.stop_here, "restart": restart}
        broker = {"start": lambda: started(self.broker)}
        if isinstance(self.broker, RabbitMQCluster):
            broker = {"start": lambda: self.broker.driver.start_node(NODES[0])}
        return {
            "heatlite-engine": engine,
            "mariadb": {"start": lambda: started(self.database_server)},
            "rabbitmq-server": broker,
        }

    def stop(self) -> None:
        """End everything but the servers."""
        self.fault.close()
        super().stop()
        self._tools.shutdown()
        self._tools.server_close()
        if self.proxied is not None:
            self.proxied.close()


def started(server: Server) -> None:
    """Start a server that was killed; one that runs is left alone."""
    if not server.alive:
        server.restart()
