"""What one transaction takes up, and writes, is bounded by bytes as well as by rows; all of it is done all the same."""

from __future__ import annotations

from typing import Any

import pytest

from heatlite.db.api import Database
from heatlite.engine.decision.row_changes import Ending
from heatlite.engine.traversal import result_recorder
from heatlite.engine.traversal.transactions import claim
from heatlite.resources.outcomes import Done
from tests.functional.engine.fleet import Fleet
from tests.functional.engine.test_groups import row_of
from tests.story import hot, resource

LARGE, MANY = "x" * 2000, 6


@pytest.fixture
def fleet(database: Database) -> Fleet:
    return Fleet.on(database)


@pytest.mark.parametrize(("most", "batches"), [(5000, {2}), (1, {1}), (10**9, {MANY})])
def test_a_batch_takes_up_so_many_bytes_of_properties(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch, most: int, batches: set[int]
) -> None:
    taken: list[int] = []
    replaced = claim.replaced

    def note(context: Any, inputs: Any, traversal: Any, works: Any) -> Any:
        taken.append(len(works))
        return replaced(context, inputs, traversal, works)

    monkeypatch.setattr(claim, "replaced", note)
    monkeypatch.setattr(claim, "BATCH_BYTES", most)
    fleet.create(hot(**{f"r{place}": resource(LARGE) for place in range(MANY)}))
    fleet.settle()
    assert fleet.state() == "CREATE_COMPLETE"
    assert sum(taken) == MANY
    assert max(taken) <= max(batches)
    assert most < 10**9 or set(taken) == batches
    assert (row_of(fleet, "r5").properties_data or {})["value"] == LARGE


def test_a_transaction_writes_so_many_bytes_of_what_steps_came_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(result_recorder, "PIECE_BYTES", 5000)
    work: Any = object()
    endings = [Ending(work, Done("id", {"output": LARGE}, {}, None)) for _ in range(MANY)]
    endings.insert(1, Ending(work, Done("id", {"output": LARGE * 5}, {}, None)))
    pieces = result_recorder.endings_in_pieces(endings)
    assert [len(piece) for piece in pieces] == [1, 1, 2, 2, 1]
    assert [ending for piece in pieces for ending in piece] == endings
