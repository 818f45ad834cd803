"""Report: of several runs of the same the medians, as lines for a terminal and as tables for a page."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tests.bench.drive import Cost
from tests.bench.meters import Meters

EACH = ("engine", "broker", "database", "statements", "commits", "rollbacks", "messages")
HEADINGS = ("what", "verb", "wall ms", "per s", "reply s", "engine", "broker", "db", "stmts", "commits", "rb", "msgs")
SHOWN = ("what", "verb", "wall", "rate", "reply", *EACH)
BESIDE = ("wall", "engine", "broker", "database", "statements", "commits", "messages")
BESIDE_HEADINGS = ("wall ms", "engine CPU ms", "broker CPU ms", "database CPU ms", "statements", "commits", "messages")
Figure = dict[str, Any]
"""Of one operation on one shape by one engine, the medians: times in ms a resource, ``reply`` in seconds."""


def figures(engine: str, costs: Sequence[Cost], meters: Meters) -> Figure:
    """The medians of several runs of the same; an operation that failed once has failed."""
    first = costs[0]
    seconds = statistics.median(it.seconds for it in costs)
    return {
        "by": engine,
        "what": first.shape,
        "verb": first.verb,
        "resources": first.resources,
        "wall": seconds * 1000 / first.resources,
        "rate": first.resources / seconds,
        "reply": statistics.median(it.reply for it in costs),
        **{name: statistics.median(it.each(name) for it in costs) for name in EACH},
        "failed": next((it.failed for it in costs if it.failed), ""),
        "memory": meters.memory(),
        "peak": meters.peak(),
        "threads": meters.threads(),
    }


def heading() -> str:
    """The heading of the terminal's table."""
    return " ".join([f"{'by':>10}", *(f"{it:>9}" for it in HEADINGS)])


def line(figure: Figure) -> str:
    """A line of the terminal's table."""
    cells = [f"{it:>9}" if isinstance(it, str) else f"{it:>9.3f}" for it in (figure[name] for name in SHOWN)]
    failed = f"   FAILED: {figure['failed'][:60]}" if figure["failed"] else ""
    return " ".join([f"{figure['by']:>10}", *cells]) + failed


def beside(told: Iterable[Figure], one: str, other: str) -> str:
    """A Markdown table of what both engines did: each cell ``one / other (ratio)``."""
    rows = [("what", "", *BESIDE_HEADINGS), ("---",) * (2 + len(BESIDE_HEADINGS))]
    by_engine: dict[tuple[str, str], dict[str, Figure]] = {}
    for figure in told:
        by_engine.setdefault((figure["what"], figure["verb"]), {})[figure["by"]] = figure
    for (what, verb), found in by_engine.items():
        if one in found and other in found:
            failed = " **(failed)**" if found[other]["failed"] else ""
            rows.append((what, f"{verb}{failed}", *(pair(found[one][it], found[other][it]) for it in BESIDE)))
    return table(rows)


def pair(one: float, other: float) -> str:
    """Two figures, and how many times the first the second is; where the first is nothing there is no saying."""
    ratio = f" ({number(other / one)}×)" if one > 0.001 and other > 0 else ""
    return f"{number(one)} / {number(other)}{ratio}"


def number(value: float) -> str:
    """As many digits as mean something."""
    return f"{value:.0f}" if abs(value) >= 20 else f"{value:.1f}" if abs(value) >= 2 else f"{max(value, 0):.2f}"


def memory(told: Iterable[Figure]) -> str:
    """A Markdown table of how large each engine's largest process was at its largest, and its threads at the end."""
    last: dict[str, Figure] = {it["by"]: it for it in told}
    rows: list[Sequence[str]] = [("engine", "MB at the end", "MB at most", "threads"), ("---",) * 4]
    rows += [(by, f"{it['memory']:.0f}", f"{it['peak']:.0f}", str(it["threads"])) for by, it in last.items()]
    return table(rows)


def alone(told: Iterable[Figure], engine: str) -> str:
    """A Markdown table of what one engine did."""
    names: Mapping[str, str] = dict(zip(BESIDE, BESIDE_HEADINGS, strict=True))
    rows: list[Sequence[str]] = [("what", "", *names.values(), "a second"), ("---",) * (3 + len(names))]
    for it in told:
        if it["by"] == engine:
            rows.append((it["what"], it["verb"], *(number(it[name]) for name in names), f"{it['rate']:.0f}"))
    return table(rows)


def table(rows: Iterable[Sequence[str]]) -> str:
    """Rows as Markdown."""
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"
