"""The graph of a traversal: updates, the commit barrier, cleanups, and the epilogue after all of them."""

import pytest

from heatlite.convergence.model import COMMIT, EPILOGUE
from heatlite.convergence.plan import arrange, leave_out
from heatlite.exception import CircularDependencyException
from tests.unit.convergence.build import cleanup, edges, row, update, want

NETWORK, SERVER, NETWORK_2 = 1, 2, 3


def test_the_drawing_in_the_docstring_of_plan():
    wanted = [want("network"), want("server", "network")]
    existing = [row(NETWORK, "network"), row(SERVER, "server", requires=[NETWORK])]

    graph = arrange(wanted, {"network": NETWORK, "server": SERVER}, existing, collect_after_commit=True)

    assert edges(graph) == {
        update(NETWORK): set(),
        update(SERVER): {update(NETWORK)},
        COMMIT: {update(SERVER)},
        cleanup(SERVER): {update(SERVER), COMMIT},
        cleanup(NETWORK): {update(NETWORK), cleanup(SERVER)},
        EPILOGUE: {COMMIT, cleanup(NETWORK)},
    }


def test_with_rollback_off_a_cleanup_waits_for_its_own_users_only():
    existing = [row(1, "gone"), row(2, "web", requires=[1])]

    graph = arrange([want("web"), want("slow")], {"web": 2, "slow": 3}, existing, collect_after_commit=False)

    assert edges(graph) == {
        update(2): set(),
        update(3): set(),
        COMMIT: {update(2), update(3)},
        cleanup(2): {update(2)},
        cleanup(1): {cleanup(2)},
        EPILOGUE: {COMMIT, cleanup(1)},
    }


def test_with_rollback_on_every_cleanup_comes_after_every_update():
    existing = [row(1, "gone"), row(2, "web", requires=[1]), row(3, "alone")]
    graph = arrange([want("web"), want("slow")], {"web": 2, "slow": 4}, existing, collect_after_commit=True)

    order = graph.order()

    assert order.index(COMMIT) > max(order.index(update(id_)) for id_ in (2, 4))
    assert order.index(COMMIT) < min(order.index(cleanup(id_)) for id_ in (1, 2, 3))
    assert COMMIT in graph.predecessors(cleanup(3))


def test_a_create_has_nothing_to_collect_and_so_no_commit():
    graph = arrange([want("web")], {"web": 1}, [], collect_after_commit=True)

    assert edges(graph) == {update(1): set(), EPILOGUE: {update(1)}}


def test_an_empty_template_on_an_empty_stack_is_an_epilogue():
    assert edges(arrange([], {}, [], collect_after_commit=True)) == {EPILOGUE: set()}


def test_an_update_to_an_empty_template_commits_before_it_collects():
    graph = arrange([], {}, [row(1)], collect_after_commit=True)

    assert edges(graph) == {COMMIT: set(), cleanup(1): {COMMIT}, EPILOGUE: {COMMIT, cleanup(1)}}


def test_a_delete_has_no_commit_and_goes_against_what_the_rows_require():
    existing = [row(1, "network"), row(2, "web", requires=[1]), row(3, "page", requires=[2, 1])]

    graph = arrange([], {}, existing, collect_after_commit=False, commits=False)

    assert edges(graph) == {
        cleanup(3): set(),
        cleanup(2): {cleanup(3)},
        cleanup(1): {cleanup(2), cleanup(3)},
        EPILOGUE: {cleanup(1)},
    }


def test_cleanups_follow_what_rows_recorded_although_the_template_says_otherwise():
    """The template turns the dependency round; what exists was built the old way and has to be taken down so."""
    wanted = [want("network", "web"), want("web")]
    existing = [row(1, "network"), row(2, "web", requires=[1])]

    graph = arrange(wanted, {"network": 1, "web": 2}, existing, collect_after_commit=False)

    assert update(2) in graph.predecessors(update(1))
    assert cleanup(2) in graph.predecessors(cleanup(1))
    assert cleanup(1) not in graph.predecessors(cleanup(2))


def test_a_row_that_is_required_but_gone_is_no_node():
    graph = arrange([], {}, [row(2, requires=[1])], collect_after_commit=False, commits=False)

    assert cleanup(1) not in graph


def test_a_replaced_row_goes_after_its_replacement():
    existing = [row(1, replaced_by=2), row(2, replaces=1)]

    graph = arrange([], {}, existing, collect_after_commit=False, commits=False)

    assert edges(graph) == {cleanup(2): set(), cleanup(1): {cleanup(2)}, EPILOGUE: {cleanup(1)}}


def test_a_row_whose_replacement_is_gone_waits_for_nobody():
    graph = arrange([], {}, [row(1, replaced_by=2)], collect_after_commit=False, commits=False)

    assert graph.predecessors(cleanup(1)) == ()


@pytest.mark.parametrize("wanted", [[], [want("a"), want("b", "a")]], ids=["delete", "update"])
def test_a_row_that_its_replacement_came_to_depend_on_by_way_of_others_goes_first(wanted):
    """A required B; now B requires A2, which replaces A; the update ended before A was collected."""
    existing = [row(1, "a", requires=[2], replaced_by=3), row(2, "b", requires=[3]), row(3, "a", replaces=1)]
    serving = {"a": 3, "b": 2} if wanted else {}

    graph = arrange(wanted, serving, existing, collect_after_commit=bool(wanted), commits=bool(wanted))

    order = graph.order()
    assert order.index(cleanup(1)) < order.index(cleanup(2)) < order.index(cleanup(3))


def test_a_replacement_outside_such_a_circle_still_goes_first():
    circle = [row(1, "a", requires=[2], replaced_by=3), row(2, "b", requires=[3]), row(3, "a", replaces=1)]
    apart = [row(8, "c", replaced_by=9), row(9, "c", replaces=8)]

    graph = arrange([], {}, circle + apart, collect_after_commit=False, commits=False)

    assert cleanup(9) in graph.predecessors(cleanup(8))


def test_names_that_require_one_another_are_refused():
    wanted = [want("a", "b"), want("b", "a")]

    with pytest.raises(CircularDependencyException, match=r"update\(\d\) -> update\(\d\) -> update\(\d\)"):
        arrange(wanted, {"a": 1, "b": 2}, [], collect_after_commit=False)


def test_what_is_left_out_has_no_nodes_and_nobody_waits_for_it():
    wanted = [want("network"), want("server", "network")]
    existing = [row(NETWORK, "network"), row(SERVER, "server", requires=[NETWORK])]
    serving = {"network": NETWORK, "server": SERVER}

    graph = arrange(wanted, serving, existing, collect_after_commit=True, left_out={NETWORK})

    assert edges(graph) == {
        update(SERVER): set(),
        COMMIT: {update(SERVER)},
        cleanup(SERVER): {update(SERVER), COMMIT},
        EPILOGUE: {COMMIT, cleanup(SERVER)},
    }


def test_whatever_requires_what_changed_is_visited_near_and_far():
    wanted = [want("network"), want("port", "network"), want("server", "port"), want("volume")]

    assert leave_out(wanted, {"port", "server", "volume"}) == {"volume"}
    assert leave_out(wanted, {"network", "server", "volume"}) == {"network", "volume"}
    assert leave_out(wanted, {"network", "port", "volume"}) == {"network", "port", "volume"}
