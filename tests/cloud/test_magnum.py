"""Magnum's types through their lives on the real service, whose clusters have no machines; see test_types."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from heatlite.resources.outcomes import Done, Failed, Replace
from heatlite.resources.testing import carried
from tests.cloud.life import Life, reference
from tests.cloud.reached import Reached
from tests.cloud.words import ref, typed
from tests.story import Story, hot

IMAGE = "fedora-coreos"
TEMPLATE = {
    "image": IMAGE,
    "coe": "kubernetes",
    "external_network": "public",
    "flavor": "m1.small",
    "master_flavor": "m1.small",
    "docker_storage_driver": "overlay",  # the default needs a volume
}


@contextmanager
def image(cloud: Reached, project: str) -> Iterator[None]:
    """Have an image that Magnum's driver knows what to do with."""
    api = cloud.services("admin", "admin").api("image")
    shown = {"name": IMAGE, "visibility": "public", "os_distro": IMAGE}
    made = api.post("/images", {**shown, "container_format": "bare", "disk_format": "raw"})["id"]
    try:
        yield
    finally:
        api.delete(f"/images/{made}")


@pytest.fixture(autouse=True)
def _image(cloud: Reached) -> Iterator[None]:
    cloud.requires("magnum")
    with image(cloud, "demo"):
        yield


def there(cloud: Reached) -> dict[str, set[str]]:
    """The ids of the project's templates and clusters."""
    api = cloud.services().api("container_infrastructure_management")
    return {name: {it["uuid"] for it in api.listed(f"/{name}", name)} for name in ("clustertemplates", "clusters")}


def added(cloud: Reached, before: dict[str, set[str]]) -> dict[str, set[str]]:
    """The ids of what the project has more than before."""
    return {name: ids - before[name] for name, ids in there(cloud).items()}


def attributes(life: Life) -> dict[str, Any]:
    """What a template can read."""
    return life.plugin(life.instance).resolve_attributes()


def test_a_template_of_clusters(lives: Any, cloud: Reached) -> None:
    before = there(cloud)
    given = {**TEMPLATE, "labels": {"a": "b"}, "volume_driver": "cinder", "docker_volume_size": 5}
    made = lives("OS::Magnum::ClusterTemplate", **given)
    assert made.find_existing() == [reference(made)]
    assert isinstance(made.run("CHECK"), Done)
    seen = made.seen()
    assert [seen[it] for it in ("image_id", "flavor_id", "labels", "public")] == [IMAGE, "m1.small", {"a": "b"}, False]
    other = Life(cloud, "OS::Magnum::ClusterTemplate", TEMPLATE)
    assert other.create_and_die() == [reference(other)]
    assert there(cloud)["clustertemplates"] == before["clustertemplates"] | {reference(made), reference(other)}
    assert isinstance(other.run("DELETE"), Done)
    assert isinstance(other.run("CHECK"), Failed)
    assert other.update(public=True) == Replace()


def test_a_template_may_be_published_by_an_administrator(lives: Any) -> None:
    made = lives("OS::Magnum::ClusterTemplate", "admin", name="for-all", **TEMPLATE)
    assert isinstance(made.update(public=True), Done)
    assert made.seen()["public"] is True
    assert isinstance(made.update(public=None), Done)
    assert made.seen()["public"] is False


def test_a_cluster_grows_and_shrinks(lives: Any, cloud: Reached) -> None:
    before = there(cloud)
    template = lives("OS::Magnum::ClusterTemplate", **TEMPLATE)
    given = {"cluster_template": reference(template)}
    cluster = lives("OS::Magnum::Cluster", **given, node_count=2)
    assert cluster.find_existing() == [reference(cluster)]
    shown = attributes(cluster)
    assert (shown["status"], shown["node_count"], shown["master_count"]) == ("CREATE_COMPLETE", 2, 1)
    for count in (3, 1):
        assert isinstance(cluster.update(node_count=count), Done)
        shown = attributes(cluster)
        assert (shown["status"], shown["node_count"]) == ("UPDATE_COMPLETE", count)
    assert isinstance(cluster.run("CHECK"), Done)
    other = Life(cloud, "OS::Magnum::Cluster", given)
    assert other.create_and_die() == [reference(other)]
    assert there(cloud)["clusters"] == before["clusters"] | {reference(cluster), reference(other)}
    assert isinstance(other.run("DELETE"), Done)
    assert isinstance(other.run("CHECK"), Failed)
    assert other.update(node_count=2) == Replace()


def test_a_cluster_that_fails_says_why_and_goes(lives: Any, cloud: Reached) -> None:
    template = lives("OS::Magnum::ClusterTemplate", **TEMPLATE, labels={"fails": "there is no machine"})
    cluster = Life(cloud, "OS::Magnum::Cluster", {"cluster_template": reference(template)})
    failed = cluster.run("CREATE")
    assert isinstance(failed, Failed)
    assert "there is no machine" in failed.reason
    cluster.instance = carried(cluster.instance, failed)
    assert isinstance(cluster.run("DELETE"), Done)


def test_a_stack_of_a_cluster(story: Story, cloud: Reached) -> None:
    before = there(cloud)
    kind = typed("Magnum::ClusterTemplate", **TEMPLATE)
    cluster = typed("Magnum::Cluster", cluster_template=ref("kind"))
    story.create(hot(kind=kind, cluster=cluster))
    story.settle("CREATE_COMPLETE")
    cluster["properties"]["node_count"] = 2
    story.update(hot(kind=kind, cluster=cluster))
    story.settle("UPDATE_COMPLETE")
    made = added(cloud, before)
    kind["properties"]["labels"] = {"a": "b"}
    story.update(hot(kind=kind, cluster=cluster))
    story.settle("UPDATE_COMPLETE")
    now = added(cloud, before)
    assert [len(made[name]) for name in made] == [len(now[name]) for name in now] == [1, 1]
    assert now["clusters"].isdisjoint(made["clusters"])
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert there(cloud) == before
