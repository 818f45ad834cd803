"""A fleet whose engines reach the cloud's services through proxies."""

from __future__ import annotations

import pathlib
from collections.abc import Mapping
from typing import Any

from tests.chaos.fleet import OPTIONS, Fleet
from tests.cloud.cloud import Cloud
from tests.cloud.reached import Reached
from tests.servers import MariaDB, PostgreSQL, RabbitMQ
from tests.servers.api_proxy import APIProxy

REGION = "proxied"
"""The region in which the catalogue lists the proxies."""
LEASE = 6.0
"""Seconds: two cores that run a cloud as well let an engine wait for longer than three."""


def proxied(cloud: Cloud) -> dict[str, APIProxy]:
    """Put a proxy before each of a cloud's services, and list them in the catalogue, in a region of their own."""
    services = {name: APIProxy(cloud.place.ports[name]) for name in cloud.services}
    identity = cloud.connection("admin", "admin").identity
    identity.create_region(id=REGION)
    for endpoint in list(identity.endpoints(region_id=cloud.described()["region"])):
        service = identity.get_service(endpoint.service_id).name
        if service in services:
            path = endpoint.url.removeprefix(cloud.place.url(service))
            identity.create_endpoint(
                service_id=endpoint.service_id,
                interface=endpoint.interface,
                region_id=REGION,
                url=f"{services[service].url}{path}",
            )
    return services


class CloudFleet(Fleet):
    """Launchers with an engine each; ``services`` are the proxies in front of the cloud's services, by name."""

    options: Mapping[str, Any] = {**OPTIONS, "lease_seconds": LEASE, "sweep_interval": 1}

    def __init__(
        self, directory: pathlib.Path, database: MariaDB | PostgreSQL, rabbitmq: RabbitMQ, cloud: Cloud
    ) -> None:
        self.cloud, self.reached = cloud, Reached(cloud.described())
        self.projects: list[str] = []
        self.services = proxied(cloud)
        super().__init__(directory, database, rabbitmq)
        self._tell_of_the_cloud()

    def prepare(self, directory: pathlib.Path) -> dict[str, str]:
        """Return the environment of the engines' processes."""
        return {"XDG_CACHE_HOME": str(directory / "cache")}

    def _tell_of_the_cloud(self) -> None:
        trustee = {**self.reached.trustee(), "auth_url": self.services["keystone"].url}
        with self.config.open("a") as config:
            config.write("\n".join(["[trustee]", *(f"{name} = {it}" for name, it in trustee.items()), ""]))

    def own_options(self) -> dict[str, Any]:
        """Return the engines' options, besides the servers' addresses."""
        return {**self.options, **self.reached.options(), "region_name_for_services": REGION}

    def stop(self) -> None:
        """End everything but the cloud."""
        super().stop()
        for proxy in self.services.values():
            proxy.close()
