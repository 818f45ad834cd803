"""OS::Neutron::Subnet: a block of addresses on a network."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

from heatlite.exception import ResourceActionNotSupported
from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.fields import custom, flag, integer, listed, name, named, old_name, text
from heatlite.resources.openstack.neutron.base import NeutronResource, tags, tenant_id, value_specs
from heatlite.resources.schema import Attribute, Type
from heatlite.schema.constraints import AllowedValues, Range

MODES = ("dhcpv6-stateful", "dhcpv6-stateless", "slaac")
GATEWAY, AUTO = "gateway_ip", "auto"


class Subnet(NeutronResource):
    """A subnet: a block of addresses on a network, and the settings that DHCP sends to its hosts."""

    creates_together = True
    path, key = "/subnets", "subnet"
    may_specify_properties = True
    properties_schema = {
        "network_id": old_name("network", "neutron.network"),
        "network": named("neutron.network", "The network of the subnet.", field="network_id", required=True),
        "subnetpool": named("neutron.subnetpool", "The pool that provides its addresses.", field="subnetpool_id"),
        "prefixlen": integer("The length of the prefix to take from the pool.", constraints=(Range(0),)),
        "cidr": text("The addresses, such as 10.0.0.0/24.", constraints=custom("net_cidr")),
        "value_specs": value_specs(),
        "name": name("subnet"),
        "ip_version": integer("The IP version: 4 or 6.", default=4, constraints=(AllowedValues((4, 6)),)),
        "dns_nameservers": listed("The DNS servers for hosts.", default=[], update_allowed=True),
        GATEWAY: text("The gateway's address. Empty: no gateway. auto: Neutron chooses it.", update_allowed=True),
        "enable_dhcp": flag("Whether DHCP serves the hosts.", default=True, update_allowed=True),
        "allocation_pools": listed(
            "The ranges of addresses to assign.",
            {
                "start": text("The first address.", required=True, constraints=custom("ip_addr")),
                "end": text("The last address.", required=True, constraints=custom("ip_addr")),
            },
            update_allowed=True,
            cleared=[],
        ),
        "tenant_id": tenant_id("subnet"),
        "host_routes": listed(
            "The routes for hosts.",
            {
                "destination": text(
                    "The destination, such as 10.1.0.0/16.", required=True, constraints=custom("net_cidr")
                ),
                "nexthop": text("The IP address of the next hop.", required=True, constraints=custom("ip_addr")),
            },
            update_allowed=True,
            cleared=[],
        ),
        "ipv6_ra_mode": text("The mode of IPv6 router advertisements.", constraints=(AllowedValues(MODES),)),
        "ipv6_address_mode": text("The mode of IPv6 address assignment.", constraints=(AllowedValues(MODES),)),
        "segment": named("neutron.segment", "The segment of the network.", field="segment_id", update_allowed=True),
        "tags": tags("subnet"),
    }
    attributes_schema = {
        "name": Attribute("The name of the subnet.", Type.STRING),
        "network_id": Attribute("The id of its network.", Type.STRING),
        "tenant_id": Attribute("The id of the project that owns it.", Type.STRING),
        "allocation_pools": Attribute("The ranges of addresses to assign.", Type.LIST),
        "gateway_ip": Attribute("The gateway's address.", Type.STRING),
        "dns_nameservers": Attribute("The DNS servers for hosts.", Type.LIST),
        "enable_dhcp": Attribute("Whether DHCP serves the hosts.", Type.STRING),
        "host_routes": Attribute("The routes for hosts.", Type.LIST),
        "ip_version": Attribute("The IP version: 4 or 6.", Type.STRING),
        "cidr": Attribute("The addresses, such as 10.0.0.0/24.", Type.STRING),
    }

    def validate(self) -> None:
        """Require a pool or a block of addresses, and refuse IPv6 modes without IPv6.

        :raises StackValidationFailed: saying which properties don't fit together
        """
        super().validate()
        if not self.known("subnetpool", "cidr", "prefixlen", "ip_version", "ipv6_ra_mode", "ipv6_address_mode"):
            return
        self.refuse_both("subnetpool", "cidr")
        self.require_one("subnetpool", "cidr")
        self.refuse_both("prefixlen", "cidr")
        announced, addressed = self.properties["ipv6_ra_mode"], self.properties["ipv6_address_mode"]
        if self.properties["ip_version"] == 4 and (announced or addressed):
            raise self.property_error("ip_version", "ipv6_ra_mode and ipv6_address_mode are not supported for ipv4.")
        if announced and addressed and announced != addressed:
            message = "When both ipv6_ra_mode and ipv6_address_mode are set, they must be equal."
            raise self.property_error("ipv6_address_mode", message)
        gateway = self.properties[GATEWAY]
        if self.known(GATEWAY) and gateway not in (None, "", "~", AUTO) and not is_address(gateway):
            raise self.property_error(GATEWAY, f'Gateway IP address "{gateway}" is in invalid format.')

    def extra_body(self, body: Body) -> Body:
        """Return the body, with the gateway in Neutron's form."""
        return super().extra_body(with_gateway(body))

    def update_body(self, prop_diff: Mapping[str, Any]) -> Body:
        """Return the changed fields, with the gateway in Neutron's form.

        :raises ResourceActionNotSupported: if Neutron is asked to choose a gateway for an existing subnet
        """
        if prop_diff.get(GATEWAY) == AUTO:
            raise ResourceActionNotSupported(action="Choosing a gateway for an existing subnet (gateway_ip: auto)")
        return with_gateway(super().update_body(prop_diff))


def with_gateway(body: Body) -> Body:
    """Return a body in Neutron's form: null for no gateway, and no key if Neutron chooses it."""
    if body.get(GATEWAY) == "":
        return {**body, GATEWAY: None}
    return {key: value for key, value in body.items() if (key, value) != (GATEWAY, AUTO)}


def is_address(text: Any) -> bool:
    """Tell whether a text is an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(str(text))
    except ValueError:
        return False
    return True
