"""The part of a page that tells of a cloud: cost over size of stacks of servers, ports and volumes, drawn from data.

doc/heat-beside-cloud.json     data        doc/heat-beside-cloud-….svg     a chart for each measure
"""

from __future__ import annotations

import json
import pathlib
from collections.abc import Sequence
from typing import Any

from tests.bench import plot, report

Figure = dict[str, Any]
"""What an operation came to: ``what``, ``verb``, ``by``, ``resources``, and a number for each measure."""
CHARTS = {"cpu": ("CPU s", 1000.0, "ms", "CPU"), "gets": ("GETs", 1.0, "requests", "GETs")}
"""Name of a chart → the measure, a factor, the unit, and what it is called."""
NAMES = {"heatlite": "heatlite", "heat": "heat", "sdk": "script"}
SECTION = """
## On a cloud

Stacks of servers with two ports each and as many volumes, created and deleted on
[the tests' cloud](testing.md#a-cloud) by heatlite, by Heat without its pause, and by a bare script of the SDK with 16
threads, in turn; medians of {runs} run(s). Written by
`tools/cloud tools/bench --cloud --only "two ports" --json doc/heat-beside-cloud.json`. The services share the machine
with all of them; [performance](performance.md#on-a-cloud) says what that means for times.

{pictures}

{table}"""


def write(path: pathlib.Path, figures: Sequence[Figure]) -> None:
    """Write the data, and draw the charts beside it."""
    path.write_text(json.dumps(figures, indent=1) + "\n")
    for name, drawn in charts(figures).items():
        picture(path, name).write_text(drawn)


def picture(path: pathlib.Path, name: str) -> pathlib.Path:
    """Where a chart of this data is."""
    return path.with_name(f"{path.stem}-{name}.svg")


def charts(figures: Sequence[Figure]) -> dict[str, str]:
    """Name → chart: cost over size for each resource, of a creation and a deletion."""
    found = {}
    for name, (measure, factor, unit, words) in CHARTS.items():
        lines: dict[str, list[tuple[float, float]]] = {}
        for (by, size), whole in sums(figures, measure).items():
            lines.setdefault(NAMES[by], []).append((size, factor * whole / size))
        found[name] = plot.plot(f"{words} for each resource that is created and deleted on a cloud", unit, lines)
    return found


def sums(figures: Sequence[Figure], measure: str) -> dict[tuple[str, int], float]:
    """(by, resources) → a measure of the creation and the deletion together."""
    found: dict[tuple[str, int], float] = {}
    for it in figures:
        place = it["by"], it["resources"]
        found[place] = found.get(place, 0.0) + it[measure]
    return found


def section(path: pathlib.Path) -> str:
    """The section of the page that shows this data."""
    figures: list[Figure] = json.loads(path.read_text())
    pictures = [f"![{words} over size]({picture(path, name).name})" for name, (*_, words) in CHARTS.items()]
    measures = [it for it in figures[0] if it not in ("what", "verb", "by", "resources", "runs")]
    rows: list[Sequence[str]] = [("resources", "", "by", *measures), ("---",) * (3 + len(measures))]
    rows += [
        (str(it["resources"]), it["verb"], NAMES[it["by"]], *(report.number(it[name]) for name in measures))
        for it in figures
    ]
    runs = max(it["runs"] for it in figures)
    return SECTION.format(runs=runs, pictures="\n".join(pictures), table=report.table(rows))
