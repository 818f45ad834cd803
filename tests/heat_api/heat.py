"""Heat as it comes from PyPI: heat-api and heat-api-cfn on a port each, and heat-engine, to be compared with.

One file configures all three.
"""

from __future__ import annotations

import contextlib
import functools
import os
import pathlib
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from heatlite.cmd.connect import client_of
from heatlite.rpc import transport
from heatlite.rpc.engine_client import EngineClient
from tests.deployment import conf
from tests.identity.keystone_server import PASSWORD
from tests.waiting import PATIENCE, wait_until

WORKERS = 2
SERVE = (
    "import sys; sys.argv = ['{name}', '--config-file', sys.argv[1]]; from heat.wsgi import {module}; import waitress; "
    "waitress.serve({module}.application, host='127.0.0.1', port={port}, threads=8)"
)
CONFIGURATION = """
[DEFAULT]
transport_url = {bus}
auth_encryption_key = 0123456789abcdef0123456789abcdef
num_engine_workers = 2
environment_dir = {etc}/environment.d
template_dir = {etc}/templates
heat_metadata_server_url = {cfn}
heat_waitcondition_server_url = {waitcondition}
region_name_for_services = {region}
deferred_auth_method = trusts
trusts_delegated_roles =
stack_user_domain_name = heat
stack_domain_admin = heat_domain_admin
stack_domain_admin_password = {password}
hidden_stack_tags = hidden
enable_stack_adopt = true
enable_stack_abandon = true
[database]
connection = {database}
[oslo_messaging_notifications]
driver = noop
[paste_deploy]
api_paste_config = {etc}/api-paste.ini
[clients_keystone]
auth_uri = {keystone}
[keystone_authtoken]
auth_type = password
auth_url = {keystone}
www_authenticate_uri = {keystone}
username = heat
password = {password}
project_name = service
user_domain_id = default
project_domain_id = default
[ec2authtoken]
endpoint_override = {keystone}
auth_type = password
auth_url = {keystone}
username = heat
password = {password}
project_name = service
user_domain_id = default
project_domain_id = default
[cache]
enabled = true
backend = dogpile.cache.memory
[trustee]
auth_type = password
auth_url = {keystone}
username = heat
password = {password}
user_domain_id = default
"""


@dataclass(frozen=True)
class Ports:
    """Where heat-api and heat-api-cfn listen, whichever engine is behind them."""

    api: int
    cfn: int

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.api}/v1"

    @property
    def cfn_url(self) -> str:
        return f"http://127.0.0.1:{self.cfn}/v1"

    @property
    def waitcondition_url(self) -> str:
        return f"{self.cfn_url}/waitcondition"


@dataclass(frozen=True)
class Place:
    """One deployment: where it is installed, where its files are, and what it uses."""

    venv: pathlib.Path
    directory: pathlib.Path
    keystone: str
    bus: str
    database: str
    ports: Ports
    region: str = "RegionOne"

    @property
    def configuration(self) -> pathlib.Path:
        return self.directory / "heat.conf"

    def configure(self) -> None:
        """Write the file."""
        etc = self.directory / "etc"
        shutil.copytree(self.venv / "etc/heat", etc)
        values = {
            "bus": self.bus,
            "etc": etc,
            "cfn": self.ports.cfn_url,
            "waitcondition": self.ports.waitcondition_url,
            "database": self.database,
            "keystone": self.keystone.removesuffix("/v3"),
            "password": PASSWORD,
            "region": self.region,
        }
        self.configuration.write_text(CONFIGURATION.format(**values))

    @contextlib.contextmanager
    def apis(self) -> Iterator[None]:
        """heat-api and heat-api-cfn."""
        services = (("heat-api", "api", self.ports.api), ("heat-api-cfn", "cfn", self.ports.cfn))
        with contextlib.ExitStack() as stack:
            for name, module, port in services:
                serve = SERVE.format(name=name, module=module, port=port)
                server = stack.enter_context(self._process(name, "-W", "ignore", "-c", serve, str(self.configuration)))
                self._wait(server, name, functools.partial(listens, port))
            yield

    @contextlib.contextmanager
    def engines(self, script: pathlib.Path | None = None) -> Iterator[int]:
        """heat-engine, with two workers, on a new database; the id of its process.

        :param script: is run in its place
        """
        options = ("--config-file", str(self.configuration))
        subprocess.run([self.venv / "bin/heat-manage", *options, "db_sync"], check=True, capture_output=True)
        program = str(script or self.venv / "bin/heat-engine")
        with self._process("heat-engine", program, *options) as engine:
            bus = transport.get(conf(), self.bus)
            try:
                self._wait(engine, "heat-engine", lambda: answers(client_of(bus, timeout=2)))
            finally:
                bus.cleanup()
            yield engine.pid

    def _wait(self, process: subprocess.Popen[bytes], name: str, is_up: Callable[[], bool]) -> None:
        log = self.directory / f"{name}.log"
        told = lambda: process.poll() is not None or is_up()  # noqa: E731
        wait_until(told, PATIENCE, f"{name} to answer", lambda: log.read_text()[-3000:])
        assert process.poll() is None, log.read_text()[-3000:]

    @contextlib.contextmanager
    def _process(self, name: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        with (self.directory / f"{name}.log").open("wb") as output:
            command = [str(self.venv / "bin/python"), *arguments]
            environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
            process = subprocess.Popen(command, stdout=output, stderr=output, env=environment)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def answers(client: EngineClient) -> bool:
    """Whether both workers of a heat-engine are there."""
    try:
        return len(client.list_services({"is_admin": True, "project_id": "nobody"})) >= WORKERS
    except Exception:  # nobody listens yet
        return False


def listens(port: int) -> bool:
    """Whether somebody does, on a port of this machine."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
