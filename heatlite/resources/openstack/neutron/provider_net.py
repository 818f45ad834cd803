"""OS::Neutron::ProviderNet: a network that an administrator maps to a physical network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.fields import custom, flag, listed, name, text
from heatlite.resources.openstack.neutron.base import admin_state_up, tags, tenant_id
from heatlite.resources.openstack.neutron.net import Net
from heatlite.resources.schema import Attribute, CacheMode, SupportStatus, Type
from heatlite.schema.constraints import AllowedValues

KINDS = ("local", "vlan", "vxlan", "gre", "geneve", "flat")


class ProviderNet(Net):
    """A network whose implementation the template chooses: a VLAN, a tunnel or a whole physical network."""

    support_status = SupportStatus(version="2014.1")
    properties_schema = {
        "name": name("network"),
        "network_type": text(
            "The implementation of the network.",
            field="provider:network_type",
            required=True,
            constraints=(AllowedValues(KINDS),),
            update_allowed=True,
        ),
        "physical_network": text("The physical network.", field="provider:physical_network", update_allowed=True),
        "segmentation_id": text(
            "The number of the VLAN or tunnel.", field="provider:segmentation_id", update_allowed=True
        ),
        "router_external": flag(
            "Whether it is an external network.", field="router:external", default=False, update_allowed=True
        ),
        "admin_state_up": admin_state_up("network"),
        "shared": flag("Whether all projects may use it.", default=True, update_allowed=True),
        "tenant_id": tenant_id("network"),
        "port_security_enabled": flag("Whether its ports filter traffic.", update_allowed=True),
        "dns_domain": text("The DNS domain.", constraints=custom("dns_domain"), update_allowed=True, cleared=""),
        "availability_zone_hints": listed("The preferred availability zones.", update_allowed=True),
        "tags": tags("network"),
    }
    attributes_schema = {
        "status": Attribute("The status of the network.", Type.STRING),
        "subnets": Attribute("The ids of its subnets.", Type.LIST),
        "segments": Attribute("The segments of the network.", Type.LIST, CacheMode.NONE),
    }

    def validate(self) -> None:
        """Refuse a number or physical network for a type of network that has none.

        :raises StackValidationFailed: if one is given
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
        """Return the changed fields that have a value: they can be changed but not removed."""
        return {key: value for key, value in super().update_body(prop_diff).items() if value is not None}
