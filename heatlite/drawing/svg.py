"""A picture as SVG: the sections one below the other, each a graph from left to right."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from heatlite.drawing.layers import Layered, layered
from heatlite.drawing.markup import shortened, text
from heatlite.drawing.picture import Picture, Section, Vertex
from heatlite.drawing.place import BOX_HEIGHT, BOX_WIDTH, Placed, Point, placed
from heatlite.drawing.simplify import without_circles, without_detours

MARGIN, HEADING, GAP = 16.0, 30.0, 28.0
NAME_COLUMNS, TYPE_COLUMNS = 19, 28

STYLE = """
svg.graph { font-family: system-ui, "Segoe UI", "DejaVu Sans", sans-serif; background: #fff }
.graph .heading { font-size: 14px; font-weight: 600; fill: #1c2430 }
.graph .heading .told { font-weight: 400; fill: #566070 }
.graph .edge { fill: none; stroke: #8793a3; stroke-width: 1.3; marker-end: url(#arrow) }
.graph .crowded .edge { stroke-opacity: .35; stroke-width: 1 }
.graph .name { font-size: 12.5px; font-weight: 600; fill: #17202c }
.graph .type { font-size: 10.5px; fill: #4d5866 }
.graph rect.band { fill: #f1f4f8; stroke: #dbe1e9 }
.graph rect { stroke-width: 1.4; rx: 6px }
.graph .complete rect { fill: #e6f5ea; stroke: #2b8a57 }
.graph .in-progress rect { fill: #e1edfc; stroke: #2467b3; stroke-width: 2 }
.graph .failed rect { fill: #fde5e2; stroke: #b93227; stroke-width: 2 }
.graph .waiting rect { fill: #f3f3f1; stroke: #8b8f94; stroke-dasharray: 4 3 }
.graph .holds rect { filter: drop-shadow(3px 3px 0 #c3ccd8) }
"""


@dataclass(frozen=True)
class Drawn:
    """A section with its graph laid out."""

    section: Section
    graph: Layered
    places: Placed

    @classmethod
    def of(cls, section: Section) -> Drawn:
        """Lay out a section."""
        graph = layered(without_detours(without_circles(section.edges)))
        return cls(section, graph, placed(graph))

    @property
    def is_crowded(self) -> bool:
        return len(self.graph.chains) > 300


def svg(picture: Picture) -> str:
    """Write the picture as one SVG element with its style, for a separate file or as part of a page."""
    drawn = [Drawn.of(section) for section in picture.sections]
    width = max((it.places.width for it in drawn), default=0.0) + 2 * MARGIN
    body, y = [], MARGIN
    for number, it in enumerate(drawn):
        body += list(_section(number, it, y))
        y += HEADING + it.places.height + GAP
    size = f'width="{width:.0f}" height="{y:.0f}" viewBox="0 0 {width:.0f} {y:.0f}"'
    arrow = (
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0.5 8 4 0 7.5z" fill="#8793a3"/></marker></defs>'
    )
    head = f'<svg xmlns="http://www.w3.org/2000/svg" class="graph" {size} role="img">'
    return "\n".join([head, f"<style>{STYLE}</style>", arrow, *body, "</svg>\n"])


def _section(number: int, drawn: Drawn, y: float) -> Iterator[str]:
    section = drawn.section
    status = f'<tspan class="told">  {text(section.state.sign)} {text(section.status_text)}</tspan>'
    kind = "section crowded" if drawn.is_crowded else "section"
    yield f'<g id="section-{number}" class="{kind}" data-title="{text(section.title)}">'
    yield f'<text class="heading" x="{MARGIN}" y="{y + 15:.0f}">{text(section.title)}{status}</text>'
    yield f'<g transform="translate({MARGIN} {y + HEADING:.0f})">'
    if not section.vertices:
        yield '<text class="type" x="0" y="14">no resources</text>'
    for x, width in drawn.places.bands:
        high = drawn.places.height + 12
        yield f'<rect class="band" x="{x - 6:.0f}" y="-6" width="{width + 12:.0f}" height="{high:.0f}"/>'
    for edge, chain in drawn.graph.chains.items():
        yield _edge(edge, [drawn.places.points[place] for place in chain])
    for vertex in section.vertices:
        yield _vertex(vertex, drawn.places.points[vertex.name])
    yield "</g></g>"


def _edge(edge: tuple[str, str], points: list[Point]) -> str:
    """Draw a curve from the right side of the first box through the bends to the left side of the last."""
    (x, y), *bends, (end_x, end_y) = points
    middle = BOX_HEIGHT / 2
    stops = [(x + BOX_WIDTH, y + middle)]
    for at, height in bends:
        stops += [(at, height), (at + BOX_WIDTH, height)]
    stops.append((end_x - 2, end_y + middle))
    path = f"M{stops[0][0]:.0f} {stops[0][1]:.0f}"
    for index, ((from_x, from_y), (to_x, to_y)) in enumerate(itertools.pairwise(stops)):
        half = max((to_x - from_x) / 2, 20)
        if index % 2:
            path += f"H{to_x:.0f}"
        else:
            path += f"C{from_x + half:.0f} {from_y:.0f} {to_x - half:.0f} {to_y:.0f} {to_x:.0f} {to_y:.0f}"
    return f'<path class="edge" data-from="{text(edge[0])}" data-to="{text(edge[1])}" d="{path}"/>'


def _vertex(vertex: Vertex, point: Point) -> str:
    x, y = point
    tip = "\n".join(filter(None, (vertex.name, vertex.type, vertex.status_text, vertex.reason)))
    name = f"{vertex.state.sign} {shortened(vertex.name, NAME_COLUMNS)}"
    holds = f' data-holds="{text(vertex.holds)}"' if vertex.holds else ""
    return (
        f'<g class="vertex {vertex.state}{" holds" if vertex.holds else ""}" data-name="{text(vertex.name)}"{holds}'
        f' transform="translate({x:.1f} {y:.1f})"><title>{text(tip)}</title>'
        f'<rect width="{BOX_WIDTH:.0f}" height="{BOX_HEIGHT:.0f}" rx="6"/>'
        f'<text class="name" x="10" y="17">{text(name)}</text>'
        f'<text class="type" x="10" y="32">{text(shortened(vertex.type, TYPE_COLUMNS))}</text></g>'
    )
