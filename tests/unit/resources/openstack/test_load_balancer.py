"""AWS::ElasticLoadBalancing::LoadBalancer: what it refuses, and what its nested stack is made of."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from heatlite.exception import StackValidationFailed
from heatlite.resources.base import UpdateReplace
from heatlite.resources.instance import Instance
from heatlite.resources.nested.testing import StacksInMemory
from heatlite.resources.openstack.aws.load_balancer import LoadBalancer, configuration, in_place_of
from heatlite.resources.openstack.aws.load_balancer_template import with_configuration
from heatlite.resources.outcomes import Done
from heatlite.resources.testing import carried, drive, instance_of
from tests.unit.resources.openstack.test_instance import SMALL

LISTENER = {"InstancePort": "80", "LoadBalancerPort": "8080", "Protocol": "HTTP"}
CHECK = {"Target": "HTTP:80/health", "HealthyThreshold": 3, "UnhealthyThreshold": 5, "Interval": 30, "Timeout": 5}
GIVEN: dict[str, Any] = {"AvailabilityZones": ["nova"], "Listeners": [LISTENER]}
FILE = "/etc/haproxy/haproxy.cfg"


class Balancer(LoadBalancer):
    """A load balancer on a cloud whose servers' addresses are their ids; it counts the questions."""

    asked = 0

    def address_of(self, server: str) -> str:
        type(self).asked += 1
        return f"address-of-{server}"


def instance(**given: Any) -> Instance:
    return instance_of(Balancer, {**GIVEN, **given})


def made(start: Instance) -> Instance:
    """The instance after it was created."""
    done = drive(Balancer, "CREATE", instance=start)
    assert isinstance(done, Done)
    return carried(start, done)


def updated(before: Instance, **given: Any) -> Instance:
    """The instance after an update to these properties."""
    done = drive(Balancer, "UPDATE", {**GIVEN, **given}, instance=before)
    assert isinstance(done, Done)
    return carried(dataclasses.replace(before, properties=instance(**given).properties), done)


def child(it: Instance) -> dict[str, Any]:
    """The template of its nested stack."""
    assert it.nested is not None
    found = it.nested.template(it.uuid)
    assert found is not None
    return found


def lines_of(it: Instance) -> list[str]:
    """The servers in HAProxy's configuration."""
    files = child(it)["Resources"]["LB_instance"]["Metadata"]["AWS::CloudFormation::Init"]["config"]["files"]
    return [line.strip() for line in files[FILE]["content"].splitlines() if line.strip().startswith("server ")]


def validate(given: dict[str, Any]) -> None:
    """Validate a load balancer; a property that is ... is left out."""
    properties = {name: it for name, it in {**GIVEN, **given}.items() if it is not ...}
    Balancer(instance_of(Balancer, properties)).validate()


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"HealthCheck": {**CHECK, "Interval": 4}}, "Interval must be larger than Timeout"),
        ({"HealthCheck": {"Target": "TCP:80"}}, "HealthyThreshold"),
        ({"Listeners": [{**LISTENER, "Protocol": "SSL"}]}, "SSL"),
        ({"Listeners": [{**LISTENER, "PolicyNames": ["a"]}]}, r"Listeners\[0\].PolicyNames: .*not implemented"),
        ({"Listeners": [{**LISTENER, "SSLCertificateId": "a"}]}, "Property SSLCertificateId not implemented yet"),
        ({"Subnets": ["a"]}, "Property Subnets not implemented yet"),
        ({"LBCookieStickinessPolicy": "a"}, "Property LBCookieStickinessPolicy not implemented yet"),
        ({"Listeners": ...}, "Listeners"),
    ],
)
def test_what_heat_refuses_is_refused(given: dict[str, Any], reason: str) -> None:
    with pytest.raises(StackValidationFailed, match=reason):
        validate(given)


@pytest.mark.parametrize("given", [{}, {"HealthCheck": CHECK}, {"HealthCheck": {**CHECK, "Interval": 5}}])
def test_what_heat_takes_is_taken(given: dict[str, Any]) -> None:
    validate(given)


def test_each_listener_shares_its_connections_among_the_servers() -> None:
    other = {"InstancePort": 5432, "LoadBalancerPort": 5000, "Protocol": "TCP"}
    text = configuration(instance(Listeners=[LISTENER, other], HealthCheck=CHECK).properties, ["10.0.0.1", "10.0.0.2"])
    first, second = (part.splitlines() for part in text.split("listen ")[1:])
    assert (first[0], second[0]) == ("port-8080", "port-5000")
    checked = "check inter 30s fall 5 rise 3"
    assert {
        "    mode http",
        "    bind *:8080",
        "    option httpchk GET /health",
        "    timeout check 5s",
        f"    server server1 10.0.0.1:80 {checked}",
        f"    server server2 10.0.0.2:80 {checked}",
    } <= set(first)
    assert {"    mode tcp", "    bind *:5000", f"    server server2 10.0.0.2:5432 {checked}"} <= set(second)


@pytest.mark.parametrize("target", ["TCP:80", "HTTP:80/a\n    server evil 1.2.3.4:80", "80"])
def test_a_target_that_is_no_page_adds_no_line(target: str) -> None:
    text = configuration(instance(HealthCheck={**CHECK, "Target": target}).properties, ["10.0.0.1"])
    assert "httpchk" not in text
    assert "evil" not in text


def test_the_nested_stack_gets_the_stacks_parameters_and_the_security_groups() -> None:
    own = {"KeyName": "key", "LbFlavor": "big", "other": 1}
    balancer = Balancer(dataclasses.replace(instance(SecurityGroups=["web"]), parameters=own))
    assert balancer.child_parameters() == {"SecurityGroups": ["web"], "KeyName": "key", "LbFlavor": "big"}
    assert balancer.child_template()["Resources"]["LB_instance"]["Properties"]["KeyName"] == {"Ref": "KeyName"}
    without = Balancer(instance())
    assert without.child_parameters() == {"SecurityGroups": []}
    assert "KeyName" not in without.child_template()["Parameters"]
    assert "KeyName" not in without.child_template()["Resources"]["LB_instance"]["Properties"]


def test_the_instances_are_looked_up_when_they_change_and_only_then() -> None:
    start, Balancer.asked = instance(Instances=["a", "b"]), 0
    there = made(start)
    assert lines_of(there) == ["server server1 address-of-a:80", "server server2 address-of-b:80"]
    assert Balancer.asked == 2
    assert isinstance(there.nested, StacksInMemory)
    same = updated(there, Instances=["a", "b"])
    assert (Balancer.asked, len(there.nested.sent)) == (2, 1)
    fewer = updated(same, Instances=["b"])
    assert (lines_of(fewer), Balancer.asked) == (["server server1 address-of-b:80"], 3)
    assert lines_of(updated(fewer)) == []


def test_an_update_keeps_the_template_that_the_nested_stack_has() -> None:
    there = made(instance())
    heats = child(there)
    heats["Resources"]["latency_watcher"] = {"Type": "AWS::CloudWatch::Alarm"}
    after = updated(there, Instances=["a"])
    assert "latency_watcher" in child(after)["Resources"]
    assert lines_of(after) == ["server server1 address-of-a:80"]


def test_other_security_groups_make_the_nested_stack_anew_by_todays_template() -> None:
    there = made(instance(Instances=["a"]))
    updated(there, Instances=["a"], SecurityGroups=["web"])
    assert isinstance(there.nested, StacksInMemory)
    assert there.nested.templates[-1][1] == {"SecurityGroups": ["web"]}
    assert lines_of(there) == ["server server1 address-of-a:80"]


@pytest.mark.parametrize(("name", "is_new"), [("Listeners", True), ("HealthCheck", True), ("Instances", False)])
def test_other_listeners_need_a_new_one(name: str, is_new: bool) -> None:
    assert Balancer(instance()).needs_replacement({}, {}, frozenset({name})) is is_new


def test_one_whose_stack_is_gone_is_replaced() -> None:
    there = made(instance())
    drive(Balancer, "DELETE", instance=there)
    with pytest.raises(UpdateReplace):
        Balancer(there).handle_update({})


def test_its_attributes_are_the_servers_address_and_nothing() -> None:
    there = made(instance())
    balancer = Balancer(there)
    assert balancer.resolve_attribute("DNSName") is None
    assert isinstance(there.nested, StacksInMemory)
    there.nested.values["PublicIp"] = "10.0.0.9"
    assert balancer.resolve_attribute("DNSName") == "10.0.0.9"
    others = set(Balancer.attributes_schema) - {"DNSName"}
    assert {balancer.resolve_attribute(name) for name in others} == {""}
    assert balancer.reference() == "web"


def test_an_operators_template_takes_the_place_of_the_builtin_one() -> None:
    files = {FILE: {"content": "", "mode": "000644"}}
    server = {"Type": "AWS::EC2::Instance", "Metadata": {"AWS::CloudFormation::Init": {"config": {"files": files}}}}
    own = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"LB_instance": {**server, "Properties": SMALL}}}
    [plugin] = in_place_of(own).values()
    assert issubclass(plugin, LoadBalancer)
    assert set(plugin(instance()).child_template()["Resources"]) == {"LB_instance"}
    assert in_place_of(None) == {}


def test_a_template_without_a_place_for_the_configuration_is_refused() -> None:
    with pytest.raises(ValueError, match=r"LB_instance\.Metadata.*/etc/haproxy/haproxy.cfg"):
        with_configuration({"Resources": {"LB_instance": {}}}, "")
