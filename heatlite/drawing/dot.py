"""A picture in DOT, graphviz's language. Each nested stack is a cluster, and a dotted line leads to it."""

from __future__ import annotations

from collections.abc import Iterator

from heatlite.drawing.markup import quoted
from heatlite.drawing.picture import Picture, Section, State, Vertex

FILLS = {
    State.COMPLETE: "#dff3e4",
    State.IN_PROGRESS: "#dcebfb",
    State.FAILED: "#fbdcd8",
    State.WAITING: "#eeeeec",
}


def dot(picture: Picture) -> str:
    """Write the picture as a directed graph. An edge goes from the required resource to the one that requires it."""
    return "\n".join(_lines(picture)) + "\n"


def _lines(picture: Picture) -> Iterator[str]:
    root = picture.sections[0].title if picture.sections else "stack"
    yield f"digraph {quoted(root)} {{"
    yield "  rankdir=LR"
    yield '  node [shape=box, style="rounded,filled", fontname="Helvetica"]'
    for number, section in enumerate(picture.sections):
        yield from _section(number, section)
    firsts = {section.title: section for section in picture.sections}
    for section in picture.sections:
        for vertex in section.vertices:
            inner = firsts.get(vertex.holds)
            if inner is not None and inner.vertices:
                first = _id(inner, inner.vertices[0])
                yield f"  {_id(section, vertex)} -> {first} [style=dotted, arrowhead=none]"
    yield "}"


def _section(number: int, section: Section) -> Iterator[str]:
    yield f"  subgraph cluster_{number} {{"
    yield f"    label={quoted(f'{section.title}  {section.status_text}')}"
    for vertex in section.vertices:
        label = quoted(f"{vertex.state.sign} {vertex.name}\n{vertex.type}")
        tip = quoted(f"{vertex.status_text} {vertex.reason}".strip())
        yield f'    {_id(section, vertex)} [label={label}, tooltip={tip}, fillcolor="{FILLS[vertex.state]}"]'
    for name, required in section.edges.items():
        for each in required:
            yield f"    {_named(section, each)} -> {_named(section, name)}"
    yield "  }"


def _id(section: Section, vertex: Vertex) -> str:
    return _named(section, vertex.name)


def _named(section: Section, name: str) -> str:
    return quoted(f"{section.title}/{name}")
