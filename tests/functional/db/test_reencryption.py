"""Writing secrets anew: encrypted, plain, by another key; and what engines write meanwhile is kept."""

import json

import pytest
import sqlalchemy as sa

from heatlite import exception
from heatlite.context import EngineContext
from heatlite.db import (
    models,
    reencryption,
    resources,
    snapshots,
    software_configs,
    software_deployments,
    templates,
    user_creds,
)
from heatlite.db.api import Database
from heatlite.db.crypt import Vault
from heatlite.db.reencryption import Rewritten
from heatlite.db.user_creds import Credentials
from tests.functional.db.build import NOW, add_resources, add_stack
from tests.functional.db.recording import recorded

OLD, NEW = "o" * 32, "n" * 32
HOT = {
    "parameters": {"password": {"type": "string", "hidden": True}},
    "resources": {"0": {"type": "OS::Heat::TestResource", "properties": {"value": "hunter2"}}},
}
"""Of a group's nested stack, whose parent was given a hidden value."""
ENVIRONMENT = {"parameters": {"password": "hunter2"}, "encrypted_param_names": []}
FILES = {"env.yaml": "password: hunter2"}
DATA = {name: {"is": "hunter2"} for name in reencryption.DATA}
ANN = Credentials(username="ann", password="hunter3")


@pytest.fixture
def vaulted(database):
    """Gives a context on the same database by way of a vault of its own."""
    opened = []

    def context(*keys, encrypts=False):
        opened.append(Database(database.settings, Vault(keys, encrypts)))
        return EngineContext(opened[-1])

    yield context
    for each in opened:
        each.dispose()


def fill(context, resource_count=3):
    """A template with a hidden value, a stack of it with resources, and credentials: their ids."""
    template = templates.store(context, HOT, FILES, ENVIRONMENT, NOW)
    stack = add_stack(context, raw_template_id=template, facade={"metadata": "hunter2"})
    said = {"id": stack, "stack_id": stack, "tenant": "demo", "action": "CREATE", "status": "COMPLETE"}
    snapshots.insert(context, {**said, "data": {"parameters": DATA}})
    config = {"id": "c", "tenant": "demo", "config": {"config": "hunter2"}}
    software_configs.insert(context, config)
    values = {"input_values": DATA, "output_values": DATA}
    software_deployments.insert(context, {"id": "d", "config_id": "c", "server_id": "web", "tenant": "demo", **values})
    return template, stack, add_resources(context, stack, resource_count, **DATA), user_creds.insert(context, ANN, NOW)


def check(context, filled):
    """All of it is read as it was stored."""
    template, stack, ids, creds = filled
    record = templates.get(context, template)
    assert (record.template, record.files, record.environment) == (HOT, FILES, ENVIRONMENT)
    found = resources.by_stack(context, stack)
    assert [row.id for row in found] == ids
    assert all({name: getattr(row, name) for name in DATA} == DATA for row in found)
    assert user_creds.get(context, creds) == ANN
    assert [it.data for it in snapshots.of_stack(context, stack)] == [{"parameters": DATA}]
    config, deployment = software_configs.get(context, "c"), software_deployments.get(context, "d")
    assert config.config == {"config": "hunter2"}
    assert deployment.input_values == deployment.output_values == DATA


def text_of(database):
    with database.engine.connect() as connection:
        tables = (
            "stack",
            "raw_template",
            "resource",
            "user_creds",
            "snapshot",
            "software_config",
            "software_deployment",
        )
        found = [connection.execute(sa.text(f"SELECT * FROM {table}")).all() for table in tables]
    return json.dumps([list(row) for rows in found for row in rows], default=str)


def test_what_was_plain_is_encrypted_and_decrypted_again(database, vaulted):
    plain, secret = vaulted(OLD), vaulted(OLD, encrypts=True)
    filled = fill(plain)

    assert reencryption.everything(secret) == Rewritten(1, 3, 1, 1, 1, 1, 1)
    check(plain, filled)
    assert "hunter" not in text_of(database)
    assert reencryption.everything(plain) == Rewritten(1, 3, 1, 1, 1, 1, 1)
    check(secret, filled)
    assert "hunter2" in text_of(database)
    assert "hunter3" not in text_of(database)


@pytest.mark.parametrize("encrypts", [True, False])
def test_after_a_change_of_keys_the_old_one_is_needed_no_more(vaulted, encrypts):
    filled = fill(vaulted(OLD, encrypts=encrypts))
    reencryption.everything(vaulted(NEW, OLD, encrypts=encrypts))
    check(vaulted(NEW), filled)


def test_more_rows_than_a_batch_are_written_and_told_of(vaulted, monkeypatch):
    monkeypatch.setattr(reencryption, "BATCH", 4)
    secret, told = vaulted(OLD, encrypts=True), []
    filled = fill(vaulted(OLD), 10)

    assert reencryption.everything(secret, told.append).resource == 10
    check(secret, filled)
    assert [text.split(" are")[0] for text in told] == [
        "raw_template: 1 rows",
        "resource: 4 rows",
        "resource: 8 rows",
        "resource: 10 rows",
        "user_creds: 1 rows",
        "snapshot: 1 rows",
        "software_config: 1 rows",
        "software_deployment: 1 rows",
        "stack: 1 rows",
    ]


def test_rows_that_are_large_together_are_read_one_after_another(database, vaulted, monkeypatch):
    monkeypatch.setattr(reencryption, "BYTES_IN_ONE_TRANSACTION", 1000)
    secret, told = vaulted(OLD, encrypts=True), []
    plain = vaulted(OLD)
    stack = add_stack(plain)
    ids = add_resources(plain, stack, 3, attr_data={"v": "x" * 2000})
    ids += add_resources(plain, stack, 2, attr_data={"v": "x" * 300})
    for number in range(3):
        add_stack(plain, f"s{number}", facade={"metadata": "hunter2"})

    with recorded(secret.database, "stack.facade") as facades:
        assert reencryption.everything(secret, told.append).stack == 3
    assert [text for text in told if text.startswith("resource:")] == [
        f"resource: {written} rows are written, up to id {ids[written - 1]}" for written in (1, 2, 3, 5)
    ]
    read = [statement for statement, _ in facades if statement.startswith("SELECT stack.current_traversal")]
    assert len(read) == 3
    assert all("WHERE stack.id = " in statement for statement in read)


def test_a_template_that_is_found_again_by_its_hash_is_shared_after_encryption_too(vaulted):
    plain, secret = vaulted(OLD), vaulted(OLD, encrypts=True)
    template = templates.store(plain, HOT, {}, ENVIRONMENT, NOW)
    reencryption.everything(secret)
    assert templates.store(secret, HOT, {}, ENVIRONMENT, NOW) == template


def test_rows_of_the_same_content_both_stay(vaulted):
    """One engine stored it plain, another encrypted."""
    plain, secret = vaulted(OLD), vaulted(OLD, encrypts=True)
    ids = [templates.store(context, HOT, {}, ENVIRONMENT, NOW) for context in (plain, secret)]
    for context in (secret, plain, secret):
        assert reencryption.everything(context).raw_template == 2
        assert [templates.get(context, id_).environment for id_ in ids] == [ENVIRONMENT] * 2


def test_a_row_that_an_engine_writes_meanwhile_is_read_again(vaulted, monkeypatch):
    secret = vaulted(OLD, encrypts=True)
    _, stack, ids, _ = fill(secret)
    rewrite, later = reencryption._resource, {**DATA, "progress": {"is": "later"}}

    def overtaken(context, row):
        if row["id"] == ids[1] and row["atomic_key"] == 0:
            resources.write(context, {ids[1]: 0}, {ids[1]: later}, NOW, locked_by=None, lock_for=None)
        return rewrite(context, row)

    monkeypatch.setattr(reencryption, "_resource", overtaken)
    reencryption.everything(vaulted(NEW, OLD, encrypts=True))
    found = resources.by_stack(vaulted(NEW), stack)
    assert [row.progress["is"] for row in found] == ["hunter2", "later", "hunter2"]


def test_without_the_key_nothing_is_written(database, vaulted):
    fill(vaulted(OLD, encrypts=True))
    before = text_of(database)
    with pytest.raises(exception.InvalidEncryptionKey):
        reencryption.everything(vaulted(NEW, encrypts=True))
    assert text_of(database) == before


def test_every_column_of_data_is_written_anew():
    """A column that is added to the tables is not to be forgotten here."""
    sealed = [column.name for column in models.resource.c if isinstance(column.type, models.Sealed)]
    assert sorted(sealed) == sorted(reencryption.DATA)
    secret = [column.name for column in models.user_creds.c if isinstance(column.type, models.Secret)]
    assert sorted(secret) == sorted(reencryption.CREDENTIALS)
    kinds = (models.Sealed, models.SealedEnvironment, models.Secret)
    tables = {table.name for table in models.metadata.sorted_tables if any(isinstance(c.type, kinds) for c in table.c)}
    software = {"software_config", "software_deployment"}
    assert tables == {"raw_template", "stack", "resource", "user_creds", "snapshot"} | software
