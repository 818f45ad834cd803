"""A small cloud on loopback: keystone, heat-api, heat-api-cfn, RabbitMQ, MariaDB, and an engine: heatlite's, or Heat's.

openstack ──▶ heat-api ─────┐
signed URL ─▶ heat-api-cfn ─┴─RabbitMQ──▶ heatlite-engine, or heat-engine ──▶ MariaDB
    └──────────────┴──▶ keystone ◀─────────────────────┘
                        nova, neutron … ◀──────────────┘  (where the cloud has services)
"""

from __future__ import annotations

import contextlib
import enum
import os
import pathlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from heatlite.clients.identity import Identity
from tests.cloud.reached import Reached
from tests.deployment import KEY, Daemons, running
from tests.heat_api import heat, venvs
from tests.heat_api.openstack import OpenStack, openstack
from tests.identity.keystone_server import PASSWORD, Keystone, venv
from tests.servers import MariaDB, RabbitMQ, begin_all
from tests.servers.guard import free_port

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
PATIENT = """
[yaql]
time_limit = 30
"""
"""What an expression comes to is compared, and not how long a busy machine takes for it."""
SLOWER = {"lease_seconds": 20, "sweep_interval": 5, "recast_after": 10}
"""As engines have them by default: there is a lot to do for two processors, and nobody is killed here."""


class Engine(enum.Enum):
    """Who answers heat-api."""

    HEATLITE = "heatlite"
    HEAT = "heat"


@dataclass(frozen=True)
class Served:
    """Who answers: the deployment of Heat's programs, and heatlite's engines where it is they."""

    place: heat.Place
    engines: Daemons | None


class KnownKeystone(Protocol):
    """What is used of the keystone: one by itself, or that of a cloud with services."""

    url: str

    def identity(self) -> Identity:
        """Keystone as its administrator."""

    def context(self, user: str, project: str) -> dict[str, Any]:
        """The context of a user's request as heat-api would send it."""


@dataclass(frozen=True)
class Cloud:
    """What is up, for whoever drives it; the engine comes later, and may be followed by another.

    ``services``: the cloud's services, where it has any but keystone.
    """

    keystone: KnownKeystone
    mariadb: MariaDB
    rabbitmq: RabbitMQ
    api_venv: pathlib.Path
    directory: pathlib.Path
    ports: heat.Ports
    client: OpenStack
    services: Reached | None = None

    @contextlib.contextmanager
    def served_by(self, engine: Engine) -> Iterator[Served]:
        """Have it answer, with two engine processes, a database and a broker's host that nobody else has."""
        directory = self.directory / engine.value
        directory.mkdir()
        bus, database = self.rabbitmq.fresh_vhost(), self.mariadb.fresh_database()
        place = heat.Place(self.api_venv, directory, self.keystone.url, bus, database, self.ports)
        place.configure()
        with contextlib.ExitStack() as stack:
            stack.enter_context(place.apis())
            if engine is Engine.HEAT:
                stack.enter_context(place.engines())
                yield Served(place, None)
            else:
                yield Served(place, stack.enter_context(self._heatlite(directory, database, bus)))

    @contextlib.contextmanager
    def _heatlite(self, directory: pathlib.Path, database: str, bus: str) -> Iterator[Daemons]:
        urls = {
            "heat_metadata_server_url": self.ports.cfn_url.removesuffix("/v1"),
            "heat_waitcondition_server_url": self.ports.waitcondition_url,
        }
        passed_on = {"allow_trusts_redelegation": "true"} if self.services is not None else {}  # for Aodh's trust
        engines = Daemons(directory, database, bus, **SLOWER, **ROOT_TYPES, **STACK_DOMAIN, **urls, **passed_on)
        assert KEY in engines.config.read_text()
        with engines.config.open("a") as configuration:
            configuration.write(TRUSTEE.format(keystone=self.keystone.url, password=PASSWORD))
            configuration.write(PATIENT)
        with running(engines):
            yield engines


@contextlib.contextmanager
def ground(directory: pathlib.Path) -> Iterator[Cloud]:
    """Bring up what engines need, and take it down at the end."""
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
        ports = heat.Ports(free_port(), free_port())
        make_accounts(keystone.identity())
        catalogue(keystone.identity(), ports)
        client = stack.enter_context(openstack(api_venv, environment(keystone), directory))
        yield Cloud(keystone, mariadb, rabbitmq, api_venv, directory, ports, client)


@contextlib.contextmanager
def ground_beside(services: Reached, directory: pathlib.Path) -> Iterator[Cloud]:
    """Bring up what engines need beside a cloud that is up, and take it down at the end."""
    api_venv, mariadb, rabbitmq = venvs.api(), MariaDB(), RabbitMQ()
    begin_all([mariadb, rabbitmq])
    with contextlib.ExitStack() as stack:
        for server in (mariadb, rabbitmq):
            stack.callback(server.stop)
            server.start()
        ports, identity = heat.Ports(free_port(), free_port()), services.identity()
        for service in catalogue(identity, ports):
            stack.callback(identity.delete, "service", service)  # its endpoints go with it
        client = stack.enter_context(openstack(api_venv, environment(services), directory))
        yield Cloud(services, mariadb, rabbitmq, api_venv, directory, ports, client, services)


@contextlib.contextmanager
def up(directory: pathlib.Path, engine: Engine = Engine.HEATLITE) -> Iterator[Cloud]:
    """Bring all of it up, with two engine processes, and take it down at the end."""
    with ground(directory) as cloud, cloud.served_by(engine):
        yield cloud


def environment(keystone: KnownKeystone) -> dict[str, str]:
    """What the ``openstack`` client finds in its environment: it is ``demo``."""
    said = {
        "OS_AUTH_URL": keystone.url,
        "OS_IDENTITY_API_VERSION": "3",
        "OS_USERNAME": "demo",
        "OS_PASSWORD": PASSWORD,
        "OS_PROJECT_NAME": "demo",
        "OS_USER_DOMAIN_ID": "default",
        "OS_PROJECT_DOMAIN_ID": "default",
        "OS_REGION_NAME": "RegionOne",
    }
    return {**os.environ, **said}


def make_accounts(admin: Identity) -> None:
    """A project and user ``demo``, of whom admin is one too."""
    demo = admin.create("project", {"name": "demo", "domain_id": "default"})["id"]
    user = admin.create("user", {"name": "demo", "password": PASSWORD, "domain_id": "default"})["id"]
    admin.put(f"projects/{demo}/users/{user}/roles/{admin.id_of('role', 'member')}")
    admin.put(f"projects/{demo}/users/{admin.id_of('user', 'admin')}/roles/{admin.id_of('role', 'admin')}")


def catalogue(admin: Identity, ports: heat.Ports) -> list[str]:
    """Make the endpoints of heat-api and heat-api-cfn; the ids of their services."""
    made = []
    for name, kind, url in (
        ("heat", "orchestration", f"{ports.api_url}/%(project_id)s"),
        ("heat-cfn", "cloudformation", ports.cfn_url),
    ):
        service = admin.create("service", {"name": name, "type": kind})["id"]
        for interface in ("public", "internal", "admin"):
            endpoint = {"service_id": service, "interface": interface, "url": url, "region_id": "RegionOne"}
            admin.create("endpoint", endpoint)
        made.append(service)
    return made
