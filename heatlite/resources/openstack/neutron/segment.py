"""OS::Neutron::Segment: a layer 2 segment of a network."""

from __future__ import annotations

from heatlite.resources.openstack.fields import integer, name, named, text
from heatlite.resources.openstack.neutron.base import NeutronResource
from heatlite.resources.schema import SupportStatus
from heatlite.schema.constraints import AllowedValues, Range

KIND, PHYSICAL, NUMBER = "network_type", "physical_network", "segmentation_id"
TUNNELS = ("vxlan", "gre", "geneve")
MOST_VLANS = 4094


class Segment(NeutronResource):
    """A segment: a network may consist of several, with a subnet on each. For administrators."""

    path, key, extension = "/segments", "segment", "segment"
    support_status = SupportStatus(version="9.0.0")
    properties_schema = {
        "network": named("neutron.network", "The network.", field="network_id", required=True),
        KIND: text(
            "The implementation of the segment.",
            required=True,
            constraints=(AllowedValues(("local", "vlan", "vxlan", "gre", "geneve", "flat")),),
        ),
        PHYSICAL: text("The physical network."),
        NUMBER: integer("The number of the VLAN or tunnel.", constraints=(Range(1),)),
        "name": name("segment"),
        "description": text("The description of the segment.", update_allowed=True, cleared=""),
    }

    def validate(self) -> None:
        """Require the properties that the type needs, and refuse those that it doesn't have.

        :raises StackValidationFailed: naming the property
        """
        super().validate()
        if not self.known(KIND, PHYSICAL, NUMBER):
            return
        kind, number = self.properties[KIND], self.properties[NUMBER]
        has_physical = self.properties[PHYSICAL] is not None
        if kind in ("flat", "vlan") and not has_physical:
            raise self.properties_error(f"{PHYSICAL} is required for {kind} provider network.")
        if kind == "vlan" and number is None:
            raise self.properties_error(f"{NUMBER} is required for {kind} provider network.")
        if kind in ("local", "flat") and number is not None:
            raise self.properties_error(f"{NUMBER} is prohibited for {kind} provider network.")
        if kind in TUNNELS and has_physical:
            raise self.properties_error(f"{PHYSICAL} is prohibited for {kind} provider network.")
        if kind == "vlan" and number > MOST_VLANS:
            raise self.properties_error(f"Up to {MOST_VLANS} VLAN network segments can exist on each physical_network.")
