"""OS::Neutron::SecurityGroup: rules of other resources in the group are neither a difference nor in the way."""

from __future__ import annotations

from typing import Any

import pytest

from heatlite.resources.openstack.marks import tag_of
from heatlite.resources.openstack.neutron.security_group import DEFAULT_EGRESS, SecurityGroup, SecurityGroupRule
from heatlite.resources.siblings import Sibling
from heatlite.resources.testing import instance_of
from tests import memory_api
from tests.memory_api import MemoryApi

GROUP = "11111111-0000-4000-8000-000000000000"
SSH = {"protocol": "tcp", "port_range_min": 22, "port_range_max": 22}


class Siblings:
    """The stack has a rule of its own, under this id."""

    def by_reference(self, reference: str) -> Sibling | None:
        return Sibling("rule", SecurityGroupRule, {}, {}) if reference == "own" else None


def rule(rule_id: str, **fields: Any) -> dict[str, Any]:
    """A rule as Neutron shows it."""
    return {"id": rule_id, "direction": "ingress", "ethertype": "IPv4", "security_group_id": GROUP, **fields}


def in_neutron(*more: dict[str, Any]) -> dict[str, Any]:
    """The group with its rules and others."""
    defaults = [rule(f"egress{n}", **it) for n, it in enumerate(DEFAULT_EGRESS)]
    return {"id": GROUP, "security_group_rules": [*defaults, rule("ssh", **SSH), *more]}


def group(neutron: MemoryApi) -> SecurityGroup:
    given = {"rules": [SSH]}
    return SecurityGroup(
        instance_of(SecurityGroup, given, cloud=neutron.cloud(), resource_id=GROUP, siblings=Siblings())
    )


MARKED = rule("marked", protocol="udp", description=tag_of("another resource's uuid"))
OF_HEAT = rule("own", protocol="udp")
STRANGER = rule("stranger", protocol="udp", description="somebody's")


@pytest.mark.parametrize("other", [MARKED, OF_HEAT])
def test_a_rule_of_another_resource_is_no_difference(other: dict[str, Any]) -> None:
    assert "rules" not in group(MemoryApi()).differing(in_neutron(other))


def test_a_rule_of_nobody_is_a_difference() -> None:
    found = group(MemoryApi()).differing(in_neutron(STRANGER))["rules"]
    assert {it["protocol"] for it in found} == {"tcp", "udp"}


def test_an_update_of_the_rules_leaves_those_of_other_resources(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_api, "KEYS", {"security-group-rules": "security_group_rule"})
    neutron = MemoryApi()
    neutron.objects["security-group-rules"] = {it["id"]: it for it in (MARKED, OF_HEAT, STRANGER)}
    group(neutron)._set_rules(in_neutron(MARKED, OF_HEAT, STRANGER)["security_group_rules"])
    assert set(neutron.objects["security-group-rules"]) == {"marked", "own"}
