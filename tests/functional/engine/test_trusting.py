"""What becomes of a request's trust: kept with the stack, replaced, or revoked, whatever comes of the request."""

from __future__ import annotations

import contextlib
import dataclasses
import pathlib
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from heatlite import exception
from heatlite.context import EngineContext
from heatlite.db import stacks, user_creds
from heatlite.db.api import Database, Settings
from heatlite.db.crypt import Vault
from heatlite.db.records import StackRecord
from heatlite.engine.ports.clouds import Clouds
from heatlite.resources.nested.port import Unavailable
from tests.functional.engine.endpoint import Endpoint
from tests.functional.engine.templates import stores, template
from tests.memory_keystone import MemoryKeystone

ONE, TWO = template({"one": stores()}), template({"one": stores("y")})
BROKEN = template({"one": {"type": "OS::Heat::TestResource", "properties": {"unknown": 1}}})


def token_of(user: str) -> dict[str, Any]:
    """A request as heat-api sends it."""
    return {"auth_token": f"token-{user}", "user": f"u-{user}", "username": user, "roles": ["member"]}


ANN, BOB = token_of("ann"), token_of("bob")


@pytest.fixture
def keystone() -> MemoryKeystone:
    return MemoryKeystone()


@pytest.fixture
def engine(keystone: MemoryKeystone, schema: pathlib.Path, tmp_path: pathlib.Path) -> Iterator[Endpoint]:
    """An engine that has a key, and a keystone."""
    shutil.copy(schema, tmp_path / "keyed.sqlite3")
    database = Database(Settings(f"sqlite:///{tmp_path / 'keyed.sqlite3'}"), Vault(("k" * 32,)))
    yield Endpoint(database, clouds=Clouds(database, keystone.sessions()))
    database.dispose()


def trust_of(engine: Endpoint, identity: dict[str, Any]) -> str | None:
    """The trust that is stored with a stack."""
    stack = stacks.get(EngineContext(engine.database), identity["stack_id"])
    assert stack is not None
    assert stack.user_creds_id is not None
    found = user_creds.get(EngineContext(engine.database), stack.user_creds_id)
    assert found is not None
    return found.trust_id


def trustors(keystone: MemoryKeystone) -> list[str]:
    return [trust["trustor_user_id"] for trust in keystone.things["trust"].values()]


def test_a_stack_has_one_trust_of_its_newest_users(engine: Endpoint, keystone: MemoryKeystone) -> None:
    identity = engine.created("web", ONE, wire=ANN)
    first = trust_of(engine, identity)
    assert list(keystone.things["trust"]) == [first]

    engine.update(identity, TWO, wire=ANN)
    assert trust_of(engine, identity) == first
    engine.settle()
    engine.update(identity, ONE, wire=BOB)
    engine.settle()
    assert trustors(keystone) == ["u-bob"]
    assert list(keystone.things["trust"]) == [trust_of(engine, identity)]

    engine.call("delete_stack", stack_identity=identity)
    engine.settle()
    assert keystone.things["trust"] == {}


def test_a_request_that_comes_to_nothing_leaves_no_trust(engine: Endpoint, keystone: MemoryKeystone) -> None:
    with pytest.raises(exception.StackValidationFailed):
        engine.create("web", BROKEN, wire=ANN)
    assert trustors(keystone) == []
    identity = engine.created("web", ONE, wire=ANN)
    with pytest.raises(exception.StackExists):
        engine.create("web", ONE, wire=BOB)
    with pytest.raises(exception.StackValidationFailed):
        engine.update(identity, BROKEN, wire=BOB)
    assert trustors(keystone) == ["u-ann"]


def test_a_keystone_that_refuses_a_trust_refuses_the_stack(engine: Endpoint, keystone: MemoryKeystone) -> None:
    keystone.void.add("token-ann")
    with pytest.raises(exception.Error, match="answered 401"):
        engine.create("web", ONE, wire=ANN)
    assert engine.rows()["stack"] == 0


def test_a_password_that_comes_along_is_not_kept_where_there_is_a_trust(engine: Endpoint) -> None:
    identity = engine.created("web", ONE, wire={**ANN, "password": "hunter2"})
    stack = stacks.get(EngineContext(engine.database), identity["stack_id"])
    assert stack is not None
    found = user_creds.get(EngineContext(engine.database), stack.user_creds_id or 0)
    assert found is not None
    assert found.trust_id
    assert found.password is None


def test_a_trust_goes_with_a_stack_that_is_abandoned(engine: Endpoint, keystone: MemoryKeystone) -> None:
    identity = engine.created("web", ONE, wire=ANN)
    engine.call("abandon_stack", stack_identity=identity, wire=ANN)
    assert keystone.things["trust"] == {}


def test_a_stack_goes_although_its_trust_can_not_be_revoked(engine: Endpoint, keystone: MemoryKeystone) -> None:
    identity = engine.created("web", ONE, wire=ANN)
    keystone.dies_after = "DELETE"
    engine.call("delete_stack", stack_identity=identity)
    engine.settle()
    assert engine.show(identity)["stack_status"] == "COMPLETE"


def test_a_database_that_is_away_is_no_failure_of_the_step_that_logs_in(engine: Endpoint) -> None:
    identity = engine.created("web", ONE, wire=ANN)
    stack = stacks.get(EngineContext(engine.database), identity["stack_id"])
    assert stack is not None
    clouds = engine.shared.clouds
    assert clouds is not None
    cloud = clouds.of_stack(stack)
    with engine.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE user_creds RENAME TO away")
    with pytest.raises(Unavailable):
        cloud.identity.listed("role")


def test_the_steps_of_a_traversal_read_the_credentials_once_in_a_while(
    engine: Endpoint, keystone: MemoryKeystone
) -> None:
    identity = engine.created("web", ONE, wire=ANN)
    stack = stacks.get(EngineContext(engine.database), identity["stack_id"])
    assert stack is not None
    now = [0.0]
    clouds = Clouds(engine.database, keystone.sessions(), lambda: now[0])

    def read_by(a_step_of: StackRecord) -> int:
        """How many statements a step needs to ask for all that a cloud has."""
        cloud = clouds.of_stack(a_step_of)
        with engine.statements() as asked:
            cloud.identity.listed("role")
            cloud.names.forget("nova.flavor", "small")
            with contextlib.suppress(exception.CloudError):  # this keystone's catalogue is empty
                cloud.api("compute").delete("/servers/x")
        assert all("user_creds" in it for it in asked)
        return len(asked)

    assert read_by(stack) == 1
    assert read_by(stack) == 0
    assert read_by(dataclasses.replace(stack, current_traversal="next")) == 1
    now[0] += 2.1
    assert read_by(stack) == 1


def test_without_a_keystone_nothing_is_asked(schema: pathlib.Path, tmp_path: pathlib.Path) -> None:
    shutil.copy(schema, tmp_path / "plain.sqlite3")
    database = Database(Settings(f"sqlite:///{tmp_path / 'plain.sqlite3'}"))
    plain = Endpoint(database)
    assert trust_of(plain, plain.created("web", ONE, wire=ANN)) is None
    database.dispose()
