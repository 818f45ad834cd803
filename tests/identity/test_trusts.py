"""For whom a stack's operations are done, and by what right, against the real keystone."""

from __future__ import annotations

import dataclasses
import pathlib
from typing import Any

import pytest

from heatlite import exception
from heatlite.clients.cloud import ServicesOf
from heatlite.clients.login import Login
from heatlite.clients.settings import Deferred
from heatlite.context import EngineContext
from heatlite.db import stacks, user_creds
from heatlite.db.user_creds import Credentials
from tests.deployment import InProcess, in_process
from tests.identity.keystone_server import PASSWORD, Keystone
from tests.identity.test_types import typed
from tests.story import Story, hot, resource, slow


def trusts(keystone: Keystone) -> dict[str, dict[str, Any]]:
    """Those that the engine's user has, by id."""
    listed = keystone.identity().listed("trust")
    return {it["id"]: it for it in listed}


def stored(story: Story) -> Credentials:
    """What the stack's operations are done by."""
    context = EngineContext(story.deployment.database)
    stack = stacks.get(context, story.identity["stack_id"])
    assert stack is not None
    assert stack.user_creds_id is not None
    found = user_creds.get(context, stack.user_creds_id)
    assert found is not None
    return found


def tell(deployment: InProcess, keystone: Keystone, user: str, project: str = "shop") -> Story:
    """A story of this user's."""
    story = Story(deployment)
    story.context = keystone.context(user, project)
    return story


def test_a_stack_has_a_trust_of_its_creators_for_as_long_as_it_lives(engine: InProcess, keystone: Keystone) -> None:
    before = trusts(keystone)
    story = tell(engine, keystone, "ann")
    story.create(hot(one=resource()))
    story.settle("CREATE_COMPLETE")
    creds = stored(story)
    trust = keystone.identity().get("trust", str(creds.trust_id))
    assert trust is not None
    assert trusts(keystone).keys() - before.keys() == {creds.trust_id}
    assert (trust["trustor_user_id"], trust["project_id"]) == (story.context["user"], keystone.projects["shop"])
    assert trust["trustee_user_id"] == keystone.identity().id_of("user", "heat")
    assert {role["name"] for role in trust["roles"]} == {"member", "reader"}
    assert (creds.password, creds.username) == (None, None)

    story.context = keystone.context("ann", "shop")
    story.update(hot(one=resource("two")))
    story.settle("UPDATE_COMPLETE")
    assert stored(story).trust_id == creds.trust_id

    story.context = keystone.context("bob", "shop")
    story.update(hot(one=resource("three")))
    story.settle("UPDATE_COMPLETE")
    assert stored(story).trustor_user_id == story.context["user"]
    assert trusts(keystone).keys() - before.keys() == {stored(story).trust_id}
    assert stored(story).trust_id != creds.trust_id

    story.delete()
    story.settle("DELETE_COMPLETE")
    assert trusts(keystone) == before


def test_what_is_refused_leaves_no_trust(engine: InProcess, keystone: Keystone) -> None:
    before = trusts(keystone)
    story = tell(engine, keystone, "ann")
    with pytest.raises(exception.StackValidationFailed):
        story.create(hot(one=resource(unknown=1)))
    story.create(hot(one=resource()))
    story.settle("CREATE_COMPLETE")
    with pytest.raises(exception.StackExists):
        story.create(hot(one=resource()))
    story.context = keystone.context("bob", "shop")
    with pytest.raises(exception.StackValidationFailed):
        story.update(hot(one=resource(unknown=1)))
    assert len(trusts(keystone)) == len(before) + 1
    story.context = keystone.context("ann", "shop")
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert trusts(keystone) == before


def test_only_the_roles_that_are_configured_are_passed_on(keystone: Keystone, tmp_path: pathlib.Path) -> None:
    cloud = dataclasses.replace(keystone.settings, trusts_delegated_roles=("reader",))
    deployment = in_process(tmp_path, cloud=cloud)
    try:
        story = tell(deployment, keystone, "ann")
        story.create(hot(one=resource()))
        story.settle("CREATE_COMPLETE")
        trust = keystone.identity().get("trust", str(stored(story).trust_id))
        assert trust is not None
        assert [role["name"] for role in trust["roles"]] == ["reader"]
        story.delete()
        story.settle("DELETE_COMPLETE")
    finally:
        deployment.stop()


def test_a_token_that_is_revoked_in_the_middle_of_an_operation_does_not_fail_it(
    engine: InProcess, keystone: Keystone
) -> None:
    story = tell(engine, keystone, "admin", "admin")
    first = typed("Project", name="long-1")
    second = {**typed("Project", name="long-2", parent={"get_resource": "first"}), "depends_on": "while"}
    story.create(hot(first=first, **{"while": slow("create", depends_on="first")}, second=second))
    story.step_until("while", "CREATE_IN_PROGRESS")
    clouds = engine.engine.engine.shared.clouds
    assert clouds is not None
    session = clouds._sessions.of(clouds.login_of(stored(story)))
    token = str(session.get_token())
    keystone.revoke(token)
    keystone.revoke(story.context["auth_token"])
    story.settle("CREATE_COMPLETE")

    assert session.get_token() != token
    story.delete()
    story.settle("DELETE_COMPLETE")


def test_a_password_serves_where_it_is_configured(keystone: Keystone, tmp_path: pathlib.Path) -> None:
    before = trusts(keystone)
    cloud = dataclasses.replace(keystone.settings, deferred_auth_method=Deferred.PASSWORD)
    deployment = in_process(tmp_path, cloud=cloud)
    try:
        story = tell(deployment, keystone, "admin", "admin")
        story.context |= {"password": PASSWORD}
        story.create(hot(one=typed("Project", name="by-password")))
        story.settle("CREATE_COMPLETE")
        assert stored(story).password == PASSWORD
        assert trusts(keystone) == before
        story.delete()
        story.settle("DELETE_COMPLETE")
    finally:
        deployment.stop()


def test_a_stack_without_credentials_says_what_it_lacks(keystone: Keystone, tmp_path: pathlib.Path) -> None:
    cloud = dataclasses.replace(keystone.settings, deferred_auth_method=Deferred.PASSWORD)
    deployment = in_process(tmp_path, cloud=cloud)
    try:
        story = tell(deployment, keystone, "admin", "admin")
        story.create(hot(one=typed("Project", name="nobodys")))
        reason = story.settle("CREATE_FAILED")["stack_status_reason"]
        assert "has no stored credentials" in reason
    finally:
        deployment.stop()


def test_a_trust_that_is_gone_already_keeps_no_stack_from_going(engine: InProcess, keystone: Keystone) -> None:
    story = tell(engine, keystone, "ann")
    story.create(hot(one=resource()))
    story.settle("CREATE_COMPLETE")
    trust_id = str(stored(story).trust_id)
    assert keystone.identity("ann", "shop").delete("trust", trust_id)
    story.delete()
    story.settle("DELETE_COMPLETE")


def test_a_request_by_token_finds_services_of_its_own_region_and_no_others(keystone: Keystone) -> None:
    wanted = keystone.context("ann", "shop")
    by_token = Login(token=wanted["auth_token"], project_id=wanted["project_id"])
    for login in (by_token, keystone.login("ann", "shop")):
        services = ServicesOf(keystone.sessions(), lambda login=login: login)
        assert services.endpoint("identity") == services.endpoint("identity", "RegionOne") == keystone.url
        assert services.endpoint("identity", "elsewhere") is services.endpoint("no such service") is None


def test_a_stack_in_a_region_that_is_not_there_is_refused_in_heats_words(engine: InProcess, keystone: Keystone) -> None:
    elsewhere = {"context": {"region_name": "DARKHOLE"}, "template": "heat_template_version: 2021-04-16"}
    story = tell(engine, keystone, "ann")
    with pytest.raises(exception.StackValidationFailed, match=r'^Cannot establish connection .* region "DARKHOLE" due'):
        story.create(hot(there={"type": "OS::Heat::Stack", "properties": elsewhere}))
