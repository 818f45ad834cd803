"""Every OS::Keystone type through its life, against the real keystone."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

import pytest

from heatlite.resources.keystone.entity import MARK
from heatlite.resources.outcomes import Done, Waiting
from heatlite.resources.registry import Registry
from heatlite.resources.steps import find_existing, poll, start
from heatlite.resources.testing import carried, instance_of
from tests.deployment import InProcess
from tests.identity.keystone_server import Keystone
from tests.story import Story, hot

REGISTRY = Registry.load()
KINDS = ("project", "user", "group", "role", "service", "endpoint", "region", "domain")
_numbers = itertools.count(1)


def typed(kind: str, **properties: Any) -> dict[str, Any]:
    return {"type": f"OS::Keystone::{kind}", "properties": properties}


def ref(name: str) -> dict[str, str]:
    return {"get_resource": name}


def template(number: int, **other: Any) -> dict[str, Any]:
    """Each type once, each with a name of its own; ``other`` are differences, by resource."""
    n = f"t{number}"
    every = {
        "domain": typed("Domain", name=f"{n}-domain", description="one"),
        "project": typed("Project", name=f"{n}-project", domain=ref("domain"), tags=["a", "b"]),
        "group": typed("Group", name=f"{n}-group", roles=[{"role": "member", "project": ref("project")}]),
        "role": typed("Role", name=f"{n}-role"),
        "user": typed(
            "User",
            name=f"{n}-user",
            password="hunter2",
            email="a@shop",
            groups=[ref("group")],
            roles=[{"role": ref("role"), "project": "shop"}],
            default_project=ref("project"),
        ),
        "service": typed("Service", name=f"{n}-service", type="painting", description="paints"),
        "region": typed("Region", id=f"{n} region", parent_region="RegionOne", description="here"),
        "endpoint": typed(
            "Endpoint", service=ref("service"), region=ref("region"), interface="public", url="http://paint"
        ),
        "given": typed("UserRoleAssignment", user="ann", roles=[{"role": ref("role"), "project": "shop"}]),
        "shared": typed("GroupRoleAssignment", group=ref("group"), roles=[{"role": ref("role"), "domain": "default"}]),
    }
    for name, properties in other.items():
        every[name]["properties"] |= properties
    return hot(None, {"in": {"value": {"get_attr": ["project", "domain_id"]}}}, **every)


def everything(keystone: Keystone) -> dict[str, dict[str, Any]]:
    """All that keystone holds, by kind and id."""
    identity = keystone.identity()
    return {kind: {it["id"]: it for it in identity.listed(kind)} for kind in KINDS}


def assignments(keystone: Keystone) -> list[Any]:
    identity = keystone.identity()
    return sorted(
        str((it.get("user"), it.get("group"), it["role"], it["scope"])) for it in identity.listed("role_assignment")
    )


def ids(story: Story) -> dict[str, str]:
    return {name: it["physical_resource_id"] for name, it in story.resources().items()}


@pytest.fixture
def story(engine: InProcess, keystone: Keystone) -> Story:
    """A stack of an administrator's."""
    told = Story(engine)
    told.context = keystone.context("admin", "admin")
    return told


def test_every_type_is_created_updated_replaced_and_deleted(story: Story, keystone: Keystone) -> None:
    before, roles_before, n = everything(keystone), assignments(keystone), next(_numbers)
    story.create(template(n))
    stack = story.settle("CREATE_COMPLETE")
    made, there = ids(story), everything(keystone)
    assert {kind: there[kind][made[kind]].get("name") for kind in ("domain", "project", "group", "role", "user")} == {
        kind: f"t{n}-{kind}" for kind in ("domain", "project", "group", "role", "user")
    }
    assert [it["output_value"] for it in stack["outputs"]] == [made["domain"]]
    assert there["user"][made["user"]]["default_project_id"] == made["project"]
    assert there["endpoint"][made["endpoint"]]["region_id"] == made["region"] == f"t{n}%20region"
    assert len(assignments(keystone)) == len(roles_before) + 4

    changed = {kind: {"description": "two"} for kind in ("domain", "project", "group", "user", "service", "region")}
    changed["user"] |= {"groups": [], "roles": [{"role": ref("role"), "domain": "default"}], "enabled": False}
    changed |= {"role": {"name": f"t{n}-role-2"}, "endpoint": {"url": "http://brush", "interface": "internal"}}
    changed["project"]["tags"] = ["c"]
    story.update(template(n, **changed, given={"user": "bob"}))
    story.settle("UPDATE_COMPLETE")
    there = everything(keystone)
    assert ids(story) == made
    assert {there[kind][made[kind]]["description"] for kind in ("domain", "project", "group", "user", "service")} == {
        "two"
    }
    assert there["project"][made["project"]]["tags"] == ["c"]
    assert there["endpoint"][made["endpoint"]]["url"] == "http://brush"
    assert there["role"][made["role"]]["name"] == f"t{n}-role-2"
    assert not there["user"][made["user"]]["enabled"]
    identity = keystone.identity()
    bob, shop = identity.id_of("user", "bob"), keystone.projects["shop"]
    given = identity.listed("role_assignment", **{"user.id": bob, "role.id": made["role"]})
    assert [it["scope"]["project"]["id"] for it in given] == [shop]

    changed["role"] = {"name": f"t{n}-role-3", "domain": "Default"}
    changed["user"] |= {"roles": []}
    replaced = template(n, **changed)
    for gone in ("given", "shared"):
        del replaced["resources"][gone]
    story.update(replaced)
    story.settle("UPDATE_COMPLETE")
    assert ids(story)["role"] != made["role"]
    assert made["role"] not in everything(keystone)["role"]

    story.delete()
    story.settle("DELETE_COMPLETE")
    assert everything(keystone) == before
    assert assignments(keystone) == roles_before


def test_what_goes_from_the_template_goes_from_keystone(story: Story, keystone: Keystone) -> None:
    n = next(_numbers)
    story.create(template(n))
    story.settle("CREATE_COMPLETE")
    made = ids(story)
    keystone.identity().delete("service", made["service"])  # and its endpoint: by somebody else
    story.update(hot(role=template(n)["resources"]["role"]))
    story.settle("UPDATE_COMPLETE")

    there = everything(keystone)
    assert {kind for kind in KINDS if made[kind] in there[kind]} == {"role"}
    story.delete()
    story.settle("DELETE_COMPLETE")


def test_properties_that_are_removed_are_removed(story: Story, keystone: Keystone) -> None:
    n = next(_numbers)
    story.create(template(n))
    story.settle("CREATE_COMPLETE")
    made, bare = ids(story), template(n)
    for name, gone in (
        ("user", "email"),
        ("user", "default_project"),
        ("service", "description"),
        ("domain", "description"),
    ):
        del bare["resources"][name]["properties"][gone]
    del bare["resources"]["region"]["properties"]["description"]
    story.update(bare)
    story.settle("UPDATE_COMPLETE")

    assert ids(story) == made
    user = everything(keystone)["user"][made["user"]]
    assert (user.get("email"), user.get("default_project_id")) == (None, None)
    story.delete()
    story.settle("DELETE_COMPLETE")


def test_a_failed_update_is_rolled_back_in_keystone_too(story: Story, keystone: Keystone) -> None:
    n = next(_numbers)
    story.create(template(n), rollback=True)
    story.settle("CREATE_COMPLETE")
    made = ids(story)
    story.update(template(n, project={"description": "two"}, role={"name": "member"}))
    story.settle("ROLLBACK_COMPLETE")

    there = everything(keystone)
    assert ids(story) == made
    assert there["project"][made["project"]]["description"] == ""
    assert there["role"][made["role"]]["name"] == f"t{n}-role"
    story.delete()
    story.settle("DELETE_COMPLETE")


def test_a_template_that_names_what_is_not_there_is_refused(story: Story, keystone: Keystone) -> None:
    with pytest.raises(Exception, match=r"resources\.user\.properties\.groups\[0\].*KeystoneGroup.*nobody"):
        story.create(hot(user=typed("User", name="u", groups=["nobody"])))


SIMPLE = {
    "Project": {"name": "crash"},
    "User": {"name": "crash", "password": "hunter2", "roles": [{"role": "member", "project": "shop"}]},
    "Group": {"name": "crash", "roles": [{"role": "member", "project": "shop"}]},
    "Role": {"name": "crash"},
    "Service": {"name": "crash", "type": "painting"},
    "Endpoint": {"service": "keystone", "interface": "public", "url": "http://paint"},
    "Region": {"id": "crash"},
    "Domain": {"name": "crash"},
}


@pytest.mark.parametrize("kind", SIMPLE)
def test_a_crash_between_create_and_record_leaves_no_orphan(kind: str, keystone: Keystone) -> None:
    plugin: Any = REGISTRY.get(f"OS::Keystone::{kind}")
    instance = instance_of(plugin, SIMPLE[kind], cloud=keystone.cloud())
    before = everything(keystone)
    plugin(instance).handle_create()  # by an engine that dies here

    again = plugin(instance)
    [physical_id] = find_existing(again)
    again.resource_id_set(physical_id)
    outcome = poll(again, "CREATE", None)
    while isinstance(outcome, Waiting):
        outcome = poll(plugin(carried(instance, outcome)), "CREATE", outcome.progress)
    assert isinstance(outcome, Done)
    assert outcome.physical_id == physical_id
    made = [it for kinds in everything(keystone).values() for it in kinds.values() if it.get(MARK) == instance.uuid]
    assert len(made) == 1

    gone = plugin(dataclasses.replace(instance, resource_id=None))
    gone.resource_id_set(find_existing(gone)[0])
    assert isinstance(start(gone, "DELETE"), Done)
    assert everything(keystone) == before
