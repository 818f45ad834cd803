"""The model of large deployments: it finds the laws that it assumes, and says how far a deployment is from them."""

from __future__ import annotations

import dataclasses

import pytest

from tests.bench import scale_model
from tests.bench.scale import Measured
from tests.bench.scale_model import Line

EACH = {"statements": 3.0, "commits": 0.5, "messages": 0.25, "engine": 2.0, "database": 1.0, "broker": 0.5}
ROWS = Line(12.0, 5.0, 0.5)


def deployment(engines: int) -> Measured:
    """A deployment that is exactly as the model assumes."""
    return Measured(
        engines,
        statements=3.0 * engines,
        rows=ROWS.at(engines),
        writes=0.2 * engines,
        queues=5 + 8 * engines,
        cpu_engines=0.01 * engines,
        cpu_database=0.001 + 0.002 * engines,
        cpu_broker=0.003 + 0.001 * engines,
        of_resource=EACH,
    )


FOUND = [deployment(2), deployment(4), deployment(8)]


def test_three_deployments_tell_what_grows_with_the_square() -> None:
    found = scale_model.parabola(FOUND, "rows")
    assert dataclasses.astuple(found) == pytest.approx(dataclasses.astuple(ROWS))


def test_two_deployments_tell_of_a_thousand_engines() -> None:
    idle = scale_model.fitted(deployment(2), deployment(4), ROWS).idle(1000)
    expected = dataclasses.asdict(deployment(1000))
    assert {name: pytest.approx(expected[name]) for name in idle} == idle


def test_work_takes_what_its_resources_take() -> None:
    work = scale_model.fitted(deployment(2), deployment(4), ROWS).work(100.0)
    assert work == {
        "statements": 300.0,
        "commits": 50.0,
        "messages": 25.0,
        "cpu_engine": 0.2,
        "cpu_database": 0.1,
        "cpu_broker": 0.05,
    }


def test_a_deployment_that_is_off_is_told() -> None:
    off = dataclasses.replace(FOUND[-1], statements=48.0)
    told = scale_model.table([*FOUND[:-1], off], 1000)
    assert "| statements | 6 | 12 | 48 | 2.00 |" in told
    assert "| writes | 0.4 | 0.8 | 1.6 | 1.00 |" in told


def test_the_table_has_a_line_for_each_total() -> None:
    told = scale_model.table(FOUND, 1000)
    assert told.count("\n") == 1 + 7
    assert "| rows | 24 | 40 | 84 | – | 5.05e+05 |" in told
