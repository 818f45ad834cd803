"""Zaqar's types through their lives on the real service; see test_types."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests

from heatlite.clients.login import Login
from heatlite.engine.ports.clouds import StackCloud
from heatlite.resources.builtin.mailbox import QueueBox
from heatlite.resources.outcomes import Done, Failed, Replace
from tests.cloud.left import everything
from tests.cloud.life import Life, reference
from tests.cloud.reached import Reached
from tests.cloud.test_swift import by_urls, outputs
from tests.cloud.words import typed
from tests.story import Story, hot
from tests.waiting import wait_until

CLIENT_ID = "3381af92-2b9e-11e3-b191-71861300734c"
CLIENT = {"headers": {"Client-ID": CLIENT_ID}}


@pytest.fixture(autouse=True)
def _with_zaqar(cloud: Reached) -> None:
    cloud.requires("zaqar")


def own(queue: Life) -> dict[str, Any]:
    """The metadata that aren't Zaqar's."""
    return {name: it for name, it in queue.seen().items() if not name.startswith("_")}


def queues(cloud: Reached) -> set[str]:
    """The names of the project's queues."""
    return {it["name"] for it in cloud.services().api("message").listed("/queues", "queues", **CLIENT)}


def test_a_queue_has_the_metadata_of_its_template(lives: Any, cloud: Reached) -> None:
    before = queues(cloud)
    queue = lives("OS::Zaqar::Queue", name="jobs", metadata={"ttl": 60, "a/b~c": {"deep": [1]}})
    assert reference(queue) == "jobs"
    assert own(queue) == {"ttl": 60, "a/b~c": {"deep": [1]}}
    assert isinstance(queue.update(metadata={"ttl": 61, "more": "x"}), Done)
    assert own(queue) == {"ttl": 61, "more": "x"}
    assert isinstance(queue.update(metadata=None), Done)
    assert own(queue) == {}
    assert isinstance(queue.run("CHECK"), Done)
    shown = queue.plugin(queue.instance).resolve_attributes()
    assert shown["href"].endswith("/v2/queues/jobs")
    assert queues(cloud) == {*before, "jobs"}


def test_a_queue_that_is_gone_is_told_and_replaced(cloud: Reached) -> None:
    queue = Life(cloud, "OS::Zaqar::Queue", {"metadata": {"a": 1}})
    queue.create()
    cloud.services().api("message").delete(f"/queues/{reference(queue)}", **CLIENT)
    missed = queue.run("CHECK")
    assert isinstance(missed, Failed)
    assert isinstance(queue.update(metadata={"a": 2}), Replace)
    assert isinstance(queue.run("DELETE"), Done)


def test_a_signed_url_lets_somebody_in_without_a_login(lives: Any, cloud: Reached) -> None:
    queue = lives("OS::Zaqar::Queue", name="open")
    life = Life(cloud, "OS::Zaqar::SignedQueueURL", {"queue": "open", "methods": ["GET", "POST"], "ttl": 3600})
    life.create()
    signed = life.plugin(life.instance).resolve_attributes()
    assert (signed["methods"], signed["paths"]) == (["GET", "POST"], ["/v2/queues/open/messages"])
    sent = {"URL-Signature": signed["signature"], "URL-Expires": signed["expires"], **CLIENT["headers"]}
    sent |= {"URL-Methods": ",".join(signed["methods"]), "URL-Paths": ",".join(signed["paths"])}
    sent["X-Project-Id"] = signed["project"]
    url = f"{queue.plugin(queue.instance).resolve_attribute('href')}/messages"
    posted = requests.post(url, json={"messages": [{"body": "hello"}]}, headers=sent, timeout=60)
    assert posted.status_code == 201, posted.text
    refused = requests.post(url, json={"messages": []}, headers={**sent, "URL-Signature": "0"}, timeout=60)
    assert refused.status_code in (401, 403, 404)
    found = cloud.services().api("message").get("/queues/open/messages", params={"echo": "true"}, **CLIENT)
    assert [it["body"] for it in found["messages"]] == ["hello"]
    query = parse_qs(signed["query_str"])
    assert (query["queue_name"], query["signature"]) == (["open"], [signed["signature"]])
    assert isinstance(life.run("DELETE"), Done)


def test_a_subscription_is_found_and_changed_and_unique(lives: Any, cloud: Reached) -> None:
    lives("OS::Zaqar::Queue", name="news")
    given = {"queue_name": "news", "subscriber": "http://127.0.0.1:1/one", "options": {"a": "b"}}
    told = lives("OS::Zaqar::Subscription", **given)
    assert told.find_existing() == [reference(told)]
    seen = told.seen()
    assert (seen["subscriber"], seen["options"], seen["ttl"]) == (given["subscriber"], {"a": "b"}, 220367260800)
    other = Life(cloud, "OS::Zaqar::Subscription", {**given, "subscriber": "mailto:a@b.test"})
    assert other.create_and_die() == [reference(other)]
    there = list(cloud.services().api("message").listed("/queues/news/subscriptions", "subscriptions", **CLIENT))
    assert {it["id"] for it in there} == {reference(told), reference(other)}
    assert isinstance(other.run("DELETE"), Done)
    assert other.find_existing() == []
    again = Life(cloud, "OS::Zaqar::Subscription", given)
    refused = again.run("CREATE")
    assert isinstance(refused, Failed)
    assert "exists already" in refused.reason
    assert again.find_existing() == []
    assert isinstance(told.update(options={"a": "c"}), Done)
    assert isinstance(told.update(ttl=3600), Done)
    assert isinstance(told.update(subscriber="http://127.0.0.1:1/two"), Done)
    seen = told.seen()
    assert (seen["subscriber"], seen["options"], seen["ttl"]) == ("http://127.0.0.1:1/two", {"a": "c"}, 3600)
    assert isinstance(told.run("CHECK"), Done)
    cloud.services().api("message").delete(f"/queues/news/subscriptions/{reference(told)}", **CLIENT)
    assert isinstance(told.run("CHECK"), Failed)
    assert isinstance(told.update(ttl=7200), Replace)


def test_a_stack_of_them(story: Story, cloud: Reached) -> None:
    before = queues(cloud)
    queue = typed("Zaqar::Queue", metadata={"a": 1})
    told = typed("Zaqar::Subscription", queue_name={"get_resource": "queue"}, subscriber="http://127.0.0.1:1/x")
    signed = typed("Zaqar::SignedQueueURL", queue={"get_resource": "queue"})
    story.create(hot(queue=queue, told=told, signed=signed))
    story.settle("CREATE_COMPLETE")
    name = story.resources()["queue"]["physical_resource_id"]
    assert queues(cloud) == {*before, name}
    told["properties"]["subscriber"] = "mailto:a@b.test"
    queue["properties"]["metadata"] = {"a": 2}
    story.update(hot(queue=queue, told=told, signed=signed))
    story.settle("UPDATE_COMPLETE")
    assert cloud.services().api("message").get(f"/queues/{name}", **CLIENT)["a"] == 2
    queue["properties"]["name"] = "named"
    story.update(hot(queue=queue, told=told, signed=signed))
    story.settle("UPDATE_COMPLETE")
    assert queues(cloud) == {*before, "named"}
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert queues(cloud) == before


def test_the_events_of_a_stack_come_to_its_queue(story: Story, cloud: Reached) -> None:
    name = f"events-{story.name}"[:64]
    environment = {"event_sinks": [{"type": "zaqar-queue", "target": name, "ttl": 600}]}
    story.create(hot(a=typed("Heat::RandomString")), environment=environment)
    story.settle("CREATE_COMPLETE")
    story.delete()
    story.settle("DELETE_COMPLETE")

    def told() -> list[str]:
        asked = {"echo": "true", "limit": 20}
        found = cloud.services().api("message").listed(f"/queues/{name}/messages", "messages", params=asked, **CLIENT)
        payloads = [it["body"]["payload"] for it in found]
        return [f"{it['resource_name']} {it['resource_action']}_{it['resource_status']}" for it in payloads]

    wait_until(lambda: f"{story.name} DELETE_COMPLETE" in told(), story.patience, "the last event", told)
    assert sorted(told()) == sorted(
        f"{it} {action}_{status}"
        for it in ("a", story.name)
        for action in ("CREATE", "DELETE")
        for status in ("IN_PROGRESS", "COMPLETE")
    )
    cloud.services().api("message").delete(f"/queues/{name}", **CLIENT)


def told_queue(cloud: Reached, told: Mapping[str, Any], prefix: str = "") -> QueueBox:
    """A queue, as somebody uses it who knows only what he was told."""
    who = {name: told[f"{prefix}{name}"] for name in ("user_id", "password", "project_id")}
    return QueueBox(StackCloud(cloud.sessions, lambda: Login(**who)), told[f"{prefix}queue_id"], CLIENT_ID)


def test_a_server_a_deployment_and_a_wait_by_queues(story: Story, cloud: Reached) -> None:
    before = everything(cloud)
    story.create(by_urls("ZAQAR_MESSAGE", "ZAQAR_SIGNAL"))
    wait_until(lambda: outputs(story)["agent"] and outputs(story)["signal"], story.patience, "queues", story.explain)
    agent = told_queue(cloud, outputs(story)["agent"]["zaqar"])

    def deployments() -> list[Any]:
        return [it for message in agent.letters().values() for it in message["deployments"]]

    wait_until(deployments, story.patience, "the deployment", story.explain)
    told = {it["name"]: it["value"] for it in deployments()[0]["inputs"]}
    told_queue(cloud, told, "deploy_").post([{"result": "42", "deploy_status_code": 0}], 600)
    handle = told_queue(cloud, json.loads(outputs(story)["signal"]))
    for signal in ({}, {"id": "b", "data": "it is up"}):
        handle.post([signal], 600)
    story.settle("CREATE_COMPLETE")
    assert outputs(story)["result"] == "42"
    assert json.loads(outputs(story)["data"]) == {"1": None, "b": "it is up"}
    story.update(by_urls("POLL_SERVER_HEAT", "ZAQAR_SIGNAL"))
    story.settle("UPDATE_COMPLETE")
    listed = agent.cloud.api("message").listed("/queues", "queues", **CLIENT)
    assert agent.name not in {it["name"] for it in listed}
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert everything(cloud) == before
