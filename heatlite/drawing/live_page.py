"""A page that lives: the frame that a browser loads once, and the parts of it that a server sends whenever they change.

    frame ──▶ browser ──EventSource──▶ server        event: graph    data: "<svg …"
                                                     event: events   data: "<table …"  …

Every text of a user is escaped where it is drawn, so a part is put into the page as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from heatlite.drawing.bars import bars
from heatlite.drawing.history import Event, History
from heatlite.drawing.markup import text
from heatlite.drawing.page import GRAPH_STYLE, document, key
from heatlite.drawing.picture import Picture, State, state_of
from heatlite.drawing.svg import svg
from heatlite.drawing.timeline import STYLE as TIMELINE_STYLE
from heatlite.drawing.timeline import rows

PARTS = ("head", "graph", "timeline", "events", "drift")
ASKED_BY = "X-Heatlite"
"""The header of a request of the page's own: a form or a link of another page can't send it."""
MOST_EVENTS = 200
STYLE = """
section { padding: 4px 16px 12px; overflow-x: auto } h2 { font-size: 15px; margin: 10px 0 4px }
table { border-collapse: collapse; font-size: 13px } td { padding: 1px 14px 1px 0; vertical-align: top }
td.failed, .away { color: #a82b20 } button { font: inherit }
#state { margin-left: auto }
"""
BODY = """<header><span id="head"></span><span id="state" class="note">connecting</span></header>
<section><h2>Graph</h2><div id="graph"></div></section>
<section><h2>Timeline</h2><div id="timeline"></div></section>
<section><h2>Drift <button id="look">look now</button></h2><div id="drift"></div></section>
<section><h2>Events</h2><div id="events"></div></section>"""
SCRIPT = """
const state = document.querySelector('#state'), source = new EventSource('events');
for (const part of %s)
  source.addEventListener(part, event => {
    document.getElementById(part).innerHTML = JSON.parse(event.data);
  });
source.addEventListener('trouble', event => {
  const told = JSON.parse(event.data);
  state.textContent = told || 'live'; state.className = told ? 'away' : 'note';
});
source.onerror = () => { state.textContent = 'not connected'; state.className = 'away'; };
document.querySelector('#look').addEventListener('click', () =>
  fetch('drift', {method: 'POST', headers: {'%s': 'look'}}));
"""


def frame(stack_name: str, nonce: str) -> str:
    """Build the page that a browser loads."""
    names = "[" + ", ".join(f"'{it}'" for it in PARTS) + "]"
    return document(
        f"{stack_name} – live", GRAPH_STYLE + TIMELINE_STYLE + STYLE, BODY, SCRIPT % (names, ASKED_BY), nonce
    )


def parts(picture: Picture, history: History, engines: Mapping[str, str]) -> dict[str, str]:
    """Build the parts that show a stack and its latest operation."""
    root, found = picture.sections[0], bars(history)
    counts = Counter(vertex.state for section in picture.sections for vertex in section.vertices)
    legend = "".join(key(it, counts[it]) for it in State if counts[it])
    return {
        "head": f"<h1>{text(root.title)}</h1> <span>{root.state.sign} {text(root.status_text)}</span> {legend}",
        "graph": svg(picture),
        "timeline": rows(history, found, engines),
        "events": events(history),
    }


def events(history: History) -> str:
    """Build the table of the operation's events, the newest first."""
    titles = history.titles()
    shown = sorted(history.events, key=lambda it: it.at, reverse=True)[:MOST_EVENTS]
    return f"<table>{''.join(_event(it, titles, history.began) for it in shown)}</table>"


def _event(event: Event, titles: Mapping[str, str], began: float) -> str:
    name = f"{titles.get(event.stack_id, '')}{event.name}"
    kind = ' class="failed"' if state_of(event.action, event.status) is State.FAILED else ""
    cells = [f"+{event.at - began:.1f} s", name, f"{event.action}_{event.status}", event.reason]
    return f"<tr>{''.join(f'<td{kind}>{text(it)}</td>' for it in cells)}</tr>"


def drift(found: Sequence[Mapping[str, Any]], told: str) -> str:
    """Build the part that shows what differs.

    :param found: ``resource_name``, ``finding`` and ``details`` of each resource that isn't as it should be
    :param told: a sentence about the look
    """
    lines = "".join(
        f"<tr><td>{text(it['resource_name'])}</td><td>{text(it['finding'])}</td><td>{text(it['details'])}</td></tr>"
        for it in found
    )
    return f"<p>{text(told)}</p><table>{lines}</table>"
