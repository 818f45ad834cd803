"""Octavia's types through their lives on the real service; see test_types."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from heatlite.resources.outcomes import Done, Failed, Waiting
from heatlite.resources.steps import start
from tests.cloud.left import added, everything
from tests.cloud.life import Life, reference
from tests.cloud.reached import Reached
from tests.story import Story, hot


@pytest.fixture(autouse=True)
def _with_octavia(cloud: Reached) -> None:
    cloud.requires("octavia")


def typed(kind: str, **properties: Any) -> dict[str, Any]:
    return {"type": f"OS::Octavia::{kind}", "properties": properties}


ONE_BY_ONE = 900.0
"""Seconds: Octavia changes one thing of a load balancer at a time, each by a flow of tasks."""


def ref(name: str) -> dict[str, str]:
    return {"get_resource": name}


def test_a_load_balancer_with_all_that_is_in_it(lives: Any) -> None:
    balancer = lives("OS::Octavia::LoadBalancer", vip_subnet="private-subnet", description="d")
    assert balancer.find_existing() == [reference(balancer)]
    shown = balancer.plugin(balancer.instance).resolve_attributes()
    assert shown["vip_address"].startswith("10.99.0.")
    assert (shown["pools"], shown["flavor_id"]) == ([], None)
    assert isinstance(balancer.update(name="shop", description=None, admin_state_up=False), Done)
    assert [balancer.seen()[it] for it in ("name", "description", "admin_state_up")] == ["shop", "", False]

    given = {"loadbalancer": "shop", "protocol": "HTTP", "protocol_port": 80, "allowed_cidrs": ["10.0.0.0/8"]}
    listener = lives("OS::Octavia::Listener", name="web", **given)
    assert listener.find_existing() == [reference(listener)]
    assert listener.seen()["loadbalancers"] == [{"id": reference(balancer)}]
    persistence = {"type": "APP_COOKIE", "cookie_name": "who"}
    joined = {"listener": "web", "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN", "session_persistence": persistence}
    pool = lives("OS::Octavia::Pool", name="all", **joined)
    assert pool.find_existing() == [reference(pool)]
    assert listener.seen()["default_pool_id"] == reference(pool)
    assert isinstance(pool.update(lb_algorithm="SOURCE_IP", session_persistence=None, description="p"), Done)
    assert [pool.seen()[it] for it in ("lb_algorithm", "session_persistence")] == ["SOURCE_IP", None]
    assert isinstance(pool.update(listener=reference(listener)), Done)  # another name of the same listener

    member = lives("OS::Octavia::PoolMember", pool="all", address="10.99.0.7", protocol_port=8080, tags=["a"])
    assert member.find_existing() == [reference(member)]
    assert isinstance(member.update(weight=5, tags=["b"]), Done)
    assert member.seen()["weight"] == 5
    assert "b" in member.seen()["tags"]
    assert member.find_existing() == [reference(member)]
    probe = {"type": "HTTP", "delay": 5, "timeout": 3, "max_retries": 2, "url_path": "/up"}
    monitor = lives("OS::Octavia::HealthMonitor", pool="all", **probe)
    assert monitor.find_existing() == [reference(monitor)]
    assert isinstance(monitor.update(delay=6, expected_codes="200-204"), Done)
    assert [monitor.seen()[it] for it in ("delay", "expected_codes")] == [6, "200-204"]
    assert pool.seen()["healthmonitor_id"] == reference(monitor)

    elsewhere = {"action": "REDIRECT_TO_URL", "redirect_url": "http://shop.test/"}
    policy = lives("OS::Octavia::L7Policy", name="old", listener="web", **elsewhere)
    assert policy.find_existing() == [reference(policy)]
    rule = lives("OS::Octavia::L7Rule", l7policy="old", type="PATH", compare_type="STARTS_WITH", value="/old")
    assert rule.find_existing() == [reference(rule)]
    assert isinstance(rule.update(value="/older", invert=True), Done)
    assert [rule.seen()[it] for it in ("value", "invert")] == ["/older", True]
    assert isinstance(policy.update(action="REJECT", redirect_url=None), Done)
    assert [policy.seen()[it] for it in ("action", "redirect_url")] == ["REJECT", None]
    for life in (balancer, listener, pool, member, monitor, policy, rule):
        assert isinstance(life.run("CHECK"), Done)


def test_a_change_waits_while_the_load_balancer_is_busy(lives: Any, cloud: Reached) -> None:
    balancer = lives("OS::Octavia::LoadBalancer", name="busy", vip_subnet="private-subnet")
    wanted = {"loadbalancer": reference(balancer), "protocol": "TCP", "lb_algorithm": "ROUND_ROBIN"}
    one, two = (Life(cloud, "OS::Octavia::Pool", {"name": it, **wanted}) for it in ("one", "two"))
    first, second = (start(it.plugin(it.instance), "CREATE") for it in (one, two))
    assert isinstance(first, Waiting)
    assert first.physical_id
    assert isinstance(second, Waiting)
    one.instance = dataclasses.replace(one.instance, resource_id=first.physical_id)
    if second.physical_id:  # Octavia was quick
        two.instance = dataclasses.replace(two.instance, resource_id=second.physical_id)
    else:
        assert two.find_existing() == []
        two.create()
    for life in (two, one):
        assert isinstance(life.run("DELETE"), Done)


def test_a_conflict_that_does_not_pass_fails(lives: Any, cloud: Reached) -> None:
    balancer = lives("OS::Octavia::LoadBalancer", vip_subnet="private-subnet")
    given = {"loadbalancer": reference(balancer), "protocol": "TCP", "protocol_port": 443}
    lives("OS::Octavia::Listener", **given)
    refused = Life(cloud, "OS::Octavia::Listener", given).run("CREATE")
    assert isinstance(refused, Failed)
    assert "already" in refused.reason


def test_flavors_and_availability_zones(lives: Any, cloud: Reached) -> None:
    data = '{"loadbalancer_topology": "SINGLE"}'
    profile = lives("OS::Octavia::FlavorProfile", "admin", name="single", flavor_data=data, provider_name="amphora")
    assert profile.seen()["name"] == "single"
    assert isinstance(profile.update(flavor_data='{"loadbalancer_topology": "ACTIVE_STANDBY"}', name="both"), Done)
    assert "ACTIVE_STANDBY" in profile.seen()["flavor_data"]
    flavor = lives("OS::Octavia::Flavor", "admin", flavor_profile="both")
    assert flavor.find_existing() == [reference(flavor)]
    assert flavor.seen()["flavor_profile_id"] == reference(profile)
    assert isinstance(flavor.update(name="small", description="d", enabled=False), Done)
    assert [flavor.seen()[it] for it in ("name", "description", "enabled")] == ["small", "d", False]

    zones = '{"compute_zone": "nova"}'
    of_zone = lives(
        "OS::Octavia::AvailabilityZoneProfile", "admin", availability_zone_data=zones, provider_name="amphora"
    )
    assert of_zone.find_existing() == [reference(of_zone)]
    zone = lives("OS::Octavia::AvailabilityZone", "admin", name="here", availability_zone_profile=reference(of_zone))
    assert zone.find_existing() == [reference(zone)] == ["here"]
    assert isinstance(zone.update(description="d", enabled=False), Done)
    assert [zone.seen()[it] for it in ("description", "enabled")] == ["d", False]
    again = Life(
        cloud,
        "OS::Octavia::AvailabilityZone",
        {"name": "here", "availability_zone_profile": reference(of_zone)},
        "admin",
    )
    assert isinstance(again.run("CREATE"), Failed)
    assert isinstance(again.run("DELETE"), Done)
    assert zone.seen()["name"] == "here"


def test_quotas_go_back_to_the_defaults(cloud: Reached) -> None:
    projects = cloud.services("admin", "admin").identity
    project = projects.create("project", {"name": "balanced"})
    quota = Life(cloud, "OS::Octavia::Quota", {"project": "balanced", "pool": 3, "member": -1}, "admin")
    try:
        before = quota.plugin(quota.instance).look("")
        quota.create()
        assert [quota.seen()[it] for it in ("pool", "member")] == [3, -1]
        assert isinstance(quota.update(pool=4), Done)
        assert quota.seen()["pool"] == 4
        assert isinstance(quota.run("DELETE"), Done)
        assert isinstance(quota.run("DELETE"), Done)
        assert quota.plugin(quota.instance).look("") == before
    finally:
        projects.delete("project", project["id"])


def shop(weight: int) -> dict[str, Any]:
    """A load balancer with a listener, a pool, a monitor and two members."""
    members = {
        f"member_{number}": typed(
            "PoolMember", pool=ref("pool"), address=f"10.99.0.{number}", protocol_port=80, weight=weight
        )
        for number in (51, 52)
    }
    return hot(
        None,
        {"address": {"value": {"get_attr": ["balancer", "vip_address"]}}},
        balancer=typed("LoadBalancer", vip_subnet="private-subnet"),
        listener=typed("Listener", loadbalancer=ref("balancer"), protocol="HTTP", protocol_port=80),
        pool=typed("Pool", listener=ref("listener"), protocol="HTTP", lb_algorithm="ROUND_ROBIN"),
        monitor=typed("HealthMonitor", pool=ref("pool"), type="HTTP", delay=5, timeout=3, max_retries=2),
        policy=typed("L7Policy", listener=ref("listener"), action="REJECT"),
        rule=typed("L7Rule", l7policy=ref("policy"), type="PATH", compare_type="EQUAL_TO", value="/no"),
        **members,
    )


def test_a_stack_of_them_with_nothing_left(story: Story, cloud: Reached) -> None:
    api, before = cloud.services().api("load_balancer"), everything(cloud)
    story.create(shop(1))
    stack = story.settle("CREATE_COMPLETE", ONE_BY_ONE)
    assert stack["outputs"][0]["output_value"].startswith("10.99.0.")
    in_it = ("listeners", "pools", "healthmonitors", "l7policies")
    made = added(cloud, before)
    assert {name: made.pop(f"lbaas/{name}") for name in ("loadbalancers", *in_it)} == dict.fromkeys(
        ("loadbalancers", *in_it), 1
    )
    assert made == {"ports": 1}
    story.update(shop(2))
    story.settle("UPDATE_COMPLETE", ONE_BY_ONE)
    pool = story.physical_ids()["pool"]
    assert [it["weight"] for it in api.listed(f"/lbaas/pools/{pool}/members", "members")] == [2, 2]
    story.delete()
    story.settle("DELETE_COMPLETE", ONE_BY_ONE)
    assert everything(cloud) == before
