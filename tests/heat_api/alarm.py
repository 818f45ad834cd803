"""An alarm, end to end: Aodh sees a metric of Gnocchi's pass its threshold, and its call grows a group.

::

    measures ─▶ gnocchi ◀─ aodh-evaluator ─▶ aodh-notifier ─▶ heat-api-cfn (signed URL) ─▶ engine ─▶ a member more
"""

from __future__ import annotations

import datetime
import json
from typing import Any

from tests.cloud.reached import Reached
from tests.heat_api.cloud import Cloud
from tests.waiting import PATIENCE, wait_until

NEEDED = "aodh"
STACK = "scales"
TEMPLATE = """
heat_template_version: 2021-04-16
parameters:
  metric: {type: string}
resources:
  group:
    type: OS::Heat::AutoScalingGroup
    properties: {min_size: 1, max_size: 2, resource: {type: OS::Heat::RandomString}}
  policy:
    type: OS::Heat::ScalingPolicy
    properties:
      auto_scaling_group_id: {get_resource: group}
      scaling_adjustment: 1
      adjustment_type: change_in_capacity
  alarm:
    type: OS::Aodh::GnocchiAggregationByMetricsAlarm
    properties:
      metrics: [{get_param: metric}]
      aggregation_method: mean
      granularity: 60
      evaluation_periods: 1
      comparison_operator: gt
      threshold: 50
      alarm_actions: [{get_attr: [policy, alarm_url]}]
outputs:
  size: {value: {get_attr: [group, current_size]}}
"""
GNOCCHI = {"endpoint_filter": {"service_type": "metric"}}


def run(cloud: Cloud, services: Reached) -> int:
    """Have the alarm fire; return 1 if the group didn't grow by it."""
    session = services.services().session
    made = session.post("/v1/metric", json={"archive_policy_name": "medium"}, **GNOCCHI).json()
    (cloud.directory / "scales.yaml").write_text(TEMPLATE)
    asked = ("-t", "scales.yaml", "--parameter", f"metric={made['id']}", STACK)
    cloud.client.run("stack", "create", "--wait", *asked)
    before = size(cloud)
    now = datetime.datetime.now(datetime.UTC)
    measures = [{"timestamp": (now - datetime.timedelta(minutes=it)).isoformat(), "value": 90} for it in range(3)]
    session.post(f"/v1/metric/{made['id']}/measures", json=measures, **GNOCCHI)
    wait_until(lambda: size(cloud) != before, PATIENCE, "the alarm", lambda: str(alarms(services)))
    grown = (before, size(cloud)) == (1, 2)
    print("ok  " if grown else "FAIL", "an alarm of Aodh's has grown the group", flush=True)
    cloud.client.run("stack", "delete", "-y", "--wait", STACK)
    left = alarms(services)
    print("FAIL" if left else "ok  ", "no alarm is left when the stack is gone", flush=True)
    session.delete(f"/v1/metric/{made['id']}", **GNOCCHI)
    return (not grown) + bool(left)


def size(cloud: Cloud) -> int:
    """The group's members."""
    given = cloud.client.run("stack", "output", "show", STACK, "size", "-f", "json").stdout
    return int(json.loads(given)["output_value"])


def alarms(services: Reached) -> list[dict[str, Any]]:
    """The project's alarms, with their states."""
    return list(services.services().api("alarm").get("/alarms"))
