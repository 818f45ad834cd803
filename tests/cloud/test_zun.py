"""Zun's type through its life on the real service, whose containers don't run; see test_types."""

from __future__ import annotations

from typing import Any

import pytest

from heatlite.resources.outcomes import Done, Failed, Replace
from heatlite.resources.testing import carried
from tests.cloud.left import everything
from tests.cloud.life import Life, reference
from tests.cloud.reached import Reached
from tests.cloud.words import ref, typed
from tests.story import Story, hot

GIVEN = {"image": "cirros", "cpu": 0.1, "memory": 64}


@pytest.fixture(autouse=True)
def _with_zun(cloud: Reached) -> None:
    cloud.requires("zun")


def containers(cloud: Reached) -> set[str]:
    """The ids of the project's containers."""
    api = cloud.services().api("application_container")
    version = {"headers": {"OpenStack-API-Version": "container 1.36"}}
    return {it["uuid"] for it in api.listed("/containers", "containers", **version)}


def addresses(life: Life) -> dict[str, Any]:
    """Where a container can be reached, by networks."""
    found: dict[str, Any] = life.plugin(life.instance).resolve_attribute("addresses")
    return found


def test_a_container_is_found_and_changed(lives: Any, cloud: Reached) -> None:
    before = containers(cloud)
    more = {"command": "sleep '1 2'", "environment": {"A": "b"}, "labels": {"for": "us"}, "workdir": "/tmp"}
    policy = {"restart_policy": "on-failure:2", "hostname": "here"}
    made = lives("OS::Zun::Container", **GIVEN, **more, **policy, interactive=True, networks=[{"network": "private"}])
    assert made.find_existing() == [reference(made)]
    seen = made.seen()
    assert [seen[it] for it in ("status", "command", "environment")] == ["Running", ["sleep", "1 2"], {"A": "b"}]
    assert seen["restart_policy"] == {"Name": "on-failure", "MaximumRetryCount": "2"}
    assert (seen["labels"]["for"], seen["workdir"], seen["hostname"]) == ("us", "/tmp", "here")
    assert addresses(made)["private"][0]["addr"].startswith("10.99.0.")
    assert isinstance(made.run("CHECK"), Done)
    assert isinstance(made.update(name="renamed", cpu=0.2, memory=128), Done)
    seen = made.seen()
    assert (seen["name"], seen["cpu"], str(seen["memory"]).removesuffix("M")) == ("renamed", 0.2, "128")
    other = Life(cloud, "OS::Zun::Container", GIVEN)
    assert other.create_and_die() == [reference(other)]
    assert containers(cloud) == before | {reference(made), reference(other)}
    assert isinstance(other.run("DELETE"), Done)
    assert isinstance(other.run("CHECK"), Failed)
    assert other.update(cpu=0.3) == Replace()


def test_the_networks_of_a_container_change_one_by_one(lives: Any, cloud: Reached) -> None:
    lives("OS::Neutron::Net", name="inner")
    lives("OS::Neutron::Subnet", network="inner", cidr="10.70.0.0/24")
    port = lives("OS::Neutron::Port", name="plug", network="inner")
    made = lives("OS::Zun::Container", **GIVEN, networks=[{"network": "private", "fixed_ip": "10.99.0.77"}])
    assert addresses(made)["private"][0]["addr"] == "10.99.0.77"
    assert isinstance(made.update(networks=[{"port": "plug"}]), Done)
    assert set(addresses(made)) == {"inner", port.seen()["network_id"]}
    assert isinstance(made.update(networks=[{"network": "private"}, {"network": "inner"}]), Done)
    assert set(addresses(made)) >= {"inner", "private"}
    assert isinstance(made.run("CHECK"), Done)


def test_a_container_that_is_broken_says_why_and_goes(cloud: Reached) -> None:
    before = containers(cloud)
    broken = Life(cloud, "OS::Zun::Container", {**GIVEN, "image": "broken"})
    failed = broken.run("CREATE")
    assert isinstance(failed, Failed)
    assert "the image is broken" in failed.reason
    broken.instance = carried(broken.instance, failed)
    assert isinstance(broken.run("DELETE"), Done)
    assert containers(cloud) == before


def test_a_stack_of_a_container(story: Story, cloud: Reached) -> None:
    before, others = everything(cloud), containers(cloud)
    box = typed("Zun::Container", **GIVEN, networks=[{"network": ref("net")}]) | {"depends_on": "subnet"}
    net, subnet = typed("Neutron::Net"), typed("Neutron::Subnet", network=ref("net"), cidr="10.71.0.0/24")
    story.create(hot(net=net, subnet=subnet, box=box))
    story.settle("CREATE_COMPLETE")
    made = containers(cloud) - others
    assert len(made) == 1
    box["properties"]["cpu"] = 0.2
    story.update(hot(net=net, subnet=subnet, box=box))
    story.settle("UPDATE_COMPLETE")
    assert containers(cloud) - others == made
    box["properties"]["command"] = "true"
    story.update(hot(net=net, subnet=subnet, box=box))
    story.settle("UPDATE_COMPLETE")
    assert len(containers(cloud) - others) == 1
    assert made.isdisjoint(containers(cloud))
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert containers(cloud) == others
    assert everything(cloud) == before
