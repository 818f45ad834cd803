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
