"""Pages: tables of what two engines did, and a plot of cost over size."""

from __future__ import annotations

import pathlib
import re
import xml.etree.ElementTree as ElementTree
from typing import Any

import pytest

from tests.bench import beside, cloud_page, page, plot, report
from tests.bench.findings import Finding


def figure(by: str, resources: int = 10, **values: Any) -> report.Figure:
    """What an engine did, nothing where it isn't said."""
    each = dict.fromkeys(("wall", "rate", "reply", *report.EACH), 1.0)
    known = {"by": by, "what": f"flat {resources}", "verb": "create", "resources": resources, "failed": ""}
    return {**known, **each, "memory": 90.0, "peak": 95.0, "threads": 20, **values}


def test_a_cell_tells_both_figures_and_their_ratio() -> None:
    assert report.pair(0.5, 60.0) == "0.50 / 60 (120×)"
    assert report.pair(4.0, 2.0) == "4.0 / 2.0 (0.50×)"


def test_nothing_is_compared_with_nothing() -> None:
    assert report.pair(0.0, 2.0) == "0.00 / 2.0"


def test_what_only_one_engine_did_is_in_no_table_of_both() -> None:
    told = [figure("heatlite"), figure("heat", engine=50.0), figure("heatlite", 500)]
    lines = report.beside(told, "heatlite", "heat").splitlines()
    assert len(lines) == 3
    assert "1.00 / 50 (50×)" in lines[2]


def test_an_operation_that_the_other_failed_is_marked() -> None:
    told = [figure("heatlite"), figure("heat", failed="it ran out of threads")]
    assert "create **(failed)**" in report.beside(told, "heatlite", "heat")


@pytest.mark.parametrize(
    ("finding", "row"),
    [
        (Finding("a call", 50, 49.6, "ms"), ("a call", "≤ 50 ms", "50 ms", "")),
        (Finding("a call", 1.2, 1.3), ("a call", "≤ 1.2", "1.30", "**missed**")),
        (Finding("a second", 1500, 1600, at_least=True), ("a second", "≥ 1500", "1600", "")),
        (Finding("a second", 1500, 160, at_least=True), ("a second", "≥ 1500", "160", "**missed**")),
    ],
)
def test_a_promised_figure_is_told_beside_what_it_is(finding: Finding, row: tuple[str, ...]) -> None:
    assert report.told(finding) == row


def on_a_cloud(by: str, verb: str, resources: int, cpu: float) -> cloud_page.Figure:
    measures = {"wall s": 9.5, "CPU s": cpu, "changing calls": 4, "GETs": 8}
    return {"what": "servers", "verb": verb, "by": by, "resources": resources, "runs": 1, **measures}


def test_what_was_measured_on_a_cloud_is_on_the_page_with_its_charts(tmp_path: pathlib.Path) -> None:
    data, written = tmp_path / "beside-cloud.json", tmp_path / "beside.md"
    told = [on_a_cloud(by, verb, size, 0.1 * size) for by in ("heatlite", "heat") for verb in "cd" for size in (8, 40)]
    cloud_page.write(data, told)
    assert cloud_page.sums(told, "CPU s")["heat", 40] == 8.0
    page.write(written, [figure("heatlite"), figure("heatlite", 100)], 1, 1.0)
    text = written.read_text()
    assert "| 40 | c | heat | 9.5 | 4.0 | 4.0 | 8.0 |" in text
    for name in re.findall(r"\]\((beside-cloud\S+)\)", text):
        drawn = ElementTree.fromstring((tmp_path / name).read_text())
        assert len([it for it in drawn.iter() if it.tag.endswith("circle")]) == 4
    assert len(re.findall("beside-cloud-", text)) == len(cloud_page.CHARTS)


def test_a_plot_has_every_point_within_its_axes() -> None:
    lines = {"heatlite": [(10, 8.7), (5_000, 0.6)], "heat <27>": [(200, 65.0), (10, 38.0)]}
    drawn = ElementTree.fromstring(plot.plot("cost", "ms", lines))
    points = [(float(it.get("cx", 0)), float(it.get("cy", 0))) for it in drawn.iter() if it.tag.endswith("circle")]
    assert len(points) == 4
    for x, y in points:
        assert plot.LEFT <= x <= plot.WIDTH - plot.RIGHT
        assert plot.TOP <= y <= plot.HEIGHT - plot.BOTTOM
    (small, large, *_) = points
    assert large[0] > small[0]
    assert large[1] > small[1], "what is cheaper is lower"


def test_a_page_has_its_plot_and_its_data_beside_it(tmp_path: pathlib.Path) -> None:
    told = [figure(by, size) for size in (10, 100) for by in (beside.HEATLITE, beside.HEAT, beside.STOCK)]
    page.write(tmp_path / "beside.md", told, 3)
    text = (tmp_path / "beside.md").read_text()
    assert {it.name for it in tmp_path.iterdir()} == {"beside.md", "beside.svg", "beside.json"}
    assert re.findall(r"!\[.*\]\((.*)\)", text) == ["beside.svg"]
    assert text.count("| flat 100 | create |") == 3
