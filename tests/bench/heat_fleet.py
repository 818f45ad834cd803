"""Heat's own engines, to be measured beside heatlite's: stock, or without their pause after each leaf.

Heat is installed in a venv of its own (``tests/heat_api/venvs.py``: made where there is none), and its engines are
driven over RPC by the client that drives heatlite's. No keystone is there: passwords are stored in place of trusts, and
Heat's own stand-in for keystone, which its unit tests use, answers for it.
"""

from __future__ import annotations

import os
import pathlib
import subprocess
from typing import Any

import oslo_messaging
import psutil

from heatlite.rpc import messages, transport
from heatlite.rpc.engine_client import Context, EngineClient, MessagingCaller
from heatlite.rpc.serializer import PlainSerializer
from tests.deployment import KEY, conf, configuration, quiet
from tests.heat_api import venvs
from tests.waiting import wait_until

WITHOUT_PAUSE = pathlib.Path(__file__).with_name("heat_without_pause.py")
CALLER = {"user_id": "bench", "password": "bench", "roles": ["admin"], "is_admin": False, "auth_token": "none"}
"""Of a request's context, what Heat needs besides project and name, to store a password."""
OPTIONS: dict[str, Any] = {
    "use_stderr": True,
    "deferred_auth_method": "password",
    "keystone_backend": "heat.engine.clients.os.keystone.fake_keystoneclient.FakeKeystoneClient",
    "max_events_per_stack": 1000,
}
EXCHANGES = {"oslo_messaging_notifications": {"driver": "noop"}, "clients_keystone": {"auth_uri": "http://127.0.0.1:9"}}
STARTS_WITHIN = 300.0
"""Seconds that Heat may take to start: on a busy machine a minute isn't enough."""
ANSWERED_WITHIN = 300.0
"""Seconds that Heat may take to answer a call: validation of a stack takes it long."""


class KnownCaller(MessagingCaller):
    """Calls as somebody with a password."""

    def call(self, context: Context, method: str, version: str, timeout: float | None, **arguments: Any) -> Any:
        return super().call({**CALLER, **context}, method, version, timeout, **arguments)


class HeatFleet:
    """Engine processes of Heat under their launcher, in their default configuration.

    ``script``: is run by Heat's Python in place of ``heat-engine``.
    """

    def __init__(
        self,
        directory: pathlib.Path,
        url: str,
        bus: str,
        *,
        workers: int = 2,
        pauses: bool = True,
        script: pathlib.Path | None = None,
    ) -> None:
        self.url, self.directory = url, directory
        self.log = directory / "heat-engine.log"
        self._venv, self._workers = venvs.api(), workers
        self._script = script or (None if pauses else WITHOUT_PAUSE)
        self._config = directory / "heat.conf"
        self._launcher: subprocess.Popen[bytes] | None = None
        known = {**OPTIONS, "transport_url": bus, "num_engine_workers": workers, "auth_encryption_key": KEY}
        known |= {f"{it}_dir": directory / it for it in ("environment", "template", "plugin")}
        sections = [f"[{name}]\n{key} = {value}" for name, given in EXCHANGES.items() for key, value in given.items()]
        self._config.write_text("\n".join([configuration(known, url), *sections, ""]))
        subprocess.run(self._command("heat-manage", "db_sync"), check=True, capture_output=True, env=quiet())
        self.transport = transport.get(conf(), bus)
        self.client = self._client(ANSWERED_WITHIN)

    def launch(self) -> None:
        """Start a launcher with its workers, and wait until all of them serve."""
        command = self._command("heat-engine")
        if self._script is not None:
            command[:1] = [str(self._venv / "bin/python"), str(self._script)]
        with self.log.open("ab") as log:
            self._launcher = subprocess.Popen(command, stdout=log, stderr=log, env=quiet(), start_new_session=True)
        wait_until(self._serves, STARTS_WITHIN, "Heat's engines to answer", self.tail)

    def workers(self) -> list[psutil.Process]:
        """The worker processes."""
        return psutil.Process(self._launcher.pid).children() if self._launcher else []

    def tail(self) -> str:
        """The end of the engines' log."""
        return self.log.read_text(errors="replace")[-4000:] if self.log.exists() else ""

    def stop(self) -> None:
        """End the engines. A SIGTERM would have Heat wait for whatever it still waits for."""
        if self._launcher is not None:
            os.killpg(self._launcher.pid, 9)
            self._launcher.wait()
        self.transport.cleanup()

    def _command(self, program: str, *arguments: str) -> list[str]:
        return [str(self._venv / "bin" / program), "--config-file", str(self._config), *arguments]

    def _client(self, timeout: float) -> EngineClient:
        target = oslo_messaging.Target(exchange=messages.EXCHANGE, topic=messages.ENGINE_TOPIC, version="1.0")
        rpc = oslo_messaging.get_rpc_client(self.transport, target, serializer=PlainSerializer())
        return EngineClient(KnownCaller(rpc), timeout)

    def _serves(self) -> bool:
        """Whether every worker says that it is up."""
        assert self._launcher is not None
        assert self._launcher.poll() is None, self.tail()
        try:
            services = self._client(1.0).list_services({"project_id": "nobody", "username": "nobody"})
        except Exception:
            return False
        return sum(it["status"] == "up" for it in services) >= self._workers
