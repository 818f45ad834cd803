"""A real heat-engine that uses the cloud, driven as heat-api would drive it: its stacks are told as stories."""

from __future__ import annotations

import contextlib
import pathlib
from collections.abc import Iterator
from dataclasses import dataclass

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
    """Its client, and where it is; ``database`` is Heat's, and only its connection is of use."""

    client: EngineClient
    database: Database
    place: heat.Place

    def stop(self) -> None:
        """Do nothing: ``real_heat`` stops it."""


@contextlib.contextmanager
def real_heat(cloud: Reached, directory: pathlib.Path, database: str, bus: str) -> Iterator[RealHeat]:
    """Start a heat-engine with two workers, and stop it at the end.

    :raises ServerUnavailable: if Heat can't be installed here
    """
    ports = heat.Ports(free_port(), free_port())
    place = heat.Place(venvs.api(), directory, str(cloud.settings.auth_url), bus, database, ports)
    place.configure()
    with place.engines():
        connected = transport.get(conf(), bus)
        opened = Database(Settings(database))
        try:
            yield RealHeat(client_of(connected, timeout=120), opened, place)
        finally:
            opened.dispose()
            broker.close(connected)
