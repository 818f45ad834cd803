"""A short run of chaos, always the same one; ``tools/chaos`` runs longer."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator
from typing import Any

import pytest

from tests.chaos.fleet import Fleet
from tests.chaos.run import Plan, play

PLAN = Plan(seed="suite", seconds=32, least=5, every=2, clients=4, launchers=2)


@pytest.fixture
def fleet(mariadb: Any, rabbitmq: Any, tmp_path: pathlib.Path) -> Iterator[Fleet]:
    made = Fleet(tmp_path, mariadb, rabbitmq)
    try:
        made.begin(PLAN.launchers)
        yield made
    finally:
        made.stop()


def test_nothing_gets_stuck_or_leaks_whatever_breaks(fleet: Fleet) -> None:
    report = play(fleet, PLAN)
    print(report)
    assert not report.violations, f"{report}\n{fleet.tail()}"
    assert report.answers["accepted"] >= PLAN.least, f"too little load to show anything\n{report}"
    assert report.faults > report.missed.total(), f"every fault met nobody: nothing is shown by this\n{report}"
