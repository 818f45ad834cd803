"""OS::Neutron::Subnet: addresses on a network."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

from heatlite.exception import ResourceActionNotSupported
from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.fields import custom, flag, integer, listed, named, old_name, text
from heatlite.resources.openstack.neutron.base import NeutronResource, name, tags, tenant_id, value_specs
from heatlite.resources.schema import Attribute, Type
from heatlite.schema.constraints import AllowedValues, Range

MODES = ("dhcpv6-stateful", "dhcpv6-stateless", "slaac")
GATEWAY, AUTO = "gateway_ip", "auto"


class Subnet(NeutronResource):
    """A subnet: a block of addresses on a network, and what hosts on it are told by DHCP."""

    path, key = "/subnets", "subnet"
    properties_schema = {
        "network_id": old_name("network", "neutron.network"),
        "network": named("neutron.network", "The network that it is on.", field="network_id", required=True),
        "subnetpool": named("neutron.subnetpool", "The pool that its addresses are of.", field="subnetpool_id"),
        "prefixlen": integer("The length of the prefix that it gets of its pool.", constraints=(Range(0),)),
        "cidr": text("Its addresses, as in 10.0.0.0/24.", constraints=custom("net_cidr")),
        "value_specs": value_specs(),
        "name": name("subnet"),
        "ip_version": integer("4 or 6.", default=4, constraints=(AllowedValues((4, 6)),)),
        "dns_nameservers": listed("The DNS servers that hosts are told.", default=[], update_allowed=True),
        GATEWAY: text(
            "The address of its gateway; an empty one: it has none; auto: what Neutron chooses.", update_allowed=True
        ),
        "enable_dhcp": flag("Whether hosts on it are served by DHCP.", default=True, update_allowed=True),
        "allocation_pools": listed(
            "The ranges that addresses are given of.",
            {
                "start": text("The first address.", required=True, constraints=custom("ip_addr")),
                "end": text("The last address.", required=True, constraints=custom("ip_addr")),
            },
            update_allowed=True,
            cleared=[],
        ),
        "tenant_id": tenant_id("subnet"),
        "host_routes": listed(
            "The routes that hosts are told.",
            {
                "destination": text("Where to, as in 10.1.0.0/16.", required=True, constraints=custom("net_cidr")),
                "nexthop": text("By way of which address.", required=True, constraints=custom("ip_addr")),
            },
            update_allowed=True,
            cleared=[],
        ),
        "ipv6_ra_mode": text("How routers are announced.", constraints=(AllowedValues(MODES),)),
        "ipv6_address_mode": text("How hosts get addresses of IPv6.", constraints=(AllowedValues(MODES),)),
        "segment": named(
            "neutron.segment", "The segment of the network that it is on.", field="segment_id", update_allowed=True
        ),
        "tags": tags("subnet"),
    }
    attributes_schema = {
        "name": Attribute("Its name.", Type.STRING),
        "network_id": Attribute("The id of its network.", Type.STRING),
        "tenant_id": Attribute("The id of the project that owns it.", Type.STRING),
        "allocation_pools": Attribute("The ranges that addresses are given of.", Type.LIST),
        "gateway_ip": Attribute("The address of its gateway.", Type.STRING),
        "dns_nameservers": Attribute("The DNS servers that hosts are told.", Type.LIST),
        "enable_dhcp": Attribute("Whether hosts on it are served by DHCP.", Type.STRING),
        "host_routes": Attribute("The routes that hosts are told.", Type.LIST),
        "ip_version": Attribute("4 or 6.", Type.STRING),
        "cidr": Attribute("Its addresses.", Type.STRING),
    }

    def validate(self) -> None:
        """It has a pool or a block of addresses; modes of IPv6 are of IPv6.

        :raises StackValidationFailed: saying what doesn't go together
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
        """No gateway where the template says that there is none."""
        return super().extra_body(with_gateway(body))

    def update_body(self, prop_diff: Mapping[str, Any]) -> Body:
        """The same.

        :raises ResourceActionNotSupported: where Neutron is to choose a gateway now
        """
        if prop_diff.get(GATEWAY) == AUTO:
            raise ResourceActionNotSupported(action="Choosing a gateway for a subnet that is there (gateway_ip: auto)")
        return with_gateway(super().update_body(prop_diff))


def with_gateway(body: Body) -> Body:
    """A body as Neutron takes it: null for no gateway, and nothing for the one that it chooses."""
    if body.get(GATEWAY) == "":
        return {**body, GATEWAY: None}
    return {key: value for key, value in body.items() if (key, value) != (GATEWAY, AUTO)}


def is_address(text: Any) -> bool:
    """Whether a text is an address of IPv4 or IPv6."""
    try:
        ipaddress.ip_address(str(text))
    except ValueError:
        return False
    return True
