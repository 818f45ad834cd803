"""OS::Swift::Container through its life on the real service; see test_types."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
import requests

from heatlite.resources.outcomes import Done, Failed, Waiting
from heatlite.resources.steps import poll, start
from heatlite.resources.testing import drive
from tests.cloud.left import added, everything
from tests.cloud.life import Life, reference
from tests.cloud.reached import Reached
from tests.story import Story, hot
from tests.waiting import wait_until

TYPE = "OS::Swift::Container"


@pytest.fixture(autouse=True)
def _with_swift(cloud: Reached) -> None:
    cloud.requires("swift")


def put(cloud: Reached, path: str, content: bytes = b"") -> None:
    """Store an object, or make a container."""
    cloud.services().api("object_store").answer("PUT", path, data=content)


READ = frozenset({"ObjectCount", "BytesUsed", "HeadContainer"})


def test_a_container_with_metadata(lives: Any, cloud: Reached) -> None:
    given = {
        "X-Container-Meta": {"Web-Index": "index.html"},
        "X-Container-Read": ".r:*",
        "X-Account-Meta": {"For": "us"},
    }
    container = lives(TYPE, reads=READ, **given)
    assert container.find_existing() == [reference(container)]
    shown = container.plugin(container.instance).resolve_attributes()
    head = shown["HeadContainer"]
    assert (head["x-container-meta-web-index"], head["x-container-read"]) == ("index.html", ".r:*")
    assert not any("heat-resource" in it for it in head)
    assert (shown["ObjectCount"], shown["BytesUsed"], shown["DomainName"]) == ("0", "0", "127.0.0.1")
    assert shown["WebsiteURL"] == f"{shown['RootURL']}/{reference(container)}"
    account, _ = cloud.services().api("object_store").answer("HEAD", "")
    assert account["X-Account-Meta-For"] == "us"
    assert isinstance(container.run("CHECK"), Done)


def test_a_deletion_deletes_objects_only_where_it_may(cloud: Reached) -> None:
    purged = Life(cloud, TYPE, {"name": "a box", "PurgeOnDelete": True})
    kept = Life(cloud, TYPE, {"name": "kept"})
    before = everything(cloud)
    for life in (purged, kept):
        life.create()
    for number in range(3):
        put(cloud, f"/a%20box/of/{number}%3F", b"x")
    put(cloud, "/kept/it", b"x")
    assert added(cloud, before) == {"containers of objects": 2 + 3 + 1}  # with the objects
    assert isinstance(purged.run("DELETE"), Done)
    refused = kept.run("DELETE")
    assert isinstance(refused, Failed)
    assert "Deleting non-empty container (kept) when PurgeOnDelete is False" in refused.reason
    cloud.services().api("object_store").delete("/kept/it")
    assert isinstance(kept.run("DELETE"), Done)
    assert everything(cloud) == before


def test_a_container_of_somebody_elses_is_refused_and_left(cloud: Reached) -> None:
    put(cloud, "/theirs")
    taken = Life(cloud, TYPE, {"name": "theirs"})
    refused = taken.run("CREATE")
    assert isinstance(refused, Failed)
    assert "exists already" in refused.reason
    assert taken.find_existing() == []
    assert isinstance(taken.run("DELETE"), Done)
    api = cloud.services().api("object_store")
    api.answer("HEAD", "/theirs")
    api.delete("/theirs")


def test_a_container_that_an_engine_died_at_is_found_by_its_mark(cloud: Reached) -> None:
    container = Life(cloud, TYPE, {"name": "lost"})
    made = start(container.plugin(container.instance), "CREATE")
    assert isinstance(made, (Done, Waiting))
    assert container.find_existing() == ["lost"]
    container.create()  # once more, as after the death
    container.instance = dataclasses.replace(container.instance, resource_id="lost")
    assert isinstance(container.run("DELETE"), Done)
    assert container.find_existing() == []


def test_a_bucket_is_a_container_with_tags_and_pages(cloud: Reached) -> None:
    given = {
        "AccessControl": "PublicRead",
        "Tags": [{"Key": "for", "Value": "us"}],
        "WebsiteConfiguration": {"IndexDocument": "index.html", "ErrorDocument": "error.html"},
    }
    before = everything(cloud)
    bucket = Life(cloud, "AWS::S3::Bucket", given)
    bucket.create()
    assert bucket.find_existing() == [reference(bucket)]
    head = bucket.seen()
    assert {name: head[f"x-container-{name}"] for name in ("read", "meta-s3-tag-for", "meta-web-index")} == {
        "read": ".r:*",
        "meta-s3-tag-for": "us",
        "meta-web-index": "index.html",
    }
    shown = bucket.plugin(bucket.instance).resolve_attributes()
    assert (shown["DomainName"], shown["WebsiteURL"].rpartition("/")[2]) == ("127.0.0.1", reference(bucket))
    put(cloud, f"/{reference(bucket)}/it", b"x")
    refused = bucket.run("DELETE")
    assert isinstance(refused, Failed)
    assert "The bucket you tried to delete is not empty" in refused.reason
    cloud.services().api("object_store").delete(f"/{reference(bucket)}/it")
    assert isinstance(bucket.run("DELETE"), Done)
    assert everything(cloud) == before


@pytest.mark.parametrize("access", ["Private", "PublicReadWrite", "AuthenticatedRead", "BucketOwnerFullControl"])
def test_each_kind_of_access_is_one_that_swift_knows(lives: Any, cloud: Reached, access: str) -> None:
    bucket = lives("AWS::S3::Bucket", AccessControl=access)
    project = cloud.project_id("demo")
    told = {"PublicReadWrite": (".r:*", "*:*"), "AuthenticatedRead": (f"{project}:*", None)}
    head = bucket.seen()
    assert (head.get("x-container-read"), head.get("x-container-write")) == told.get(access, (None, None))


def test_signals_by_a_url_that_needs_no_token(cloud: Reached) -> None:
    before = everything(cloud)
    handle, other = (Life(cloud, "OS::Heat::SwiftSignalHandle", {}) for _ in range(2))
    for each in (handle, other):
        each.create()
    url = handle.plugin(handle.instance).reference()
    wait = Life(cloud, "OS::Heat::SwiftSignal", {"handle": url, "timeout": 60, "count": 3})
    waiting = start(wait.plugin(wait.instance), "CREATE")
    assert isinstance(waiting, Waiting)

    def looked() -> Any:
        return poll(wait.plugin(wait.instance), "CREATE", waiting.progress)

    for content in ('{"id": "a", "data": "old"}', "", '{"id": "a", "data": "new"}'):
        assert requests.put(url, data=content, timeout=30).status_code == 201
    assert isinstance(looked(), Waiting)  # two signals, one of them twice
    assert requests.put(url, data='{"data": {"n": 1}}', timeout=30).status_code == 201
    done = looked()
    assert isinstance(done, Done)
    assert json.loads(done.attributes["data"]) == {"2": None, "a": "new", "4": {"n": 1}}
    assert requests.get(url, timeout=30).status_code == 401
    assert requests.put(url, data='{"status": "FAILURE", "reason": "no disk"}', timeout=30).status_code == 201
    failed = looked()
    assert isinstance(failed, Failed)
    assert "no disk" in failed.reason
    for each in (handle, other):
        assert isinstance(each.run("CHECK"), Done)
        assert isinstance(each.run("DELETE"), Done)
    assert everything(cloud) == before


def test_a_wait_for_too_few_signals_ends(cloud: Reached) -> None:
    handle = Life(cloud, "OS::Heat::SwiftSignalHandle", {})
    handle.create()
    url = handle.plugin(handle.instance).reference()
    wait = Life(cloud, "OS::Heat::SwiftSignal", {"handle": url, "timeout": 30, "count": 2})
    requests.put(url, timeout=30)
    failed = drive(wait.plugin, "CREATE", instance=wait.instance)
    assert isinstance(failed, Failed)
    assert "1 of 2 received - Signal 1 received" in failed.reason
    assert isinstance(handle.run("DELETE"), Done)


def ref(name: str) -> dict[str, str]:
    """A reference to a resource."""
    return {"get_resource": name}


def by_urls(transport: str = "POLL_TEMP_URL", signal: str = "TEMP_URL_SIGNAL") -> dict[str, Any]:
    """A server whose agent reads an object, a deployment whose result is put into one, and a wait for two signals."""
    result, handle = ({"signal_transport": signal} for _ in range(2))
    config = {"config": "echo", "outputs": [{"name": "result"}]}
    return hot(
        None,
        {
            "agent": {"value": {"get_attr": ["server", "os_collect_config"]}},
            "signal": {"value": {"get_attr": ["handle", "signal"]}},
            "data": {"value": {"get_attr": ["wait", "data"]}},
            "result": {"value": {"get_attr": ["deployment", "result"]}},
        },
        server={"type": "OS::Heat::DeployedServer", "properties": {"software_config_transport": transport}},
        config={"type": "OS::Heat::SoftwareConfig", "properties": config},
        deployment={
            "type": "OS::Heat::SoftwareDeployment",
            "properties": {"config": ref("config"), "server": ref("server"), **result},
        },
        handle={"type": "OS::Heat::WaitConditionHandle", "properties": handle},
        wait={
            "type": "OS::Heat::WaitCondition",
            "properties": {"handle": ref("handle"), "timeout": 600, "count": 2},
        },
    )


def outputs(story: Story) -> dict[str, Any]:
    """The stack's outputs by name."""
    return {it["output_key"]: it["output_value"] for it in story.show()["outputs"]}


def deployments(url: str) -> list[dict[str, Any]]:
    """What the agent reads of its deployments."""
    found: list[dict[str, Any]] = requests.get(url, timeout=30).json()["deployments"]
    return found


def test_a_server_a_deployment_and_a_wait_by_urls_that_need_no_token(story: Story, cloud: Reached) -> None:
    before = everything(cloud)
    story.create(by_urls())
    wait_until(lambda: outputs(story)["agent"] and outputs(story)["signal"], story.patience, "the URLs", story.explain)
    agent, handle = outputs(story)["agent"], json.loads(outputs(story)["signal"])["alarm_url"]
    assert agent["collectors"] == ["request", "local"]
    url = agent["request"]["metadata_url"]
    wait_until(lambda: deployments(url), story.patience, "the deployment", story.explain)
    told = {it["name"]: it["value"] for it in deployments(url)[0]["inputs"]}
    assert requests.get(url, timeout=30).json()["os-collect-config"] == agent

    assert (told["deploy_signal_transport"], told["deploy_signal_verb"]) == ("TEMP_URL_SIGNAL", "PUT")
    sent = requests.put(told["deploy_signal_id"], json={"result": "42", "deploy_status_code": 0}, timeout=30)
    assert sent.status_code == 201
    for content in ("", '{"id": "b", "data": "it is up"}'):
        assert requests.put(handle, data=content, timeout=30).status_code == 201
    story.settle("CREATE_COMPLETE")
    assert outputs(story)["result"] == "42"
    assert json.loads(outputs(story)["data"]) == {"1": None, "b": "it is up"}

    parts: dict[str, Any] = {"inputs": [], "outputs": [], "options": {}}
    config = story.client.create_software_config(story.context, "script", "more", "echo", **parts)["id"]
    server = story.physical_ids()["server"]
    made = story.client.create_software_deployment(story.context, server_id=server, config_id=config)["id"]
    assert "more" in [it["name"] for it in deployments(url)]
    story.client.delete_software_deployment(story.context, made)
    assert len(deployments(url)) == 1
    story.client.delete_software_config(story.context, config)

    inputs = [{"name": name, "value": told[name]} for name in ("deploy_signal_transport", "deploy_signal_id")]
    config = story.client.create_software_config(
        story.context, "script", "by hand", "echo", **{**parts, "inputs": inputs}
    )["id"]
    by_hand = story.client.create_software_deployment(
        story.context, server_id="elsewhere", config_id=config, status="IN_PROGRESS"
    )["id"]
    assert requests.put(told["deploy_signal_id"], json={"deploy_stdout": "hi"}, timeout=30).status_code == 201
    looked = story.client.show_software_deployment(story.context, by_hand)
    assert (looked["status"], looked["output_values"]["deploy_stdout"]) == ("COMPLETE", "hi")
    story.client.delete_software_deployment(story.context, by_hand)
    story.client.delete_software_config(story.context, config)

    story.update(by_urls("POLL_SERVER_HEAT"))
    story.settle("UPDATE_COMPLETE")
    assert outputs(story)["agent"]["collectors"] == ["heat", "local"]
    assert requests.get(url, timeout=30).status_code == 404
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert everything(cloud) == before


def test_files_of_a_template_come_from_a_container(story: Story, cloud: Reached) -> None:
    inner = {"heat_template_version": "2021-04-16", "outputs": {"it": {"value": "from the container"}}}
    put(cloud, "/files")
    put(cloud, "/files/env.yaml", b"parameters: {size: 7}")
    put(cloud, "/files/of/inner.yaml", json.dumps(inner).encode())
    put(cloud, "/files/mine", b"\xff")
    template = hot(
        {"size": {"type": "number"}},
        {"it": {"value": {"get_attr": ["one", "it"]}}, "size": {"value": {"get_param": "size"}}},
        one={"type": "of/inner.yaml"},
        two={"type": "OS::Heat::Value", "properties": {"value": {"get_file": "mine"}}},
    )

    def create(container: str, files: dict[str, str]) -> None:
        named = {"environment_files": ["env.yaml"], "files_container": container}
        story.identity = story.client.create_stack(story.context, story.name, template, {}, files, {}, **named)

    with pytest.raises(Exception, match="mine in container files isn't UTF-8 text"):
        create("files", {})
    with pytest.raises(Exception, match="Could not fetch files from container other, reason: Swift answered 404"):
        create("other", {})
    create("files", {"mine": "my own"})
    story.settle("CREATE_COMPLETE")
    assert outputs(story) == {"it": "from the container", "size": 7}
    story.delete()
    story.settle("DELETE_COMPLETE")
    for path in ("/files/env.yaml", "/files/of/inner.yaml", "/files/mine", "/files"):
        cloud.services().api("object_store").delete(path)
