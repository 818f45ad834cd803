"""Stored credentials: encrypted always, readable by whoever has the key."""

import pytest
import sqlalchemy as sa

from heatlite import exception
from heatlite.context import EngineContext
from heatlite.db import user_creds
from heatlite.db.api import Database
from heatlite.db.crypt import Vault
from heatlite.db.user_creds import Credentials
from tests.functional.db.build import LATER, NOW

OLD, NEW = "o" * 32, "n" * 32
BY_PASSWORD = Credentials("ann", "hunter2", "west", "demo", "https://keys", "p1")
BY_TRUST = Credentials(trust_id="t-4711", trustor_user_id="u1", tenant="demo", tenant_id="p1")


@pytest.fixture
def keyed(database):
    """Gives a context on the same database by way of an engine that has some keys."""
    opened = []

    def context(*keys):
        opened.append(Database(database.settings, Vault(keys)))
        return EngineContext(opened[-1])

    yield context
    for each in opened:
        each.dispose()


def row(database, id_):
    with database.engine.connect() as connection:
        statement = sa.text("SELECT password, trust_id, decrypt_method, username FROM user_creds WHERE id = :id")
        return connection.execute(statement, {"id": id_}).one()


@pytest.mark.parametrize("credentials", [BY_PASSWORD, BY_TRUST, Credentials(username="é" * 60, password="é" * 200)])
def test_credentials_come_back_as_they_were_stored(keyed, credentials):
    context = keyed(OLD)
    assert user_creds.get(context, user_creds.insert(context, credentials, NOW)) == credentials


@pytest.mark.parametrize("credentials", [BY_PASSWORD, BY_TRUST])
def test_what_opens_a_door_is_a_token_in_the_row(database, keyed, credentials):
    context = keyed(OLD)
    found = row(database, user_creds.insert(context, credentials, NOW))

    tokens = [value for value in found[:2] if value is not None]
    assert len(tokens) == 1
    assert tokens[0].startswith("gAAAA")
    assert found.decrypt_method == "cryptography_decrypt_v1"


def test_without_anything_secret_no_key_is_needed(database, context):
    id_ = user_creds.insert(context, Credentials(username="ann", tenant_id="p1"), NOW)
    assert user_creds.get(context, id_) == Credentials(username="ann", tenant_id="p1")
    assert row(database, id_).decrypt_method is None


def test_without_a_key_a_password_is_not_stored(context):
    with pytest.raises(exception.ConfigurationError, match="auth_encryption_key isn't set, but there are secrets"):
        user_creds.insert(context, BY_PASSWORD, NOW)


def test_after_a_change_of_keys_the_old_ones_are_read_until_the_key_is_gone(keyed):
    id_ = user_creds.insert(keyed(OLD), BY_PASSWORD, NOW)

    assert user_creds.get(keyed(NEW, OLD), id_) == BY_PASSWORD
    with pytest.raises(exception.InvalidEncryptionKey):
        user_creds.get(keyed(NEW), id_)


def test_credentials_are_replaced_and_forgotten(keyed):
    context = keyed(OLD)
    id_ = user_creds.insert(context, BY_PASSWORD, NOW)

    assert user_creds.update(context, id_, BY_TRUST, LATER)
    assert user_creds.get(context, id_) == BY_TRUST
    assert user_creds.remove(context, id_)
    assert user_creds.get(context, id_) is None
    assert not user_creds.remove(context, id_)
    assert not user_creds.update(context, id_, BY_TRUST, LATER)


def test_secrets_are_not_in_the_repr():
    assert "hunter2" not in repr(BY_PASSWORD)
    assert "t-4711" not in repr(BY_TRUST)
