"""OS::Neutron::Firewall, FirewallPolicy and FirewallRule: version 1 of Neutron's firewalls.

Neutron had it until its release Rocky. Newer clouds have the extension ``fwaas_v2``, for which Heat has no types.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.fields import custom, description, field_attributes, flag, listed, name, text
from heatlite.resources.openstack.neutron.base import NeutronResource, admin_state_up, value_specs
from heatlite.resources.openstack.neutron.vpn import chosen
from heatlite.resources.openstack.states import states
from heatlite.resources.schema import Property, Type

ANY = "any"
UNSUPPORTED_SHARED = "This attribute is currently unsupported in neutron firewall resource."


class FirewallResource(NeutronResource):
    """An object of the firewall service."""

    extension = "fwaas"


class Firewall(FirewallResource):
    """A firewall on the project's routers."""

    path, key = "/fw/firewalls", "firewall"
    states = states(good="ACTIVE INACTIVE DOWN", pending="PENDING_CREATE PENDING_UPDATE")
    is_gone_at_once = False
    properties_schema = {
        "name": name("firewall"),
        "description": description("firewall"),
        "admin_state_up": admin_state_up("firewall"),
        "firewall_policy_id": text("The id of the policy.", required=True, update_allowed=True),
        "value_specs": value_specs(),
        "shared": Property(Type.BOOLEAN, "Without effect.", update_allowed=True, status="UNSUPPORTED"),
    }
    attributes_schema = field_attributes(
        *(it for it in properties_schema if it != "value_specs"), "status", "tenant_id"
    )

    def attribute_of(self, name: str, body: Mapping[str, Any]) -> Any:
        """Return an attribute; Heat says of ``shared`` that it isn't supported."""
        return UNSUPPORTED_SHARED if name == "shared" else super().attribute_of(name, body)


class FirewallPolicy(FirewallResource):
    """Rules, in their order."""

    path, key, list_key = "/fw/firewall_policies", "firewall_policy", "firewall_policies"
    properties_schema = {
        "name": name("policy"),
        "description": description("policy"),
        "shared": flag("Whether all projects may use it.", default=False, update_allowed=True),
        "audited": flag("Whether somebody has audited it.", default=False, update_allowed=True),
        "firewall_rules": listed("The ids of the rules, in their order.", update_allowed=True, cleared=[]),
    }
    attributes_schema = field_attributes(
        "audited", "description", "name", "shared", "tenant_id", firewall_rules=Type.LIST
    )


class FirewallRule(FirewallResource):
    """A rule of a firewall policy: an action for the packets that match it."""

    path, key = "/fw/firewall_rules", "firewall_rule"
    properties_schema = {
        "name": name("rule"),
        "description": description("rule"),
        "shared": flag("Whether all projects may use it.", default=False, update_allowed=True),
        "protocol": chosen("The protocol.", ANY, ("tcp", "udp", "icmp", ANY), update_allowed=True),
        "ip_version": chosen("The version of IP.", "4", ("4", "6"), update_allowed=True),
        "source_ip_address": text(
            "Where packets come from: an address or a network.", constraints=custom("net_cidr"), update_allowed=True
        ),
        "destination_ip_address": text(
            "Where packets go: an address or a network.", constraints=custom("net_cidr"), update_allowed=True
        ),
        "source_port": text("The port, or ports, that packets come from.", update_allowed=True),
        "destination_port": text("The port, or ports, where packets go.", update_allowed=True),
        "action": chosen("What happens to the packets.", "deny", ("allow", "deny"), update_allowed=True),
        "enabled": flag("Whether the rule counts.", default=True, update_allowed=True),
    }
    attributes_schema = field_attributes(*properties_schema, "firewall_policy_id", "position", "tenant_id")

    def extra_body(self, body: Body) -> Body:
        """Return a body in which any protocol is none."""
        return for_any(super().extra_body(body))

    def update_body(self, prop_diff: Mapping[str, Any]) -> Body:
        """Return the changed fields; any protocol is none."""
        return for_any(super().update_body(prop_diff))


def for_any(body: Body) -> Body:
    """Return a rule's fields in which any protocol is none."""
    return {**body, "protocol": None} if body.get("protocol") == ANY else body
