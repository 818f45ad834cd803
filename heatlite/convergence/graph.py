"""Directed graphs of predecessors and successors. This module knows nothing of resources.

    Graph({"web": ["network"], "network": []})      web ──follows──▶ network

A node is *ready* when all its predecessors are done. ``order`` returns one order in which the nodes become ready, and
refuses a circle with its path.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Iterator, Mapping
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
