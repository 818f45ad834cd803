"""``heatlite-status upgrade check``, and the daemon's own look at the schema."""

from __future__ import annotations

import pathlib

import pytest

import heatlite
from heatlite.context import EngineContext
from heatlite.db import migration, services, user_creds
from heatlite.db.api import Database, Settings
from heatlite.db.crypt import Vault
from heatlite.engine.runtime import readiness
from heatlite.engine.runtime.readiness import Level
from heatlite.resources.registry import Registry
from tests.functional.db.build import NOW, add_resources, add_stack
from tests.functional.test_keys import NEW, OLD, Place


@pytest.fixture
def place(tmp_path: pathlib.Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def database(place: Place):
    database = Database(Settings(place.url), Vault((OLD,)))
    migration.sync(database.engine)
    yield database
    database.dispose()


def test_a_new_deployment_is_ready_after_db_sync(place):
    before = place.run("status", "upgrade", "check", keys=(OLD,))
    assert before.returncode == Level.FAILURE
    assert "run `heatlite-manage db_sync`" in " ".join(before.stdout.replace("|", " ").split())
    assert place.run("manage", "db_sync", keys=(OLD,)).returncode == 0
    after = place.run("status", "upgrade", "check", keys=(OLD,))
    assert after.returncode == Level.SUCCESS, after.stdout
    assert after.stdout.count("Result: Success") == 6


def test_a_daemon_does_not_start_on_an_older_schema(place):
    assert place.run("manage", "db_sync", "0003", keys=(OLD,)).returncode == 0
    done = place.run("engine", keys=(OLD,))
    assert done.returncode == 1
    assert done.stderr.startswith("heatlite-engine: the schema is 0003, and must be ")
    assert "heatlite-manage db_sync" in done.stderr


def test_a_later_schema_is_fine(database):
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    found = readiness.schema(database)
    assert found.level is Level.WARNING
    assert "the schema is 9999, which is later" in str(found.details)


@pytest.mark.parametrize(("keys", "level"), [((OLD,), 0), ((NEW, OLD), 0), ((NEW,), 2), ((), 2)])
def test_keys_that_do_not_open_what_is_stored_are_a_failure(database, place, keys, level):
    user_creds.insert(EngineContext(database), user_creds.Credentials(username="u", password="p"), NOW)
    asked = Database(Settings(place.url), Vault(keys))
    try:
        assert readiness.secrets(asked).level == level
    finally:
        asked.dispose()


def test_engines_of_another_version_are_named(database):
    context = EngineContext(database)
    facts = {"host": "h", "hostname": "h.1", "binary": "b", "topic": "t", "report_interval": 1}
    services.register(context, {**facts, "id": "1", "engine_id": "1", "version": heatlite.__version__})
    assert readiness.engines(database) == readiness.FINE
    for engine_id, version in (("2", "0.0.1"), ("3", None)):
        services.register(context, {**facts, "id": engine_id, "engine_id": engine_id, "version": version})
    found = readiness.engines(database)
    assert found.level is Level.WARNING
    assert str(found.details).startswith("engines of version 0.0.1, before 0008 run beside")


def test_types_without_a_plugin_are_named(database):
    context = EngineContext(database)
    stack = add_stack(context)
    for name in ("OS::Heat::None", "web.yaml", "Our::Lost"):
        add_resources(context, stack, type=name)
    found = readiness.types(database, Registry.load())
    assert found.level is Level.WARNING
    assert found.details == "some resources are of types that aren't installed: Our::Lost"


def test_running_operations_do_not_keep_from_upgrading(database):
    add_stack(EngineContext(database))
    assert readiness.operations(database) == readiness.Finding(
        Level.SUCCESS, "1 stacks are IN_PROGRESS, and will continue"
    )
