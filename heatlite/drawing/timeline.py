"""The timeline of an operation as one page: a row for each bar, grouped by engine, with waiting and running time.

engine host (3f2a)        12 actions · busy 8.1 s
◆ database    ░░░░███████████████ 2.0 s           ░ waited for an engine   █ ran   ◆ critical path
  cache               ███ 0.4 s
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from heatlite.drawing.bars import Bar, bars
from heatlite.drawing.history import History
from heatlite.drawing.markup import text
from heatlite.drawing.page import document, key
from heatlite.drawing.picture import State, state_of

TICKS = 10
STYLE = """
main { padding-bottom: 24px; min-width: max-content }
.row { display: flex; height: 20px; align-items: center }
.row:hover { background: #eef3fa }
.label { position: sticky; left: 0; z-index: 1; width: 300px; flex: none; box-sizing: border-box; padding: 0 8px 0 16px;
  background: inherit; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-size: 12.5px }
.row, .axis, .engine { background-color: #fff }
.label small { color: #4d5866 }
.track { position: relative; height: 100%; flex: none;
  width: calc(var(--zoom, 1) * (100vw - 420px)); margin-right: 90px;
  background: repeating-linear-gradient(to right, #dfe5ec 0 1px, transparent 1px var(--step)) }
.track i, .track b { position: absolute; top: 4px; height: 12px; min-width: 2px; border-radius: 2px }
.track i { background: repeating-linear-gradient(135deg, #b9c2cd 0 2px, #eef1f4 2px 5px) }
.track b { background: #4aa777 } .failed .track b { background: #c0392b }
.in-progress .track b { background: repeating-linear-gradient(90deg, #2f74c4 0 8px, #7eabdf 8px 12px) }
.critical .track b { outline: 2px solid #17202c }
.critical .label { font-weight: 600 }
.took { position: absolute; top: 2px; font-size: 11px; color: #3d4753; white-space: nowrap; padding: 0 5px }
.axis { position: sticky; top: var(--header, 45px); z-index: 2; height: 22px; border-bottom: 1px solid #d7dde5 }
.axis .took { top: 3px }
.engine { position: sticky; left: 0; width: max-content; padding: 10px 16px 3px; font-weight: 600 }
.engine small { font-weight: 400; color: #4d5866 }
.swatch { display: inline-block; width: 22px; height: 11px; border-radius: 2px; vertical-align: -1px;
  margin: 0 6px 0 2px }
.swatch.wait { background: repeating-linear-gradient(135deg, #b9c2cd 0 2px, #eef1f4 2px 5px) }
.swatch.path { outline: 2px solid #17202c; background: #4aa777 }
.path-told { margin: 0; padding: 8px 16px 2px; color: #33404d; max-width: 110ch;
  position: sticky; left: 0; width: fit-content }
.hidden { display: none }
"""
SCRIPT = """
const header = document.querySelector('header'), words = document.querySelector('input[type=search]');
const only = document.querySelector('input[type=checkbox]'), rows = [...document.querySelectorAll('.row:not(.axis)')];
const measure = () => document.body.style.setProperty('--header', header.offsetHeight + 'px');
measure(); addEventListener('resize', measure);
function choose() {
  const wanted = words.value.toLowerCase();
  for (const row of rows)
    row.classList.toggle('hidden', (only.checked && !row.classList.contains('critical'))
      || !row.firstChild.title.toLowerCase().includes(wanted));
}
words.addEventListener('input', choose); only.addEventListener('change', choose);
document.querySelector('input[type=range]').addEventListener('input', event =>
  document.body.style.setProperty('--zoom', event.target.value));
"""


def timeline(history: History, engines: Mapping[str, str] = {}, made_at: str = "") -> str:
    """Build the page.

    :param engines: engine's id → its display name, if known
    :param made_at: the time of the page, for readers
    """
    found = bars(history)
    body = f"{_header(history, found, made_at)}\n{rows(history, found, engines)}"
    return document(f"{history.stack_name} – {history.action} timeline", STYLE, body, SCRIPT)


def rows(history: History, found: Sequence[Bar], engines: Mapping[str, str]) -> str:
    """Build the part of the page below its header: the axis, the critical path, and each engine's rows."""
    length = max([bar.ended for bar in found] + [(history.ended or history.now) - history.began, 0.001])
    step = step_of(length)
    body = [f'<main style="--step:{100 * step / length:.4f}%">', _axis(length, step), _path(found)]
    for engine_id, own in by_engine(found):
        body.append(_engine(engines.get(engine_id, ""), engine_id, own))
        body += [_row(bar, length) for bar in own]
    body.append("</main>")
    return "\n".join(body)


def by_engine(found: Sequence[Bar]) -> Iterator[tuple[str, list[Bar]]]:
    """Yield each engine's id with its bars. The engine that began first comes first."""
    grouped: dict[str, list[Bar]] = {}
    for bar in found:
        grouped.setdefault(bar.engine_id, []).append(bar)
    yield from grouped.items()


def busy(found: Sequence[Bar]) -> float:
    """Return the seconds during which at least one of these bars ran."""
    total, until = 0.0, -math.inf
    for bar in sorted(found, key=lambda each: each.began):
        total += max(bar.ended - max(bar.began, until), 0.0)
        until = max(until, bar.ended)
    return total


def step_of(length: float) -> float:
    """Return the seconds between two marks of the axis: 1, 2 or 5 times a power of ten, for at most ten marks."""
    unit = 10.0 ** math.floor(math.log10(length / TICKS))
    return next(unit * factor for factor in (1, 2, 5, 10) if length / (unit * factor) <= TICKS)


def duration(seconds: float) -> str:
    """Format a duration: ``80 ms``, ``2.5 s``, ``3:05 min``."""
    if seconds < 0.0995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 100:
        return f"{seconds:.3g} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02} min"


def _header(history: History, found: Sequence[Bar], made_at: str) -> str:
    counts = Counter(bar.state for bar in found)
    legend = "".join(key(state, counts[state]) for state in State if counts[state])
    state = state_of(history.action, history.status)
    length = (history.ended or history.now) - history.began
    gone = "" if history.whole else ' <span class="note">its first events are deleted (max_events_per_stack)</span>'
    if history.next_marker:
        gone += f' <span class="note">only its first {len(history.events)} events are drawn (max_listed)</span>'
    return (
        f"<header><h1>{text(history.stack_name)}</h1>"
        f"<span>{state.sign} {text(history.action)}_{text(history.status)} in {duration(length)}</span>{gone}{legend}"
        '<span class="key"><span class="swatch wait"></span>waited for an engine</span>'
        '<span class="key"><span class="swatch path"></span>critical path</span>'
        '<input type="search" placeholder="find a resource" aria-label="find a resource">'
        '<label><input type="checkbox"> critical path only</label>'
        '<label>zoom <input type="range" min="1" max="20" step="0.5" value="1"></label>'
        f'<span class="note">{text(made_at)}</span></header>'
    )


def _axis(length: float, step: float) -> str:
    marks = [
        f'<span class="took" style="left:{100 * mark * step / length:.3f}%">'
        f"{duration(mark * step) if mark else '0'}</span>"
        for mark in range(math.floor(length / step + 1e-9) + 1)
    ]
    return f'<div class="row axis"><span class="label"></span><span class="track">{"".join(marks)}</span></div>'


def _engine(name: str, engine_id: str, own: Sequence[Bar]) -> str:
    called = text(name or "engine") if engine_id else "no engine recorded"
    short_id = f" {text(engine_id[:8])}" if engine_id else ""
    waited = sum(bar.waited for bar in own) / len(own)
    facts = f"{len(own)} actions · busy {duration(busy(own))} · waited {duration(waited)} on average"
    return f'<div class="engine">{called}{short_id} <small>{facts}</small></div>'


def _row(bar: Bar, length: float) -> str:
    share = 100 / length
    wait = f'<i style="left:{bar.ready * share:.3f}%;width:{bar.waited * share:.3f}%"></i>' if bar.waited else ""
    run = f'<b style="left:{bar.began * share:.3f}%;width:{bar.ran * share:.3f}%"></b>'
    after = f'<span class="took" style="left:{bar.ended * share:.3f}%">{duration(bar.ran)}</span>'
    tip = f"{bar.path}\n{bar.type}\n{bar.action} {bar.state.words}\n"
    tip += f"waited {duration(bar.waited)}, ran {duration(bar.ran)}"
    tip += f"\n{bar.reason}" if bar.reason else ""
    mark = "◆ " if bar.is_critical else ""
    kind = f"row {bar.state}{' critical' if bar.is_critical else ''}"
    return (
        f'<div class="{kind}"><span class="label" title="{text(tip)}">{mark}{text(bar.path)}'
        f' <small>{text(bar.action)}</small></span><span class="track">{wait}{run}{after}</span></div>'
    )


def _path(found: Sequence[Bar]) -> str:
    path = [bar for bar in found if bar.is_critical]
    if not path:
        return ""
    steps = " → ".join(f"{text(bar.path)} ({duration(bar.ran)})" for bar in path[:40])
    more = f" → … {len(path) - 40} more" if len(path) > 40 else ""
    waited = duration(sum(bar.waited for bar in path))
    return f'<p class="path-told"><b>Critical path</b>, {waited} of it waiting for engines: {steps}{more}</p>'
