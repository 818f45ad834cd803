"""Statements of calls that read have a time limit at the server; what engines read for themselves has none."""

from __future__ import annotations

import itertools

import pytest
import sqlalchemy as sa

from heatlite import exception
from heatlite.context import EngineContext
from heatlite.db import read_limits, stacks
from heatlite.db.api import Database, Settings
from heatlite.db.outage import is_outage
from heatlite.db.refusals import is_refusal
from heatlite.engine.api import queries
from heatlite.rpc.queries import StackQuery
from tests.functional.db.build import NOW, add_stack
from tests.functional.db.conftest import on_mariadb, on_postgresql, on_servers
from tests.functional.engine.endpoint import Endpoint

LONG, SHORT = 60, 0.2
"""Seconds that a statement would take, and that it may: between the two a test is over, however slow the machine."""


def sleep(connection: sa.Connection, seconds: float) -> None:
    function = "pg_sleep" if connection.dialect.name == "postgresql" else "SLEEP"
    connection.execute(sa.text(f"SELECT {function}({seconds})"))


def limit_there(connection: sa.Connection) -> str:
    return str(connection.exec_driver_sql("SHOW statement_timeout").scalar_one())


@on_servers
@pytest.mark.parametrize("way", ["reader", "lagging_reader"])
def test_a_statement_of_a_read_call_ends_at_its_time_limit(database: Database, way: str) -> None:
    reading = getattr(database, way)
    with (
        pytest.raises(Exception, match=r"(?s).*") as caught,
        read_limits.limited(SHORT),
        reading(EngineContext(database)) as connection,
    ):
        sleep(connection, LONG)
    assert read_limits.exceeded(caught.value)
    assert not is_outage(caught.value)
    assert not is_refusal(caught.value)
    with database.reader(EngineContext(database)) as connection:
        sleep(connection, SHORT * 2)  # the limit went with the call


@on_servers
def test_what_is_read_within_a_transaction_that_writes_has_no_limit(database: Database) -> None:
    context = EngineContext(database)
    with read_limits.limited(SHORT), database.writer(context), database.reader(context) as connection:
        sleep(connection, SHORT * 2)


@on_postgresql
def test_on_postgresql_the_limit_is_that_of_the_outermost_transaction(database: Database) -> None:
    context = EngineContext(database)
    with read_limits.limited(7), database.reader(context) as connection:
        with read_limits.limited(8), database.reader(context):
            assert limit_there(connection) == "7s"
        assert limit_there(connection) == "7s"
    with database.reader(context) as connection:
        assert limit_there(connection) == "0"


@on_mariadb
def test_on_mariadb_the_limit_is_part_of_the_statement(database: Database) -> None:
    context = EngineContext(database)
    seen: list[str] = []
    sa.event.listen(database.engine, "after_cursor_execute", lambda *args: seen.append(args[2]))
    with read_limits.limited(7), database.reader(context) as connection:
        connection.execute(sa.text("SELECT 1"))
    with database.reader(context) as connection:
        connection.execute(sa.text("SELECT 2"))
    assert seen[-2:] == ["SET STATEMENT max_statement_time = 7 FOR SELECT 1", "SELECT 2"]


@on_servers
def test_a_client_is_told_to_ask_for_less(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    own = Database(Settings(database.settings.connection, read_time_limit=SHORT))

    def slow(context, *args):
        with own.lagging_reader(context) as connection:
            sleep(connection, LONG)

    monkeypatch.setattr(stacks, "listed", slow)
    with pytest.raises(exception.RequestLimitExceeded, match=r"option read_time_limit\)\. Ask for less"):
        Endpoint(own).call("list_stacks")
    own.dispose()


def test_tags_are_told_apart_as_their_names_say(context: EngineContext) -> None:
    """One sub-query for each kind of filter comes to what each tag by itself would."""
    have = {"none": [], "a": ["a"], "b": ["b"], "ab": ["a", "b"], "abc": ["a", "b", "c"]}
    for name, tags in have.items():
        stack_id = add_stack(context, name, tenant="p", created_at=NOW)
        stacks.replace_tags(context, stack_id, tags)

    def listed(**query: list[str]) -> set[str]:
        conditions = queries.stack_conditions(StackQuery(**query), "p")
        return {stack.name for stack in stacks.listed(context, conditions, [], None)}

    for wanted in itertools.chain.from_iterable(itertools.combinations("abc", size) for size in (1, 2, 3)):
        tags = list(wanted)
        assert listed(tags=tags) == {name for name, own in have.items() if set(tags) <= set(own)}
        assert listed(not_tags=tags) == {name for name, own in have.items() if not set(tags) <= set(own)}
        assert listed(tags_any=tags) == {name for name, own in have.items() if set(tags) & set(own)}
        assert listed(not_tags_any=tags) == {name for name, own in have.items() if not set(tags) & set(own)}
