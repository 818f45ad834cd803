"""Estimate a statement's size from its values, by which one too large for a MariaDB packet is told from others."""

from __future__ import annotations

from typing import Any

import pytest

from heatlite.db.refusals import MARK, largest


@pytest.mark.parametrize(
    ("parameters", "size"),
    [
        (["abc", 1, None], 3 * MARK + 3),
        (["äöü"], MARK + 6),
        (["a'b\n\\"], MARK + 8),
        (["\ud800"], MARK + 3),
        ({"name": "ab", "count": 2}, 2 * MARK + 2),
        ([("a",), ("abcd",), ("ab",)], MARK + 4),
        ([{"a": "x"}, {"a": "xyz"}], MARK + 3),
        (None, 0),
    ],
)
def test_the_bytes_of_a_statements_values_are_estimated(parameters: Any, size: int) -> None:
    assert largest(parameters) == size
