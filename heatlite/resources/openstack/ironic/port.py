"""OS::Ironic::Port: a network port of a bare metal machine. For administrators.

Ironic has one port of an address, by which it is found after a crash.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.resources.openstack.claims import Claimed
from heatlite.resources.openstack.fields import field_attributes, flag, mapped, named, text
from heatlite.resources.openstack.json_patch import Patched
from heatlite.resources.schema import SupportStatus, Type

ADDRESS = "address"


class Port(Claimed, Patched):
    """A network port of a bare metal machine."""

    service, path, key, is_bare = "baremetal", "/ports", "port", True
    mark, microversion = Claimed.mark, "1.53"  # of Ironic's release Stein, which has smart NICs
    support_status = SupportStatus(version="13.0.0")
    properties_schema = {
        "node": named("ironic.node", "The machine.", field="node_uuid", required=True, update_allowed=True),
        ADDRESS: text("The MAC address.", required=True, update_allowed=True),
        "portgroup": named(
            "ironic.portgroup", "The group of ports that it is in.", field="portgroup_uuid", update_allowed=True
        ),
        "local_link_connection": mapped("The switch that it is connected with.", update_allowed=True),
        "pxe_enabled": flag("Whether the machine boots from it.", update_allowed=True),
        "physical_network": text("The physical network that it is in.", update_allowed=True),
        "extra": mapped("More data.", update_allowed=True),
        "is_smartnic": flag("Whether it is a smart NIC.", update_allowed=True),
    }
    attributes_schema = field_attributes(
        address=Type.STRING,
        node_uuid=Type.STRING,
        portgroup_uuid=Type.STRING,
        local_link_connection=Type.MAP,
        pxe_enabled=Type.BOOLEAN,
        physical_network=Type.STRING,
        internal_info=Type.MAP,
        extra=Type.MAP,
        is_smartnic=Type.BOOLEAN,
    )

    def id_in(self, body: Mapping[str, Any]) -> str:
        """Return the port's id."""
        return str(body["uuid"])

    def equal_ids(self) -> list[str]:
        """Return the port with the address."""
        wanted = self.properties[ADDRESS]
        there = self.api.listed(self.path, "ports", params={ADDRESS: wanted}, **self.sent)
        return [it["uuid"] for it in there if it[ADDRESS].lower() == wanted.lower()]
