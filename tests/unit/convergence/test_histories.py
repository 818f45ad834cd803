"""Whatever a stack has been through, the next plan can be worked off: no circle, no node that waits for ever."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from heatlite.convergence.model import STACK, Action, Status, Wanted
from heatlite.convergence.visits import arrange_visits
from tests.unit.convergence.build import want
from tests.unit.convergence.history import Goal, History

NAMES = "abcde"
DELETE = Goal(0, (), deletes=True)


@st.composite
def goals(draw, template_id):
    """A template of some names, each of which requires some that come before it in an order of the template's own."""
    names = draw(st.permutations(NAMES))[: draw(st.integers(1, len(NAMES)))]
    wanted = []
    for position, name in enumerate(names):
        requires = draw(st.sets(st.sampled_from(names[:position]), max_size=3)) if position else ()
        definition = f"{name}{sorted(requires)}{draw(st.integers(0, 1))}"
        wanted.append(Wanted(name, draw(st.sampled_from("ST")), frozenset(requires), definition))
    return Goal(template_id, tuple(wanted), rollback=draw(st.booleans()))


@st.composite
def stories(draw):
    """A few templates, and the order in which they are asked for, each with the steps it has until the next comes."""
    templates = [draw(goals(template_id)) for template_id in range(1, 4)]
    return draw(st.lists(st.tuples(st.sampled_from([*templates, DELETE]), st.integers(0, 25)), min_size=1, max_size=6))


def play(story, chance, *, may_fail):
    """Go through a story; every plan on the way must be one that can be worked off."""
    history = History(chance)
    for goal, steps in story:
        history.begin(goal)
        history.run(steps, may_fail=may_fail)
    return history


@settings(max_examples=150, deadline=None)
@given(stories(), st.randoms(use_true_random=False))
def test_every_plan_in_a_history_of_failures_and_overtaking_is_without_a_circle(story, chance):
    history = play(story, chance, may_fail=True)

    graph = history.begin(story[-1][0])

    assert len(graph.order()) == len(graph)


@settings(max_examples=150, deadline=None)
@given(stories(), st.randoms(use_true_random=False))
def test_whatever_happened_before_an_operation_that_meets_no_failure_ends(story, chance):
    history = play(story, chance, may_fail=True)
    goal = story[0][0]

    history.begin(goal)
    history.run()

    assert not history.is_running
    assert not history.blocked
    assert {view.name for view in history.rows.values()} == {want.name for want in goal.wanted}
    assert all(view.status is Status.COMPLETE and view.replaced_by is None for view in history.rows.values())
    assert len(history.rows) == len(goal.wanted)


@settings(max_examples=100, deadline=None)
@given(stories(), st.randoms(use_true_random=False))
def test_a_delete_leaves_nothing_whatever_the_stack_has_been_through(story, chance):
    history = play(story, chance, may_fail=True)

    history.begin(DELETE)
    history.run()

    assert history.rows == {}


@settings(max_examples=150, deadline=None)
@given(stories(), st.randoms(use_true_random=False), st.sampled_from([Action.SUSPEND, Action.RESUME, Action.CHECK]))
def test_a_visit_is_without_a_circle_whatever_the_stack_has_been_through(story, chance, action):
    history = play(story, chance, may_fail=True)

    graph = arrange_visits(list(history.rows.values()), action)

    assert {node.resource_id for node in graph.order()} == {*history.rows, STACK}


def test_a_name_comes_back_while_a_superseded_traversal_still_deletes_its_row():
    history = History(random.Random(1))
    with_web, empty = Goal(1, (want("web"),)), Goal(2, ())
    history.begin(with_web)
    history.run()
    history.begin(empty)
    while not history.held:
        history.run(1)
    (deleted,) = history.held

    history.begin(with_web)
    history.run()

    assert not history.is_running
    assert deleted not in history.rows
    assert [view.name for view in history.rows.values()] == ["web"]
