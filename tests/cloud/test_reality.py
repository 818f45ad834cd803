"""What others did to a stack's resources: a plan that looks tells it, and an update repairs it when it is asked to."""

from __future__ import annotations

from collections import Counter
from typing import Any

from heatlite.cmd.plans import Plan
from tests.cloud.left import everything
from tests.cloud.reached import BY_A_SERVICE, Reached
from tests.cloud.shop import Outside, shop
from tests.story import Story

PROJECT = "reality"
SEEN, NAMES = ("neutron", "nova", "cinder"), "/flavors"


def test_what_was_done_behind_the_engine_is_told_left_alone_and_repaired_when_asked(
    story: Story, cloud: Reached
) -> None:
    cloud.fresh_project(PROJECT)
    story.context = cloud.context(PROJECT, PROJECT)
    before = everything(cloud, PROJECT, admins=False)
    story.create(shop())
    story.settle("CREATE_COMPLETE")
    ids = story.physical_ids()
    with cloud.recorded() as asked:
        assert told(story, shop()) == {}
    assert looks(asked) == {"neutron": 4, "nova": 1, "cinder": 1}  # one list a type; what is alone in its type is read

    outside = Outside(cloud, PROJECT, ids)
    outside.delete_server("db")
    outside.remove_rule()
    outside.rename_port()
    outside.extend_volume(2)

    found = told(story, shop())
    assert {name: it["fate"] for name, it in found.items()} == {
        "group": "updated",
        "port": "updated",
        "db": "replaced",
        "data": "replaced",
    }
    assert found["db"]["reason"] == "it doesn't exist any more"
    [name] = found["port"]["properties"]
    assert (name["name"], name["before"], name["after"], name["drifted"]) == ("name", "window", "door", True)
    [rules] = found["group"]["properties"]
    assert [it["protocol"] for it in rules["before"]] == ["icmp"]
    [size] = found["data"]["properties"]
    assert (size["name"], size["before"], size["after"], size["forces_replacement"]) == ("size", 2, 1, True)
    assert told(story, shop(size=2)).keys() == {"group", "port", "db"}  # the template may want it as it is

    with cloud.changes() as asked:
        story.update(shop())
        story.settle("UPDATE_COMPLETE")
    assert not asked

    story.update(shop(size=2), refresh=True)
    story.settle("UPDATE_COMPLETE")
    now = {name: it["physical_resource_id"] for name, it in story.resources().items()}
    assert {name for name in ids if ids[name] != now[name]} == {"db"}
    rules = outside.network.get(f"/security-groups/{ids['group']}")["security_group"]["security_group_rules"]
    assert 22 in [it["port_range_min"] for it in rules]
    assert outside.network.get(f"/ports/{ids['port']}")["port"]["name"] == "door"
    assert outside.compute.get(f"/servers/{now['db']}")["server"]["status"] == "ACTIVE"
    assert told(story, shop(size=2)) == {}

    story.update(shop(size=1), refresh=True)  # only a new volume is as small
    story.settle("UPDATE_FAILED")
    assert "Shrinking volume" in story.show()["stack_status_reason"]
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert everything(cloud, PROJECT, admins=False) == before


def looks(asked: list[str]) -> Counter[str]:
    """Count the looks at the stack's objects: not of services at one another, and not at what a template names.

    Such names are known for half a minute, to the client's login and to the stack's.
    """
    ours = (it.split() for it in asked if not it.endswith(BY_A_SERVICE))
    return Counter(service for service, _, path, *_ in ours if service in SEEN and not path.endswith(NAMES))


def told(story: Story, template: dict[str, Any]) -> dict[str, Any]:
    """What a plan that looks says would be done, by name."""
    asked = {"template": template, "params": {}, "files": {}, "args": {"refresh": True}}
    reply = story.client.plan_update(story.context, story.identity, **asked)
    assert reply["unseen"] == []
    Plan(story.identity, asked, reply["changes"], reply["digest"]).text()
    return {it["resource_name"]: it for it in reply["changes"] if it["fate"] != "unchanged"}
