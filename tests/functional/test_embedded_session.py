"""A command's session without daemons: what it answers without an engine is what the engine answers."""

from __future__ import annotations

import pathlib
from collections.abc import Callable
from typing import Any

import pytest

from heatlite import conf as options
from heatlite import exception
from heatlite.cmd.embedded_session import EmbeddedSession
from heatlite.db import migration
from heatlite.db.api import Database
from heatlite.db.settings import Settings as DatabaseSettings
from heatlite.engine.runtime import state_directory
from heatlite.rpc.queries import StackQuery
from tests.deployment import conf
from tests.waiting import PATIENCE, wait_until

TEMPLATE = {"heat_template_version": "2021-04-16", "resources": {"a": {"type": "OS::Heat::TestResource"}}}
SLOW = {
    "heat_template_version": "2021-04-16",
    "resources": {"a": {"type": "OS::Heat::TestResource", "properties": {"action_wait_secs": {"create": 600}}}},
}
EARLIER_REVISION = "0004"
CONTEXT = {"project_id": "p", "username": "u", "is_admin": False}
ADMINISTRATOR = {**CONTEXT, "project_id": "another", "is_admin": True}
QUERIES = {
    "all": StackQuery(),
    "a page": StackQuery(limit=1),
    "sorted": StackQuery(sort_keys=["stack_name"], sort_dir="desc"),
    "filtered": StackQuery(filters={"name": ["b", "nothing"]}),
    "tagged": StackQuery(tags=["t"]),
    "deleted": StackQuery(show_deleted=True),
}
MISTAKES = {
    "a filter": StackQuery(filters={"no such": "x"}),
    "a direction": StackQuery(sort_dir="sideways"),
    "a limit": StackQuery(limit=-1),
    "tags": StackQuery(tags=["a,b"]),
    "text": StackQuery(filters={"name": "\x00"}),
}
Open = Callable[[], EmbeddedSession]


@pytest.fixture
def session(tmp_path: pathlib.Path, request: pytest.FixtureRequest) -> Open:
    def opened() -> EmbeddedSession:
        found = EmbeddedSession(options.register(conf()), tmp_path / "state")
        request.addfinalizer(found.close)
        return found

    return opened


def has_engine(session: EmbeddedSession) -> bool:
    return session._engine is not None


def create(session: EmbeddedSession, name: str, template: dict[str, Any], **args: Any) -> None:
    session.client.create_stack(CONTEXT, name, template, {}, {}, args)


def test_the_first_command_makes_the_database_by_an_engine(session: Open) -> None:
    first, second = session(), session()
    assert first.unfinished() == 0
    assert not has_engine(first)
    assert first.client.list_stacks(CONTEXT) == []
    assert has_engine(first)
    assert second.client.list_stacks(CONTEXT) == []
    assert not has_engine(second)


def test_lists_and_errors_are_those_of_an_engine(session: Open) -> None:
    engine = session()
    create(engine, "a", TEMPLATE)
    create(engine, "b", TEMPLATE, tags=["t"])
    wait_until(lambda: not engine.unfinished(), PATIENCE, "two stacks")
    alone = session()
    for name, query in QUERIES.items():
        for context in (CONTEXT, ADMINISTRATOR, {**CONTEXT, "project_id": "third"}):
            assert alone.client.list_stacks(context, query) == engine.client.list_stacks(context, query), name
    assert [it["stack_name"] for it in alone.client.list_stacks(CONTEXT, QUERIES["sorted"])] == ["b", "a"]
    assert alone.client.list_stacks({**CONTEXT, "project_id": "third"}) == []
    assert not has_engine(alone)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_in_the_engines_words(session: Open, mistake: str) -> None:
    engine = session()
    engine.resume()
    told = []
    for asked in (engine, session()):
        with pytest.raises(exception.HeatliteError) as raised:
            asked.client.list_stacks(CONTEXT, MISTAKES[mistake])
        told.append((type(raised.value), str(raised.value)))
    assert told[0] == told[1]


def test_unfinished_work_is_counted_without_an_engine_and_resumed_by_one(session: Open) -> None:
    first = session()
    create(first, "slow", SLOW)
    first.close()
    later = session()
    assert [it["stack_status"] for it in later.client.list_stacks(CONTEXT)] == ["IN_PROGRESS"]
    assert later.unfinished() == 1
    assert not has_engine(later)
    later.resume()
    assert has_engine(later)
    later.client.delete_stack(CONTEXT, later.client.identify_stack(CONTEXT, "slow"))
    wait_until(lambda: not later.unfinished(), PATIENCE, "the stack's end")


def test_a_database_of_an_earlier_version_is_migrated_first(session: Open, tmp_path: pathlib.Path) -> None:
    database = Database(DatabaseSettings(f"sqlite:///{state_directory.prepare(tmp_path / 'state')}"))
    migration.sync(database.engine, EARLIER_REVISION)
    assert migration.version(database.engine) not in (None, migration.latest())
    alone = session()
    assert alone.unfinished() == 0
    assert alone.client.list_stacks(CONTEXT) == []
    assert has_engine(alone)
    assert migration.version(database.engine) == migration.latest()
    database.dispose()
