"""Arrivals: however the nodes of a traversal come to be done, each successor becomes ready exactly once, in time."""

import random

from hypothesis import given
from hypothesis import strategies as st

from heatlite.convergence.graph import Graph, arrivals, chunks, onward, waiting_counts
from heatlite.convergence.model import EPILOGUE
from tests.unit.convergence.build import cleanup, update


@st.composite
def graphs(draw):
    """A graph of update nodes, each of which follows some of those before it."""
    size = draw(st.integers(1, 12))
    follows = {update(id_): [update(b) for b in draw(st.sets(st.integers(1, 12))) if b < id_] for id_ in range(1, size)}
    return Graph(follows | {EPILOGUE: list(follows)})


def test_what_a_node_waits_for_is_the_number_of_its_predecessors():
    graph = Graph({update(1): [], update(2): [update(1)], EPILOGUE: [update(1), update(2)]})

    assert waiting_counts(graph) == {update(1): 0, update(2): 1, EPILOGUE: 2}


def test_nodes_that_are_done_together_arrive_together():
    graph = Graph({update(1): [], update(2): [], update(3): [update(1), update(2)], update(4): [update(2)]})

    assert arrivals(graph, [update(1), update(2)]) == {update(3): 2, update(4): 1}
    assert arrivals(graph, []) == {}


@given(graphs())
def test_all_arrivals_together_are_all_that_was_waited_for(graph):
    waited_for = {node: count for node, count in waiting_counts(graph).items() if count}

    assert arrivals(graph, graph) == waited_for


@given(graphs(), st.randoms(use_true_random=False))
def test_in_any_order_and_any_batches_a_node_is_ready_when_its_last_predecessor_is_done(graph, chance):
    remaining = waiting_counts(graph)
    ready, done = graph.roots(), []
    while ready:
        batch = chance.sample(ready, chance.randint(1, len(ready)))
        ready = [node for node in ready if node not in batch]
        done += batch
        for node, count in arrivals(graph, batch).items():
            remaining[node] -= count
            assert remaining[node] >= 0
            if not remaining[node]:
                assert set(graph.predecessors(node)) <= set(done)
                ready.append(node)

    assert sorted(done) == sorted(graph)


def test_what_follows_something_else_as_well_is_not_gone_on_to():
    graph = Graph({update(3): [update(1)], update(4): [update(2), update(3)], update(5): [update(3)]})

    assert list(onward(graph, [update(1)], 9)) == [update(3), update(5)]
    assert list(onward(graph, [update(1), update(2)], 9)) == [update(3), update(4), update(5)]


def test_what_was_done_before_is_not_waited_for():
    graph = Graph(
        {update(2): [update(1)], cleanup(2): [update(2)], cleanup(1): [update(1), cleanup(2)], EPILOGUE: [cleanup(1)]}
    )

    assert onward(graph, [cleanup(2)], 9, lambda node: node != EPILOGUE) == {cleanup(1): [cleanup(2)]}


def test_a_layer_is_gone_on_to_as_a_whole_or_not_at_all():
    graph = Graph({update(2): [update(1)], update(3): [update(2)], update(4): [update(2)]})

    assert list(onward(graph, [update(1)], 2)) == [update(2)]


def test_what_does_not_suit_stops_what_follows_it():
    graph = Graph({update(2): [update(1)], update(3): [update(2)], update(4): [update(1)]})

    assert onward(graph, [update(1)], 9, lambda node: node != update(2)) == {update(4): [update(1)]}


@given(graphs(), st.integers(0, 12), st.integers(0, 5), st.integers(0, 12))
def test_each_that_is_gone_on_to_follows_what_is_done_before_it(graph, before, batch, most):
    order = graph.order()
    past, done = order[:before], [node for node in order[before : before + batch] if node != EPILOGUE]
    done = [node for node in done if set(graph.predecessors(node)) <= set(past)]
    found = onward(graph, done, most)

    assert len(found) <= most
    reached = set(done)
    for node, followed in found.items():
        assert node not in {*past, *reached}
        assert set(followed) == reached.intersection(graph.predecessors(node))
        assert set(graph.predecessors(node)) <= {*past, *reached}
        reached.add(node)


@given(st.lists(st.integers(1, 500), unique=True), st.integers(1, 30), st.integers(0, 9))
def test_chunks_have_every_node_once_in_order_and_none_is_too_large(ids, size, engines):
    nodes = [update(id_) for id_ in ids]

    cut = chunks(nodes, size, engines)

    assert [node for chunk in cut for node in chunk] == nodes
    assert all(1 <= len(chunk) <= size for chunk in cut)


def test_few_nodes_are_cut_so_that_every_engine_gets_work():
    nodes = [update(id_) for id_ in range(1, 11)]

    assert [len(chunk) for chunk in chunks(nodes, size=20, engines=4)] == [3, 3, 3, 1]
    assert [len(chunk) for chunk in chunks(nodes, size=20, engines=50)] == [1] * 10


def test_many_nodes_fill_the_batches():
    nodes = [update(id_) for id_ in range(1, 101)]
    random.Random(1).shuffle(nodes)

    assert [len(chunk) for chunk in chunks(nodes, size=20, engines=2)] == [20] * 5
