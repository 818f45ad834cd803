"""Which scenarios are played."""

from __future__ import annotations

from tests.bench import beside, explore, scenarios


def names(*arguments: str) -> set[str]:
    wanted = explore.arguments(arguments)
    offered = beside.SCENARIOS if wanted.peer else scenarios.SCENARIOS
    return {it.name for it in offered if explore.is_wanted(it, wanted)}


def test_quickly_nothing_is_played_that_takes_long() -> None:
    assert names("--quick") < names()
    assert "flat 10000" not in names("--quick")


def test_words_choose_by_name_whatever_else_is_asked() -> None:
    assert names("--only", "chain") == {"chain 30", "chain 50", "chain 1000", "chain 5000"}
    assert names("--only", "flat 10000", "--quick") == {"flat 10000"}


def test_heat_gets_no_stack_that_it_cannot_take() -> None:
    for it in beside.SCENARIOS:
        most = 200 if beside.HEAT in it.engines else 5_000
        assert it.stacks * it.shape.resources <= most, it.name


def test_stock_heat_which_takes_a_second_a_leaf_is_asked_for_few() -> None:
    stock = [it for it in beside.SCENARIOS if beside.STOCK in it.engines]
    assert sorted(it.name for it in stock) == ["chain 30", "flat 10"]
