"""OS::Neutron::QoSPolicy and its rules: limits and guarantees for the traffic of ports."""

from __future__ import annotations

from typing import ClassVar

from heatlite.resources.openstack.claims import ChildObject
from heatlite.resources.openstack.fields import flag, integer, name, named, text
from heatlite.resources.openstack.neutron.base import NeutronResource, tenant_id
from heatlite.resources.schema import Attribute, Property, SupportStatus, Type
from heatlite.schema.constraints import AllowedValues, Range

POLICY, DIRECTION, POLICIES = "policy", "direction", "/qos/policies"
MARKS = (0, *range(8, 42, 2), 46, 48, 56)


class QoSPolicy(NeutronResource):
    """A QoS policy: rules for the ports and networks that use it. For administrators by default."""

    path, key, list_key, extension = POLICIES, "policy", "policies", "qos"
    support_status = SupportStatus(version="6.0.0")
    properties_schema = {
        "name": name("policy"),
        "description": text("The description of the policy.", update_allowed=True, cleared=""),
        "shared": flag("Whether all projects may use it.", default=False, update_allowed=True),
        "tenant_id": tenant_id("policy"),
    }
    attributes_schema = {"rules": Attribute("The rules of the policy.", Type.LIST)}


def rate(description: str, **more: bool | int) -> Property:
    """Return a property for a rate."""
    return integer(description, constraints=(Range(0),), update_allowed=True, **more)


def direction(*allowed: str) -> Property:
    """Return the property ``direction``, from the port's point of view."""
    return text(
        "The direction of the traffic, from the port's point of view.",
        default="egress",
        constraints=(AllowedValues(allowed),),
        update_allowed=True,
    )


RULE = {
    POLICY: named("neutron.qos_policy", "The policy of the rule.", required=True),
    "tenant_id": tenant_id("rule"),
}


class QoSRule(ChildObject, NeutronResource):
    """A rule. A policy has at most one of a type and a direction."""

    path, parent, extension, mark = POLICIES, POLICY, "qos", ChildObject.mark
    unique: ClassVar[tuple[str, ...]] = (DIRECTION,)

    def equal_ids(self) -> list[str]:
        """Return the policy's rules of the same type and direction."""
        return self.matching(**{it: self.properties[it] for it in self.unique})


class QoSBandwidthLimitRule(QoSRule):
    """A rule that limits the bandwidth of ports."""

    inner, key = "bandwidth_limit_rules", "bandwidth_limit_rule"
    support_status = SupportStatus(version="6.0.0")
    properties_schema = {
        **RULE,
        "max_kbps": rate("The largest bandwidth, in kilobits per second.", required=True),
        "max_burst_kbps": rate("The largest burst, in kilobits.", default=0),
        DIRECTION: direction("egress", "ingress"),
    }


class QoSDscpMarkingRule(QoSRule):
    """A rule that marks the traffic that ports send with a DSCP value."""

    inner, key, unique = "dscp_marking_rules", "dscp_marking_rule", ()
    support_status = SupportStatus(version="7.0.0")
    properties_schema = {
        **RULE,
        "dscp_mark": integer(
            "The DSCP value.", required=True, constraints=(AllowedValues(MARKS),), update_allowed=True
        ),
    }


class QoSMinimumBandwidthRule(QoSRule):
    """A rule that guarantees a minimum bandwidth to ports."""

    inner, key = "minimum_bandwidth_rules", "minimum_bandwidth_rule"
    extension = "qos-bw-minimum-ingress"
    support_status = SupportStatus(version="14.0.0")
    properties_schema = {
        **RULE,
        "min_kbps": rate("The least bandwidth, in kilobits per second.", required=True),
        DIRECTION: direction("egress", "ingress"),
    }


class QoSMinimumPacketRateRule(QoSRule):
    """A rule that guarantees a minimum packet rate to ports."""

    inner, key = "minimum_packet_rate_rules", "minimum_packet_rate_rule"
    extension = "qos-pps-minimum"
    support_status = SupportStatus(version="19.0.0")
    properties_schema = {
        **RULE,
        "min_kpps": rate("The least packet rate, in thousands per second.", required=True),
        DIRECTION: direction("any", "egress", "ingress"),
    }
