"""OS::Neutron::Net: a project's own network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.resources.openstack.fields import custom, flag, listed, name, named, text
from heatlite.resources.openstack.neutron.base import (
    BUILT,
    NeutronResource,
    admin_state_up,
    tags,
    tenant_id,
    value_specs,
)
from heatlite.resources.schema import Attribute, CacheMode, Property, Type

DHCP_AGENT_IDS = "dhcp_agent_ids"


class Net(NeutronResource):
    """A network: a layer 2 segment with subnets."""

    creates_together = True
    path, key, states = "/networks", "network", BUILT
    properties_schema = {
        "name": name("network"),
        "value_specs": value_specs(),
        "admin_state_up": admin_state_up("network"),
        "tenant_id": tenant_id("network"),
        "shared": flag("Whether all projects may use it.", default=False, update_allowed=True),
        DHCP_AGENT_IDS: Property(Type.LIST, "The ids of the DHCP agents for it.", update_allowed=True),
        "port_security_enabled": flag("Whether its ports filter traffic.", update_allowed=True),
        "qos_policy": named(
            "neutron.qos_policy", "The QoS policy for its ports.", field="qos_policy_id", update_allowed=True
        ),
        "dns_domain": text("The DNS domain.", constraints=custom("dns_domain"), update_allowed=True, cleared=""),
        "availability_zone_hints": listed("The preferred availability zones."),
        "tags": tags("network"),
    }
    attributes_schema = {
        "status": Attribute("The status of the network.", Type.STRING),
        "name": Attribute("The name of the network.", Type.STRING),
        "subnets": Attribute("The ids of its subnets.", Type.LIST),
        "admin_state_up": Attribute("Whether it is administratively up.", Type.STRING),
        "tenant_id": Attribute("The id of the project that owns it.", Type.STRING),
        "port_security_enabled": Attribute("Whether its ports filter traffic.", Type.BOOLEAN),
        "mtu": Attribute("The size of the largest packet, in bytes.", Type.INTEGER),
        "qos_policy_id": Attribute("The id of its QoS policy.", Type.STRING),
        "l2_adjacency": Attribute("Whether the whole network is one layer 2 segment.", Type.BOOLEAN),
        "segments": Attribute("The segments of the network.", Type.LIST, CacheMode.NONE),
    }

    def settle(self, progress: Any) -> bool:
        """Assign its DHCP agents."""
        self.agents("dhcp-agents", self.properties.get(DHCP_AGENT_IDS))
        return super().settle(progress)

    def attribute_of(self, name: str, body: Mapping[str, Any]) -> Any:
        """Return an attribute; segments without a name come first, as in Heat."""
        if name == "segments":
            found = self.api.listed("/segments", "segments", params={"network_id": self.resource_id})
            return sorted(found, key=lambda it: it.get("name") is not None)
        return super().attribute_of(name, body)
