"""A replica: lists are read from it; everything that must see what was just written isn't."""

import pytest

from heatlite.context import EngineContext
from heatlite.db import events, migration, resources, services, stacks
from heatlite.db.api import Database, Settings
from tests.functional.db.build import add_engine, add_resources, add_stack
from tests.functional.db.test_events import happen


@pytest.fixture(scope="module")
def urls(backend):
    """Two databases that have only the stack's id in common, so that it can be told which one answered."""
    found = {}
    for place in ("writer", "replica"):
        found[place] = backend.fresh_url()
        database = Database(Settings(connection=found[place]))
        migration.sync(database.engine)
        context = EngineContext(database)
        add_stack(context, place, id="s")
        add_resources(context, "s", name=place)
        happen(context, "s", place)
        add_engine(context, place)
        database.dispose()
    return found


@pytest.fixture
def context(urls):
    """A context on the writer, with the replica beside it, whose URL leaves the driver to heatlite."""
    replica = urls["replica"].replace("+pymysql", "").replace("+psycopg", "")
    database = Database(Settings(connection=urls["writer"], slave_connection=replica))
    yield EngineContext(database)
    database.dispose()


def test_lists_come_from_the_replica(context):
    assert [it.name for it in stacks.listed(context, [], [], None)] == ["replica"]
    assert stacks.count(context, [stacks.TABLE.c.name == "replica"]) == 1
    assert [it.name for it in resources.listed(context, "s")] == ["replica"]
    assert [it.resource_name for it in events.listed(context, [], [], None)] == ["replica"]


def test_what_decides_something_comes_from_the_writer(context):
    assert stacks.get(context, "s").name == "writer"
    assert stacks.by_live_name(context, "project", "writer") is not None
    assert stacks.by_live_name(context, "project", "replica") is None
    assert [it.name for it in stacks.in_progress(context)] == ["writer"]
    assert [it.name for it in resources.by_stack(context, "s")] == ["writer"]
    assert services.leases(context) == {"writer": 0}


def test_a_list_within_a_transaction_sees_what_that_has_written(context):
    with context.database.writer(context):
        assert [it.name for it in stacks.listed(context, [], [], None)] == ["writer"]


def test_without_a_replica_lists_come_from_the_writer(urls):
    database = Database(Settings(connection=urls["writer"]))

    assert [it.name for it in stacks.listed(EngineContext(database), [], [], None)] == ["writer"]
    database.dispose()
