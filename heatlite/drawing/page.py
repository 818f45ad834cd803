"""A picture as one HTML file that needs neither a server nor the web."""

from __future__ import annotations

from collections import Counter

from heatlite.drawing.markup import text
from heatlite.drawing.picture import Picture, State
from heatlite.drawing.svg import svg

STYLE = """
:root { color-scheme: light }
body { margin: 0; font: 14px/1.45 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; color: #17202c; background: #fff }
header { position: sticky; top: 0; left: 0; z-index: 2; background: #fff; border-bottom: 1px solid #d7dde5;
  padding: 10px 16px; display: flex; flex-wrap: wrap; gap: 4px 18px; align-items: baseline }
h1 { font-size: 17px; margin: 0; overflow-wrap: anywhere }
.note { color: #4d5866 }
.key { white-space: nowrap }
.key b { font-weight: 600 }
.complete b { color: #1e6b42 } .in-progress b { color: #1f5ca3 }
.failed b { color: #a82b20 } .waiting b { color: #555c66 }
input[type=search] { font: inherit; padding: 2px 6px; border: 1px solid #aab4c1; border-radius: 4px }
"""
GRAPH_STYLE = """
main { overflow: visible }
.graph.fitted { width: 100%; height: auto }
.graph .vertex { cursor: default }
.graph .holds { cursor: pointer }
.graph.looking .vertex:not(.near), .graph.looking .edge:not(.near) { opacity: .18 }
.graph.looking .edge.near { stroke: #17202c; stroke-width: 2; stroke-opacity: 1 }
"""
GRAPH_SCRIPT = """
const graph = document.querySelector('svg.graph');
function look(section, wanted) {
  graph.classList.toggle('looking', wanted.size > 0);
  for (const it of graph.querySelectorAll('.near')) it.classList.remove('near');
  for (const it of section.querySelectorAll('.vertex'))
    if (wanted.has(it.dataset.name)) it.classList.add('near');
}
graph.addEventListener('mouseover', event => {
  const vertex = event.target.closest('.vertex');
  if (!vertex) return;
  const name = vertex.dataset.name, section = vertex.closest('.section'), near = new Set([name]), edges = [];
  for (const edge of section.querySelectorAll('.edge'))
    if (edge.dataset.from === name || edge.dataset.to === name) {
      near.add(edge.dataset.from); near.add(edge.dataset.to); edges.push(edge);
    }
  look(section, near);
  for (const edge of edges) edge.classList.add('near');
});
graph.addEventListener('mouseout', event => {
  if (event.target.closest('.vertex')) look(graph, new Set());
});
graph.addEventListener('click', event => {
  const vertex = event.target.closest('.holds');
  if (!vertex) return;
  for (const section of graph.querySelectorAll('.section'))
    if (section.dataset.title === vertex.dataset.holds) section.scrollIntoView({behavior: 'smooth'});
});
document.querySelector('input[type=checkbox]').addEventListener('change', event =>
  graph.classList.toggle('fitted', event.target.checked));
document.querySelector('input[type=search]').addEventListener('input', event => {
  const words = event.target.value.toLowerCase(), found = new Set();
  for (const it of graph.querySelectorAll('.vertex'))
    if (words && (it.querySelector('title').textContent).toLowerCase().includes(words)) found.add(it.dataset.name);
  look(graph, found);
});
"""


def document(title: str, style: str, body: str, script: str, nonce: str = "") -> str:
    """Build a whole HTML file.

    :param nonce: the word by which a server's Content-Security-Policy allows the script
    """
    allowed = f' nonce="{text(nonce)}"' if nonce else ""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{text(title)}</title>\n<style>{STYLE}{style}</style></head>\n<body>\n{body}\n"
        f"<script{allowed}>{script}</script>\n</body></html>\n"
    )


def key(state: State, count: int) -> str:
    """Build one entry of the legend."""
    return f'<span class="key {state}"><b>{state.sign} {count}</b> {state.words}</span>'


def graph_page(picture: Picture) -> str:
    """Build the page of a stack's graph.

    Hovering over a resource shows its edges; a click on a nested stack goes there.
    """
    root = picture.sections[0]
    counts = Counter(vertex.state for section in picture.sections for vertex in section.vertices)
    legend = "".join(key(state, counts[state]) for state in State if counts[state])
    header = (
        f"<header><h1>{text(root.title)}</h1><span>{text(root.status_text)}</span>{legend}"
        '<input type="search" placeholder="find a resource" aria-label="find a resource">'
        '<label><input type="checkbox"> fit</label>'
        f'<span class="note">{text(picture.made_at)} · required first · hover over a resource to see its edges</span>'
        "</header>"
    )
    return document(f"{root.title} – graph", GRAPH_STYLE, f"{header}<main>{svg(picture)}</main>", GRAPH_SCRIPT)
