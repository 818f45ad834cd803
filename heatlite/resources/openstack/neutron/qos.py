"""OS::Neutron::QoSPolicy and its rules: how much ports may send and receive, and what is promised to them."""

from __future__ import annotations

from typing import ClassVar

from heatlite.resources.openstack.claims import Within
from heatlite.resources.openstack.fields import flag, integer, named, text
from heatlite.resources.openstack.neutron.base import NeutronResource, name, tenant_id
from heatlite.resources.schema import Attribute, Property, SupportStatus, Type
from heatlite.schema.constraints import AllowedValues, Range

POLICY, DIRECTION, POLICIES = "policy", "direction", "/qos/policies"
MARKS = (0, *range(8, 42, 2), 46, 48, 56)


class QoSPolicy(NeutronResource):
    """A QoS policy: rules for the ports and networks that have it. For administrators by default."""

    path, key, list_key, extension = POLICIES, "policy", "policies", "qos"
    support_status = SupportStatus(version="6.0.0")
    properties_schema = {
        "name": name("policy"),
        "description": text("What it is for.", update_allowed=True, cleared=""),
        "shared": flag("Whether all projects may use it.", default=False, update_allowed=True),
        "tenant_id": tenant_id("policy"),
    }
    attributes_schema = {"rules": Attribute("Its rules.", Type.LIST)}


def rate(description: str, **more: bool | int) -> Property:
    """A property that is a rate."""
    return integer(description, constraints=(Range(0),), update_allowed=True, **more)


def direction(*allowed: str) -> Property:
    """The property ``direction``, as the port sees it."""
    return text(
        "Of what passes, as the port sees it.",
        default="egress",
        constraints=(AllowedValues(allowed),),
        update_allowed=True,
    )


RULE = {
    POLICY: named("neutron.qos_policy", "The policy that it is of.", required=True),
    "tenant_id": tenant_id("rule"),
}


class QoSRule(Within, NeutronResource):
    """A rule. A policy has one of a kind and a direction."""

    path, parent, extension, mark = POLICIES, POLICY, "qos", Within.mark
    unique: ClassVar[tuple[str, ...]] = (DIRECTION,)

    def alike(self) -> list[str]:
        """The policy's rules of the same kind and direction."""
        return self.matching(**{it: self.properties[it] for it in self.unique})


class QoSBandwidthLimitRule(QoSRule):
    """A rule by which ports send or receive no more than so much."""

    inner, key = "bandwidth_limit_rules", "bandwidth_limit_rule"
    support_status = SupportStatus(version="6.0.0")
    properties_schema = {
        **RULE,
        "max_kbps": rate("The most kilobits a second.", required=True),
        "max_burst_kbps": rate("The most kilobits at once.", default=0),
        DIRECTION: direction("egress", "ingress"),
    }


class QoSDscpMarkingRule(QoSRule):
    """A rule by which what ports send gets a mark of DSCP."""

    inner, key, unique = "dscp_marking_rules", "dscp_marking_rule", ()
    support_status = SupportStatus(version="7.0.0")
    properties_schema = {
        **RULE,
        "dscp_mark": integer("The mark.", required=True, constraints=(AllowedValues(MARKS),), update_allowed=True),
    }


class QoSMinimumBandwidthRule(QoSRule):
    """A rule by which ports are promised so much bandwidth."""

    inner, key = "minimum_bandwidth_rules", "minimum_bandwidth_rule"
    extension = "qos-bw-minimum-ingress"
    support_status = SupportStatus(version="14.0.0")
    properties_schema = {
        **RULE,
        "min_kbps": rate("The least kilobits a second.", required=True),
        DIRECTION: direction("egress", "ingress"),
    }


class QoSMinimumPacketRateRule(QoSRule):
    """A rule by which ports are promised so many packets."""

    inner, key = "minimum_packet_rate_rules", "minimum_packet_rate_rule"
    extension = "qos-pps-minimum"
    support_status = SupportStatus(version="19.0.0")
    properties_schema = {
        **RULE,
        "min_kpps": rate("The least thousands of packets a second.", required=True),
        DIRECTION: direction("any", "egress", "ingress"),
    }
