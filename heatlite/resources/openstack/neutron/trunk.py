"""OS::Neutron::Trunk: several networks on one port."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.fields import flag, integer, listed, name, named, text
from heatlite.resources.openstack.neutron.base import BUILT, NeutronResource
from heatlite.resources.schema import Attribute, SupportStatus, Type
from heatlite.schema.constraints import AllowedValues, Range

PORT, SUB_PORTS = "port", "sub_ports"


class Trunk(NeutronResource):
    """A trunk: its port carries untagged traffic of its own network, and tagged traffic of its subports' networks."""

    path, key, states = "/trunks", "trunk", BUILT
    extension = "trunk"
    support_status = SupportStatus(version="9.0.0")
    properties_schema = {
        "name": name("trunk"),
        PORT: named("neutron.port", "The parent port.", field="port_id", required=True, immutable=True),
        SUB_PORTS: listed(
            "The ports of the other networks.",
            {
                "port": named("neutron.port", "The port.", field="port_id", required=True),
                "segmentation_type": text("The kind of tags.", required=True, constraints=(AllowedValues(("vlan",)),)),
                "segmentation_id": integer("The tag.", required=True, constraints=(Range(1, 4094),)),
            },
            update_allowed=True,
        ),
        "description": text("The description of the trunk.", update_allowed=True, cleared=""),
        "admin_state_up": flag(
            "Whether it carries traffic, and may be changed and deleted.", update_allowed=True, cleared=True
        ),
    }
    attributes_schema = {"port_id": Attribute("The id of its port.", Type.STRING)}

    def update_body(self, prop_diff: Mapping[str, Any]) -> Body:
        """Return the changed fields, without the subports, which need other requests."""
        return super().update_body({key: it for key, it in prop_diff.items() if key != SUB_PORTS})

    def update_rest(self, prop_diff: Mapping[str, Any]) -> None:
        """Set the subports. First remove the ones that changed, because a port can be a subport only once."""
        if SUB_PORTS not in prop_diff:
            return
        wanted = self.fields([SUB_PORTS]).get(SUB_PORTS) or []
        current = [{key: it[key] for key in SUBPORT} for it in self.look(str(self.resource_id))[SUB_PORTS]]
        if gone := [{"port_id": it["port_id"]} for it in current if it not in wanted]:
            self.api.put(f"{self.one}/remove_subports", {SUB_PORTS: gone})
        if new := [it for it in wanted if it not in current]:
            self.api.put(f"{self.one}/add_subports", {SUB_PORTS: new})
        self._seen = None


SUBPORT = ("port_id", "segmentation_type", "segmentation_id")
