"""Simplification of a graph for drawing: without cycles, and without edges that other edges imply.

During an update rows may require one another in a cycle, because old and new requirements exist at once. One edge of
the cycle is left out: a picture with a small gap is better than none.
"""

from __future__ import annotations

from collections.abc import Mapping

Edges = Mapping[str, tuple[str, ...]]
"""Name → the names that it requires; every name is a key."""


def without_circles(edges: Edges) -> dict[str, tuple[str, ...]]:
    """Return the graph without the edges that close a cycle."""
    kept: dict[str, list[str]] = {name: [] for name in edges}
    entered: set[str] = set()
    left: set[str] = set()
    for root in edges:
        trail = [(root, iter(edges[root]))] if root not in entered else []
        entered.add(root)
        while trail:
            name, rest = trail[-1]
            required = next(rest, None)
            if required is None:
                left.add(name)
                trail.pop()
            elif required not in entered:
                kept[name].append(required)
                entered.add(required)
                trail.append((required, iter(edges[required])))
            elif required in left:
                kept[name].append(required)
    return {name: tuple(required) for name, required in kept.items()}


def order(edges: Edges) -> list[str]:
    """Sort the names, each after all that it requires. There must be no cycles."""
    followers: dict[str, list[str]] = {name: [] for name in edges}
    left = {name: len(required) for name, required in edges.items()}
    for name, required in edges.items():
        for each in required:
            followers[each].append(name)
    found = [name for name, count in left.items() if not count]
    for name in found:
        for follower in followers[name]:
            left[follower] -= 1
            if not left[follower]:
                found.append(follower)
    return found


def without_detours(edges: Edges) -> dict[str, tuple[str, ...]]:
    """Return the graph without each edge that a longer path implies."""
    place = {name: index for index, name in enumerate(edges)}
    below: dict[str, int] = {}  # name → a bit for each name that it requires, directly or not
    for name in order(edges):
        below[name] = 0
        for each in edges[name]:
            below[name] |= below[each] | 1 << place[each]
    reduced = {}
    for name in edges:
        required, indirect = edges[name], 0
        for each in required:
            indirect |= below[each]
        reduced[name] = tuple(each for each in required if not indirect >> place[each] & 1)
    return reduced
