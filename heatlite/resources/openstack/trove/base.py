"""The base of Trove's types: states, the networks of an instance, and the version of the datastore."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.resources.openstack.base import Body, CloudResource
from heatlite.resources.openstack.fields import Field, custom, listed, named, text
from heatlite.resources.openstack.marks import InName
from heatlite.resources.openstack.states import states
from heatlite.schema.constraints import Length

NETWORK, PORT, ADDRESS = "network", "port", "fixed_ip"
DATASTORE, VERSION = "datastore_type", "datastore_version"
STATES = states(
    good="ACTIVE HEALTHY",
    pending="BUILD NEW BLOCKED REBOOT RESIZE BACKUP SHUTDOWN RESTART_REQUIRED PROMOTE EJECT UPGRADE DETACH",
    failed="ERROR FAILED",
)
WHY = {
    "FAILED": "Trove made the server, and failed to set up the database. Delete it, and make another one",
    "ERROR": "the last operation failed; Trove tells no reason",
}


class TroveResource(CloudResource):
    """An object of Trove's. Trove filters no list by name; only a generated name is a mark."""

    service, mark, is_gone_at_once, poll_seconds = "database", InName(filtered=False), False, 5.0

    def check_networks(self, given: Any) -> None:
        """Require either a network or a port in each entry.

        :raises StackValidationFailed: if one has neither, or both
        """
        for each in given or ():
            if (each[NETWORK] is None) == (each[PORT] is None):
                message = f"Either {NETWORK} or {PORT} must be provided."
                raise self.properties_error(message)

    def datastore(self) -> Body:
        """Return the datastore with its version, as far as the template gives them."""
        given = {"type": self.properties[DATASTORE], "version": self.properties[VERSION]}
        return {name: it for name, it in given.items() if it is not None}


def flavor(*, update_allowed: bool = False) -> Field:
    """Return the property ``flavor``."""
    return named("trove.flavor", "The flavor.", field="flavorRef", required=True, update_allowed=update_allowed)


def networks() -> Field:
    """Return the property ``networks``."""
    return listed(
        "The networks.",
        {
            NETWORK: named("neutron.network", "The network.", field="net-id"),
            PORT: named("neutron.port", "The port.", field="port-id"),
            ADDRESS: text("The address in the network.", field="ip_address", constraints=custom("ip_addr")),
        },
        default=[],
        field="nics",
    )


def short(description: str, most: int = 255, **more: Any) -> Field:
    """Return a property for a text that isn't long."""
    return text(description, constraints=(Length(max=most),), **more)


def why(body: Mapping[str, Any]) -> str:
    """Return why an instance is broken, as far as its status tells."""
    return WHY.get(str(body.get("status")), "Unknown")
