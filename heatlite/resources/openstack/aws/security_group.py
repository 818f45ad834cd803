"""AWS::EC2::SecurityGroup: Neutron's security groups with CloudFormation's names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatlite.resources.openstack.base import Body
from heatlite.resources.openstack.neutron.base import NeutronResource
from heatlite.resources.openstack.neutron.security_group import SecurityGroup
from heatlite.resources.schema import Property, Type

ABOUT, VPC, INGRESS, EGRESS = "GroupDescription", "VpcId", "SecurityGroupIngress", "SecurityGroupEgress"
DIRECTIONS = {INGRESS: "ingress", EGRESS: "egress"}
OWNER = "SourceSecurityGroupOwnerId"
RULE = {
    "CidrIp": Property(Type.STRING, "The remote addresses, such as 10.0.0.0/24."),
    "FromPort": Property(Type.STRING, "The first port; -1: all."),
    "ToPort": Property(Type.STRING, "The last port; -1: all."),
    "IpProtocol": Property(Type.STRING, "The protocol."),
    "SourceSecurityGroupId": Property(Type.STRING, "The id of the remote group."),
    "SourceSecurityGroupName": Property(Type.STRING, "The name of the remote group."),
    OWNER: Property(Type.STRING, "Without effect."),
}


def rules(description: str) -> Property:
    """Return a property for rules of one direction."""
    return Property(Type.LIST, description, update_allowed=True, schema=Property(Type.MAP, "A rule.", schema=RULE))


class EC2SecurityGroup(SecurityGroup):
    """A security group. Without an egress rule, all outgoing traffic is allowed."""

    rule_properties = frozenset(DIRECTIONS)
    properties_schema = {
        ABOUT: Property(Type.STRING, "The description of the group.", required=True),
        VPC: Property(Type.STRING, "Without effect."),
        INGRESS: rules("The rules for incoming traffic."),
        EGRESS: rules("The rules for outgoing traffic."),
    }

    def validate(self) -> None:
        """Check nothing beyond the schema."""
        NeutronResource.validate(self)

    def extra_body(self, body: Body) -> Body:
        """Return a body with a generated name. The description is the mark, until the id is recorded."""
        return {**body, "name": self.physical_resource_name()}

    def own_description(self) -> str | None:
        """Return the template's description."""
        return str(self.properties[ABOUT])

    def wanted_rules(self) -> list[Body]:
        """Return the rules of both directions."""
        return [
            self._of_neutron(rule, direction)
            for name, direction in DIRECTIONS.items()
            for rule in self.properties[name] or ()
        ]

    def _of_neutron(self, rule: Mapping[str, Any], direction: str) -> Body:
        first, last = port(rule["FromPort"]), port(rule["ToPort"])
        has_ports = rule["FromPort"] is not None or rule["ToPort"] is not None
        group = rule["SourceSecurityGroupId"] or rule["SourceSecurityGroupName"]
        found = {
            "direction": direction,
            "ethertype": "IPv4",
            "protocol": rule["IpProtocol"],
            "port_range_min": first,
            "port_range_max": last,
            "remote_ip_prefix": rule["CidrIp"] if has_ports else None,  # Heat ignores addresses without ports
            "remote_group_id": self.identify("neutron.security_group", group) if group else None,
            "security_group_id": self.resource_id,
        }
        return {name: value for name, value in found.items() if value is not None}


def port(value: str | None) -> int | None:
    """Return a port; None if all ports are meant."""
    number = -1 if value in (None, "") else int(str(value))
    return number if number >= 0 else None
