"""Whom a stack's operations are done for: stored when it is created, renewed by updates, gone with the stack."""

from __future__ import annotations

import pathlib
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from heatlite import exception
from heatlite.context import EngineContext
from heatlite.db import models, stacks, user_creds
from heatlite.db.api import Database, Settings
from heatlite.db.crypt import Vault
from heatlite.db.user_creds import Credentials
from tests.functional.engine.endpoint import Endpoint
from tests.functional.engine.templates import stores, template

ONE, TWO = template({"one": stores()}), template({"one": stores("y")})
ANN = {"username": "ann", "password": "hunter2", "project_name": "shop", "auth_url": "https://keys", "region_name": "w"}
BOB = {"trust_id": "t-4711", "trustor_user_id": "u-bob", "username": "bob", "password": "hunter3"}


@pytest.fixture
def keyed(schema: pathlib.Path, tmp_path: pathlib.Path) -> Iterator[Endpoint]:
    """An engine that has a key."""
    shutil.copy(schema, tmp_path / "keyed.sqlite3")
    database = Database(Settings(f"sqlite:///{tmp_path / 'keyed.sqlite3'}"), Vault(("k" * 32,)))
    yield Endpoint(database)
    database.dispose()


@pytest.fixture
def keyless(schema: pathlib.Path, tmp_path: pathlib.Path) -> Iterator[Endpoint]:
    """An engine that has no key."""
    shutil.copy(schema, tmp_path / "keyless.sqlite3")
    database = Database(Settings(f"sqlite:///{tmp_path / 'keyless.sqlite3'}"), Vault())
    yield Endpoint(database)
    database.dispose()


def stored(engine: Endpoint, identity: dict[str, Any]) -> Credentials | None:
    """What any engine reads of a stack's credentials."""
    context = EngineContext(engine.database)
    stack = stacks.get(context, identity["stack_id"])
    assert stack is not None
    return None if stack.user_creds_id is None else user_creds.get(context, stack.user_creds_id)


def secret(engine: Endpoint, identity: dict[str, Any]) -> str | None:
    """The password or trust id of a stack."""
    found = stored(engine, identity)
    assert found is not None
    return found.password or found.trust_id


def count(engine: Endpoint) -> int:
    with engine.database.engine.connect() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(models.user_creds)).scalar_one()


def test_operations_are_done_for_who_created_the_stack(keyed: Endpoint) -> None:
    found = stored(keyed, keyed.created("web", ONE, wire=ANN))
    assert found is not None
    assert (found.username, found.password, found.tenant) == ("ann", "hunter2", "shop")
    assert (found.auth_url, found.region_name, found.tenant_id) == ("https://keys", "w", "demo")


def test_a_trust_is_kept_in_place_of_a_password(keyed: Endpoint) -> None:
    found = stored(keyed, keyed.created("web", ONE, wire=BOB))
    assert found is not None
    assert (found.trust_id, found.trustor_user_id) == ("t-4711", "u-bob")
    assert found.password is found.username is None


def test_a_token_and_roles_are_not_kept(keyed: Endpoint) -> None:
    found = stored(keyed, keyed.created("web", ONE, wire={**ANN, "auth_token": "tok-1", "roles": ["admin"]}))
    assert "tok-1" not in str(found)
    assert "admin" not in str(found)


def test_an_update_makes_its_own_credentials_those_of_the_stack(keyed: Endpoint) -> None:
    identity = keyed.created("web", ONE, wire=ANN)
    keyed.update(identity, TWO, wire=BOB)

    assert secret(keyed, identity) == "t-4711"
    assert count(keyed) == 1


def test_an_update_without_secrets_leaves_those_that_there_are(keyed: Endpoint) -> None:
    identity = keyed.created("web", ONE, wire=ANN)
    keyed.update(identity, TWO)
    assert secret(keyed, identity) == "hunter2"


def test_an_update_that_is_refused_changes_no_credentials(keyed: Endpoint) -> None:
    identity = keyed.created("web", ONE, wire=ANN)
    with pytest.raises(exception.StackValidationFailed):
        keyed.update(identity, template({"one": {"type": "No::Such"}}), wire=BOB)
    assert secret(keyed, identity) == "hunter2"


def test_an_update_gives_credentials_to_a_stack_that_has_none(keyed: Endpoint) -> None:
    """Such as one from before they were stored."""
    identity = keyed.created("web", ONE)
    with keyed.database.engine.begin() as connection:
        connection.execute(sa.update(models.stack).values(user_creds_id=None))
    assert stored(keyed, identity) is None
    keyed.update(identity, TWO, wire=ANN)
    keyed.settle()
    assert secret(keyed, identity) == "hunter2"
    assert keyed.show(identity)["stack_status"] == "COMPLETE"


def test_credentials_are_gone_with_the_stack_and_not_before(keyed: Endpoint) -> None:
    identity = keyed.created("web", ONE, wire=ANN)
    other = keyed.created("another", ONE, wire=BOB)
    keyed.call("delete_stack", stack_identity=identity)
    assert secret(keyed, identity) == "hunter2"
    keyed.settle()

    assert count(keyed) == 1
    assert secret(keyed, other) == "t-4711"
    assert stored(keyed, identity) is None


def test_a_name_that_is_taken_leaves_no_credentials_behind(keyed: Endpoint) -> None:
    keyed.created("web", ONE, wire=ANN)
    with pytest.raises(exception.StackExists):
        keyed.create("web", ONE, wire=BOB)
    assert count(keyed) == 1


def test_an_engine_without_a_key_stores_no_password_and_says_why(keyless: Endpoint) -> None:
    with pytest.raises(exception.Error, match="auth_encryption_key isn't set"):
        keyless.create("web", ONE, wire=ANN)
    assert keyless.rows()["stack"] == 0
