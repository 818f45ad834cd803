"""How long a database server bears a transaction that stands still."""

from __future__ import annotations

import pytest

from heatlite.engine.common.configured import idle_in_transaction


@pytest.mark.parametrize(
    ("lease_seconds", "idle"),
    [(20, 20), (12.4, 12), (60, 20), (2, 5)],
    ids=["as the lease", "a short lease", "no longer than before", "long enough for a busy machine"],
)
def test_a_transaction_that_stands_still_is_over_when_its_engines_lease_is(lease_seconds: float, idle: int) -> None:
    assert idle_in_transaction(lease_seconds) == idle
