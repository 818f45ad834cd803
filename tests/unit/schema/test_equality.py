"""Stand-ins are equal where the values are."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from heatlite.schema.equality import key_of, keys_of

values = st.recursive(
    st.none() | st.booleans() | st.sampled_from([0, 1, 1.0, 2, "", "1", "a"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=4,
)


@given(values, values)
def test_two_values_have_one_stand_in_where_they_are_equal(one: Any, other: Any) -> None:
    assert (key_of(one) == key_of(other)) is (one == other)


@given(values, st.lists(values, max_size=4))
def test_a_value_is_found_among_others_as_in_a_list(value: Any, others: list[Any]) -> None:
    assert (key_of(value) in keys_of(others)) is (value in others)
