"""Placement: from layers to points. Units are CSS pixels; x grows to the right, y downwards.

A layer that is too high for a screen is folded into several columns. In a picture without such layers, each box is
placed as near to the middle of its neighbours as its order in the layer allows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from heatlite.drawing.layers import Bend, Layered, Place

BOX_WIDTH, BOX_HEIGHT = 190.0, 40.0
ROW, COLUMN, FOLD = 54.0, 260.0, 204.0
BEND_ROW = 16.0
HIGHEST = 24
"""Boxes in a column. A higher layer is folded."""
ROUNDS = 6

Point = tuple[float, float]


@dataclass(frozen=True)
class Placed:
    """The upper left corner of each box, the point of each bend, and the size of the picture.

    ``bands``: the start and width of each folded layer, because a reader couldn't tell the layers' columns apart
    otherwise.
    """

    points: Mapping[Place, Point]
    width: float
    height: float
    bands: tuple[tuple[float, float], ...] = ()


def placed(layered: Layered) -> Placed:
    """Compute a point for each box and bend."""
    folded = any(len([it for it in layer if isinstance(it, str)]) > HIGHEST for layer in layered.layers)
    points = _folded(layered.layers) if folded else _columns(layered)
    top = min((y for _, y in points.values()), default=0.0)
    moved = {place: (x, y - top) for place, (x, y) in points.items()}
    right = max((x for x, _ in moved.values()), default=0.0)
    bottom = max((y for _, y in moved.values()), default=0.0)
    bands = _bands(layered.layers, points) if folded else ()
    return Placed(moved, right + BOX_WIDTH, bottom + BOX_HEIGHT, bands)


def _bands(layers: Sequence[Sequence[Place]], points: Mapping[Place, Point]) -> tuple[tuple[float, float], ...]:
    """Compute the start and width of each layer that has boxes."""
    spans = [[points[place][0] for place in layer if isinstance(place, str)] for layer in layers]
    return tuple((min(span), max(span) + BOX_WIDTH - min(span)) for span in spans if span)


def _folded(layers: Sequence[Sequence[Place]]) -> dict[Place, Point]:
    """Place each layer as a block of columns, vertically centred. Bends lie at the centre too."""
    points: dict[Place, Point] = {}
    x = 0.0
    for layer in layers:
        boxes = [place for place in layer if isinstance(place, str)]
        rows = max(HIGHEST, math.ceil(math.sqrt(3 * len(boxes))))
        high = min(rows, len(boxes))
        for index, place in enumerate(boxes):
            points[place] = (x + index // rows * FOLD, (index % rows - high / 2) * ROW)
        bends = [place for place in layer if isinstance(place, Bend)]
        for index, bend in enumerate(bends):
            points[bend] = (x, (index - len(bends) / 2) * 2)
        x += max(math.ceil(len(boxes) / rows) - 1, 0) * FOLD + COLUMN
    return points


def _columns(layered: Layered) -> dict[Place, Point]:
    near: dict[Place, list[Place]] = {}
    for before, after in layered.segments:
        near.setdefault(after, []).append(before)
        near.setdefault(before, []).append(after)
    middles = {place: y for layer in layered.layers for place, y in zip(layer, _stacked(layer), strict=True)}
    for _ in range(ROUNDS):
        for layer in (*layered.layers, *layered.layers[::-1]):
            wanted = [_mean([middles[each] for each in near.get(place, ())], middles[place]) for place in layer]
            middles |= dict(zip(layer, spread(wanted, _stacked(layer)), strict=True))
    return {
        place: (at * COLUMN, middles[place] - (BOX_HEIGHT / 2 if isinstance(place, str) else 0.0))
        for at, layer in enumerate(layered.layers)
        for place in layer
    }


def _stacked(layer: Sequence[Place]) -> list[float]:
    """Compute the middles of places that are packed without gaps, centred on 0."""
    found, y = [], 0.0
    for place in layer:
        high = ROW if isinstance(place, str) else BEND_ROW
        found.append(y + high / 2)
        y += high
    return [middle - y / 2 for middle in found]


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def spread(wanted: Sequence[float], closest: Sequence[float]) -> list[float]:
    """Compute the positions nearest to the wanted ones (least squares), in this order and no closer than ``closest``.

    Positions that are wanted too close together become a block. A block that overlaps the one before is joined to it.
    """
    blocks: list[tuple[float, int]] = []  # mean offset, members
    for want, close in zip(wanted, closest, strict=True):
        mean, count = want - close, 1
        while blocks and blocks[-1][0] >= mean:
            earlier, members = blocks.pop()
            mean = (mean * count + earlier * members) / (count + members)
            count += members
        blocks.append((mean, count))
    offsets = [mean for mean, count in blocks for _ in range(count)]
    return [offset + close for offset, close in zip(offsets, closest, strict=True)]
