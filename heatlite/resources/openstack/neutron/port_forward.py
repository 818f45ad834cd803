"""OS::Neutron::FloatingIPPortForward: forwards a port of a floating IP to an internal port."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.resources.openstack.claims import ChildObject
from heatlite.resources.openstack.fields import custom, integer, named, text
from heatlite.resources.openstack.neutron.base import NeutronResource
from heatlite.resources.schema import SupportStatus
from heatlite.resources.waiting_for import Others
from heatlite.schema.constraints import AllowedValues, Range

INSIDE, OUTSIDE, PROTOCOL = "internal_port", "external_port", "protocol"
NUMBERS = (Range(1, 65535),)


class FloatingIPPortForward(ChildObject, NeutronResource):
    """A port forwarding. A floating IP has at most one for a protocol and an external port."""

    path, inner, key = "/floatingips", "port_forwardings", "port_forwarding"
    parent, extension, mark = "floating_ip", "floating-ip-port-forwarding", ChildObject.mark
    support_status = SupportStatus(version="19.0.0")
    properties_schema = {
        "internal_ip_address": text(
            "The internal address.", required=True, constraints=custom("ip_addr"), update_allowed=True
        ),
        "internal_port_number": integer(
            "The internal port number.", field="internal_port", constraints=NUMBERS, update_allowed=True
        ),
        OUTSIDE: integer("The external port number.", required=True, constraints=NUMBERS, update_allowed=True),
        INSIDE: named(
            "neutron.port",
            "The Neutron port with the internal address.",
            field="internal_port_id",
            required=True,
            update_allowed=True,
        ),
        PROTOCOL: text(
            "The protocol.",
            required=True,
            constraints=(AllowedValues(("tcp", "udp", "icmp", "icmp6", "sctp", "dccp")),),
            update_allowed=True,
        ),
        parent: named("neutron.floatingip", "The floating IP.", constraints=(), required=True),
    }

    @classmethod
    def waits_for(cls, own: Mapping[str, Any], others: Others) -> frozenset[str]:
        """Return the interfaces of routers on the port's subnets, and their gateways."""
        return others.ways_from_port(own.get(INSIDE))

    def equal_ids(self) -> list[str]:
        """Return the floating IP's forwarding of the same protocol and external port."""
        return self.matching(**{it: self.properties[it] for it in (PROTOCOL, OUTSIDE)})
