"""What a user of the stack's own, an AWS::IAM::User, may read: what all its policies allow, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from heatlite import exception
from heatlite.context import EngineContext
from heatlite.db import models, stack_projects
from tests.functional.engine.endpoint import Endpoint
from tests.functional.engine.templates import stores, template

OWN = {"user_id": "u-cfn", "roles": ["heat_stack_user"]}


@pytest.fixture
def web(engine: Endpoint) -> dict[str, Any]:
    """A stack with two policies, and a user, whom keystone knows as u-cfn."""
    policies = {
        name: {"type": "OS::Heat::AccessPolicy", "properties": {"AllowedResources": allowed}}
        for name, allowed in (("of_web", ["web", "db"]), ("of_db", ["db"]))
    }
    identity = engine.created("s", template({"web": stores(), "db": stores(), "user": stores(), **policies}))
    stack_projects.record(EngineContext(engine.database), identity["stack_id"], "own")
    return identity


def user_with(engine: Endpoint, policies: list[Any] | None, **more: Any) -> None:
    """Let the user be one with these policies."""
    row = models.resource.c
    values = {"type": "AWS::IAM::User", "physical_resource_id": "u-cfn", "properties_data": {"Policies": policies}} | {
        "resource_data": {"user_id": "u-cfn"}
    }
    with engine.database.engine.begin() as connection:
        connection.execute(sa.update(models.resource).where(row.name == "user").values({**values, **more}))


def readable(engine: Endpoint, identity: dict[str, Any], **wire: Any) -> set[str]:
    """What it can read."""
    found = set()
    for name in ("web", "db", "user", "of_web"):
        try:
            engine.call(
                "describe_stack_resource",
                project="own",
                wire={**OWN, **wire},
                stack_identity=identity,
                resource_name=name,
            )
        except exception.Forbidden:
            continue
        found.add(name)
    return found


@pytest.mark.parametrize(
    ("policies", "allowed"),
    [
        (None, {"web", "db", "user", "of_web"}),
        ([{"not": "a name"}], {"web", "db", "user", "of_web"}),
        (["of_web"], {"web", "db"}),
        (["of_web", "of_db"], {"db"}),
        (["of_web", "gone"], set()),
        (["web"], set()),
    ],
)
def test_it_reads_what_all_its_policies_allow(
    engine: Endpoint, web: dict[str, Any], policies: list[Any] | None, allowed: set[str]
) -> None:
    user_with(engine, policies)
    assert readable(engine, web) == allowed


def test_another_user_of_the_stack_reads_nothing(engine: Endpoint, web: dict[str, Any]) -> None:
    user_with(engine, None)
    assert readable(engine, web, user_id="u-other") == set()
    assert readable(engine, web, user_id=None) == set()


def test_a_resource_of_another_type_with_such_an_id_reads_itself_and_no_other(
    engine: Endpoint, web: dict[str, Any]
) -> None:
    user_with(engine, None, type="OS::Heat::TestResource")
    assert readable(engine, web) == {"user"}
