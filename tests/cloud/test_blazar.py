"""Blazar's types through their lives on the real service, which reserves the cloud's only host; see test_types."""

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

POOL = "freepool"
"""The aggregate whose hosts Blazar gives to leases."""
DATES = {"start_date": "2099-01-31 12:00", "end_date": "2099-02-01 12:00"}
AN_HOST = {"resource_type": "physical:host", "min": 1, "max": 1}
INSTANCES = {"resource_type": "virtual:instance", "amount": 1, "vcpus": 1, "memory_mb": 512, "disk_gb": 1}


@contextmanager
def pool(cloud: Reached, project: str) -> Iterator[None]:
    """Have Blazar's aggregate."""
    api = cloud.services("admin", "admin").api("compute")
    made = api.post("/os-aggregates", {"aggregate": {"name": POOL}})["aggregate"]["id"]
    try:
        yield
    finally:
        api.delete(f"/os-aggregates/{made}")


@pytest.fixture(autouse=True)
def _pool(cloud: Reached) -> Iterator[None]:
    cloud.requires("blazar")
    with pool(cloud, "demo"):
        yield


@pytest.fixture
def machine(cloud: Reached) -> str:
    return host_of(cloud)


def host_of(cloud: Reached) -> str:
    """The name of the cloud's only host."""
    [found] = cloud.services("admin", "admin").api("compute").listed("/os-hypervisors", "hypervisors")
    return str(found["hypervisor_hostname"])


def leases(cloud: Reached) -> set[str]:
    """The ids of the project's leases."""
    return {it["id"] for it in cloud.services().api("reservation").listed("/leases", "leases")}


def attributes(life: Life) -> dict[str, Any]:
    """What a template can read."""
    return life.plugin(life.instance).resolve_attributes()


def test_a_host_is_reserved_by_leases(lives: Any, machine: str, cloud: Reached) -> None:
    before = leases(cloud)
    host = lives("OS::Blazar::Host", "admin", name=machine, extra_capability={"gpu": "yes"})
    assert host.find_existing() == [reference(host)]
    shown = attributes(host)
    assert (shown["hypervisor_hostname"], shown["reservable"]) == (machine, True)
    assert isinstance(host.run("CHECK"), Done)
    taken = Life(cloud, "OS::Blazar::Host", {"name": machine}, "admin")
    refused = taken.run("CREATE")
    assert isinstance(refused, Failed)
    wanted = {**AN_HOST, "resource_properties": '["==", "$gpu", "yes"]'}
    lease = lives("OS::Blazar::Lease", name="night", **DATES, reservations=[wanted])
    assert lease.find_existing() == [] or lease.seen()["name"] == "night"
    shown = attributes(lease)
    assert (shown["name"], shown["status"], shown["start_date"][:10]) == ("night", "PENDING", "2099-01-31")
    assert shown["reservations"][0]["resource_properties"] == wanted["resource_properties"]
    assert isinstance(lease.run("CHECK"), Done)
    later = {"start_date": "2099-03-31 12:00", "end_date": "2099-04-01 12:00", "before_end_date": "2099-04-01 11:00"}
    other = Life(cloud, "OS::Blazar::Lease", {"name": "later", **later, "reservations": [INSTANCES]})
    assert other.create_and_die() == [reference(other)]
    assert leases(cloud) == before | {reference(lease), reference(other)}
    assert other.seen()["name"] == "later"
    cloud.services().api("reservation").delete(f"/leases/{reference(other)}")
    assert isinstance(other.run("CHECK"), Failed)
    assert other.update(name="again") == Replace()
    assert isinstance(other.run("DELETE"), Done)
    refused = Life(cloud, "OS::Blazar::Lease", {"name": "too", **DATES, "reservations": [AN_HOST]}).run("CREATE")
    assert isinstance(refused, Failed)
    assert "Not enough hosts available" in refused.reason


def test_a_stack_of_a_lease(lives: Any, machine: str, story: Story, cloud: Reached) -> None:
    lives("OS::Blazar::Host", "admin", name=machine)
    before = leases(cloud)
    lease = typed("Blazar::Lease", name="ours", **DATES, reservations=[INSTANCES])
    story.create(hot(lease=lease))
    story.settle("CREATE_COMPLETE")
    made = leases(cloud) - before
    assert len(made) == 1
    lease["properties"]["end_date"] = "2099-02-02 12:00"
    story.update(hot(lease=lease))
    story.settle("UPDATE_COMPLETE")
    assert len(leases(cloud) - before) == 1
    assert made.isdisjoint(leases(cloud))
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert leases(cloud) == before
