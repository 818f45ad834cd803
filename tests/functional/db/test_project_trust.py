"""What clients say of other projects and of users: nobody reaches another project's servers or users by it.

Each story is told on every kind of database.
"""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from heatlite import exception
from heatlite.clients.domain import Domain
from heatlite.context import EngineContext
from heatlite.db import models, stack_projects, stacks
from heatlite.db.api import Database
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.ports.software import StackSoftware
from heatlite.engine.ports.software_store import Store
from heatlite.engine.ports.stack_users import UsersOf
from heatlite.resources.software.port import Config, Order
from tests.functional.engine.endpoint import Endpoint
from tests.functional.engine.templates import stores, template
from tests.memory_keystone import MemoryKeystone

ONE = template({"one": stores()})
MINE, THEIRS = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"


@pytest.fixture
def engine(database: Database) -> Endpoint:
    return Endpoint(database)


def with_users(engine: Endpoint, stack_id: str, project_id: str | None) -> None:
    with engine.database.writer(EngineContext(engine.database)) as connection:
        of_it = models.stack.c.id == stack_id
        connection.execute(sa.update(models.stack).where(of_it).values(stack_user_project_id=project_id))


def deployment(engine: Endpoint, users: Any, **more: Any) -> dict[str, Any]:
    config = engine.call("create_software_config", group=None, name="c", config="x")["id"]
    return engine.call(
        "create_software_deployment", server_id="their server", config_id=config, stack_user_project_id=users, **more
    )


# --- deployments ----------------------------------------------------------------------------------------------------


def test_nobody_has_software_deployed_by_another_projects_servers(engine: Endpoint) -> None:
    theirs = engine.create("web", ONE, project="theirs")
    with_users(engine, theirs["stack_id"], "users of theirs")
    for users in ("users of theirs", "theirs", "nobody's", stack_projects.INTENDED):
        with pytest.raises(exception.Invalid, match="stack_user_project_id"):
            deployment(engine, users)
    for project in ("users of theirs", "theirs"):
        asked = {"project": project, "server_id": "their server"}
        assert engine.call("metadata_software_deployments", **asked) == []
        assert engine.call("list_software_deployments", **asked) == []


def test_the_servers_of_the_projects_own_stacks_may_see_a_deployment(engine: Endpoint) -> None:
    ours = engine.create("web", ONE)
    with_users(engine, ours["stack_id"], "users of ours")
    for users in ("users of ours", "demo", None):
        made = deployment(engine, users)
        assert engine.call("show_software_deployment", deployment_id=made["id"])["id"] == made["id"]
    [seen] = engine.call("metadata_software_deployments", project="users of ours", server_id="their server")
    assert seen["config"] == "x"


def test_a_stack_that_is_gone_has_no_servers(engine: Endpoint) -> None:
    ours = engine.created("web", ONE)
    with_users(engine, ours["stack_id"], "users of ours")
    engine.call("delete_stack", stack_identity=ours)
    engine.settle()
    with pytest.raises(exception.Invalid, match="stack_user_project_id"):
        deployment(engine, "users of ours")


def test_an_administrator_names_any_project(engine: Endpoint) -> None:
    assert deployment(engine, None)["id"]
    config = engine.call("create_software_config", is_admin=True, group=None, name="c", config="x")["id"]
    made = engine.call(
        "create_software_deployment", is_admin=True, server_id="s", config_id=config, stack_user_project_id="any"
    )
    assert engine.call("show_software_deployment", project="any", deployment_id=made["id"])["id"] == made["id"]


def test_a_resource_does_not_write_into_a_deployment_of_another_project(engine: Endpoint) -> None:
    """Clients choose the ids of deployments, and a resource's deployment has the resource's uuid."""
    taken = deployment(engine, None, deployment_id=THEIRS)["id"]
    ours = engine.create("web", ONE, project="ours")
    software = StackSoftware(Store(engine.database, Inputs(), "ours"), "ours", ours["stack_id"])
    order = Order(Config("secret"), "server", "CREATE", "IN_PROGRESS", "")
    with pytest.raises(exception.NotFound):
        software.deploy(taken, order)
    with pytest.raises(exception.NotFound):
        software.deployed(taken)
    with pytest.raises(exception.NotFound):
        software.undeploy(taken)
    [seen] = engine.call("list_software_deployments")
    assert (seen["server_id"], seen["status"]) == ("their server", None)


def test_a_deployment_is_seen_by_the_users_that_the_root_has_made(engine: Endpoint) -> None:
    ours = engine.create("web", ONE)
    software = StackSoftware(Store(engine.database, Inputs(), "demo"), "demo", ours["stack_id"])
    order = Order(Config("c"), "server", "CREATE", "IN_PROGRESS", "")
    for project, seen in ((stack_projects.INTENDED, 0), ("users of ours", 1)):
        with_users(engine, ours["stack_id"], project)
        software.undeploy(MINE)
        software.deploy(MINE, order)
        assert engine.call("count_software_deployments", project=project) == seen


def test_the_configs_of_all_projects_are_an_administrators_to_list(engine: Endpoint) -> None:
    engine.call("create_software_config", group=None, name="c", config="x")
    for tenant_safe in (True, False):
        assert engine.call("list_software_configs", project="other", tenant_safe=tenant_safe) == []
        assert len(engine.call("list_software_configs", project="other", is_admin=True, tenant_safe=tenant_safe)) == 1


# --- users of stacks' own -------------------------------------------------------------------------------------------


def test_a_stack_changes_no_user_but_its_own(engine: Endpoint) -> None:
    """A user's id is data of a resource, which adoption once copied, and the domain's administrator may change all."""
    keystone = MemoryKeystone()
    domain = Domain(keystone.sessions())
    users = {}
    for name in ("mine", "theirs"):
        identity = engine.create(name, ONE, project=name)
        stack = stacks.get(EngineContext(engine.database), identity["stack_id"])
        assert stack is not None
        users[name] = UsersOf(engine.database, domain, stack)
    mine, theirs = (users[name].make(f"{name}-user", "p") for name in ("mine", "theirs"))

    def is_enabled(user_id: str) -> bool:
        return bool(keystone.things["user"][user_id].get("enabled", True))

    for foreign in (theirs.user_id, "u-ann", "nobody", "", "../projects/p-shop"):
        users["mine"].enable(foreign, enabled=False)
    assert is_enabled(theirs.user_id)
    assert is_enabled("u-ann")
    users["mine"].enable(mine.user_id, enabled=False)
    assert not is_enabled(mine.user_id)
    users["mine"].enable(mine.user_id, enabled=True)
    assert is_enabled(mine.user_id)


@pytest.mark.parametrize("project", [None, stack_projects.INTENDED])
def test_a_stack_without_a_project_for_users_changes_none(engine: Endpoint, project: str | None) -> None:
    keystone = MemoryKeystone()
    domain = Domain(keystone.sessions())
    identity = engine.create("mine", ONE)
    with_users(engine, identity["stack_id"], project)
    user = domain.user("somebody", "p", domain.project("another"))
    keystone.things["user"][user]["default_project_id"] = project
    stack = stacks.get(EngineContext(engine.database), identity["stack_id"])
    assert stack is not None
    UsersOf(engine.database, domain, stack).enable(user, enabled=False)
    assert keystone.things["user"][user].get("enabled", True)
