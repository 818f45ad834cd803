"""A directed graph that says what follows what. It knows nothing of resources.

    Graph({"web": ["network"], "network": []})      web ──follows──▶ network

A node is *ready* when everything that it follows is done; ``order`` gives one order in which all of them become so,
and refuses a circle, naming its path.
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

    :param follows: for each node, the nodes it follows. A predecessor that is no key of its own becomes a node too.
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
        """What ``node`` follows."""
        return self._predecessors[node]

    def successors(self, node: Key) -> tuple[Key, ...]:
        """What follows ``node``."""
        return self._successors[node]

    @cached_property
    def _successors(self) -> dict[Key, tuple[Key, ...]]:
        after: dict[Key, list[Key]] = {node: [] for node in self._predecessors}
        for node, before in self._predecessors.items():
            for predecessor in before:
                after[predecessor].append(node)
        return {node: tuple(followers) for node, followers in after.items()}

    def roots(self) -> list[Key]:
        """The nodes that follow nothing: ready at once."""
        return [node for node, before in self._predecessors.items() if not before]

    def leaves(self) -> list[Key]:
        """The nodes that nothing follows."""
        return [node for node in self._predecessors if not self._successors[node]]

    def order(self) -> list[Key]:
        """All nodes, each after what it follows.

        :raises CircularDependencyException: with the path of one circle
        """
        ordered = self._become_ready()
        if len(ordered) < len(self):
            circle = self._circle(self.never_ready())
            raise exception.CircularDependencyException(cycle=" -> ".join(str(node) for node in circle))
        return ordered

    def never_ready(self) -> set[Key]:
        """The nodes on circles and all that follows them; none, in a graph that can be worked off."""
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
        """One circle among the nodes that never become ready, as a path that ends where it began."""
        node = next(node for node in self._predecessors if node in never_ready)
        path: dict[Key, None] = {}
        while node not in path:  # each of them follows another of them, so that walking back must close a circle
            path[node] = None
            node = next(before for before in self._predecessors[node] if before in never_ready)
        walked = list(path)
        return [*walked[walked.index(node) :], node]
