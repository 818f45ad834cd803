"""The simulator isn't blind: each slip that is made in heatlite on purpose is noticed within a number of seeds."""

from __future__ import annotations

import pytest

from tests.simulator.explore import explore
from tests.simulator.mutations import MUTATIONS, Mutation

QUICK = [it for it in MUTATIONS if it.seeds <= 100]
OTHERS = [it for it in MUTATIONS if it.seeds > 100]


def notice(mutation: Mutation) -> None:
    with mutation.made():
        found = explore(range(mutation.seeds), on_failure=lambda simulation: False)
    assert found.failures, f"{mutation.name}: not noticed in {mutation.seeds} seeds"


@pytest.mark.parametrize("mutation", QUICK, ids=lambda it: it.name.replace(" ", "-"))
def test_a_coarse_slip_is_noticed_at_once(mutation: Mutation) -> None:
    notice(mutation)


@pytest.mark.slow
@pytest.mark.parametrize("mutation", OTHERS, ids=lambda it: it.name.replace(" ", "-"))
def test_a_fine_slip_is_noticed(mutation: Mutation) -> None:
    notice(mutation)


def test_there_are_enough_of_them() -> None:
    assert len(MUTATIONS) >= 16
