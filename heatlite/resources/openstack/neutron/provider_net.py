"""OS::Neutron::ProviderNet: a network that an administrator lays on a physical one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.fields import custom, flag, listed, text
from heatlite.resources.openstack.neutron.base import admin_state_up, name, tags, tenant_id
from heatlite.resources.openstack.neutron.net import Net
from heatlite.resources.schema import Attribute, CacheMode, SupportStatus, Type
from heatlite.schema.constraints import AllowedValues

KINDS = ("local", "vlan", "vxlan", "gre", "geneve", "flat")


class ProviderNet(Net):
    """A network of which is said what it is made of: a VLAN, a tunnel or the whole of a physical network."""

    support_status = SupportStatus(version="2014.1")
    properties_schema = {
        "name": name("network"),
        "network_type": text(
            "What it is made of.",
            field="provider:network_type",
            required=True,
            constraints=(AllowedValues(KINDS),),
            update_allowed=True,
        ),
        "physical_network": text(
            "The physical network that it is on.", field="provider:physical_network", update_allowed=True
        ),
        "segmentation_id": text(
            "Its VLAN or tunnel, by number.", field="provider:segmentation_id", update_allowed=True
        ),
        "router_external": flag(
            "Whether it is a network outside.", field="router:external", default=False, update_allowed=True
        ),
        "admin_state_up": admin_state_up("network"),
        "shared": flag("Whether all projects may use it.", default=True, update_allowed=True),
        "tenant_id": tenant_id("network"),
        "port_security_enabled": flag("Whether ports on it filter what they pass.", update_allowed=True),
        "dns_domain": text("The DNS domain of it.", constraints=custom("dns_domain"), update_allowed=True, cleared=""),
        "availability_zone_hints": listed("The availability zones that are wanted for it.", update_allowed=True),
        "tags": tags("network"),
    }
    attributes_schema = {
        "status": Attribute("Its status.", Type.STRING),
        "subnets": Attribute("The ids of its subnets.", Type.LIST),
        "segments": Attribute("Its segments.", Type.LIST, CacheMode.NONE),
    }

    def validate(self) -> None:
        """Numbers and physical networks are for the kinds that have them.

        :raises StackValidationFailed: where one is given for another kind
        """
        if not self.known("network_type", "physical_network", "segmentation_id"):
            return
        kind = self.properties["network_type"]
        if self.properties["segmentation_id"] and kind in ("local", "flat"):
            raise self.property_error("segmentation_id", "segmentation_id not allowed for network types: local, flat")
        if self.properties["physical_network"] and kind in ("vxlan", "gre", "geneve", "local"):
            message = "physical_network not allowed for network types: vxlan, gre, geneve, local"
            raise self.property_error("physical_network", message)

    def update_body(self, prop_diff: Mapping[str, Any]) -> Body:
        """The kind of a network can't go, only change."""
        return {key: value for key, value in super().update_body(prop_diff).items() if value is not None}
