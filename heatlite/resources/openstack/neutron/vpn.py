"""OS::Neutron::VPNService, IKEPolicy, IPsecPolicy and IPsecSiteConnection: IPsec between networks and other sites."""

from __future__ import annotations

from typing import Any, ClassVar

from heatlite.resources.openstack.fields import (
    Field,
    custom,
    description,
    field_attributes,
    integer,
    listed,
    mapped,
    name,
    named,
    old_name,
    text,
)
from heatlite.resources.openstack.marks import Mark
from heatlite.resources.openstack.neutron.base import InFreeText, NeutronResource, admin_state_up
from heatlite.resources.openstack.states import states
from heatlite.resources.schema import PropertiesSchema, Type
from heatlite.schema.constraints import AllowedValues

AUTHENTICATIONS = ("sha1", "sha256", "sha384", "sha512", "aes-xcbc", "aes-cmac")
LENGTHS = ("128", "192", "256")
ENCRYPTIONS = (
    "3des",
    *(f"aes-{length}" for length in LENGTHS),
    *(f"aes-{length}-{mode}-{tag}" for mode in ("ccm", "gcm") for tag in (8, 12, 16) for length in LENGTHS),
    *(f"aes-{length}-ctr" for length in LENGTHS),
)
GROUPS = tuple(f"group{number}" for number in (2, 5, *range(14, 32)))


def chosen(description: str, default: str, allowed: tuple[str, ...], *, update_allowed: bool = False) -> Field:
    """Return a property for one of some values."""
    return text(description, default=default, constraints=(AllowedValues(allowed),), update_allowed=update_allowed)


def algorithms(*, update_allowed: bool) -> PropertiesSchema:
    """Return the properties that both kinds of policy have."""
    more = {"update_allowed": update_allowed}
    lifetime = {
        "units": chosen("The unit of the value.", "seconds", ("seconds", "kilobytes")),
        "value": integer("How long a key is used.", default=3600),
    }
    return {
        "auth_algorithm": chosen("The algorithm that authenticates packets.", "sha1", AUTHENTICATIONS, **more),
        "encryption_algorithm": chosen("The algorithm that encrypts packets.", "aes-128", ENCRYPTIONS, **more),
        "lifetime": mapped("When a new key is agreed upon.", lifetime, **more),
        "pfs": chosen("The group of Diffie and Hellman for perfect forward secrecy.", "group5", GROUPS, **more),
    }


class VPNResource(NeutronResource):
    """An object of the VPN service. An update waits for no agent, as in Heat: a site may be away for long."""

    extension = "vpnaas"

    def check_update_complete(self, progress: Any) -> bool:
        """Tell whether the object is settled."""
        return self.settle(progress)


class IKEPolicy(VPNResource):
    """How two sites agree upon keys."""

    path, key, list_key = "/vpn/ikepolicies", "ikepolicy", "ikepolicies"
    properties_schema = {
        "name": name("policy"),
        "description": description("policy"),
        **algorithms(update_allowed=True),
        "phase1_negotiation_mode": chosen("The mode of the first phase.", "main", ("main",)),
        "ike_version": chosen("The version of the protocol.", "v1", ("v1", "v2"), update_allowed=True),
    }
    attributes_schema = field_attributes(
        *(it for it in properties_schema if it != "lifetime"), "tenant_id", lifetime=Type.MAP
    )


class IPsecPolicy(VPNResource):
    """How packets between two sites are protected."""

    path, key, list_key = "/vpn/ipsecpolicies", "ipsecpolicy", "ipsecpolicies"
    properties_schema = {
        "name": name("policy"),
        "description": description("policy"),
        "transform_protocol": chosen("The protocol.", "esp", ("esp", "ah", "ah-esp")),
        "encapsulation_mode": chosen("What of a packet is protected.", "tunnel", ("tunnel", "transport")),
        **algorithms(update_allowed=False),
    }
    attributes_schema = field_attributes(
        *(it for it in properties_schema if it != "lifetime"), "tenant_id", lifetime=Type.MAP
    )


class VPNService(VPNResource):
    """A VPN service of a router. It waits for no agent: it is only active once it has a connection.

    Until then Neutron refuses to change it.
    """

    path, key = "/vpn/vpnservices", "vpnservice"
    mark: ClassVar[Mark] = InFreeText()
    states = states(good="ACTIVE PENDING_CREATE PENDING_UPDATE DOWN", pending="BUILD PENDING_DELETE")
    properties_schema = {
        "name": name("service"),
        "description": description("service"),
        "admin_state_up": admin_state_up("service"),
        "subnet": named("neutron.subnet", "The subnet that the other site reaches.", field="subnet_id", required=True),
        "subnet_id": old_name("subnet", "neutron.subnet"),
        "router": named("neutron.router", "The router of the service.", field="router_id", required=True),
        "router_id": old_name("router", "neutron.router"),
    }
    attributes_schema = field_attributes(
        "admin_state_up", "description", "name", "router_id", "status", "subnet_id", "tenant_id"
    )


class IPsecSiteConnection(VPNResource):
    """A connection of a VPN service with another site. A creation waits until an agent has set it up."""

    path, key = "/vpn/ipsec-site-connections", "ipsec_site_connection"
    states = states(good="ACTIVE", pending="PENDING_CREATE")
    properties_schema = {
        "name": name("connection"),
        "description": description("connection"),
        "peer_address": text("The public address or name of the other site.", required=True),
        "peer_id": text("The identity of the other site.", required=True),
        "peer_cidrs": listed(
            "The networks of the other site.",
            Field(Type.STRING, "A network.", constraints=custom("net_cidr")),
            required=True,
        ),
        "mtu": integer("The largest size of a packet.", default=1500),
        "dpd": mapped(
            "What happens if the other site doesn't answer.",
            {
                "actions": text(
                    "The action.",
                    default="hold",
                    constraints=(AllowedValues(("clear", "disabled", "hold", "restart", "restart-by-peer")),),
                    field="action",
                ),
                "interval": integer("Seconds between two questions.", default=30),
                "timeout": integer("Seconds until the action.", default=120),
            },
        ),
        "psk": text("The key that both sites know.", required=True),
        "initiator": chosen("Which site begins.", "bi-directional", ("bi-directional", "response-only")),
        "admin_state_up": admin_state_up("connection"),
        "ikepolicy_id": text("The id of the IKE policy.", required=True),
        "ipsecpolicy_id": text("The id of the IPsec policy.", required=True),
        "vpnservice_id": text("The id of the VPN service.", required=True),
    }
    attributes_schema = field_attributes(
        *(it for it in properties_schema if it not in ("dpd", "peer_cidrs")),
        *("auth_mode", "route_mode", "status", "tenant_id"),
        dpd=Type.MAP,
        peer_cidrs=Type.LIST,
    )
