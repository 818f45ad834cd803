"""Arrivals: every one is counted, however many come at once, and the last one, whichever it is, makes ready. Once."""

import pytest

from heatlite.convergence.model import EPILOGUE, NodeState
from heatlite.db import sync_points
from tests.functional.db.build import add_nodes, background, together, update
from tests.waiting import PATIENCE


def states(context, *nodes):
    return [sync_points.state(context, "t", node) for node in nodes]


def test_an_arrival_is_counted_and_the_last_one_makes_ready(context):
    add_nodes(context, {update(1): 3, update(2): 1, EPILOGUE: 5})

    assert sync_points.arrive(context, "t", {update(1): 1, EPILOGUE: 2}, 200.0) == []
    assert sync_points.arrive(context, "t", {update(1): 2, update(2): 1, EPILOGUE: 2}, 200.0) == [update(2), update(1)]
    assert sync_points.arrive(context, "t", {EPILOGUE: 1}, 200.0) == [EPILOGUE]
    assert states(context, update(1), update(2), EPILOGUE) == [NodeState.SCHEDULED] * 3


def test_arrivals_in_a_traversal_that_is_over_make_nothing_ready(context):
    add_nodes(context, {update(1): 1})
    sync_points.delete_all(context, "s")

    assert sync_points.arrive(context, "t", {update(1): 1}, 200.0) == []


def test_no_arrivals_make_nothing_ready(context):
    add_nodes(context, {update(1): 1})

    assert sync_points.arrive(context, "t", {}, 200.0) == []
    assert states(context, update(1)) == [NodeState.WAITING]


def test_a_node_that_became_ready_by_an_arrival_is_due_when_that_says(context):
    add_nodes(context, {update(1): 1})
    sync_points.arrive(context, "t", {update(1): 1}, 321.5)

    assert [it.next_cast_at for it in sync_points.due(context, 321.5, 10)] == [321.5]
    assert sync_points.due(context, 321.4, 10) == []


@pytest.mark.parametrize("predecessors", [2, 20])
def test_predecessors_that_arrive_at_once_make_ready_once_and_in_one_of_them(context, database, predecessors):
    add_nodes(context, {EPILOGUE: predecessors})

    answers = together(predecessors, lambda _: sync_points.arrive(type(context)(database), "t", {EPILOGUE: 1}, 200.0))

    assert sorted(answers) == [[]] * (predecessors - 1) + [[EPILOGUE]]
    assert states(context, EPILOGUE) == [NodeState.SCHEDULED]


def test_an_arrival_waits_for_one_that_has_not_committed_and_counts_it(context, database):
    """Either of two transactions that overlap sees one arrival only, unless the second waits and reads again."""
    add_nodes(context, {EPILOGUE: 2})
    with background() as pool:
        with database.writer(context):
            first = sync_points.arrive(context, "t", {EPILOGUE: 1}, 200.0)
            second = pool.submit(sync_points.arrive, type(context)(database), "t", {EPILOGUE: 1}, 200.0)
        assert first == []
        assert second.result(PATIENCE) == [EPILOGUE]


def test_a_thousand_successors_become_ready_together(context):
    waiting = {update(id_): id_ % 3 + 1 for id_ in range(1, 1202)}
    add_nodes(context, waiting)

    assert sorted(sync_points.arrive(context, "t", waiting, 200.0)) == sorted(waiting)
