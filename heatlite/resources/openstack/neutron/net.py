"""OS::Neutron::Net: a network of a project's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.resources.openstack.fields import custom, flag, listed, named, text
from heatlite.resources.openstack.neutron.base import (
    BUILT,
    NeutronResource,
    admin_state_up,
    name,
    tags,
    tenant_id,
    value_specs,
)
from heatlite.resources.schema import Attribute, CacheMode, Property, Type

DHCP_AGENT_IDS = "dhcp_agent_ids"


class Net(NeutronResource):
    """A network: a segment of layer 2, on which subnets give addresses."""

    path, key, states = "/networks", "network", BUILT
    properties_schema = {
        "name": name("network"),
        "value_specs": value_specs(),
        "admin_state_up": admin_state_up("network"),
        "tenant_id": tenant_id("network"),
        "shared": flag("Whether all projects may use it.", default=False, update_allowed=True),
        DHCP_AGENT_IDS: Property(Type.LIST, "The ids of the DHCP agents that serve it.", update_allowed=True),
        "port_security_enabled": flag("Whether ports on it filter what they pass.", update_allowed=True),
        "qos_policy": named(
            "neutron.qos_policy", "The QoS policy for its ports.", field="qos_policy_id", update_allowed=True
        ),
        "dns_domain": text("The DNS domain of it.", constraints=custom("dns_domain"), update_allowed=True, cleared=""),
        "availability_zone_hints": listed("The availability zones that are wanted for it."),
        "tags": tags("network"),
    }
    attributes_schema = {
        "status": Attribute("Its status.", Type.STRING),
        "name": Attribute("Its name.", Type.STRING),
        "subnets": Attribute("The ids of its subnets.", Type.LIST),
        "admin_state_up": Attribute("Whether it is up.", Type.STRING),
        "tenant_id": Attribute("The id of the project that owns it.", Type.STRING),
        "port_security_enabled": Attribute("Whether its ports filter what they pass.", Type.BOOLEAN),
        "mtu": Attribute("The largest packet that it passes, in bytes.", Type.INTEGER),
        "qos_policy_id": Attribute("The id of its QoS policy.", Type.STRING),
        "l2_adjacency": Attribute("Whether all of it is one segment of layer 2.", Type.BOOLEAN),
        "segments": Attribute("Its segments.", Type.LIST, CacheMode.NONE),
    }

    def settle(self, progress: Any) -> bool:
        """Have its DHCP agents."""
        self.agents("dhcp-agents", self.properties.get(DHCP_AGENT_IDS))
        return super().settle(progress)

    def attribute_of(self, name: str, body: Mapping[str, Any]) -> Any:
        """Of its segments those without a name first, as in Heat."""
        if name == "segments":
            found = self.api.listed("/segments", "segments", params={"network_id": self.resource_id})
            return sorted(found, key=lambda it: it.get("name") is not None)
        return super().attribute_of(name, body)
