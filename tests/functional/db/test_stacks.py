"""Stacks: names that are unique while they live, and writes that change no row for a traversal that is over."""

import threading

import pytest
from oslo_db import exception as db_error

from heatlite.context import EngineContext
from heatlite.convergence.model import Action, Status
from heatlite.db import stacks
from tests.functional.db.build import LATER, add_stack, together
from tests.functional.db.conftest import on_servers
from tests.waiting import PATIENCE


@pytest.fixture
def stack(context):
    """A stack IN_PROGRESS in traversal t1."""
    return add_stack(context, id="s", current_traversal="t1")


def test_names_that_differ_in_case_or_accents_are_different_names(context):
    names = ["Web", "web", "wéb", "WEB"]
    for name in names:
        add_stack(context, name)

    assert [stacks.by_live_name(context, "project", name).name for name in names] == names
    assert stacks.by_live_name(context, "project", "wEb") is None


def test_a_live_name_is_taken_once_a_project(context):
    add_stack(context, "web")
    add_stack(context, "web", tenant="another project")

    with pytest.raises(db_error.DBDuplicateEntry):
        add_stack(context, "web")


def test_stacks_without_a_live_name_do_not_collide(context):
    children = [add_stack(context, "web", live_name=None) for _ in range(2)]

    assert len(set(children)) == 2
    assert stacks.by_live_name(context, "project", "web") is None


def test_a_stack_that_has_ended_frees_its_name_and_stays_to_be_read(context, stack):
    assert stacks.advance(context, "s", "t1", {"action": Action.DELETE, **stacks.ended(LATER)})
    add_stack(context, "shop", id="next")

    assert stacks.by_live_name(context, "project", "shop").id == "next"
    assert stacks.get(context, "s").deleted_at == LATER


def test_an_operation_that_runs_is_held_and_one_that_has_ended_is_not(context, stack):
    before = stacks.get(context, "s")

    assert stacks.hold(context, "s")
    assert stacks.get(context, "s") == before
    assert stacks.advance(context, "s", "t1", {"status": Status.FAILED})
    assert not stacks.hold(context, "s")
    assert not stacks.hold(context, "another")


@on_servers
def test_an_operation_that_is_held_ends_only_after_the_transaction_that_holds_it(context, database):
    stack = add_stack(context, current_traversal="t1")
    held, ended = threading.Event(), threading.Event()

    def act(number):
        mine = EngineContext(database)
        if number == 0:
            with database.writer(mine):
                assert stacks.hold(mine, stack)
                held.set()
                return ended.wait(1.0)
        assert held.wait(PATIENCE)
        assert stacks.advance(mine, stack, "t1", {"status": Status.FAILED})
        return ended.set()

    assert together(2, act)[0] is False
    assert ended.is_set()


def test_of_many_that_create_the_same_name_at_once_one_wins(context, database):
    def create(_):
        try:
            return add_stack(type(context)(database), "web", raw_template_id=template_id)
        except db_error.DBDuplicateEntry:
            return None

    template_id = stacks.get(context, add_stack(context, "other")).raw_template_id

    assert together(4, create).count(None) == 3


def test_a_stack_is_read_as_it_was_written(context, stack):
    record = stacks.get(context, stack)

    assert (record.action, record.status) == (Action.CREATE, Status.IN_PROGRESS)
    assert record.is_in_progress
    assert record.disable_rollback is True
    assert (record.deadline, record.timeout, record.owner_id) == (None, None, None)
    assert stacks.get(context, "nobody") is None


def test_superseding_what_was_seen_wins_once(context, stack):
    assert stacks.supersede(context, "s", "t1", {"current_traversal": "t2"})
    assert not stacks.supersede(context, "s", "t1", {"current_traversal": "t3"})

    assert stacks.get(context, "s").current_traversal == "t2"


def test_of_many_that_supersede_the_same_traversal_at_once_one_wins(context, database, stack):
    def supersede(number):
        return stacks.supersede(type(context)(database), "s", "t1", {"current_traversal": f"next-{number}"})

    won = together(4, supersede)

    assert sorted(won) == [False, False, False, True]
    assert stacks.get(context, "s").current_traversal == f"next-{won.index(True)}"


def test_a_superseded_traversal_advances_nothing(context, stack):
    assert stacks.advance(context, "s", "t1", {"status_reason": "half way"})
    stacks.supersede(context, "s", "t1", {"current_traversal": "t2"})

    assert not stacks.advance(context, "s", "t1", {"status": Status.COMPLETE})
    assert stacks.get(context, "s").status is Status.IN_PROGRESS


def test_a_traversal_that_has_ended_advances_nothing(context, stack):
    assert stacks.advance(context, "s", "t1", {"status": Status.FAILED})

    assert not stacks.advance(context, "s", "t1", {"status": Status.COMPLETE})
    assert stacks.get(context, "s").status is Status.FAILED


def test_a_write_that_changes_nothing_in_the_row_still_counts_as_won(context, stack):
    """MariaDB would count changed rows by itself, not matched ones; then a repeated write would look like a defeat."""
    for _ in range(2):
        assert stacks.advance(context, "s", "t1", {"status_reason": "the same"})


def test_a_traversal_leads_to_its_stack_and_graph(context, stack):
    deps = {"nodes": [[1, 1]], "follows": [[]], "serving": {"wéb": 1}}
    stacks.advance(context, "s", "t1", {"current_deps": deps})

    record, graph = stacks.by_traversal(context, "t1")

    assert record == stacks.get(context, "s")
    assert graph == deps
    assert stacks.by_traversal(context, "t0") is None


def test_a_traversal_without_a_graph_is_one_that_is_being_planned(context, stack):
    _, graph = stacks.by_traversal(context, "t1")

    assert graph is None


def test_the_right_to_plan_a_traversal_is_taken_once(context, database, stack):
    taken = together(4, lambda _: stacks.take_planning(type(context)(database), "s", "t1"))

    assert sorted(taken) == [False, False, False, True]


def test_what_is_over_or_planned_already_is_not_planned(context, stack):
    assert not stacks.take_planning(context, "s", "t0")
    stacks.advance(context, "s", "t1", {"current_deps": {"nodes": []}})
    assert not stacks.take_planning(context, "s", "t1")
    stacks.advance(context, "s", "t1", {"current_deps": None, "status": Status.FAILED})
    assert not stacks.take_planning(context, "s", "t1")


def test_overdue_stacks_are_those_in_progress_past_their_deadline(context):
    late = add_stack(context, "late", deadline=100.0)
    add_stack(context, "in time", deadline=101.0)
    add_stack(context, "any time")
    add_stack(context, "ended", deadline=1.0, status=Status.FAILED)

    assert [it.id for it in stacks.overdue(context, 100.5, 10)] == [late]
    assert stacks.overdue(context, 100.5, 0) == []


def test_stacks_in_progress_are_found(context):
    running = add_stack(context, "running")
    add_stack(context, "ended", status=Status.COMPLETE)

    assert [it.id for it in stacks.in_progress(context)] == [running]


def test_tags_keep_their_order_and_are_replaced_whole(context, stack):
    stacks.replace_tags(context, "s", ["b", "a"])
    assert stacks.tags(context, ["s", "other"]) == {"s": ["b", "a"]}

    stacks.replace_tags(context, "s", ["c"])
    assert stacks.tags(context, ["s"]) == {"s": ["c"]}

    stacks.replace_tags(context, "s", [])
    assert stacks.tags(context, ["s"]) == {}


def test_a_stack_at_rest_gets_another_traversal_id_once(context, stack):
    assert not stacks.renew_traversal(context, "s", "t1", "t2")  # it is in progress
    assert stacks.advance(context, "s", "t1", {"status": Status.COMPLETE, "current_deps": {"nodes": []}})
    assert not stacks.renew_traversal(context, "s", "t0", "t2")
    assert stacks.renew_traversal(context, "s", "t1", "t2")
    assert not stacks.renew_traversal(context, "s", "t1", "t3")

    found, graph = stacks.by_traversal(context, "t2")
    assert (found.id, found.status, graph) == ("s", Status.COMPLETE, {"nodes": []})


def test_lists_are_filtered_ordered_limited_and_counted(context):
    for name in ("b", "c", "a"):
        add_stack(context, name, tenant="project" if name != "c" else "another")
    own = [stacks.TABLE.c.tenant == "project"]
    by_name = [stacks.TABLE.c.name]

    assert [it.name for it in stacks.listed(context, own, by_name, None)] == ["a", "b"]
    assert [it.name for it in stacks.listed(context, [], by_name, 2)] == ["a", "b"]
    assert stacks.count(context, own) == 2
    assert stacks.count(context, []) == 3
