"""Arrivals: when nodes are done, what each of their successors has one predecessor less to wait for.

A node waits for a *number* of predecessors. Each arrival takes one off, in the database, by an atomic subtraction;
the one that brings it to nought makes the node ready. Nobody reads the number, changes it and writes it back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping

from heatlite.convergence.graph import Graph
from heatlite.convergence.model import Node


def waiting_counts(graph: Graph[Node]) -> dict[Node, int]:
    """For each node of a new traversal, how many predecessors it waits for. Those with 0 are ready at once."""
    return {node: len(graph.predecessors(node)) for node in graph}


def arrivals(graph: Graph[Node], done: Iterable[Node]) -> Counter[Node]:
    """For each successor of the nodes that are done, how many of them it has now seen arrive."""
    seen: Counter[Node] = Counter()
    for node in done:
        seen.update(graph.successors(node))
    return seen


def complete(graph: Graph[Node], seen: Mapping[Node, int]) -> set[Node]:
    """Of nodes that have seen so many arrivals, those that follow nothing else: all came at once."""
    return {node for node, count in seen.items() if count == len(graph.predecessors(node))}


def onward(
    graph: Graph[Node], done: Collection[Node], most: int, suits: Callable[[Node], bool] = lambda node: True
) -> dict[Node, list[Node]]:
    """What follows done nodes and nothing else, then what follows those, and so on, each after what it follows.

        done   a   b   |   c: a b     d: c     e: c x        gives c, d: x isn't among them

    What ``done`` nodes follow has been done before, so that it doesn't count. Of that, only what is near is known here:
    what the nodes follow, and what that follows. A layer that wouldn't fit as a whole is left out: halves of it would
    be waited for.

    :param most: how many at most
    :param suits: of what is found, what may be gone on from
    :returns: each with those of ``done`` and of these that it follows
    """
    reached, found, last = Reached(graph), dict[Node, list[Node]](), list(done)
    reached.add(last)
    while last:
        after = dict.fromkeys(follower for node in last for follower in graph.successors(node))
        last = [node for node in after if reached.suffices(node) and suits(node)]
        if len(found) + len(last) > most:
            break
        found |= {node: [before for before in graph.predecessors(node) if before in reached.nodes] for node in last}
        reached.add(last)
    return found


class Reached:
    """Nodes that are done together, and what near them has been done before."""

    def __init__(self, graph: Graph[Node]) -> None:
        self._graph = graph
        self.nodes: set[Node] = set()
        self._before: set[Node] = set()
        self._looked_at: set[Node] = set()

    def add(self, nodes: Collection[Node]) -> None:
        """These are done as well."""
        self.nodes.update(nodes)
        near = {before for node in nodes for before in self._graph.predecessors(node)} - self._looked_at
        self._looked_at |= near
        self._before |= near
        self._before.update(before for node in near for before in self._graph.predecessors(node))

    def suffices(self, node: Node) -> bool:
        """Whether a node that isn't among them follows nothing else."""
        return node not in self.nodes and all(
            before in self.nodes or before in self._before for before in self._graph.predecessors(node)
        )


def chunks(nodes: list[Node], size: int, engines: int) -> list[list[Node]]:
    """Cut ready nodes into batches: none larger than ``size``, and enough of them that every engine gets work."""
    if not nodes:
        return []
    width = max(1, min(size, -(-len(nodes) // max(1, engines))))
    return [nodes[start : start + width] for start in range(0, len(nodes), width)]
