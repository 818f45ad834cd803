"""Records: what is made of a row once stays with that row, and with no other."""

from __future__ import annotations

import dataclasses

from heatlite.convergence.model import Status
from tests.unit.engine.records import row


def test_a_row_has_one_view_and_a_changed_row_another() -> None:
    before = row(1)
    view = before.view
    after = dataclasses.replace(before, status=Status.FAILED)
    assert before.view is view
    assert (view.status, after.view.status) == (Status.COMPLETE, Status.FAILED)


def test_a_view_is_no_part_of_the_row() -> None:
    looked_at = row(1)
    assert looked_at.view
    assert looked_at == row(1)
    assert "view" not in repr(looked_at)
