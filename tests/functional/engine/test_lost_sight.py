"""What an engine has lost sight of is told in the log; what ended while it looked isn't lost."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator
from typing import Any

import pytest

from heatlite.db import resources, sync_points
from heatlite.engine.common.counts import Count
from tests.functional.engine.fleet import Fleet
from tests.story import hot, resource


@pytest.fixture
def fleet(schema: pathlib.Path, tmp_path: pathlib.Path) -> Iterator[Fleet]:
    fleet = Fleet(schema, tmp_path / "fleet.sqlite3")
    yield fleet
    fleet.database.dispose()


def ends_after(monkeypatch: pytest.MonkeyPatch, module: Any, read: str, fleet: Fleet) -> None:
    """Let all that goes on end right after this read."""
    reads = getattr(module, read)

    def reads_and_all_ends(*given: Any) -> Any:
        found = reads(*given)
        assert found
        fleet.settle()
        return found

    monkeypatch.setattr(module, read, reads_and_all_ends)


@pytest.mark.parametrize("ends", [False, True])
@pytest.mark.parametrize(
    ("look", "module", "read"), [("lost_claims", sync_points, "claims_of"), ("lost_locks", resources, "locked_ids")]
)
def test_what_ends_while_an_engine_looks_is_not_called_lost(
    look: str,
    module: Any,
    read: str,
    ends: bool,
    fleet: Fleet,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    fleet.create(hot(a=resource("x", action_wait_secs={"create": 5})))
    fleet.work()
    [holder] = [it for it in fleet.living if it.timers.items]
    if ends:
        ends_after(monkeypatch, module, read, fleet)
    else:
        holder.shared.claims.clear()
    getattr(holder.sweeper, look)()
    assert ("has lost" in caplog.text) is not ends
    assert holder.shared.counts[Count.LOST_SIGHT] == (0 if ends else 1)
