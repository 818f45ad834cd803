"""A real heat-engine that uses the cloud, driven as heat-api would drive it: its stacks are told as stories."""

from __future__ import annotations

import contextlib
import pathlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from heatlite.cmd.connect import client_of
from heatlite.db.api import Database
from heatlite.db.settings import Settings
from heatlite.rpc import broker, transport
from heatlite.rpc.engine_client import EngineClient
from tests.cloud.reached import Reached
from tests.deployment import conf
from tests.heat_api import heat, venvs
from tests.servers.guard import free_port


@dataclass
class RealHeat:
    """Its client, place and process; ``database`` is Heat's, and only its connection is of use."""

    client: EngineClient
    database: Database
    place: heat.Place
    engine: int

    def stop(self) -> None:
        """Do nothing: ``real_heat`` stops it."""


@contextlib.contextmanager
def catalogued(cloud: Reached, ports: heat.Ports) -> Iterator[None]:
    """Have Heat's APIs in the catalogue, or Heat refuses its own types. Nobody listens there: engines are called."""
    identity = cloud.services("admin", "admin").identity
    made = []
    for kind, port in (("orchestration", ports.api), ("cloudformation", ports.cfn)):
        service = identity.create("service", {"name": f"real-{kind}", "type": kind})["id"]
        where = {"url": f"http://127.0.0.1:{port}/v1", "region_id": cloud.settings.region_name}
        for interface in ("public", "internal", "admin"):
            identity.create("endpoint", {"service_id": service, "interface": interface, **where})
        made.append(service)
    try:
        yield
    finally:
        for service in made:
            identity.delete("service", service)  # its endpoints go with it


@contextlib.contextmanager
def real_heat(
    cloud: Reached, directory: pathlib.Path, database: str, bus: str, script: pathlib.Path | None = None
) -> Iterator[RealHeat]:
    """Start a heat-engine with two workers, and stop it at the end.

    :param script: is run by Heat's Python in place of ``heat-engine``
    :raises ServerUnavailable: if Heat can't be installed here
    """
    ports = heat.Ports(free_port(), free_port())
    settings = cloud.settings
    url, region = str(settings.auth_url), str(settings.region_name)
    place = heat.Place(venvs.api(), directory, url, bus, database, ports, region)
    place.configure()
    with place.engines(script) as engine, catalogued(cloud, ports):
        connected = transport.get(conf(), bus)
        opened = Database(Settings(database))
        try:
            yield RealHeat(client_of(connected, timeout=120), opened, place, engine)
        finally:
            opened.dispose()
            broker.close(connected)


def heat_context(cloud: Reached, project: str, user: str = "") -> dict[str, Any]:
    """Return the context of a request with all that heat-engine looks for in it.

    :param user: who sends it; the project's user of its name by default
    """
    user = user or project
    found = cloud.context(user, project)
    more = {"user_id": found["user"], "tenant": found["project_id"], "is_admin_project": True}
    url, token = f"{cloud.settings.auth_url}/auth/tokens", {"X-Subject-Token": found["auth_token"]}
    body = cloud.sessions.of(cloud.login(user, project)).get(url, headers=token).json()
    return {**found, **more, "auth_url": cloud.settings.auth_url, "auth_token_info": body}
