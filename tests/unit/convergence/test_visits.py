"""Visits: who is visited when, what is done then, and which failures are told."""

from __future__ import annotations

import pytest

from heatlite.convergence.decide import Blocked, Nothing, Perform, Unmet
from heatlite.convergence.graph import Graph
from heatlite.convergence.model import EPILOGUE, Action, Node, NodeKind, Status
from heatlite.convergence.serving import present
from heatlite.convergence.visits import arrange_visits, decide_visit, first_failures, refusal, summary
from tests.unit.convergence.build import edges, row

SUSPEND, RESUME, CHECK = VISITS = (Action.SUSPEND, Action.RESUME, Action.CHECK)
MADE = [Action.CREATE, Action.UPDATE, Action.RESTORE]


def visit(id_: int) -> Node:
    return Node(id_, NodeKind.VISIT)


NETWORK, SERVER, ALONE = row(1, "network"), row(2, "server", requires=[1]), row(3, "alone")


@pytest.mark.parametrize("action", [RESUME, CHECK])
def test_what_is_required_is_resumed_and_checked_before_what_requires_it(action):
    assert edges(arrange_visits([NETWORK, SERVER, ALONE], action)) == {
        visit(1): set(),
        visit(2): {visit(1)},
        visit(3): set(),
        EPILOGUE: {visit(2), visit(3)},
    }


def test_what_is_required_is_suspended_after_what_requires_it():
    assert edges(arrange_visits([NETWORK, SERVER, ALONE], SUSPEND)) == {
        visit(1): {visit(2)},
        visit(2): set(),
        visit(3): set(),
        EPILOGUE: {visit(1), visit(3)},
    }


@pytest.mark.parametrize("action", VISITS)
def test_a_stack_without_resources_is_ready_to_end(action):
    assert arrange_visits([], action).roots() == [EPILOGUE]


@pytest.mark.parametrize("action", VISITS)
def test_rows_that_are_there_no_more_and_the_row_itself_are_not_waited_for(action):
    graph = arrange_visits([row(1, requires=[1, 99])], action)
    assert edges(graph) == {visit(1): set(), EPILOGUE: {visit(1)}}


def test_what_was_replaced_does_not_stand_for_its_name_unless_the_replacement_is_going_or_gone():
    replaced, replacement = row(1, replaced_by=2), row(2, status=Status.FAILED)

    assert present([replaced, replacement]) == [replacement]
    assert present([replaced]) == [replaced]
    assert replaced in present([replaced, row(2, action=Action.DELETE)])


@pytest.mark.parametrize("action", VISITS)
def test_a_row_that_another_holds_is_waited_for_whatever_it_is(action):
    for state in Action:
        assert decide_visit(row(1, action=state, engine_id="other"), action, serves=False) == Blocked()


@pytest.mark.parametrize("action", VISITS)
def test_a_row_that_is_gone_is_nothing_to_visit(action):
    assert decide_visit(None, action, serves=True) == Nothing()


@pytest.mark.parametrize("action", [*VISITS, Action.SNAPSHOT])
def test_what_is_not_the_stacks_own_is_looked_at_and_nothing_more(action):
    view = row(1, action=SUSPEND if action is RESUME else Action.CREATE)
    assert decide_visit(view, action, serves=True) == Perform(action)
    alone = Perform(CHECK) if action is CHECK else Nothing()
    assert decide_visit(view, action, serves=True, is_external=True) == alone


@pytest.mark.parametrize("serves", [True, False])
@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("state", MADE)
def test_whatever_exists_is_suspended(state, status, serves):
    assert decide_visit(row(1, action=state, status=status), SUSPEND, serves=serves) == Perform(SUSPEND)


def test_what_is_suspended_is_not_suspended_again_but_what_may_not_be_is():
    assert decide_visit(row(1, action=SUSPEND), SUSPEND, serves=True) == Nothing()
    for state, status in [(SUSPEND, Status.FAILED), (SUSPEND, Status.IN_PROGRESS), (RESUME, Status.FAILED)]:
        assert decide_visit(row(1, action=state, status=status), SUSPEND, serves=True) == Perform(SUSPEND)


def test_only_what_may_be_suspended_is_resumed():
    for status in Status:
        assert decide_visit(row(1, action=SUSPEND, status=status), RESUME, serves=True) == Perform(RESUME)
        assert decide_visit(row(1, action=Action.UPDATE, status=status), RESUME, serves=True) == Nothing()
    assert decide_visit(row(1, action=RESUME, status=Status.FAILED), RESUME, serves=False) == Perform(RESUME)
    assert decide_visit(row(1, action=RESUME), RESUME, serves=True) == Nothing()


@pytest.mark.parametrize("status", [Status.FAILED, Status.IN_PROGRESS])
@pytest.mark.parametrize(
    "state", [{"action": Action.INIT}, {"action": Action.DELETE}, {"action": Action.CREATE, "physical_id": None}]
)
def test_what_was_never_made_is_passed_over_and_fails_a_check(state, status):
    view = row(1, **{"status": status, **state})

    assert decide_visit(view, SUSPEND, serves=True) == Nothing()
    assert decide_visit(view, RESUME, serves=True) == Nothing()
    if (view.action, status) == (Action.CREATE, Status.FAILED):  # which the row shows, as in Heat
        assert decide_visit(view, CHECK, serves=True) == Perform(CHECK)
        assert refusal(view, CHECK) == "Resource web not created yet."
        assert refusal(view, SUSPEND) is None
    else:
        assert decide_visit(view, CHECK, serves=True) == Unmet("Resource web not created yet.")
        assert refusal(view, CHECK) is None


def test_what_a_check_found_never_to_have_been_made_stays_so():
    view = row(1, action=CHECK, status=Status.FAILED, physical_id=None, is_damaged=True)

    assert refusal(view, CHECK) == "Resource web not created yet."
    assert decide_visit(view, SUSPEND, serves=True) == Nothing()


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("state", [*MADE, CHECK])
def test_whatever_serves_a_name_is_checked_and_nothing_else(state, status):
    assert decide_visit(row(1, action=state, status=status), CHECK, serves=True) == Perform(CHECK)
    assert decide_visit(row(1, action=state, status=status), CHECK, serves=False) == Nothing()


def test_what_is_suspended_is_not_checked_and_what_may_be_fails_the_check():
    assert decide_visit(row(1, action=SUSPEND), CHECK, serves=True) == Nothing()
    reason = "Resource web is RESUME_FAILED: it has to be resumed first."
    assert decide_visit(row(1, action=RESUME, status=Status.FAILED), CHECK, serves=True) == Unmet(reason)


def test_what_follows_a_failure_is_not_told():
    graph = Graph({"a": [], "b": ["a"], "c": ["b"], "d": [], "e": ["d"]})

    assert first_failures(graph, {"a", "b", "c", "e"}) == ["a", "e"]


def test_every_failed_resource_is_named_with_its_reason():
    told = summary([("a", "gone"), ("b", "on fire")])

    assert told == "Resource CHECK failed: a: gone; b: on fire"


def test_failures_beyond_what_can_be_read_are_counted():
    told = summary([(f"r{number}", "x" * 100) for number in range(50)], longest=250)

    assert told.count("x" * 100) == 2
    assert told.endswith("; and 48 more")
    exactly = [(f"r{number}", "x" * 100) for number in range(3)]  # 106 characters each, with what separates them
    assert summary(exactly, longest=2 * 106).count("x" * 100) == 2
    assert summary(exactly, longest=2 * 106 - 1).count("x" * 100) == 1
    assert summary([("a", "x" * 100)], longest=10) == f"Resource CHECK failed: a: {'x' * 100}"
