"""OS::Swift::Container through its life on the real service; see test_types."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from heatlite.resources.outcomes import Done, Failed, Waiting
from heatlite.resources.steps import start
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
