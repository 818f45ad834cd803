"""Mistral's types through their lives on the real service, whose workflows really run; see test_types."""

from __future__ import annotations

import dataclasses
import json
import time
from typing import Any

import pytest

from heatlite.resources.outcomes import Done, Failed, Replace
from heatlite.resources.signals import signal
from tests.cloud.life import PATIENCE, Life, reference
from tests.cloud.reached import Reached
from tests.cloud.words import ref, typed
from tests.story import Story, hot

TASKS = [
    {
        "name": "say",
        "action": "std.echo",
        "input": {"output": "hi <% $.who %>"},
        "publish": {"said": "<% task().result %>"},
    }
]
GREETING = {"type": "direct", "tasks": TASKS, "input": {"who": "ann"}, "output": {"said": "<% $.said %>"}}


@pytest.fixture(autouse=True)
def _with_mistral(cloud: Reached) -> None:
    cloud.requires("mistral")


def there(cloud: Reached) -> dict[str, set[str]]:
    """What the project has: names of workflows and triggers, ids of executions."""
    api = cloud.services().api("workflow")
    shown = {name: list(api.listed(f"/{name}", name)) for name in ("workflows", "cron_triggers", "executions")}
    return {name: {it["id"] if name == "executions" else it["name"] for it in found} for name, found in shown.items()}


def attributes(life: Life) -> dict[str, Any]:
    """What a template can read."""
    return life.plugin(life.instance).resolve_attributes()


def test_a_signal_executes_a_workflow(lives: Any, cloud: Reached) -> None:
    flow = lives("OS::Mistral::Workflow", reads=frozenset({"executions"}), name="greet", **GREETING)
    assert reference(flow) == "greet"
    assert flow.find_existing() == ["greet"]
    assert isinstance(flow.run("CHECK"), Done)
    for given, said in (({}, "hi ann"), ({"who": "bob"}, "hi bob")):
        outcome = signal(flow.plugin(flow.instance), {"input": given})
        flow.instance = dataclasses.replace(flow.instance, data=outcome.data)
        end = time.monotonic() + PATIENCE
        while (made := attributes(flow)["executions"][0])["state"] != "SUCCESS":
            assert made["state"] in ("IDLE", "RUNNING"), made
            assert time.monotonic() < end
            time.sleep(0.2)
        assert (made["workflow_name"], made["output"]["said"]) == ("greet", said)
    assert len(attributes(flow)["executions"]) == 2
    assert isinstance(flow.update(input={"who": "eve"}, description="greets"), Done)
    assert flow.seen()["input"] == "who"
    assert "greets" in flow.seen()["definition"]
    refused = flow.update(tasks=[{**TASKS[0], "on_success": ["nobody"]}])
    assert isinstance(refused, Failed)
    assert "Mistral answered 400" in refused.reason


def test_a_workflow_is_created_once_and_missed(cloud: Reached) -> None:
    before = there(cloud)
    flow = Life(cloud, "OS::Mistral::Workflow", GREETING)
    assert flow.create_and_die() == [reference(flow)]
    assert there(cloud)["workflows"] == {*before["workflows"], reference(flow)}
    taken = Life(cloud, "OS::Mistral::Workflow", {"name": reference(flow), **GREETING})
    refused = taken.run("CREATE")
    assert isinstance(refused, Failed)
    assert "exists already" in refused.reason
    assert taken.find_existing() == []
    cloud.services().api("workflow").delete(f"/workflows/{reference(flow)}")
    assert isinstance(flow.run("CHECK"), Failed)
    assert isinstance(flow.update(description="again"), Replace)
    assert isinstance(flow.run("DELETE"), Done)
    assert there(cloud) == before


def test_a_trigger_executes_a_workflow_at_certain_times(lives: Any, cloud: Reached) -> None:
    before = there(cloud)
    lives("OS::Mistral::Workflow", name="nightly", **GREETING)
    flow = {"name": "nightly", "input": {"who": "bob"}}
    trigger = lives("OS::Mistral::CronTrigger", pattern="0 3 * * *", count=9, workflow=flow)
    assert trigger.find_existing() == [reference(trigger)]
    assert attributes(trigger)["remaining_executions"] == 9
    assert " 03:00:00" in attributes(trigger)["next_execution_time"]
    assert isinstance(trigger.run("CHECK"), Done)
    other = Life(cloud, "OS::Mistral::CronTrigger", {"first_time": "2099-01-31 12:00", "count": 1, "workflow": flow})
    assert other.create_and_die() == [reference(other)]
    names = {reference(trigger), reference(other)}
    assert there(cloud)["cron_triggers"] == before["cron_triggers"] | names
    cloud.services().api("workflow").delete(f"/cron_triggers/{reference(other)}")
    assert isinstance(other.run("CHECK"), Failed)
    assert isinstance(other.run("DELETE"), Done)


def test_workflows_make_and_delete_an_external_resource(lives: Any, cloud: Reached) -> None:
    output = {"resource_id": "<% $.who %>", "said": "<% $.said %>"}
    lives("OS::Mistral::Workflow", name="make", **{**GREETING, "output": output})
    broken = [{"name": "fail", "action": "std.fail"}]
    lives("OS::Mistral::Workflow", name="break", type="direct", tasks=broken)
    actions = {it: {"workflow": "make"} for it in ("CREATE", "UPDATE", "DELETE")}
    thing = Life(cloud, "OS::Mistral::ExternalResource", {"actions": actions, "input": {"who": "thing1"}})
    thing.create()
    assert (reference(thing), attributes(thing)["output"]["said"]) == ("thing1", "hi thing1")
    assert isinstance(thing.update(input={"who": "thing2"}), Done)
    assert (reference(thing), attributes(thing)["output"]["said"]) == ("thing2", "hi thing2")
    assert isinstance(thing.run("DELETE"), Done)
    fails = Life(cloud, "OS::Mistral::ExternalResource", {"actions": {"CREATE": {"workflow": "break"}}})
    failed = fails.run("CREATE")
    assert isinstance(failed, Failed)
    assert "ERROR" in failed.reason
    api = cloud.services().api("workflow")
    for execution in there(cloud)["executions"]:
        api.delete(f"/executions/{execution}", params={"force": "true"})


def test_a_message_executes_a_workflow(lives: Any, cloud: Reached) -> None:
    cloud.requires("zaqar")
    client = {"headers": {"Client-ID": "3381af92-2b9e-11e3-b191-71861300734c"}}
    lives("OS::Zaqar::Queue", name="work")
    heard = [{"name": "say", "action": "std.echo", "input": {"output": "<% env().notification %>"}}]
    lives("OS::Mistral::Workflow", name="hear", type="direct", tasks=heard, input={"who": "ann"})
    given = {"queue_name": "work", "workflow_id": "hear", "input": {"who": "bob"}}
    trigger = lives("OS::Zaqar::MistralTrigger", **given, params={"env": {"a": 1}})
    assert trigger.find_existing() == [reference(trigger)]
    assert isinstance(trigger.update(input={"who": "eve"}, ttl=3600), Done)
    messages, api = {"messages": [{"body": "go"}]}, cloud.services().api("workflow")
    before = there(cloud)["executions"]
    cloud.services().api("message").post("/queues/work/messages", messages, **client)
    end = time.monotonic() + PATIENCE
    while not (made := there(cloud)["executions"] - before):
        assert time.monotonic() < end
        time.sleep(0.5)
    [execution] = made
    found = api.get(f"/executions/{execution}")
    assert (found["workflow_name"], json.loads(found["input"])) == ("hear", {"who": "eve"})
    assert json.loads(found["params"])["env"]["notification"]["body"] == "go"
    api.delete(f"/executions/{execution}", params={"force": "true"})
    assert isinstance(trigger.run("CHECK"), Done)


def test_a_stack_of_them(story: Story, cloud: Reached) -> None:
    before = there(cloud)
    flow = typed("Mistral::Workflow", **GREETING)
    trigger = typed(
        "Mistral::CronTrigger", pattern="0 3 * * *", workflow={"name": ref("flow"), "input": {"who": "bob"}}
    )
    story.create(hot(flow=flow, trigger=trigger))
    story.settle("CREATE_COMPLETE")
    flow["properties"]["description"] = "changed"
    story.update(hot(flow=flow, trigger=trigger))
    story.settle("UPDATE_COMPLETE")
    flow["properties"]["name"] = "replaced"
    trigger["properties"]["pattern"] = "0 4 * * *"
    story.update(hot(flow=flow, trigger=trigger))
    story.settle("UPDATE_COMPLETE")
    assert there(cloud)["workflows"] == {*before["workflows"], "replaced"}
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert there(cloud) == before
