"""Work that an engine may have died at is known by its node and by its row."""

from __future__ import annotations

import pytest

from heatlite.convergence.model import Node, NodeKind
from heatlite.db.records import NodeRecord
from heatlite.engine.decision.evaluate import is_retry
from heatlite.engine.decision.resource_decision import worn_out
from tests.unit.engine import records


@pytest.mark.parametrize(("casts", "attempts", "told"), [(0, 0, False), (1, 0, True), (0, 1, True)])
def test_a_node_that_was_queued_again_or_whose_row_was_tried_before_is_a_retry(
    casts: int, attempts: int, told: bool
) -> None:
    row = records.row(1, attempts=attempts)
    assert is_retry(NodeRecord(Node(1, NodeKind.UPDATE), 1, casts, row), row) is told


@pytest.mark.parametrize(("attempts", "told"), [(2, None), (3, "resources.one: 3 engines died at it, one after the ")])
def test_a_row_is_given_up_at_the_last_attempt_that_is_allowed(attempts: int, told: str | None) -> None:
    reason = worn_out(records.row(1, attempts=attempts), 3)
    assert (reason and reason[: len(told or "")]) == told
