"""Ask both sides many cases, and print what came of it: ``python -m tests.differential.explore PYTHON COUNT``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.differential import our_side
from tests.differential.cases import EVERYTHING
from tests.differential.compare import Comparison, Heat


def explore(heat: Heat, count: int, kinds: list[str], first: int = 0) -> Comparison:
    """Draw ``count`` cases of each kind and compare the answers."""
    comparison = Comparison()

    def compare(case: dict[str, Any]) -> None:
        comparison.add(case, heat.answer(case), our_side.answer(case))

    for kind in kinds:
        drawn(EVERYTHING[kind], count, first)(compare)()
    return comparison


def drawn(strategy: Any, count: int, first: int) -> Callable[[Callable[..., None]], Callable[[], None]]:
    """A function that is called with ``count`` drawn cases: the same ones for the same ``first``."""

    def decorate(compare: Callable[..., None]) -> Callable[[], None]:
        quiet = settings(
            max_examples=count,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        return quiet(seed(first)(given(strategy)(compare)))  # type: ignore[no-any-return]

    return decorate


if __name__ == "__main__":
    with Heat(sys.argv[1]) as library:
        print(explore(library, int(sys.argv[2]), sys.argv[4:] or list(EVERYTHING), int(sys.argv[3])).report())
