"""Ironic's type through its life on the real service, on machines of fake hardware; see test_types."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from heatlite.resources.outcomes import Done, Failed, Replace
from tests.cloud.life import Life, reference
from tests.cloud.reached import Reached
from tests.cloud.words import typed
from tests.story import Story, hot

VERSION = {"microversion": "1.53"}
MACHINE, ANOTHER = "machine", "another"


@contextmanager
def machines(cloud: Reached, project: str) -> Iterator[None]:
    """Have two machines in a project, and a group of ports of the first."""
    api = cloud.services("admin", project).api("baremetal")
    made = [api.post("/nodes", {"name": it, "driver": "fake-hardware"}, **VERSION)["uuid"] for it in (MACHINE, ANOTHER)]
    group = api.post("/portgroups", {"name": "bond", "node_uuid": made[0]}, **VERSION)["uuid"]
    try:
        yield
    finally:
        api.delete(f"/portgroups/{group}", **VERSION)
        for node in made:
            api.delete(f"/nodes/{node}", **VERSION)


@pytest.fixture(autouse=True)
def _machines(cloud: Reached) -> Iterator[None]:
    cloud.requires("ironic")
    with machines(cloud, "admin"):
        yield


def ports(cloud: Reached) -> set[str]:
    """The ids of all ports of machines."""
    return {it["uuid"] for it in cloud.services("admin", "admin").api("baremetal").listed("/ports", "ports", **VERSION)}


def test_a_port_of_a_machine(lives: Any, cloud: Reached) -> None:
    before = ports(cloud)
    plugged = {"switch_id": "0a:1b:2c:3d:4e:5f", "port_id": "Ethernet3/1", "switch_info": "switch"}
    given = {"node": MACHINE, "address": "52:54:00:CF:2D:31", "local_link_connection": plugged, "extra": {"a": "b"}}
    grouped = Life(
        cloud, "OS::Ironic::Port", {"node": MACHINE, "address": "52:54:00:cf:2d:30", "portgroup": "bond"}, "admin"
    )
    grouped.create()
    assert grouped.plugin(grouped.instance).resolve_attributes()["portgroup_uuid"]
    assert isinstance(grouped.run("DELETE"), Done)
    port = lives("OS::Ironic::Port", "admin", **given)
    assert port.find_existing() == [reference(port)]
    assert isinstance(port.run("CHECK"), Done)
    shown = port.plugin(port.instance).resolve_attributes()
    assert (shown["address"], shown["local_link_connection"]) == ("52:54:00:cf:2d:31", plugged)
    assert (shown["pxe_enabled"], shown["is_smartnic"], shown["portgroup_uuid"]) == (True, False, None)
    changed = {"address": "52:54:00:cf:2d:32", "extra": None, "pxe_enabled": False, "physical_network": "physnet1"}
    assert isinstance(port.update(**changed), Done)
    shown = port.plugin(port.instance).resolve_attributes()
    assert [shown[it] for it in changed] == ["52:54:00:cf:2d:32", {}, False, "physnet1"]
    assert isinstance(port.update(physical_network=None), Done)
    assert port.seen()["physical_network"] is None
    assert port.find_existing() == [reference(port)]
    taken = Life(cloud, "OS::Ironic::Port", {"node": ANOTHER, "address": "52:54:00:cf:2d:32"}, "admin")
    refused = taken.run("CREATE")
    assert isinstance(refused, Failed)
    assert "exists already" in refused.reason
    other = Life(cloud, "OS::Ironic::Port", {"node": ANOTHER, "address": "52:54:00:cf:2d:33"}, "admin")
    assert other.create_and_die() == [reference(other)]
    assert ports(cloud) == before | {reference(port), reference(other)}
    cloud.services("admin", "admin").api("baremetal").delete(f"/ports/{reference(other)}", **VERSION)
    assert isinstance(other.run("CHECK"), Failed)
    assert other.update(extra={"c": "d"}) == Replace()
    assert isinstance(other.run("DELETE"), Done)


def test_a_stack_of_a_port(story: Story, cloud: Reached) -> None:
    before = ports(cloud)
    story.context = cloud.context("admin", "admin")
    port = typed("Ironic::Port", node=MACHINE, address="52:54:00:cf:2d:41")
    story.create(hot(port=port))
    story.settle("CREATE_COMPLETE")
    assert len(ports(cloud) - before) == 1
    port["properties"]["extra"] = {"a": "b"}
    story.update(hot(port=port))
    story.settle("UPDATE_COMPLETE")
    assert len(ports(cloud) - before) == 1
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert ports(cloud) == before
