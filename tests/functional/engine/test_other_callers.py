"""What heat-api-cfn and heat-manage ask, and the openstack client never does."""

from __future__ import annotations

import pytest

from heatlite import exception
from tests.functional.engine.endpoint import Endpoint
from tests.functional.engine.templates import CHAIN, stores, template


def test_resources_are_described_all_or_by_name(engine: Endpoint) -> None:
    identity = engine.created("s", CHAIN)

    def described(name: str | None) -> list[str]:
        found = engine.call("describe_stack_resources", stack_identity=identity, resource_name=name)
        assert all({"metadata", "attributes", "description"} <= set(each) for each in found)
        return [each["resource_name"] for each in found]

    assert described(None) == ["first", "second"]
    assert described("second") == ["second"]
    assert described("third") == []


def test_a_physical_resource_leads_to_its_stack(engine: Endpoint) -> None:
    identity = engine.created("s", template({"a": stores()}))
    [row] = engine.call("list_stack_resources", stack_identity=identity)
    found = engine.call("find_physical_resource", physical_resource_id=row["physical_resource_id"])
    assert found == {**identity, "path": "/resources/a"}


def test_a_physical_resource_of_another_project_is_not_found(engine: Endpoint) -> None:
    identity = engine.created("s", template({"a": stores()}))
    [row] = engine.call("list_stack_resources", stack_identity=identity)
    physical = row["physical_resource_id"]
    with pytest.raises(exception.EntityNotFound, match="The Resource"):
        engine.call("find_physical_resource", physical_resource_id=physical, project="theirs")
    assert engine.call("find_physical_resource", physical_resource_id=physical, project="theirs", is_admin=True)


def test_a_physical_resource_of_two_stacks_is_ambiguous(engine: Endpoint) -> None:
    for name in ("s", "t"):
        engine.created(name, template({"a": stores()}))
    with engine.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE resource SET physical_resource_id = 'one'")
    with pytest.raises(exception.PhysicalResourceIDAmbiguity):
        engine.call("find_physical_resource", physical_resource_id="one")


def test_who_asks_is_known_by_a_token_a_password_or_a_trust(engine: Endpoint) -> None:
    assert engine.call("authenticated_to_backend", wire={"auth_token": "t"}) is True
    assert engine.call("authenticated_to_backend") is False


def test_a_stack_is_migrated_to_what_it_is(engine: Endpoint) -> None:
    identity = engine.created("s", template())
    assert engine.call("migrate_convergence_1", stack_id=identity["stack_id"]) is None
    with pytest.raises(exception.EntityNotFound):
        engine.call("migrate_convergence_1", stack_id=identity["stack_id"], project="theirs")
