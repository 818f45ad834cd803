"""Columns that are encrypted where the operator wants that, and read in either form whatever he wants."""

import json

import pytest
import sqlalchemy as sa

from heatlite import exception
from heatlite.context import EngineContext
from heatlite.db import resources, templates
from heatlite.db.api import Database
from heatlite.db.crypt import Vault
from tests.functional.db.build import NOW, add_resources, add_stack

KEY = "k" * 32
HOT = {"parameters": {"password": {"type": "string", "hidden": True}, "size": {"type": "number"}}}
ENVIRONMENT = {"parameters": {"password": "hunter2", "size": 3}, "encrypted_param_names": []}
FILES = {"env.yaml": "parameters: {password: hunter2}"}
DATA = {"properties_data": {"value": "hunter2"}, "attr_data": {"attributes": {"output": "hunter2"}}}
DATA |= {"resource_metadata": {"is": "hunter2"}, "resource_data": {"value": "hunter2"}, "progress": {"is": "hunter2"}}


@pytest.fixture
def vaulted(database):
    """Gives a context on the same database by way of an engine that encrypts, or doesn't."""
    opened = []

    def context(encrypts, key=KEY):
        opened.append(Database(database.settings, Vault((key,), encrypts)))
        return EngineContext(opened[-1])

    yield context
    for each in opened:
        each.dispose()


def text_of(database, table):
    """All that a table has, as whoever copies the database sees it."""
    with database.engine.connect() as connection:
        return json.dumps([list(row) for row in connection.execute(sa.text(f"SELECT * FROM {table}"))], default=str)


@pytest.mark.parametrize("encrypts", [True, False])
def test_a_template_is_read_by_all_whoever_stored_it(vaulted, encrypts):
    id_ = templates.store(vaulted(encrypts), HOT, FILES, ENVIRONMENT, NOW)
    for context in vaulted(True), vaulted(False):
        record = templates.get(context, id_)
        assert (record.template, record.files, record.environment) == (HOT, FILES, ENVIRONMENT)


def test_a_template_is_stored_once_by_engines_that_encrypt(vaulted):
    ids = {templates.store(vaulted(True), HOT, FILES, ENVIRONMENT, NOW) for _ in range(3)}
    assert len(ids) == 1


@pytest.mark.parametrize("encrypts", [True, False])
def test_hidden_values_and_files_are_told_by_the_database_only_without_encryption(database, vaulted, encrypts):
    templates.store(vaulted(encrypts), HOT, FILES, ENVIRONMENT, NOW)
    assert ("hunter2" in text_of(database, "raw_template")) is not encrypts


def test_the_hash_of_what_is_encrypted_does_not_serve_to_guess_it(database, vaulted):
    """The plain hash is what anyone can make of a guess; here, by an engine that doesn't encrypt."""
    templates.store(vaulted(True), HOT, {}, ENVIRONMENT, NOW)
    encrypted = text_of(database, "raw_template")
    guess = templates.store(vaulted(False), HOT, {}, ENVIRONMENT, NOW)
    with database.engine.connect() as connection:
        statement = sa.text("SELECT content_hash FROM raw_template WHERE id = :id")
        assert connection.execute(statement, {"id": guess}).scalar_one() not in encrypted


@pytest.mark.parametrize("encrypts", [True, False])
def test_data_of_resources_is_read_by_all_and_told_by_the_database_only_without_encryption(database, vaulted, encrypts):
    writing = vaulted(encrypts)
    ids = add_resources(writing, add_stack(writing), 2, **DATA)
    resources.write(writing, dict.fromkeys(ids, 0), dict.fromkeys(ids, DATA), NOW, locked_by=None, lock_for=None)

    for context in vaulted(True), vaulted(False):
        for record in resources.by_ids(context, ids):
            assert {name: getattr(record, name) for name in DATA} == DATA
    assert ("hunter2" in text_of(database, "resource")) is not encrypts


def test_empty_data_stays_as_it_is(database, vaulted):
    context = vaulted(True)
    add_resources(context, add_stack(context), properties_data={}, attr_data=None)
    assert "cryptography" not in text_of(database, "resource")


def test_without_the_key_the_reader_is_told_that_it_does_not_fit(vaulted):
    writing = vaulted(True)
    stack = add_stack(writing)
    add_resources(writing, stack, **DATA)
    template = templates.store(writing, HOT, {}, ENVIRONMENT, NOW)
    other = vaulted(False, "j" * 32)

    with pytest.raises(exception.InvalidEncryptionKey):
        resources.by_stack(other, stack)
    with pytest.raises(exception.InvalidEncryptionKey):
        templates.get(other, template)


def test_the_text_of_a_failed_statement_has_none_of_its_values(database, context):
    with pytest.raises(Exception, match="resource") as told, context.database.writer(context) as connection:
        connection.execute(sa.text("INSERT INTO resource (id, no_such) VALUES (1, :v)"), {"v": "hunter2"})
    assert "INSERT" in str(told.value)
    assert "hunter2" not in str(told.value)
