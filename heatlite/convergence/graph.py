"""Directed graphs: what follows what, what arrives at whom, and who is ready. This module knows nothing of resources.

    Graph({"web": ["network"], "network": []})      web ──follows──▶ network

A node is *ready* when all its predecessors are done. ``order`` returns one order in which the nodes become ready, and
refuses a circle with its path.

A node waits for a *number* of predecessors. Each arrival subtracts one, atomically in the database. The arrival that
brings the number to zero makes the node ready. No engine reads the number, changes it and writes it back.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Generic, TypeVar

from heatlite import exception

Key = TypeVar("Key", bound=Hashable)


class Graph(Generic[Key]):
    """An immutable graph, made from the predecessors of each node.

    :param follows: node → its predecessors. A predecessor that is no key becomes a node too
    """

    def __init__(self, follows: Mapping[Key, Iterable[Key]]) -> None:
        predecessors: dict[Key, tuple[Key, ...]] = {
            node: tuple(dict.fromkeys(before)) for node, before in follows.items()
        }
        for before in tuple(predecessors.values()):
            for node in before:
                predecessors.setdefault(node, ())
        self._predecessors = predecessors

    def __iter__(self) -> Iterator[Key]:
        return iter(self._predecessors)

    def __len__(self) -> int:
        return len(self._predecessors)

    def __contains__(self, node: object) -> bool:
        return node in self._predecessors

    def predecessors(self, node: Key) -> tuple[Key, ...]:
        """Return the predecessors of a node."""
        return self._predecessors[node]

    def successors(self, node: Key) -> tuple[Key, ...]:
        """Return the successors of a node."""
        return self._successors[node]

    @cached_property
    def _successors(self) -> dict[Key, tuple[Key, ...]]:
        after: dict[Key, list[Key]] = {node: [] for node in self._predecessors}
        for node, before in self._predecessors.items():
            for predecessor in before:
                after[predecessor].append(node)
        return {node: tuple(followers) for node, followers in after.items()}

    def roots(self) -> list[Key]:
        """Return the nodes without predecessors, which are ready at once."""
        return [node for node, before in self._predecessors.items() if not before]

    def leaves(self) -> list[Key]:
        """Return the nodes without successors."""
        return [node for node in self._predecessors if not self._successors[node]]

    def order(self) -> list[Key]:
        """Return all nodes, each after its predecessors.

        :raises CircularDependencyException: with the path of one circle
        """
        ordered = self._become_ready()
        if len(ordered) < len(self):
            circle = self._circle(self.never_ready())
            raise exception.CircularDependencyException(cycle=" -> ".join(str(node) for node in circle))
        return ordered

    def never_ready(self) -> set[Key]:
        """Return the nodes on circles and all nodes behind them; a graph without circles has none."""
        return self._predecessors.keys() - set(self._become_ready())

    def _become_ready(self) -> list[Key]:
        missing = {node: len(before) for node, before in self._predecessors.items()}
        ready = deque(self.roots())
        ordered = []
        while ready:
            node = ready.popleft()
            ordered.append(node)
            for follower in self._successors[node]:
                missing[follower] -= 1
                if not missing[follower]:
                    ready.append(follower)
        return ordered

    def _circle(self, never_ready: set[Key]) -> list[Key]:
        """Find one circle among the nodes that never become ready, as a path that ends where it began."""
        node = next(node for node in self._predecessors if node in never_ready)
        path: dict[Key, None] = {}
        while node not in path:  # each of them follows another of them, so that walking back must close a circle
            path[node] = None
            node = next(before for before in self._predecessors[node] if before in never_ready)
        walked = list(path)
        return [*walked[walked.index(node) :], node]


def waiting_counts(graph: Graph[Key]) -> dict[Key, int]:
    """Return node → number of predecessors that it waits for. Nodes with 0 are ready at once."""
    return {node: len(graph.predecessors(node)) for node in graph}


def arrivals(graph: Graph[Key], done: Iterable[Key]) -> Counter[Key]:
    """Return successor → number of these done nodes that are its predecessors."""
    seen: Counter[Key] = Counter()
    for node in done:
        seen.update(graph.successors(node))
    return seen


def complete(graph: Graph[Key], seen: Mapping[Key, int]) -> set[Key]:
    """Return the nodes all of whose predecessors arrived at once.

    :param seen: node → number of arrivals
    """
    return {node for node, count in seen.items() if count == len(graph.predecessors(node))}


def onward(
    graph: Graph[Key], done: Collection[Key], most: int, suits: Callable[[Key], bool] = lambda node: True
) -> dict[Key, list[Key]]:
    """Return the nodes that can be done in one go after ``done``: layer by layer, each after its predecessors.

        done   a   b   |   c: a b     d: c     e: c x        gives c, d: x isn't done

    The predecessors of ``done`` were done before, and count as done. The function knows of two steps back only: the
    predecessors, and their predecessors. A layer that doesn't fit as a whole is left out, since the other half would
    have to be waited for.

    :param most: largest number of nodes
    :param suits: tells whether a node may be done inline
    :returns: node → its predecessors among ``done`` and these nodes
    """
    reached, found, last = Reached(graph), dict[Key, list[Key]](), list(done)
    reached.add(last)
    while last:
        after = dict.fromkeys(follower for node in last for follower in graph.successors(node))
        last = [node for node in after if reached.suffices(node) and suits(node)]
        if len(found) + len(last) > most:
            break
        found |= {node: [before for before in graph.predecessors(node) if before in reached.nodes] for node in last}
        reached.add(last)
    return found


class Reached(Generic[Key]):
    """Nodes that are done together, and the nodes near them that were done before."""

    def __init__(self, graph: Graph[Key]) -> None:
        self._graph = graph
        self.nodes: set[Key] = set()
        self._before: set[Key] = set()
        self._looked_at: set[Key] = set()

    def add(self, nodes: Collection[Key]) -> None:
        """Add nodes that are done as well."""
        self.nodes.update(nodes)
        near = {before for node in nodes for before in self._graph.predecessors(node)} - self._looked_at
        self._looked_at |= near
        self._before |= near
        self._before.update(before for node in near for before in self._graph.predecessors(node))

    def suffices(self, node: Key) -> bool:
        """Tell whether all predecessors of a node that isn't among them are done."""
        return node not in self.nodes and all(
            before in self.nodes or before in self._before for before in self._graph.predecessors(node)
        )


def chunks(nodes: list[Key], size: int, engines: int) -> list[list[Key]]:
    """Cut ready nodes into batches: none larger than ``size``, and enough of them that every engine gets work."""
    if not nodes:
        return []
    width = max(1, min(size, -(-len(nodes) // max(1, engines))))
    return [nodes[start : start + width] for start in range(0, len(nodes), width)]
