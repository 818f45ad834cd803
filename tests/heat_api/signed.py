"""Signed URLs, end to end: whoever has one signals a resource through heat-api-cfn, which asks keystone, and no other.

::

    stack create ─▶ its outputs, and the deployment's inputs, tell URLs ─▶ PUT and POST, without a token ─▶ COMPLETE
"""

from __future__ import annotations

import json
from typing import Any

import requests

from tests.heat_api.cloud import Cloud
from tests.waiting import PATIENCE, wait_until

STACK = "signed"
TEMPLATE = """
heat_template_version: 2021-04-16
resources:
  cfn_handle: {type: AWS::CloudFormation::WaitConditionHandle}
  cfn_wait:
    type: AWS::CloudFormation::WaitCondition
    properties: {Handle: {get_resource: cfn_handle}, Timeout: 600}
  handle: {type: OS::Heat::WaitConditionHandle, properties: {signal_transport: CFN_SIGNAL}}
  wait: {type: OS::Heat::WaitCondition, properties: {handle: {get_resource: handle}, timeout: 600}}
  config: {type: OS::Heat::SoftwareConfig, properties: {config: echo, outputs: [{name: result}]}}
  deployment:
    type: OS::Heat::SoftwareDeployment
    properties: {config: {get_resource: config}, server: 2c6d1d5e-8b1f-4ac1-9e33-8a6ee0b4d0a1}
  group:
    type: OS::Heat::AutoScalingGroup
    properties: {min_size: 1, max_size: 5, resource: {type: OS::Heat::RandomString}}
  policy:
    type: OS::Heat::ScalingPolicy
    properties:
      auto_scaling_group_id: {get_resource: group}
      scaling_adjustment: 1
      adjustment_type: change_in_capacity
outputs:
  reference: {value: {get_resource: cfn_handle}}
  data: {value: {get_attr: [cfn_wait, Data]}}
  signal: {value: {get_attr: [handle, signal]}}
  alarm: {value: {get_attr: [policy, alarm_url]}}
  size: {value: {get_attr: [group, current_size]}}
  result: {value: {get_attr: [deployment, result]}}
"""
ALARM = {
    "alarm_name": "signed-alarm-3wuqnzfxv5hl",
    "alarm_id": "0f3a5b1e-8a8c-4c3b-9f0e-6f4f5a0f5d52",
    "severity": "low",
    "previous": "ok",
    "current": "alarm",
    "reason": "Transition to alarm due to 1 samples outside threshold, most recent: 91.0",
    "reason_data": {"type": "threshold", "disposition": "outside", "count": 1, "most_recent": 91.0},
}
"""What Aodh's notifier posts to the URL of an action."""
DONE = {"Status": "SUCCESS", "Reason": "it is up", "Data": "10.0.0.1", "UniqueId": "1"}


def run(cloud: Cloud) -> int:
    """Go through all of it, telling each step; how many went wrong."""
    (cloud.directory / "signed.yaml").write_text(TEMPLATE)
    cloud.client.run("stack", "create", "-t", "signed.yaml", STACK)
    wrong = 0
    for what, is_right in steps(cloud):
        print("ok  " if is_right else "FAIL", what, flush=True)
        wrong += not is_right
    cloud.client.run("stack", "delete", "-y", "--wait", STACK)
    left = cloud.keystone.identity().listed("credential", type="ec2")
    print("FAIL" if left else "ok  ", "no keys are left when the stack is gone", flush=True)
    return wrong + bool(left)


def steps(cloud: Cloud) -> Any:
    """Each step, and whether it went as it should."""
    wait_until(lambda: outputs(cloud).get("alarm"), PATIENCE, "the policy's URL", lambda: str(outputs(cloud)))
    wait_until(lambda: cloud.client.listed("software", "deployment", "list"), PATIENCE, "the deployment")
    urls, asked = outputs(cloud), inputs(cloud)
    reference = urls["reference"]
    yield "a URL that was changed is refused", send("PUT", reference.replace("cfn_handle", "handle"), DONE) == 403
    elsewhere = reference.replace("/waitcondition/", "/signal/")
    yield "a URL is refused for another use", send("POST", elsewhere, DONE) == 403
    yield "Ref of CloudFormation's handle takes a signal", send("PUT", reference, DONE) == 200
    signal = urls["signal"]
    alarm_url = (json.loads(signal) if isinstance(signal, str) else signal)["alarm_url"]
    yield "the handle's alarm_url takes a signal", send("PUT", alarm_url, {}) == 200
    told = {"result": "42", "deploy_status_code": 0}
    yield "the deployment's signal id does", send(asked["deploy_signal_verb"], asked["deploy_signal_id"], told) == 200
    wait_until(lambda: state(cloud) == "CREATE_COMPLETE", PATIENCE, "the stack", lambda: str(state(cloud)))
    now = outputs(cloud)
    yield (
        "what was signalled is in the stack's outputs",
        (now["result"], "10.0.0.1" in str(now["data"])) == ("42", True),
    )
    yield "the policy's alarm_url takes an alarm of Aodh's", send("POST", urls["alarm"], ALARM) == 200
    wait_until(lambda: outputs(cloud)["size"] == 2, PATIENCE, "the group to grow", lambda: str(outputs(cloud)))
    yield "the group has grown", True


def send(method: str, url: str, body: Any) -> int:
    """The status of a request that nothing but its URL authorizes."""
    return requests.request(method, url, json=body, timeout=PATIENCE).status_code


def outputs(cloud: Cloud) -> dict[str, Any]:
    """The stack's outputs by name."""
    given = cloud.client.run("stack", "show", STACK, "-f", "json", "-c", "outputs").stdout
    return {it["output_key"]: it.get("output_value") for it in json.loads(given or "{}").get("outputs", [])}


def inputs(cloud: Cloud) -> dict[str, Any]:
    """What the deployment's server is told, by name."""
    config = cloud.client.listed("software", "deployment", "list")[0]["config_id"]
    given = json.loads(cloud.client.run("software", "config", "show", config, "-f", "json").stdout)
    return {it["name"]: it.get("value") for it in given["inputs"]}


def state(cloud: Cloud) -> str:
    """What the stack is at."""
    return str(cloud.client.listed("stack", "show", STACK)["stack_status"])
