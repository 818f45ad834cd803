"""Shrinking keeps what makes a scenario fail and lets go of everything else; a word brings it back."""

from __future__ import annotations

import dataclasses

import pytest

from tests.simulator import draw
from tests.simulator.explore import packed, unpacked
from tests.simulator.scenario import Mail, Mishap, Scenario, Verb
from tests.simulator.shrink import shrink


def with_crash_and_delete() -> Scenario:
    seeds = (draw.scenario(seed) for seed in range(10_000))
    return next(it for it in seeds if crashes(it) and len(it.operations) > 3 and deletes(it) and it.mail != Mail())


def crashes(scenario: Scenario) -> bool:
    return any(fault.mishap is Mishap.CRASH for fault in scenario.faults)


def deletes(scenario: Scenario) -> bool:
    return any(operation.verb is Verb.DELETE for operation in scenario.operations)


def test_only_what_matters_is_left() -> None:
    smallest = shrink(with_crash_and_delete(), lambda it: crashes(it) and deletes(it))
    assert [fault.mishap for fault in smallest.faults] == [Mishap.CRASH]
    assert [operation.verb for operation in smallest.operations] == [Verb.CREATE, Verb.DELETE]
    assert smallest.mail == Mail()
    assert smallest.engines == 1


def test_what_fails_on_one_schedule_only_is_found_on_it() -> None:
    scenario = dataclasses.replace(draw.scenario(1), repairs=True)
    smallest = shrink(scenario, lambda it: it.repairs or it.schedule == 7)
    assert (smallest.repairs, smallest.schedule) == (False, 7)


@pytest.mark.parametrize("seed", range(20))
def test_a_scenario_comes_back_from_its_word(seed: int) -> None:
    scenario = draw.scenario(seed)
    assert unpacked(packed(scenario)) == scenario
