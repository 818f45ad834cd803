"""All parts of the simulator are drawn, also together, and a scenario survives the way through a word."""

from __future__ import annotations

from collections import Counter

from tests.simulator import draw, nesting, scaling, whole
from tests.simulator.explore import packed, unpacked
from tests.simulator.scenario import Answers, Scenario, Verb

SEEDS = 400
RARE = 0.08
"""Of the scenarios that have a part: fewer would show little."""


def parts(scenario: Scenario) -> set[str]:
    """What a scenario has."""
    verbs = {operation.verb for operation in scenario.operations}
    found = {
        "answers": scenario.answers != Answers(),
        "hooks": any(operation.hooks for operation in scenario.operations),
        "limits": scenario.is_limited,
        "moving": Verb.ABANDON in verbs,
        "sharing": scenario.sharing is not None,
    }
    return {name for name, is_there in found.items() if is_there}


def test_each_part_is_in_many_scenarios_and_most_are_met_together() -> None:
    found = [parts(whole.scenario(seed)) for seed in range(SEEDS)]
    counts = Counter(name for each in found for name in each)
    assert set(counts) == {"answers", "hooks", "limits", "moving", "sharing"}
    assert min(counts.values()) > RARE * SEEDS
    assert len({frozenset(each) for each in found if len(each) == 2}) >= 8


def test_a_seed_without_any_part_is_what_it_was() -> None:
    plain = [seed for seed in range(SEEDS) if not parts(whole.scenario(seed))]
    assert plain
    assert all(whole.scenario(it) == scaling.scaled(nesting.nested(draw.scenario(it))) for it in plain)


def test_a_scenario_survives_the_way_through_a_word() -> None:
    scenarios = [whole.scenario(seed) for seed in range(100)]
    assert [unpacked(packed(it)) for it in scenarios] == scenarios
