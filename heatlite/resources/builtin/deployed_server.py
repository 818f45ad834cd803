"""OS::Heat::DeployedServer: a server that was made elsewhere, as a target for software deployments.

The deployments are part of its metadata, so the server's agent finds them all by ``resource-show``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.resources.base import Resource
from heatlite.resources.schema import Attribute, CacheMode, Property, SupportStatus, Type
from heatlite.resources.software.delivery import (
    CONFIG,
    CONFIG_TRANSPORT,
    CONFIG_TRANSPORT_PROPERTY,
    SWIFT_DATA,
    SWIFT_DATA_PROPERTY,
)

NAME, METADATA = "name", "metadata"
COLLECT_CONFIG = "os_collect_config"


class DeployedServer(Resource):
    """A server that the stack doesn't make. Transports other than POLL_SERVER_HEAT need services that aren't here."""

    support_status = SupportStatus(version="8.0.0")
    immediate = True
    shows_deployments = True
    properties_schema = {
        NAME: Property(Type.STRING, "The server's name.", update_allowed=True),
        METADATA: Property(Type.MAP, "Ignored.", update_allowed=True),
        CONFIG_TRANSPORT: CONFIG_TRANSPORT_PROPERTY,
        SWIFT_DATA: SWIFT_DATA_PROPERTY,
    }
    attributes_schema = {
        NAME: Attribute("The server's name.", Type.STRING),
        COLLECT_CONFIG: Attribute(
            "What os-collect-config on the server needs to find its deployments.", Type.MAP, CacheMode.NONE
        ),
    }

    def handle_create(self) -> None:
        """Record the resource's uuid as the physical id: the server exists already."""
        self.resource_id_set(self.uuid)
        self.data_set(CONFIG, self.collect_config())

    def handle_update(self, prop_diff: Mapping[str, Any]) -> None:
        """Accept the new properties; nothing else is to be done."""

    def resolve_attribute(self, name: str) -> Any:
        """Return the name, or the agent's configuration."""
        return (
            self.collect_config() if name == COLLECT_CONFIG else self.properties[NAME] or self.physical_resource_name()
        )

    def collect_config(self) -> dict[str, Any]:
        """Return where the agent polls, without an identity service's credentials."""
        return {
            "heat": {"stack_id": f"{self.stack_name}/{self.stack_id}", "resource_name": self.name},
            "collectors": ["heat", "local"],
        }
