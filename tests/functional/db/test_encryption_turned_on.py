"""Encryption that is turned on over stacks that an engine wrote in clear: they are read, changed and deleted as before,
and what is written from then on is encrypted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from heatlite.db import models
from heatlite.db.api import Database
from heatlite.db.crypt import Vault
from tests.functional.engine.endpoint import Endpoint
from tests.functional.engine.templates import stores, template

KEY = "k" * 32
FIRST, LATER = "hunter-First", "hunter-Later"
PIN = {"pin": {"type": "string", "hidden": True}}
KEPT = template(
    {"a": stores({"get_param": "pin"}), "b": stores({"get_attr": ["a", "output"]})},
    parameters=PIN,
    outputs={"it": {"value": {"get_attr": ["b", "output"]}}},
)
Open = Callable[[bool], Endpoint]


@pytest.fixture
def engine(database: Database) -> Iterator[Open]:
    """Give an engine that encrypts what it writes, or doesn't."""
    opened: list[Database] = []

    def open_(encrypts: bool) -> Endpoint:
        opened.append(Database(database.settings, Vault((KEY,), encrypts)))
        return Endpoint(opened[-1])

    yield open_
    for each in opened:
        each.dispose()


def pin(value: str) -> dict[str, Any]:
    return {"params": {"parameters": {"pin": value}}, "files": {"env.yaml": f"parameters: {{pin: {value}}}"}}


def columns_with(database: Database, word: str) -> set[str]:
    """The columns that tell a word to whoever copies the database."""
    quoted = database.engine.dialect.identifier_preparer.quote
    found = set()
    with database.engine.connect() as connection:
        for table in models.metadata.sorted_tables:
            rows = connection.execute(sa.text(f"SELECT * FROM {quoted(table.name)}")).mappings()
            found |= {f"{table.name}.{name}" for row in rows for name, value in row.items() if word in str(value)}
    return found


def output(engine: Endpoint, identity: dict[str, Any]) -> Any:
    return engine.call("show_output", stack_identity=identity, output_key="it")["output_value"]


def test_a_stack_that_was_written_in_clear_is_read_and_masked(engine: Open, database: Database) -> None:
    identity = engine(False).created("web", KEPT, **pin(FIRST))
    assert "raw_template.environment" in columns_with(database, FIRST)
    encrypting = engine(True)
    assert output(encrypting, identity) == FIRST
    assert encrypting.call("get_files", stack_identity=identity) == pin(FIRST)["files"]
    told = encrypting.call("get_environment", stack_identity=identity)
    assert told["parameters"] == {"pin": "******"}
    assert FIRST not in json.dumps([told, encrypting.show(identity)["parameters"]])


def test_an_update_that_changes_nothing_touches_no_resource_that_was_written_in_clear(engine: Open) -> None:
    plain = engine(False)
    identity = plain.created("web", KEPT, **pin(FIRST))
    before = plain.call("list_events", stack_identity=identity)
    encrypting = engine(True)
    encrypting.update(identity, KEPT, **pin(FIRST))
    encrypting.settle()
    happened = encrypting.call("list_events", stack_identity=identity)[: -len(before)]
    assert {it["resource_name"] for it in happened} == {"web"}
    assert encrypting.show(identity)["stack_status"] == "COMPLETE"


def test_what_is_written_from_then_on_is_encrypted(engine: Open, database: Database) -> None:
    identity = engine(False).created("web", KEPT, **pin(FIRST))
    encrypting = engine(True)
    encrypting.update(identity, KEPT, **pin(LATER))
    encrypting.settle()
    assert output(encrypting, identity) == LATER
    assert columns_with(database, LATER) == set()
    assert columns_with(database, FIRST) <= {"raw_template.environment", "raw_template.files"}


def test_an_update_that_goes_on_from_what_was_written_in_clear_writes_it_encrypted(
    engine: Open, database: Database
) -> None:
    identity = engine(False).created("web", KEPT, **pin(FIRST))
    encrypting = engine(True)
    more = {**KEPT, "resources": {**KEPT["resources"], "c": stores({"get_param": "pin"})}}
    encrypting.update(identity, more, args={"existing": True})
    encrypting.settle()
    assert encrypting.show(identity)["stack_status"] == "COMPLETE"
    assert output(encrypting, identity) == FIRST
    encrypting.call("delete_stack", stack_identity=identity)
    encrypting.settle()
    assert columns_with(database, FIRST) <= {"raw_template.environment", "raw_template.files"}


def test_an_engine_that_does_not_encrypt_yet_goes_on_with_what_another_encrypts(engine: Open) -> None:
    """In a rolling restart both write for a while."""
    identity = engine(True).created("web", KEPT, **pin(FIRST))
    plain = engine(False)
    plain.update(identity, KEPT, **pin(LATER))
    plain.settle()
    assert output(plain, identity) == output(engine(True), identity) == LATER
