"""Objects of Neutron that begin at once are created by one request, and none is lost where Neutron refuses it."""

from __future__ import annotations

from typing import Any

from tests.cloud.left import everything
from tests.cloud.reached import Reached
from tests.cloud.words import ref, typed
from tests.story import Story, hot

NUMBER = 8


def crowd() -> dict[str, Any]:
    """Ports, subnets and groups with rules on one network."""
    resources = {"net": typed("Neutron::Net"), "other": typed("Neutron::Net", name="named")}
    for it in range(NUMBER):
        resources[f"subnet{it}"] = typed("Neutron::Subnet", network=ref("net"), cidr=f"10.7.{it}.0/24")
        resources[f"port{it}"] = typed("Neutron::Port", network=ref("net"), tags=["mine"] if it % 2 else [])
        resources[f"group{it}"] = typed("Neutron::SecurityGroup", description="given" if it % 2 else "")
        resources[f"rule{it}"] = typed(
            "Neutron::SecurityGroupRule", security_group=ref("group0"), port_range_min=80 + it, port_range_max=80 + it
        )
    return hot(**resources)


def test_what_begins_at_once_is_created_by_one_request(story: Story, cloud: Reached) -> None:
    before = everything(cloud)
    with cloud.changes() as asked:
        story.create(crowd())
        story.settle("CREATE_COMPLETE")
    ids = {it["physical_resource_id"] for it in story.resources().values()}
    assert len(ids) == 4 * NUMBER + 2
    assert len([it for it in asked if " POST " in it]) == 5
    with cloud.changes() as asked:
        story.update(crowd())
        story.settle("UPDATE_COMPLETE")
    assert not asked
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert everything(cloud) == before


def test_a_quota_that_is_reached_fails_those_that_have_no_room_with_neutrons_words(
    story: Story, cloud: Reached
) -> None:
    before = everything(cloud)
    project = cloud.project_id("demo")
    quota, admin = f"/quotas/{project}", cloud.services("admin", "admin").api("network")
    story.create(
        hot(net=typed("Neutron::Net"), subnet=typed("Neutron::Subnet", network=ref("net"), cidr="10.7.0.0/24"))
    )
    story.settle("CREATE_COMPLETE")
    ports = len(list(cloud.services().api("network").listed("/ports", "ports", params={"project_id": project})))
    admin.put(quota, {"quota": {"port": ports + 2}})
    try:
        network = {
            "net": typed("Neutron::Net"),
            "subnet": typed("Neutron::Subnet", network=ref("net"), cidr="10.7.0.0/24"),
        }
        more = {f"port{it}": typed("Neutron::Port", network=ref("net")) for it in range(NUMBER)}
        story.update(hot(**network, **more))
        stack = story.settle("UPDATE_FAILED")
        assert "Quota exceeded" in stack["stack_status_reason"]
        states = [it["resource_status"] for name, it in story.resources().items() if name.startswith("port")]
        assert states.count("COMPLETE") <= 2
    finally:
        admin.delete(quota)
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert everything(cloud) == before
