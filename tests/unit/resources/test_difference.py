"""The difference between two mappings of properties."""

from hypothesis import given
from hypothesis import strategies as st

from heatlite.resources.difference import changed

from .test_coercion import JSON

PROPERTIES = st.dictionaries(st.text(max_size=2), JSON, max_size=4)


def test_new_changed_and_removed_properties_are_told_and_equal_ones_not():
    before = {"same": [1], "other": 1, "gone": "x"}
    after = {"same": [1], "other": 2, "new": "y"}
    assert changed(before, after) == {"other": 2, "new": "y", "gone": None}


def test_absent_and_none_are_the_same():
    assert changed({"a": None}, {"b": None}) == {}


def test_true_is_not_one_but_one_is_one_point_nought():
    assert changed({"a": [{"b": 1}]}, {"a": [{"b": True}]}) == {"a": [{"b": True}]}
    assert changed({"a": 1}, {"a": 1.0}) == {}


@given(PROPERTIES)
def test_nothing_differs_from_itself(properties):
    assert changed(properties, properties) == {}


@given(PROPERTIES, PROPERTIES)
def test_the_difference_applied_to_the_old_gives_the_new(before, after):
    assert changed({**before, **changed(before, after)}, after) == {}
