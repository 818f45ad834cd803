"""A stranger at the RPC of real engines, on MariaDB and PostgreSQL: a short run of what ``tools/fuzz --rpc`` plays."""

from __future__ import annotations

import pathlib
from typing import Any

import pytest

from tests.fuzz.strangers import deployment, play


@pytest.mark.slow
def test_a_stranger_learns_changes_and_breaks_nothing(
    mariadb: Any, postgresql: Any, rabbitmq: Any, tmp_path: pathlib.Path
) -> None:
    deployments = {}
    try:
        for name, server in {"mariadb": mariadb, "postgresql": postgresql}.items():
            made = deployment(tmp_path / name, server.fresh_database(), rabbitmq.fresh_vhost())
            deployments[name] = made
            made.launch()
        report = play(deployments, "suite", seconds=600, most=300)
    finally:
        for each in deployments.values():
            each.stop()
    assert report.violations == {}, str(report)
    assert report.outcomes["a reply"] > 50
    assert sum(report.calls.values()) == 600
