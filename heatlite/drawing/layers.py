"""Layers: the column of each resource, and the order within a column.

    layer 0        layer 1        layer 2
    ┌───┐          ┌───┐          ┌───┐
    │ a │─────────▶│ b │─────────▶│ d │      each stands right of all that it requires
    └───┘ ╲        └───┘        ╱ └───┘
           ╲────── (bend) ─────╱             an edge across a layer bends there, around the layer's boxes

A few sweeps in both directions put each place near the middle of its neighbours. Then few edges cross.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from heatlite.drawing.simplify import Edges, order

SWEEPS = 6
MOST_BENDS = 1500
"""With more bends than this, edges are drawn straight: nobody could follow a single one by eye."""


@dataclass(frozen=True, order=True)
class Bend:
    """The point where the edge from ``before`` to ``after`` crosses a layer."""

    before: str
    after: str
    layer: int


Place = str | Bend


@dataclass(frozen=True)
class Layered:
    """A graph in layers.

    ``layers``: the places of each, in order. ``segments``: pieces of edges between adjacent layers.
    """

    layers: tuple[tuple[Place, ...], ...]
    segments: tuple[tuple[Place, Place], ...]
    chains: Mapping[tuple[str, str], tuple[Place, ...]]
    """Edge → the places it goes through, both ends included."""


def layered(edges: Edges) -> Layered:
    """Arrange a graph without cycles in layers."""
    depth = depths(edges)
    chains = {(b, a): _chain(b, a, depth) for a, required in edges.items() for b in required}
    if sum(len(chain) - 2 for chain in chains.values()) > MOST_BENDS:
        chains = {edge: edge for edge in chains}
    layers: list[list[Place]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for name in edges:
        layers[depth[name]].append(name)
    for chain in chains.values():
        for place in chain[1:-1]:
            assert isinstance(place, Bend)
            layers[place.layer].append(place)
    segments = [piece for chain in chains.values() for piece in itertools.pairwise(chain)]
    return Layered(tuple(map(tuple, untangled(layers, segments))), tuple(segments), chains)


def depths(edges: Edges) -> dict[str, int]:
    """Map each name to its layer: one more than the highest layer of its required names."""
    found: dict[str, int] = {}
    for name in order(edges):
        found[name] = 1 + max((found[required] for required in edges[name]), default=-1)
    return found


def _chain(before: str, after: str, depth: Mapping[str, int]) -> tuple[Place, ...]:
    return (before, *(Bend(before, after, at) for at in range(depth[before] + 1, depth[after])), after)


def untangled(layers: Sequence[Sequence[Place]], segments: Sequence[tuple[Place, Place]]) -> list[list[Place]]:
    """Reorder each layer so that few segments cross."""
    left: dict[Place, list[Place]] = {}
    right: dict[Place, list[Place]] = {}
    for before, after in segments:
        left.setdefault(after, []).append(before)
        right.setdefault(before, []).append(after)
    found = [list(layer) for layer in layers]
    for sweep in range(SWEEPS):
        neighbours, fixed = (left, found) if sweep % 2 == 0 else (right, found[::-1])
        for beside, layer in itertools.pairwise(fixed):
            where = {place: index / len(beside) for index, place in enumerate(beside)}
            layer.sort(key=_Middle(neighbours, where, {place: i / len(layer) for i, place in enumerate(layer)}))
    return found


@dataclass(frozen=True)
class _Middle:
    """A sort key: the mean position of a place's neighbours in the adjacent layer; without any, its own position."""

    neighbours: Mapping[Place, Sequence[Place]]
    where: Mapping[Place, float]
    own: Mapping[Place, float]

    def __call__(self, place: Place) -> float:
        found = [self.where[each] for each in self.neighbours.get(place, ()) if each in self.where]
        return sum(found) / len(found) if found else self.own[place]
