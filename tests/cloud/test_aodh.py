"""Aodh's types through their lives on the real service, and an alarm that its evaluators fire; see test_types."""

from __future__ import annotations

from typing import Any

import pytest

from heatlite.resources.outcomes import Done, Failed, Replace
from tests.cloud.life import Life, reference
from tests.cloud.reached import Reached
from tests.cloud.words import typed
from tests.story import Story, hot

POOL, GROUP = "8d0f3e2a-5b7d-4c8e-9a6f-0123456789ab", "5b7d8d0f-3e2a-4c8e-9a6f-0123456789ab"
MEASURED = {"metric": "cpu", "resource_type": "instance", "threshold": 1.0, "aggregation_method": "mean"}
BOTH = {"type": "gnocchi_resources_threshold", "resource_id": POOL, **MEASURED}


@pytest.fixture(autouse=True)
def _with_aodh(cloud: Reached) -> None:
    cloud.requires("aodh")


def alarms(cloud: Reached) -> set[str]:
    """The ids of the project's alarms."""
    return {it["alarm_id"] for it in cloud.services().api("alarm").get("/alarms")}


def rule(alarm: Life) -> dict[str, Any]:
    """What the alarm is on."""
    seen = alarm.seen()
    found: dict[str, Any] = seen[f"{seen['type']}_rule"]
    return found


KINDS = [
    (
        "OS::Aodh::EventAlarm",
        {"event_type": "compute.*", "query": [{"field": "traits.state", "op": "eq", "value": "error"}]},
        {"event_type": "network.*"},
        {
            "event_type": "network.*",
            "query": [{"field": "traits.state", "op": "eq", "type": "string", "value": "error"}],
        },
    ),
    (
        "OS::Aodh::LBMemberHealthAlarm",
        {"pool": POOL, "stack": "web", "autoscaling_group_id": GROUP},
        {"autoscaling_group_id": POOL},
        {"pool_id": POOL, "stack_id": "web", "autoscaling_group_id": POOL},
    ),
    (
        "OS::Aodh::PrometheusAlarm",
        {"query": "up", "threshold": 1, "comparison_operator": "lt"},
        {"threshold": 2},
        {"query": "up", "threshold": 2.0, "comparison_operator": "lt"},
    ),
    (
        "OS::Aodh::CompositeAlarm",
        {"composite_rule": {"operator": "or", "rules": [BOTH, {**BOTH, "threshold": 2.0}]}},
        {"composite_rule": {"operator": "and", "rules": [BOTH, BOTH]}},
        {"and": [{**BOTH, "comparison_operator": "eq", "evaluation_periods": 1, "granularity": 60}] * 2},
    ),
    (
        "OS::Aodh::GnocchiResourcesAlarm",
        {**MEASURED, "resource_id": POOL, "comparison_operator": "gt", "granularity": 300},
        {"threshold": 2, "granularity": None},
        {**MEASURED, "resource_id": POOL, "comparison_operator": "gt", "threshold": 2.0, "granularity": 60},
    ),
    (
        "OS::Aodh::GnocchiAggregationByMetricsAlarm",
        {"metrics": [POOL, GROUP], "threshold": 1, "aggregation_method": "mean"},
        {"metrics": [POOL], "evaluation_periods": 2},
        {"metrics": [POOL], "threshold": 1.0, "aggregation_method": "mean", "evaluation_periods": 2},
    ),
    (
        "OS::Aodh::GnocchiAggregationByResourcesAlarm",
        {**MEASURED, "resource_type": "generic", "query": '{"=": {"user_id": "nobody"}}'},
        {"metric": "memory"},
        {**MEASURED, "resource_type": "generic", "metric": "memory"},
    ),
]


@pytest.mark.parametrize(("kind", "given", "changed", "becomes"), KINDS, ids=[it[0] for it in KINDS])
def test_an_alarm_is_found_and_changed(
    kind: str, given: dict[str, Any], changed: dict[str, Any], becomes: dict[str, Any], lives: Any, cloud: Reached
) -> None:
    before = alarms(cloud)
    common = {"description": "d", "alarm_actions": ["http://127.0.0.1:1/alarm"], "ok_queues": [], "severity": "low"}
    alarm = lives(kind, **given, **common)
    assert alarm.find_existing() == [reference(alarm)]
    assert alarms(cloud) == {*before, reference(alarm)}
    assert isinstance(alarm.run("CHECK"), Done)
    assert isinstance(alarm.update(**changed, description=None, severity="critical", enabled=False), Done)
    assert {name: it for name, it in rule(alarm).items() if name in becomes} == becomes
    seen = alarm.seen()
    assert [seen[it] for it in ("severity", "enabled", "alarm_actions")] == ["critical", False, common["alarm_actions"]]
    assert seen["description"] != "d"
    there = rule(alarm)
    assert isinstance(alarm.run("RESUME"), Done)
    assert alarm.seen()["enabled"] is True
    assert isinstance(alarm.run("SUSPEND"), Done)
    assert alarm.seen()["enabled"] is False
    assert rule(alarm) == there
    times = [{"name": "night", "start": "0 23 * * *", "duration": 3600, "timezone": "Europe/Vienna"}]
    timed = Life(cloud, kind, {**given, "time_constraints": times})
    assert timed.create_and_die() == [reference(timed)]
    assert alarms(cloud) == {*before, reference(alarm), reference(timed)}
    assert timed.seen()["time_constraints"][0]["start"] == "0 23 * * *"
    cloud.services().api("alarm").delete(f"/alarms/{reference(timed)}")
    assert isinstance(timed.run("CHECK"), Failed)
    assert isinstance(timed.update(severity="moderate"), Replace)
    assert isinstance(timed.run("DELETE"), Done)


def test_what_aodh_refuses_is_told_in_its_words(cloud: Reached) -> None:
    alarm = Life(cloud, "OS::Aodh::EventAlarm", {"query": [{"field": "a b", "op": "eq", "value": "1"}]})
    refused = alarm.run("CREATE")
    assert isinstance(refused, Failed)
    assert "Aodh answered 400: Query value or traits invalid" in refused.reason
    old = Life(cloud, "OS::Aodh::Alarm", {"meter_name": "cpu_util", "threshold": 5})
    refused = old.run("CREATE")
    assert isinstance(refused, Failed)
    assert "Aodh answered 400" in refused.reason
    assert alarm.find_existing() == old.find_existing() == []


def test_a_stack_of_alarms(story: Story, cloud: Reached) -> None:
    before = alarms(cloud)
    event = typed("Aodh::EventAlarm", event_type="a.b")
    both = typed("Aodh::CompositeAlarm", composite_rule={"operator": "or", "rules": [BOTH, BOTH]})
    story.create(hot(event=event, both=both))
    story.settle("CREATE_COMPLETE")
    ids = {it["physical_resource_id"] for it in story.resources().values()}
    assert alarms(cloud) == {*before, *ids}
    event["properties"]["event_type"] = "c.d"
    story.update(hot(event=event, both=both))
    story.settle("UPDATE_COMPLETE")
    assert alarms(cloud) == {*before, *ids}
    event["properties"]["time_constraints"] = [{"name": "n", "start": "0 0 * * *", "duration": 1}]
    story.update(hot(event=event, both=both))
    story.settle("UPDATE_COMPLETE")
    assert len(alarms(cloud) - before - ids) == 1
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert alarms(cloud) == before
