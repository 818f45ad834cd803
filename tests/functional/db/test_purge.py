"""Purging: what was deleted long ago goes for good, in bounded batches; what anybody refers to stays."""

import contextlib
import datetime

import pytest
import sqlalchemy as sa

from heatlite.convergence.model import Status
from heatlite.db import events, models, purge, services, stacks, templates
from heatlite.db.events import Happening
from tests.functional.db.build import NOW, add_engine, add_nodes, add_resources, add_stack, template_of, unique, update

DAY = datetime.timedelta(days=1)
LONG_AGO = NOW - 100 * DAY
BEFORE = NOW - 90 * DAY


def gone(context, name, deleted_at=LONG_AGO, **columns):
    """A stack that was deleted, with something in every table that belongs to it."""
    facts = {"live_name": None, "deleted_at": deleted_at, "status": Status.COMPLETE, "created_at": deleted_at}
    stack = add_stack(context, name, **{**facts, **columns})
    (row,) = add_resources(context, stack)
    add_nodes(context, {update(row): 0}, unique("t"), stack)
    happened = [Happening(name, "Server", "p", "DELETE", "COMPLETE", "state changed")]
    events.insert(context, stack, happened, [unique("event")], NOW)
    stacks.replace_tags(context, stack, ["old"])
    return stack


def old_template(context, content, at=LONG_AGO):
    return templates.store(context, {"description": content}, {}, {}, at)


def count(context, table):
    with context.database.reader(context):
        return context.connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def is_there(context, template_id):
    with contextlib.suppress(LookupError):
        return templates.get(context, template_id).id == template_id
    return False


@contextlib.contextmanager
def statements(database):
    """The statements that are executed in the block."""
    seen = []

    def see(connection, cursor, statement, *rest):
        if statement.split()[0] in ("SELECT", "DELETE", "UPDATE"):
            seen.append(statement)

    sa.event.listen(database.engine, "before_cursor_execute", see)
    try:
        yield seen
    finally:
        sa.event.remove(database.engine, "before_cursor_execute", see)


def test_a_stack_goes_with_all_that_belongs_to_it_and_others_stay(context):
    gone(context, "old")
    lately, alive = gone(context, "lately", NOW - DAY), add_stack(context, "alive")

    assert purge.purge(context, BEFORE, NOW).stacks == 1

    assert [stacks.get(context, it) is not None for it in (lately, alive)] == [True, True]
    belonging = {table.name: count(context, table) for table in purge.OF_STACKS}
    nothing = dict.fromkeys(("notification", "observation", "snapshot"), 0)
    assert belonging == {"sync_point": 1, "stack_tag": 1, "event": 1, "resource": 1, **nothing}


def test_a_project_is_purged_alone(context):
    ours, theirs = gone(context, "one", tenant="ours"), gone(context, "two", tenant="theirs")

    assert purge.purge(context, BEFORE, NOW, project="ours").stacks == 1

    assert stacks.get(context, ours) is None
    assert stacks.get(context, theirs) is not None


@pytest.mark.parametrize(("batch_size", "batches"), [(20, 1), (3, 2), (2, 3), (1, 5)])
def test_each_batch_costs_the_same_number_of_statements_however_many_stacks_it_has(
    context, database, batch_size, batches
):
    for number in range(5):
        gone(context, f"old-{number}")
    told = []

    with statements(database) as seen:
        purge.purge(context, BEFORE, NOW, batch_size=batch_size, report=told.append)

    of_stacks = len(purge.OF_STACKS) + 2  # one to find them, one for each table, one for the stacks
    around = 4  # services, the last look for stacks, the oldest operation, templates
    assert len(seen) == batches * of_stacks + around + (2 if any("templates" in it for it in told) else 0)
    assert [it for it in told if "stacks" in it][-1].startswith("5 stacks are purged")


def test_a_template_that_anything_refers_to_is_never_purged(context):
    of_stack, before, of_row, unused = (old_template(context, it) for it in ("stack", "before", "row", "unused"))
    done = {"status": Status.COMPLETE, "created_at": LONG_AGO}
    stack = add_stack(context, raw_template_id=of_stack, prev_raw_template_id=before, **done)
    add_resources(context, stack, current_template_id=of_row)

    assert purge.purge(context, BEFORE, NOW).templates == 1

    assert [is_there(context, it) for it in (of_stack, before, of_row, unused)] == [True, True, True, False]


def test_the_template_of_a_purged_stack_goes_with_it(context):
    template = old_template(context, "mine")
    gone(context, "old", raw_template_id=template)

    assert purge.purge(context, BEFORE, NOW) == purge.Purged(stacks=1, templates=1, services=0)
    assert not is_there(context, template)


def test_what_was_stored_within_a_day_is_left_to_who_is_about_to_refer_to_it(context):
    fresh = old_template(context, "fresh", NOW - datetime.timedelta(hours=3))

    purge.purge(context, NOW, NOW)

    assert is_there(context, fresh)


def test_what_an_operation_under_way_may_have_stored_is_left(context):
    stored = old_template(context, "of a child that is to be", LONG_AGO)
    add_stack(context, created_at=LONG_AGO, raw_template_id=old_template(context, "of the parent", LONG_AGO))

    purge.purge(context, BEFORE, NOW)

    assert is_there(context, stored)


def test_to_be_found_again_is_to_be_used(context):
    """Who stores an old content again gets a row that no purge takes away before he refers to it."""
    old = old_template(context, "again")

    assert templates.store(context, {"description": "again"}, {}, {}, NOW) == old
    purge.purge(context, BEFORE, NOW)

    assert is_there(context, old)


def test_a_template_that_is_found_often_is_written_once_in_a_while(context, database):
    template_of(context, "hot")
    with statements(database) as seen:
        for minutes in range(3):
            templates.store(context, {"description": "hot"}, {}, {}, NOW + datetime.timedelta(minutes=minutes))
    assert len(seen) == 3, "one look each"


def test_engines_that_are_long_gone_are_forgotten(context):
    for engine_id, at in (("old", LONG_AGO), ("new", NOW), ("alive", None)):
        add_engine(context, engine_id)
        if at is not None:
            services.declare_dead(context, engine_id, None, at)

    assert purge.purge(context, BEFORE, NOW).services == 1
    assert {it.engine_id for it in services.listed(context)} == {"new", "alive"}


def test_nothing_is_purged_twice(context):
    gone(context, "old")
    purge.purge(context, BEFORE, NOW)

    assert purge.purge(context, BEFORE, NOW) == purge.Purged(0, 0, 0)
    assert count(context, models.stack) == 0
