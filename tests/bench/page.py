"""A page: what was measured, as tables and a plot, with the data beside it.

doc/heat-beside.md     tables        doc/heat-beside.svg     cost over size        doc/heat-beside.json     data
                                     doc/heat-beside-cloud….svg, .json             on a cloud: see ``cloud_page``
"""

from __future__ import annotations

import json
import os
import pathlib
from collections.abc import Sequence

import psutil

from tests.bench import beside, cloud_page, plot, report
from tests.bench.report import Figure

INTRODUCTION = """\
# Beside Heat

Heat {version} and heatlite, each with two engine processes in its default configuration, on the same MariaDB (durable
commits) and the same RabbitMQ, driven by the same client over RPC, scenario by scenario in turn. Written by
`tools/bench --peer heat --output …`; medians of {runs} run(s). The machine has {cpus} cores, which all of them share;
its load was {load} at the end. Every resource is an `OS::Heat::TestResource` that does nothing.

Figures are for each resource. In a cell stand heatlite, Heat, and how many times as much Heat takes. Statements are
SELECT, INSERT, UPDATE and DELETE.

![cost over size]({plot})
"""
FAIR = """
## Heat without its pause

Stock Heat sleeps for a second after each leaf of a stack. Here that is switched off.

"""
STOCK = """
## Stock Heat

"""
ALONE = """
## heatlite by itself, at all sizes of this run

"""
MEMORY = """
## Memory

Of the largest engine process; it has played all that is above.

"""
VERSION = "27.0.1"


def write(path: pathlib.Path, told: Sequence[Figure], runs: int, load: float | None = None) -> None:
    """Write the page, and beside it the plot and the data.

    :param load: of the machine; as it is now if none is given
    """
    write_data(path.with_suffix(".json"), told)
    picture = path.with_suffix(".svg")
    picture.write_text(drawn(told))
    known = {"version": VERSION, "runs": runs, "cpus": psutil.cpu_count(), "plot": picture.name}
    parts = [INTRODUCTION.format(load=f"{load or os.getloadavg()[2]:.1f}", **known)]
    names = {it["by"] for it in told}
    for name, words in ((beside.HEAT, FAIR), (beside.STOCK, STOCK)):
        if name in names:
            parts += [words, report.beside(told, beside.HEATLITE, name)]
    parts += [ALONE, report.alone(told, beside.HEATLITE), MEMORY, report.memory(told)]
    on_cloud = path.with_name(f"{path.stem}-cloud.json")
    parts += [cloud_page.section(on_cloud)] if on_cloud.exists() else []
    path.write_text("".join(parts))


def write_data(path: pathlib.Path, told: Sequence[Figure]) -> None:
    """Write the figures as they are."""
    path.write_text(json.dumps(told, indent=1) + "\n")


def drawn(told: Sequence[Figure]) -> str:
    """Engine CPU over size, of a flat stack's creation."""
    lines: dict[str, list[tuple[float, float]]] = {}
    for it in told:
        if it["what"] == f"flat {it['resources']}" and it["verb"] == "create" and not it["failed"]:
            lines.setdefault(it["by"], []).append((it["resources"], it["engine"]))
    return plot.plot("Engine CPU for each resource of a flat stack that is created", "ms", lines)
