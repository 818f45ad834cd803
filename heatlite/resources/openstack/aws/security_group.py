"""AWS::EC2::SecurityGroup: Neutron's security groups, by CloudFormation's words."""

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
    "CidrIp": Property(Type.STRING, "The addresses of the others."),
    "FromPort": Property(Type.STRING, "The first port; -1: all."),
    "ToPort": Property(Type.STRING, "The last port; -1: all."),
    "IpProtocol": Property(Type.STRING, "The protocol."),
    "SourceSecurityGroupId": Property(Type.STRING, "The group of the others."),
    "SourceSecurityGroupName": Property(Type.STRING, "The same, by its name."),
    OWNER: Property(Type.STRING, "Nothing comes of it."),
}


def rules(description: str) -> Property:
    """A property with rules of one direction."""
    return Property(Type.LIST, description, update_allowed=True, schema=Property(Type.MAP, "A rule.", schema=RULE))


class EC2SecurityGroup(SecurityGroup):
    """A security group. Where no rule of what is sent is given, all may be sent."""

    rule_properties = frozenset(DIRECTIONS)
    properties_schema = {
        ABOUT: Property(Type.STRING, "What it is for.", required=True),
        VPC: Property(Type.STRING, "Nothing comes of it."),
        INGRESS: rules("What may come in."),
        EGRESS: rules("What may be sent."),
    }

    def validate(self) -> None:
        """Nothing beyond the schema."""
        NeutronResource.validate(self)

    def extra_body(self, body: Body) -> Body:
        """With a generated name. The description is the mark, until the id is recorded."""
        return {**body, "name": self.physical_resource_name()}

    def own_description(self) -> str | None:
        """The one that the template gives."""
        return str(self.properties[ABOUT])

    def wanted_rules(self) -> list[Body]:
        """Those of both directions."""
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
            "remote_ip_prefix": rule["CidrIp"] if has_ports else None,  # without ports Heat takes no addresses
            "remote_group_id": self.identify("neutron.security_group", group) if group else None,
            "security_group_id": self.resource_id,
        }
        return {name: value for name, value in found.items() if value is not None}


def port(value: str | None) -> int | None:
    """A port; None where all are meant."""
    number = -1 if value in (None, "") else int(str(value))
    return number if number >= 0 else None
