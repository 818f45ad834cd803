"""The graph: what follows what, in which order all of it becomes ready, and which circle is refused."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatlite.convergence.graph import Graph
from heatlite.exception import CircularDependencyException


@st.composite
def acyclic(draw):
    """Predecessors of numbered nodes: each follows some with smaller numbers, told in any order, twice at times."""
    size = draw(st.integers(0, 12))
    follows = {node: draw(st.lists(st.integers(0, node - 1), max_size=4)) if node else [] for node in range(size)}
    return {node: follows[node] for node in draw(st.permutations(range(size)))}


anything = st.dictionaries(st.integers(0, 8), st.lists(st.integers(0, 8), max_size=4), max_size=9)


def test_a_predecessor_that_was_not_listed_becomes_a_node():
    graph = Graph({"web": ["network"]})

    assert set(graph) == {"web", "network"}
    assert graph.roots() == ["network"]
    assert graph.leaves() == ["web"]


def test_a_predecessor_named_twice_counts_once():
    graph = Graph({"web": ["network", "network"], "network": []})

    assert graph.predecessors("web") == ("network",)
    assert graph.successors("network") == ("web",)


def test_a_graph_does_not_change_with_what_it_was_made_from():
    before = ["network"]
    graph = Graph({"web": before})
    before.append("volume")

    assert graph.predecessors("web") == ("network",)
    assert "volume" not in graph


@given(acyclic())
def test_order_has_every_node_once_and_after_all_that_it_follows(follows):
    order = Graph(follows).order()

    assert sorted(order) == sorted(follows)
    position = {node: index for index, node in enumerate(order)}
    assert all(position[before] < position[node] for node in follows for before in follows[node])


@given(acyclic())
def test_a_graph_without_a_circle_has_no_node_that_never_becomes_ready(follows):
    assert Graph(follows).never_ready() == set()


@given(anything)
def test_successors_are_predecessors_seen_from_the_other_side(follows):
    graph = Graph(follows)

    forward = {(before, node) for node in graph for before in graph.predecessors(node)}
    backward = {(node, after) for node in graph for after in graph.successors(node)}
    assert forward == backward


@given(anything)
def test_a_refused_circle_is_named_by_a_path_along_its_edges(follows):
    graph = Graph(follows)
    try:
        graph.order()
    except CircularDependencyException as error:
        path = [int(node) for node in error.kwargs["cycle"].split(" -> ")]
        assert path[0] == path[-1]
        assert len(set(path)) == len(path) - 1 > 0
        assert all(before in graph.predecessors(node) for node, before in itertools.pairwise(path))
    else:
        assert graph.never_ready() == set()


def test_a_node_that_follows_itself_is_a_circle():
    with pytest.raises(CircularDependencyException, match="web -> web"):
        Graph({"web": ["web"]}).order()


def test_what_only_follows_a_circle_is_not_part_of_the_path():
    follows = {"page": ["a"], "a": ["b"], "b": ["a"], "free": []}

    with pytest.raises(CircularDependencyException) as caught:
        Graph(follows).order()

    assert "page" not in caught.value.kwargs["cycle"]
    assert Graph(follows).never_ready() == {"page", "a", "b"}
