"""A plot of cost over size as SVG: both axes logarithmic, a line for each engine; text only, no library.

ms │      o───o──o   heat
   │
   │  o──o───o────o───o   heatlite
   └───────────────────── resources
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

from heatlite.drawing.markup import text

Points = Sequence[tuple[float, float]]
WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 640, 360, 70, 50, 40, 110
COLOURS = ("#2467b3", "#b93227", "#8b8f94", "#2b8a57")
STYLE = 'font-family="system-ui, DejaVu Sans, sans-serif" font-size="12" fill="#17202c"'


def plot(title: str, unit: str, lines: Mapping[str, Points]) -> str:
    """The plot as a file's text.

    :param unit: of the vertical axis
    :param lines: name → (number of resources, cost), every number above zero
    """
    every = [point for points in lines.values() for point in points]
    across = Axis([x for x, _ in every], LEFT, WIDTH - RIGHT)
    up = Axis([y for _, y in every], HEIGHT - BOTTOM, TOP)
    body = [f'<text x="{LEFT}" y="20" font-weight="600">{text(title)}</text>']
    body += [f'<text x="8" y="{TOP - 6}">{text(unit)}</text>']
    body += [f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 10}" text-anchor="end">resources of the stack</text>']
    for value in across.ticks():
        x = across.place(value)
        body.append(f'<path d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#dbe1e9"/>')
        body.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{value:,.0f}</text>')
    for value in up.ticks():
        y = up.place(value)
        body.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#dbe1e9"/>')
        body.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>')
    for colour, (name, points) in zip(itertools.cycle(COLOURS), lines.items()):
        body += drawn(name, [(across.place(x), up.place(y)) for x, y in sorted(points)], colour)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" {STYLE} role="img">'
    return "\n".join([head, '<rect width="100%" height="100%" fill="#fff"/>', *body, "</svg>\n"])


def drawn(name: str, places: Points, colour: str) -> list[str]:
    """A line with its points, and its name at its end."""
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    x, y = places[-1]
    return [
        f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>',
        *(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in places),
        f'<text x="{x + 8:.1f}" y="{y + 4:.1f}" fill="{colour}" font-weight="600">{text(name)}</text>',
    ]


class Axis:
    """A logarithmic axis that has room for these values, from one place to another."""

    def __init__(self, values: Sequence[float], begin: float, end: float) -> None:
        self._low = math.floor(math.log10(min(values)) * 2) / 2
        self._high = max(math.ceil(math.log10(max(values)) * 2) / 2, self._low + 0.5)
        self._begin, self._end = begin, end

    def place(self, value: float) -> float:
        """Where a value is."""
        share = (math.log10(value) - self._low) / (self._high - self._low)
        return self._begin + share * (self._end - self._begin)

    def ticks(self) -> list[float]:
        """1, 2 and 5 times the powers of ten that are on it."""
        powers = range(math.floor(self._low), math.ceil(self._high) + 1)
        every = [step * 10.0**power for power in powers for step in (1, 2, 5)]
        return [it for it in every if self._low - 0.001 <= math.log10(it) <= self._high + 0.001]
