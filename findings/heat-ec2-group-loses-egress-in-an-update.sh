#!/usr/bin/env bash
# Heat 27.0.1: an AWS::EC2::SecurityGroup without SecurityGroupEgress keeps the egress rules that Neutron makes with each
# group, until its ingress rules change for the first time. That update deletes them, so its servers reach nothing more.
#
# Seen with openstack-heat 27.0.1 on Python 3.11, in Heat's own library, with Neutron's answers for a new group, and
# beside a real Neutron 2026.2 (the group had two egress rules after the creation, and none after the update):
#
#   create, ingress only: deletes []
#   update, ingress only: deletes ['egress IPv4', 'egress IPv6']
#   create, both: deletes ['egress IPv4', 'egress IPv6']
#
# Whoever takes such a stack over from Heat may find either, and an engine that compares rules has to expect both.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check openstack-heat==27.0.1 2>"$work/pip.log" ||
    { cat "$work/pip.log"; exit 2; }
seen=$("$work/venv/bin/python" -W ignore - <<'PYTHON'
import contextlib

from heat.engine.resources.aws.ec2.security_group import NeutronSecurityGroup, SecurityGroup


class Neutron:
    """Answers as Neutron does for a new group, and remembers which rules are deleted."""

    ignore_not_found = contextlib.nullcontext()

    def __init__(self):
        common = {"direction": "egress", "port_range_min": None, "port_range_max": None, "protocol": None,
                  "remote_ip_prefix": None, "remote_group_id": None}
        self.group = {"id": "g", "security_group_rules": [{"id": f"egress {it}", "ethertype": it, **common}
                                                          for it in ("IPv4", "IPv6")]}
        self.deleted = []

    def create_security_group(self, body):
        return {"security_group": self.group}

    show_security_group = create_security_group

    def create_security_group_rule(self, body):
        return None

    def delete_security_group_rule(self, rule_id):
        self.deleted.append(rule_id)


class Group:
    """What Heat's code reads of the resource: its constants, properties and clients."""

    resource_id = "g"

    def __init__(self, properties):
        self.properties, self.neutron = properties, Neutron()

    def client(self, name=None):
        return self.neutron

    client_plugin = client

    def physical_resource_name(self):
        return "group"

    def resource_id_set(self, value):
        return None


for name in filter(str.isupper, dir(SecurityGroup)):
    setattr(Group, name, getattr(SecurityGroup, name))


def rule(port):
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "CidrIp": "10.0.0.0/8",
            "SourceSecurityGroupId": None, "SourceSecurityGroupName": None, "SourceSecurityGroupOwnerId": None}


def given(ingress, egress=None):
    return {"GroupDescription": "web", "SecurityGroupIngress": ingress, "SecurityGroupEgress": egress}


def told(does, properties, change=None):
    group = Group(properties)
    engine = NeutronSecurityGroup(group)
    engine.create() if change is None else engine.update(change)
    print(f"{does}: deletes {sorted(group.neutron.deleted)}")


told("create, ingress only", given([rule(22)]))
told("update, ingress only", given([rule(22)]), given([rule(80)]))
told("create, both", given([rule(22)], [rule(443)]))
PYTHON
)
printf '%s\n' "$seen"
[ "$seen" = "create, ingress only: deletes []
update, ingress only: deletes ['egress IPv4', 'egress IPv6']
create, both: deletes ['egress IPv4', 'egress IPv6']" ]
