"""Counts: they only grow, from any thread, and each is told apart."""

from __future__ import annotations

from heatlite.engine.common import executors
from heatlite.engine.common.counts import Count, Counts


def test_what_is_counted_from_many_threads_is_all_there() -> None:
    counts = Counts()
    with executors.pool(4) as threads:
        list(threads.map(lambda number: [counts.add(Count.HELD, 2) for _ in range(500)], range(8)))
    assert counts[Count.HELD] == 8000
    assert counts[Count.PULLED] == 0


def test_each_count_has_a_name_and_says_what_it_is() -> None:
    assert len({count.value for count in Count}) == len({count.text for count in Count}) == len(Count)
    assert Count("nodes_held") is Count.HELD
