"""A small cloud on loopback: keystone, heat-api, RabbitMQ, MariaDB, and heatlite's engines where heat-engine would be.

openstack ──▶ heat-api ──RabbitMQ──▶ heatlite-engine ──▶ MariaDB
    └──────────────┴──▶ keystone ◀──────────┘
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

from tests.deployment import KEY, Daemons, running
from tests.heat_api import venvs
from tests.identity.keystone_server import PASSWORD, Keystone, free_port, venv
from tests.servers import MariaDB, RabbitMQ, begin_all
from tests.waiting import wait_until

PATIENCE = 120.0
SERVE = (
    "import sys; sys.argv = ['heat-api', '--config-file', sys.argv[1]]; from heat.wsgi import api; import waitress; "
    "waitress.serve(api.application, host='127.0.0.1', port={port}, threads=8)"
)
API_CONFIGURATION = """
[DEFAULT]
transport_url = {bus}
auth_encryption_key = 0123456789abcdef0123456789abcdef
[paste_deploy]
api_paste_config = {paste}
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
"""
TRUSTEE = """
[trustee]
auth_type = password
auth_url = {keystone}
username = heat
password = {password}
user_domain_id = default
"""
ROOT_TYPES = {"hidden_stack_tags": "hidden", "stack_user_domain_name": "heat"}
STACK_DOMAIN = {"stack_domain_admin": "heat_domain_admin", "stack_domain_admin_password": PASSWORD}
SLOWER = {"lease_seconds": 20, "sweep_interval": 5, "recast_after": 10}
"""As engines have them by default: there is a lot to do for two processors, and nobody is killed here."""


@dataclass(frozen=True)
class Cloud:
    """What is up, for whoever drives it."""

    keystone: Keystone
    api_venv: pathlib.Path
    directory: pathlib.Path

    def environment(self, user: str = "demo", project: str = "demo") -> dict[str, str]:
        """What the ``openstack`` client finds in its environment."""
        said = {
            "OS_AUTH_URL": self.keystone.url,
            "OS_IDENTITY_API_VERSION": "3",
            "OS_USERNAME": user,
            "OS_PASSWORD": PASSWORD,
            "OS_PROJECT_NAME": project,
            "OS_USER_DOMAIN_ID": "default",
            "OS_PROJECT_DOMAIN_ID": "default",
            "OS_REGION_NAME": "RegionOne",
            "PYTHONWARNINGS": "ignore",
        }
        return {**os.environ, **said, "PATH": f"{self.api_venv / 'bin'}{os.pathsep}{os.environ['PATH']}"}


@contextlib.contextmanager
def up(directory: pathlib.Path) -> Iterator[Cloud]:
    """Bring all of it up, with two engine processes, and take it down at the end."""
    api_venv, keystone_venv = venvs.api(), venv(may_install=True)
    mariadb, rabbitmq = MariaDB(), RabbitMQ()
    begin_all([mariadb, rabbitmq])
    (directory / "keystone").mkdir(parents=True)
    keystone = Keystone(keystone_venv, directory / "keystone")
    with contextlib.ExitStack() as stack:
        stack.callback(keystone.stop)
        keystone.start()
        for server in (mariadb, rabbitmq):
            stack.callback(server.stop)
            server.start()
        bus, port = rabbitmq.fresh_vhost(), free_port()
        make_accounts(keystone, f"http://127.0.0.1:{port}/v1/%(project_id)s")
        stack.enter_context(heat_api(api_venv, directory, bus, keystone, port))
        engines = Daemons(directory, mariadb.fresh_database(), bus, **SLOWER, **ROOT_TYPES, **STACK_DOMAIN)
        assert KEY in engines.config.read_text()
        with engines.config.open("a") as configuration:
            configuration.write(TRUSTEE.format(keystone=keystone.url, password=PASSWORD))
        stack.enter_context(running(engines))
        yield Cloud(keystone, api_venv, directory)


def make_accounts(keystone: Keystone, heat_url: str) -> None:
    """A project and user ``demo``, of whom admin is one too, and the endpoint of heat-api."""
    admin = keystone.identity()
    demo = admin.create("project", {"name": "demo", "domain_id": "default"})["id"]
    user = admin.create("user", {"name": "demo", "password": PASSWORD, "domain_id": "default"})["id"]
    admin.put(f"projects/{demo}/users/{user}/roles/{admin.id_of('role', 'member')}")
    admin.put(f"projects/{demo}/users/{admin.id_of('user', 'admin')}/roles/{admin.id_of('role', 'admin')}")
    service = admin.create("service", {"name": "heat", "type": "orchestration"})["id"]
    for interface in ("public", "internal", "admin"):
        endpoint = {"service_id": service, "interface": interface, "url": heat_url, "region_id": "RegionOne"}
        admin.create("endpoint", endpoint)


@contextlib.contextmanager
def heat_api(
    api_venv: pathlib.Path, directory: pathlib.Path, bus: str, keystone: Keystone, port: int
) -> Iterator[subprocess.Popen[bytes]]:
    """heat-api as it comes from PyPI, served on a port."""
    configuration, log = directory / "heat-api.conf", directory / "heat-api.log"
    paste = api_venv / "etc/heat/api-paste.ini"
    values = {"bus": bus, "paste": paste, "keystone": keystone.url, "password": PASSWORD}
    configuration.write_text(API_CONFIGURATION.format(**values))
    command = [str(api_venv / "bin/python"), "-W", "ignore", "-c", SERVE.format(port=port), str(configuration)]
    with log.open("wb") as output:
        server = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        wait_until(lambda: answers(server, port), PATIENCE, "heat-api to answer", lambda: log.read_text()[-3000:])
        yield server
    finally:
        server.terminate()
        server.wait(PATIENCE)


def answers(server: subprocess.Popen[bytes], port: int) -> bool:
    """Whether somebody listens.

    :raises AssertionError: where the server has ended
    """
    assert server.poll() is None, "heat-api has ended"
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
