"""OS::Keystone types, each through its life, with a keystone in memory behind the real clients."""

from __future__ import annotations

import dataclasses
import json

import pytest

from heatlite.resources.keystone.catalogue import Endpoint, Region, Service
from heatlite.resources.keystone.domain import Domain
from heatlite.resources.keystone.entity import MARK
from heatlite.resources.keystone.group import Group
from heatlite.resources.keystone.project import Project
from heatlite.resources.keystone.role import Role
from heatlite.resources.keystone.role_assignments import GroupRoleAssignment, UserRoleAssignment
from heatlite.resources.keystone.user import User
from heatlite.resources.outcomes import Done, Failed, Replace, Waiting
from heatlite.resources.steps import assess_update, find_existing, poll, start
from heatlite.resources.testing import carried, drive, instance_of
from heatlite.schema.constraints import cloud_for_constraints
from tests.memory_keystone import MemoryKeystone
from tests.unit.resources.cloud_in_memory import cloud_of

ENTITIES = {
    Project: {"name": "web", "tags": ["a"]},
    User: {"name": "bob", "password": "hunter3", "groups": ["staff"], "roles": [{"role": "member", "project": "shop"}]},
    Group: {"name": "ops", "roles": [{"role": "member", "domain": "Default"}]},
    Role: {"name": "painter"},
    Service: {"name": "paint", "type": "painting"},
    Endpoint: {"service": "keystone", "interface": "public", "url": "http://paint", "region": "RegionOne"},
    Region: {"id": "Region Two", "parent_region": "RegionOne"},
    Domain: {"name": "guests"},
}
ASSIGNMENTS = {
    UserRoleAssignment: {"user": "ann", "roles": [{"role": "member", "project": "shop"}]},
    GroupRoleAssignment: {"group": "staff", "roles": [{"role": "member", "project": "shop"}]},
}


@pytest.fixture
def keystone() -> MemoryKeystone:
    return MemoryKeystone()


def resource(keystone, plugin, properties=None, **facts):
    return instance_of(plugin, properties or {**ENTITIES, **ASSIGNMENTS}[plugin], cloud=cloud_of(keystone), **facts)


def created(keystone, plugin, properties=None):
    instance = resource(keystone, plugin, properties)
    outcome = drive(plugin, "CREATE", instance=instance)
    assert isinstance(outcome, Done), outcome
    return carried(instance, outcome), outcome


def updated(plugin, instance, properties):
    outcome = drive(plugin, "UPDATE", properties, instance=instance)
    assert isinstance(outcome, Done), outcome
    checked = plugin.checked_properties(properties)
    return dataclasses.replace(carried(instance, outcome), properties=checked)


def thing(keystone, instance, kind):
    return keystone.things[kind][instance.resource_id]


@pytest.mark.parametrize("plugin", ENTITIES)
def test_what_is_created_is_there_and_what_is_deleted_is_gone(keystone, plugin):
    instance, _ = created(keystone, plugin)
    assert thing(keystone, instance, plugin.kind)[MARK] == instance.uuid

    assert isinstance(drive(plugin, "DELETE", instance=instance), Done)
    assert instance.resource_id not in keystone.things[plugin.kind]
    assert isinstance(drive(plugin, "DELETE", instance=instance), Done)


@pytest.mark.parametrize("plugin", ENTITIES)
def test_a_creation_whose_answer_was_lost_is_found_again_and_not_repeated(keystone, plugin):
    instance = resource(keystone, plugin)
    before = set(keystone.things[plugin.kind])
    instance.cloud.identity.listed("role")  # logs in, which is a POST too
    keystone.dies_after = "POST"
    assert isinstance(start(plugin(instance), "CREATE"), Waiting)

    again = plugin(instance)
    [physical_id] = find_existing(again)
    assert set(keystone.things[plugin.kind]) - before == {physical_id}
    again.resource_id_set(physical_id)
    outcome = poll(again, "CREATE", None)
    while isinstance(outcome, Waiting):
        instance = carried(instance, outcome)
        outcome = poll(plugin(instance), "CREATE", outcome.progress)
    assert outcome.physical_id == physical_id


@pytest.mark.parametrize("plugin", ENTITIES)
def test_a_deletion_finds_what_a_crash_left_and_deletes_all_of_it(keystone, plugin):
    before = set(keystone.things[plugin.kind])
    instance = resource(keystone, plugin)
    drive(plugin, "CREATE", instance=instance)
    plain = next(it for key, it in keystone.things[plugin.kind].items() if key not in before)
    keystone.things[plugin.kind]["twin"] = {**plain, "id": "twin"}

    left = plugin(instance)
    left.resource_id_set(find_existing(left)[0])
    assert isinstance(start(left, "DELETE"), Done)
    assert set(keystone.things[plugin.kind]) == before


def test_a_name_that_somebody_else_has_is_not_taken_over(keystone):
    outcome = drive(Project, "CREATE", instance=resource(keystone, Project, {"name": "shop"}))

    assert isinstance(outcome, Failed)
    assert "answered 409" in outcome.reason
    assert outcome.physical_id is None


def test_a_thing_without_a_name_gets_the_physical_one(keystone):
    instance, _ = created(keystone, Project, {"description": "nameless"})
    assert thing(keystone, instance, "project")["name"].startswith("stack-web-")


@pytest.mark.parametrize(
    ("plugin", "change", "value"),
    [
        (Project, {"description": "new", "tags": ["b"]}, {"description": "new", "tags": ["b"]}),
        (User, {"email": "bob@shop"}, {"email": "bob@shop", "name": "bob"}),
        (Group, {"description": "new"}, {"description": "new"}),
        (Role, {"name": "plumber"}, {"name": "plumber"}),
        (Service, {"type": "plumbing"}, {"type": "plumbing"}),
        (Endpoint, {"url": "http://b", "enabled": False}, {"url": "http://b", "enabled": False}),
        (Region, {"description": "new"}, {"description": "new"}),
        (Domain, {"enabled": False}, {"enabled": False}),
    ],
)
def test_an_update_changes_what_changed_in_place(keystone, plugin, change, value):
    instance, _ = created(keystone, plugin)
    after = updated(plugin, instance, {**ENTITIES[plugin], **change})

    assert after.resource_id == instance.resource_id
    assert thing(keystone, after, plugin.kind).items() >= value.items()


@pytest.mark.parametrize(
    ("plugin", "change"), [(Project, {"parent": "shop"}), (Role, {"domain": "Default"}), (Region, {"id": "three"})]
)
def test_what_keystone_cannot_change_is_replaced(keystone, plugin, change):
    instance, _ = created(keystone, plugin)
    after = plugin.checked_properties({**ENTITIES[plugin], **change})
    assert assess_update(plugin(instance), instance.properties, after) == Replace()


def test_names_become_ids(keystone):
    instance, _ = created(keystone, User, {"name": "eve", "domain": "Default", "default_project": "shop"})
    assert thing(keystone, instance, "user").items() >= {"domain_id": "default", "default_project_id": "p-shop"}.items()


def test_a_name_may_say_its_domain(keystone):
    keystone.things["project"]["p-other"] = {"id": "p-other", "name": "shop", "domain_id": "heat", "enabled": True}
    instance, _ = created(keystone, User, {"default_project": "shop{heat}"})

    assert thing(keystone, instance, "user")["default_project_id"] == "p-other"
    ambiguous = drive(User, "CREATE", instance=resource(keystone, User, {"default_project": "shop"}, uuid="2" * 32))
    assert 'there are 2 projects "shop": give the id or write name{domain}' in ambiguous.reason


def test_a_region_id_is_encoded_for_urls(keystone):
    assert created(keystone, Region)[0].resource_id == "Region%20Two"


def test_attributes_are_what_keystone_says(keystone):
    _, outcome = created(keystone, Project)
    assert outcome.attributes == {
        "name": "web",
        "domain_id": "default",
        "enabled": True,
        "parent_id": None,
        "is_domain": None,
    }


def test_a_check_fails_where_it_is_gone(keystone):
    instance, _ = created(keystone, Project)
    assert isinstance(drive(Project, "CHECK", instance=instance), Done)
    keystone.things["project"].clear()
    assert "could not be found" in drive(Project, "CHECK", instance=instance).reason


def test_an_update_replaces_what_somebody_deleted(keystone):
    instance, _ = created(keystone, Project)
    keystone.things["project"].clear()
    after = {**ENTITIES[Project], "description": "new"}
    assert drive(Project, "UPDATE", after, instance=instance) == Replace()
    assert drive(Project, "UPDATE", ENTITIES[Project], instance=instance) == Replace()


@pytest.mark.parametrize("plugin", [Service, Endpoint])
def test_what_may_have_twins_gets_none_by_a_second_attempt(keystone, plugin):
    instance = resource(keystone, plugin)
    plugin(instance).handle_create()
    drive(plugin, "CREATE", instance=instance)
    assert len([it for it in keystone.things[plugin.kind].values() if it.get(MARK) == instance.uuid]) == 1


def test_a_user_has_his_groups_and_roles_and_no_others_after_an_update(keystone):
    instance, _ = created(keystone, User)
    user = instance.resource_id
    member = f"projects/p-shop/users/{user}/roles/r-member"
    assert keystone.paths == {f"groups/g-staff/users/{user}", member}

    somebody_gave = f"projects/p-shop/users/{user}/roles/r-stack"
    keystone.paths.add(somebody_gave)
    changed = {**ENTITIES[User], "groups": [], "roles": [{"role": "reader", "domain": "default"}]}
    updated(User, instance, changed)
    assert keystone.paths == {somebody_gave, f"domains/default/users/{user}/roles/r-reader"}


@pytest.mark.parametrize("plugin", ASSIGNMENTS)
def test_an_assignment_gives_and_takes_back(keystone, plugin):
    instance, _ = created(keystone, plugin)
    [path] = keystone.paths
    assert path.startswith("projects/p-shop/")
    assert path.endswith("r-member")

    after = updated(plugin, instance, {**ASSIGNMENTS[plugin], "roles": [{"role": "reader", "project": "shop"}]})
    [path] = keystone.paths
    assert path.endswith("r-reader")

    assert isinstance(drive(plugin, "DELETE", instance=after), Done)
    assert keystone.paths == set()


@pytest.mark.parametrize("plugin", ASSIGNMENTS)
def test_what_an_assignment_is_about_to_give_is_recorded_before_it_is_given(keystone, plugin):
    instance = resource(keystone, plugin)
    outcome = start(plugin(instance), "CREATE")

    assert isinstance(outcome, Waiting)
    assert keystone.paths == set()
    keystone.paths.update(outcome.data["roles"])  # given by an engine that died of it
    assert isinstance(drive(plugin, "DELETE", instance=carried(instance, outcome)), Done)
    assert keystone.paths == set()


def test_an_assignment_goes_over_to_another_user(keystone):
    keystone.things["user"]["u-bob"] = {"id": "u-bob", "name": "bob", "domain_id": "default"}
    instance, _ = created(keystone, UserRoleAssignment)
    updated(UserRoleAssignment, instance, {**ASSIGNMENTS[UserRoleAssignment], "user": "bob"})
    assert keystone.paths == {"projects/p-shop/users/u-bob/roles/r-member"}


@pytest.mark.parametrize(
    ("role", "said"),
    [
        ({"role": "member"}, "Either project or domain must be specified for role member"),
        ({"role": "member", "project": "shop", "domain": "default"}, "at the same time: project, domain"),
    ],
)
def test_a_role_is_for_a_project_or_a_domain(keystone, role, said):
    outcome = drive(User, "CREATE", instance=resource(keystone, User, {"roles": [role]}))
    assert said in outcome.reason
    assert "resources.web.properties.roles[0]" in outcome.reason


def test_what_a_template_names_has_to_be_there_when_it_is_validated(keystone):
    with (
        cloud_for_constraints(cloud_of(keystone)),
        pytest.raises(Exception, match=r"KeystoneProject.*nowhere.*could not be found"),
    ):
        User.checked_properties({"default_project": "nowhere"})
    assert User.checked_properties({"default_project": "nowhere"})["default_project"] == "nowhere"


def test_no_password_is_told_in_attributes_or_reasons(keystone):
    _, outcome = created(keystone, User)
    assert "hunter3" not in json.dumps(outcome.attributes)
    failed = drive(User, "CREATE", instance=resource(keystone, User, uuid="3" * 32))
    assert isinstance(failed, Failed)
    assert "hunter3" not in failed.reason


def test_without_a_keystone_the_reason_says_what_to_configure():
    outcome = drive(Project, "CREATE", {"name": "web"})
    assert "without a configured keystone ([trustee] auth_url)" in outcome.reason


FOREIGN = ["users/u-ann", "projects/p-shop", "../users/u-ann", "projects/p-shop/users/../roles/r-member", "", 1, None]


@pytest.mark.parametrize("path", FOREIGN)
def test_nothing_but_a_grant_is_taken_back_whatever_the_data_say(keystone, path):
    instance = created(keystone, UserRoleAssignment)[0]
    [grant] = keystone.paths
    sent = len(keystone.asked)
    forged = dataclasses.replace(instance, data={"roles": [path, grant]})
    assert isinstance(drive(UserRoleAssignment, "DELETE", instance=forged), Done)
    assert keystone.paths == set()
    deleted = [asked for method, asked in keystone.asked[sent:] if method == "DELETE"]
    assert len(deleted) == 1
    assert deleted[0].endswith(grant)


@pytest.mark.parametrize("plugin", [User, Group, UserRoleAssignment, GroupRoleAssignment])
def test_what_is_adopted_of_grants_has_to_be_some(plugin):
    good = ["projects/p-shop/users/u-ann/roles/r-member", "domains/default/groups/g1/roles/r-member"]
    is_right = plugin.adoptable_data["roles"]
    assert is_right(good)
    assert is_right([])
    assert not any(is_right([*good, path]) for path in FOREIGN)
    assert not is_right("roles")
