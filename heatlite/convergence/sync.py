"""Arrivals: when a node is done, each of its successors waits for one predecessor less.

A node waits for a *number* of predecessors. Each arrival subtracts one, atomically in the database. The arrival that
brings the number to zero makes the node ready. No engine reads the number, changes it and writes it back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping

from heatlite.convergence.graph import Graph
from heatlite.convergence.model import Node


def waiting_counts(graph: Graph[Node]) -> dict[Node, int]:
    """Return node → number of predecessors that it waits for. Nodes with 0 are ready at once."""
    return {node: len(graph.predecessors(node)) for node in graph}


def arrivals(graph: Graph[Node], done: Iterable[Node]) -> Counter[Node]:
    """Return successor → number of these done nodes that are its predecessors."""
    seen: Counter[Node] = Counter()
    for node in done:
        seen.update(graph.successors(node))
    return seen


def complete(graph: Graph[Node], seen: Mapping[Node, int]) -> set[Node]:
    """Return the nodes all of whose predecessors arrived at once.

    :param seen: node → number of arrivals
    """
    return {node for node, count in seen.items() if count == len(graph.predecessors(node))}


def onward(
    graph: Graph[Node], done: Collection[Node], most: int, suits: Callable[[Node], bool] = lambda node: True
) -> dict[Node, list[Node]]:
    """Return the nodes that can be done in one go after ``done``: layer by layer, each after its predecessors.

        done   a   b   |   c: a b     d: c     e: c x        gives c, d: x isn't done

    The predecessors of ``done`` were done before, and count as done. The function knows of two steps back only: the
    predecessors, and their predecessors. A layer that doesn't fit as a whole is left out, since the other half would
    have to be waited for.

    :param most: largest number of nodes
    :param suits: tells whether a node may be done inline
    :returns: node → its predecessors among ``done`` and these nodes
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
    """Nodes that are done together, and the nodes near them that were done before."""

    def __init__(self, graph: Graph[Node]) -> None:
        self._graph = graph
        self.nodes: set[Node] = set()
        self._before: set[Node] = set()
        self._looked_at: set[Node] = set()

    def add(self, nodes: Collection[Node]) -> None:
        """Add nodes that are done as well."""
        self.nodes.update(nodes)
        near = {before for node in nodes for before in self._graph.predecessors(node)} - self._looked_at
        self._looked_at |= near
        self._before |= near
        self._before.update(before for node in near for before in self._graph.predecessors(node))

    def suffices(self, node: Node) -> bool:
        """Tell whether all predecessors of a node that isn't among them are done."""
        return node not in self.nodes and all(
            before in self.nodes or before in self._before for before in self._graph.predecessors(node)
        )


def chunks(nodes: list[Node], size: int, engines: int) -> list[list[Node]]:
    """Cut ready nodes into batches: none larger than ``size``, and enough of them that every engine gets work."""
    if not nodes:
        return []
    width = max(1, min(size, -(-len(nodes) // max(1, engines))))
    return [nodes[start : start + width] for start in range(0, len(nodes), width)]
