"""Trove's type through its life on the real service, whose databases no server runs; see test_types."""

from __future__ import annotations

from typing import Any

import pytest

from heatlite.resources.outcomes import Done, Failed, Replace
from heatlite.resources.testing import carried
from tests.cloud.cloud import DATASTORES
from tests.cloud.left import everything
from tests.cloud.life import Life, reference
from tests.cloud.reached import Reached
from tests.cloud.words import ref, typed
from tests.story import Story, hot

GIVEN = {"flavor": "m1.tiny", "size": 1, "networks": [{"network": "private"}]}


@pytest.fixture(autouse=True)
def _with_trove(cloud: Reached) -> None:
    cloud.requires("trove")


def instances(cloud: Reached) -> set[str]:
    """The ids of the project's instances, with those of clusters."""
    asked = {"include_clustered": "true"}
    return {it["id"] for it in cloud.services().api("database").listed("/instances", "instances", params=asked)}


def inside(life: Life, *path: str) -> set[str]:
    """The names of what is in an instance."""
    found = life.cloud.services().api("database").listed("/".join(("/instances", reference(life), *path)), path[-1])
    return {it["name"] for it in found}


def of(datastore: str) -> dict[str, str]:
    """A kind of databases."""
    return {"datastore_type": datastore, "datastore_version": DATASTORES[datastore]}


def user(name: str, *databases: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "password": "secret1", "databases": list(databases), **more}


def test_an_instance_is_found_and_its_databases_and_users_change(lives: Any, cloud: Reached) -> None:
    before = instances(cloud)
    shop, news = {"name": "shop"}, {"name": "news", "character_set": "latin1", "collate": "latin1_german2_ci"}
    users = [user("ann", "shop"), user("bob", "shop", "news", host="10.0.0.1")]
    made = lives("OS::Trove::Instance", **GIVEN, **of("mysql"), databases=[shop, news], users=users)
    assert made.find_existing() == [reference(made)]
    seen = made.seen()
    assert (seen["status"], seen["datastore"]["version"], seen["volume"]["size"]) == ("ACTIVE", DATASTORES["mysql"], 1)
    assert made.plugin(made.instance).resolve_attributes()["href"].endswith(f"/instances/{reference(made)}")
    assert (inside(made, "databases"), inside(made, "users")) == ({"shop", "news"}, {"ann", "bob"})
    assert inside(made, "users", "bob@10.0.0.1", "databases") == {"shop", "news"}
    assert isinstance(made.run("CHECK"), Done)

    logs = {"name": "logs"}
    users = [user("ann", "shop", "logs"), user("eve", "logs"), user("bob", "shop", host="10.0.0.1")]
    assert isinstance(made.update(name="renamed", databases=[shop, logs], users=users), Done)
    assert made.seen()["name"] == "renamed"
    assert (inside(made, "databases"), inside(made, "users")) == ({"shop", "logs"}, {"ann", "bob", "eve"})
    assert inside(made, "users", "ann", "databases") == {"shop", "logs"}
    assert inside(made, "users", "bob@10.0.0.1", "databases") == {"shop"}
    assert isinstance(made.update(databases=[shop], users=[]), Done)
    assert (inside(made, "databases"), inside(made, "users")) == ({"shop"}, set())

    other = Life(cloud, "OS::Trove::Instance", GIVEN)
    assert other.create_and_die() == [reference(other)]
    assert instances(cloud) == before | {reference(made), reference(other)}
    assert isinstance(other.run("DELETE"), Done)
    assert isinstance(other.run("CHECK"), Failed)
    assert other.update(name="again") == Replace()


def test_an_instance_grows(lives: Any) -> None:
    made = lives("OS::Trove::Instance", **GIVEN)
    assert isinstance(made.update(size=2), Done)
    assert made.seen()["volume"]["size"] == 2
    before = made.seen()["flavor"]["id"]
    assert isinstance(made.update(flavor="m1.small", size=3), Done)
    seen = made.seen()
    assert (seen["flavor"]["id"] == before, seen["volume"]["size"], seen["status"]) == (False, 3, "ACTIVE")


def test_an_instance_whose_database_is_not_set_up_says_so_and_goes(cloud: Reached) -> None:
    before = instances(cloud)
    broken = Life(cloud, "OS::Trove::Instance", {**GIVEN, "name": "broken"})
    failed = broken.run("CREATE")
    assert isinstance(failed, Failed)
    assert "ERROR" in failed.reason
    broken.instance = carried(broken.instance, failed)
    assert isinstance(broken.run("DELETE"), Done)
    assert instances(cloud) == before


def test_a_cluster_has_several_instances(lives: Any, cloud: Reached) -> None:
    before = instances(cloud)
    given = {**of("mariadb"), "instances": [{"flavor": "m1.tiny", "volume_size": 1, "networks": GIVEN["networks"]}] * 3}
    made = lives("OS::Trove::Cluster", **given)
    assert made.find_existing() == [reference(made)]
    shown = made.plugin(made.instance).resolve_attributes()
    assert set(shown["instances"]) == instances(cloud) - before
    assert len(shown["instances"]) == len(shown["ip"]) == 3
    assert isinstance(made.run("CHECK"), Done)
    assert isinstance(made.run("DELETE"), Done)
    assert isinstance(made.run("CHECK"), Failed)
    assert instances(cloud) == before


def test_a_stack_of_an_instance(story: Story, cloud: Reached) -> None:
    before, others = everything(cloud), instances(cloud)
    net, subnet = typed("Neutron::Net"), typed("Neutron::Subnet", network=ref("net"), cidr="10.75.0.0/24")
    given = {"flavor": "m1.tiny", "size": 1, "networks": [{"network": ref("net")}]}
    shop = typed("Trove::Instance", **given, databases=[{"name": "shop"}]) | {"depends_on": "subnet"}
    story.create(hot(net=net, subnet=subnet, shop=shop))
    story.settle("CREATE_COMPLETE")
    made = instances(cloud) - others
    assert len(made) == 1
    shop["properties"]["users"] = [user("ann", "shop")]
    story.update(hot(net=net, subnet=subnet, shop=shop))
    story.settle("UPDATE_COMPLETE")
    assert instances(cloud) - others == made
    shop["properties"]["datastore_type"] = "mysql"
    story.update(hot(net=net, subnet=subnet, shop=shop))
    story.settle("UPDATE_COMPLETE")
    assert len(instances(cloud) - others) == 1
    assert made.isdisjoint(instances(cloud))
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert everything(cloud) == before
