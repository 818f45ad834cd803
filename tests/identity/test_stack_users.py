"""Users of a stack's own, against the real keystone: made, used to signal, and gone with the stack."""

from __future__ import annotations

import json
from typing import Any

import pytest

from heatlite import exception
from heatlite.clients.login import Login
from heatlite.context import EngineContext
from heatlite.db import stack_projects, stacks
from tests.deployment import InProcess
from tests.identity.keystone_server import Keystone
from tests.identity.test_trusts import tell
from tests.story import Story, hot

HANDLE = "OS::Heat::WaitConditionHandle"


def waiting(transport: str) -> dict[str, Any]:
    """A condition that waits for a handle, and what it takes to signal that."""
    handle = {"type": HANDLE, "properties": {"signal_transport": transport}}
    condition = {"handle": {"get_resource": "handle"}, "timeout": 600}
    attributes = ("token", "endpoint", "curl_cli", "signal")
    outputs = {name: {"value": {"get_attr": ["handle", name]}} for name in attributes}
    return hot(None, outputs, handle=handle, wait={"type": "OS::Heat::WaitCondition", "properties": condition})


def outputs(story: Story) -> dict[str, Any]:
    return {it["output_key"]: it["output_value"] for it in story.show()["outputs"]}


def in_domain(keystone: Keystone) -> dict[str, set[str]]:
    """The names of what the domain of stacks' users holds."""
    identity = keystone.identity()
    domain = identity.id_of("domain", "heat")
    return {kind: {it["name"] for it in identity.listed(kind, domain_id=domain)} for kind in ("project", "user")}


@pytest.fixture
def orchestration(keystone: Keystone) -> str:
    """The URL at which the catalogue has the API."""
    identity = keystone.identity()
    if not identity.listed("service", type="orchestration"):
        service = identity.create("service", {"name": "heat", "type": "orchestration"})["id"]
        url = "http://heat.invalid/v1/%(project_id)s"
        identity.create(
            "endpoint", {"service_id": service, "interface": "public", "url": url, "region_id": "RegionOne"}
        )
    return "http://heat.invalid/v1"


def test_a_handle_is_signalled_by_its_token(engine: InProcess, keystone: Keystone, orchestration: str) -> None:
    before = in_domain(keystone)
    story = tell(engine, keystone, "ann")
    story.create(waiting("TOKEN_SIGNAL"))
    story.step_until("handle", "CREATE_COMPLETE")
    found = outputs(story)
    session: Any = keystone.sessions().of(keystone.login("admin", "admin"))
    headers = {"X-Subject-Token": found["token"]}
    token = session.get(f"{keystone.url}/auth/tokens", headers=headers).json()["token"]
    project = token["project"]["id"]
    path = f"{project}/stacks/{story.name}/{story.identity['stack_id']}/resources/handle/signal"
    assert found["endpoint"] == f"{orchestration}/{path}"
    assert found["curl_cli"].endswith(found["endpoint"])
    assert [role["name"] for role in token["roles"]] == ["heat_stack_user"]

    who = {"user": token["user"]["id"], "username": token["user"]["name"]}  # as heat-api says it
    as_its_user = {"project_id": project, **who, "roles": ["heat_stack_user"]}
    identity = {**story.identity, "tenant": project}
    client = engine.client
    assert client.describe_stack_resource(as_its_user, identity, "handle")["resource_name"] == "handle"
    with pytest.raises(exception.Forbidden):
        client.describe_stack_resource(as_its_user, identity, "wait")
    for refused in (client.show_stack, client.delete_stack, client.get_template, client.list_stack_resources):
        with pytest.raises(exception.EntityNotFound):
            refused(as_its_user, identity)
    with pytest.raises(exception.EntityNotFound):
        client.resource_signal(as_its_user, identity, "handle", {"unset_hook": "pre-create"})
    client.resource_signal(as_its_user, identity, "handle", {"status": "SUCCESS"})
    story.settle("CREATE_COMPLETE")

    with pytest.raises(exception.EntityNotFound):
        client.resource_signal({**as_its_user, "project_id": "other"}, {**identity, "tenant": "other"}, "handle", None)
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert in_domain(keystone) == before


def test_a_handle_is_signalled_by_its_users_password(engine: InProcess, keystone: Keystone) -> None:
    before = in_domain(keystone)
    story = tell(engine, keystone, "ann")
    story.create(waiting("HEAT_SIGNAL"))
    story.step_until("handle", "CREATE_COMPLETE")
    told = json.loads(outputs(story)["signal"])
    login = Login(user_id=told["user_id"], password=told["password"], project_id=told["project_id"])
    assert keystone.sessions().of(login).get_token()
    assert len(in_domain(keystone)["user"]) == len(before["user"]) + 1

    story.delete()
    story.settle("DELETE_COMPLETE")
    assert in_domain(keystone) == before


def test_a_project_whose_id_nobody_wrote_down_goes_with_the_stack(engine: InProcess, keystone: Keystone) -> None:
    before = in_domain(keystone)
    story = tell(engine, keystone, "ann")
    story.create(waiting("NO_SIGNAL"))
    story.settle("CREATE_COMPLETE")
    context = EngineContext(engine.database)
    stack = stacks.get(context, story.identity["stack_id"])
    assert stack is not None
    clouds = engine.engine.engine.shared.clouds
    assert clouds is not None
    users = clouds.users_of(stack)
    stack_projects.intend(context, stack.id)
    project = clouds.domain.project(users.project_name)  # by an engine that dies here
    clouds.domain.user("somebody", "a password", project)
    assert in_domain(keystone) != before
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert in_domain(keystone) == before
