"""Coercion: what says plainly what it means is taken for it, and nothing is lost on the way."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatlite.resources.properties import coerce
from heatlite.resources.schema import Type

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("wanted", "value", "result"),
    [
        (Type.STRING, "x", "x"),
        (Type.STRING, 16, "16"),
        (Type.STRING, True, "True"),
        (Type.INTEGER, "16", 16),
        (Type.INTEGER, 16.0, 16),
        (Type.INTEGER, "-3", -3),
        (Type.INTEGER, 2.7, 2),
        (Type.INTEGER, True, 1),
        (Type.NUMBER, True, True),
        (Type.NUMBER, "1.5", 1.5),
        (Type.NUMBER, "2", 2),
        (Type.NUMBER, 2.0, 2.0),
        (Type.NUMBER, 10**400, 10**400),
        (Type.BOOLEAN, "True", True),
        (Type.BOOLEAN, "false", False),
        (Type.BOOLEAN, False, False),
        (Type.MAP, '{"a": 1}', {"a": 1}),
        (Type.LIST, '[{"class": "hexdigits", "min": 4}]', [{"class": "hexdigits", "min": 4}]),
        (Type.LIST, ("a", "b"), ["a", "b"]),
        (Type.LIST, "[{'class': 'hexdigits', 'min': None}, True]", [{"class": "hexdigits", "min": None}, True]),
        (Type.MAP, """{'a': "it's"}""", {"a": "it's"}),
    ],
)
def test_a_value_that_says_what_it_means_becomes_its_type(wanted, value, result):
    found = coerce(wanted, value)
    assert found == result
    assert type(found) is type(result)


@pytest.mark.parametrize(
    ("wanted", "value", "complaint"),
    [
        (Type.STRING, object, "must be a string"),
        (Type.LIST, "[object]", "is not a list"),
        (Type.LIST, "{1: 2}", "is not a list"),
        (Type.LIST, "['a'" + ", 'a'" * 20_000 + "]", "is not a list"),
        (Type.LIST, "[" * 90 + "'a'" + "]" * 89, "is not a list"),
        (Type.MAP, "{'a': b'x'}", "is not a map"),
        (Type.STRING, 1.10, "must be a string; got 1.1; write it in quotes"),
        (Type.STRING, ["a"], "must be a string"),
        (Type.BOOLEAN, "yes", "not a valid boolean; use true or false"),
        (Type.BOOLEAN, 1, "not a valid boolean"),
        (Type.STRING, [object], "must be a string"),
        (Type.INTEGER, "many", "'many' is not an integer"),
        (Type.INTEGER, "2.5", "not an integer"),
        (Type.INTEGER, [1], "not an integer"),
        (Type.NUMBER, "nan", "not a number"),
        (Type.NUMBER, "1e400", "not a number"),
        (Type.NUMBER, float("inf"), "not a number"),
        (Type.NUMBER, {}, "not a number"),
        (Type.BOOLEAN, "maybe", '"maybe" is not a valid boolean'),
        (Type.BOOLEAN, 2, "not a valid boolean"),
        (Type.BOOLEAN, [], "not a valid boolean"),
        (Type.MAP, "[]", "is not a map"),
        (Type.MAP, "{", "is not a map"),
        (Type.MAP, '{"a": NaN}', "is not a map"),
        (Type.MAP, 3, "is not a map"),
        (Type.LIST, "a,b", '"a,b" is not a list'),
        (Type.LIST, {"a": 1}, "is not a list"),
        (Type.LIST, "[" * 100_000, "is not a list"),
    ],
)
def test_what_says_something_else_is_refused(wanted, value, complaint):
    with pytest.raises(ValueError, match=complaint):
        coerce(wanted, value)


@pytest.mark.parametrize(
    ("wanted", "empty"),
    [
        (Type.STRING, ""),
        (Type.INTEGER, 0),
        (Type.NUMBER, 0),
        (Type.BOOLEAN, False),
        (Type.MAP, {}),
        (Type.LIST, []),
        (Type.ANY, None),
    ],
)
def test_a_null_is_the_empty_value_of_its_type(wanted, empty):
    assert coerce(wanted, None) == empty


@given(JSON)
def test_any_takes_everything_as_it_is(value):
    assert coerce(Type.ANY, value) is value


@given(st.dictionaries(st.text(), JSON, max_size=3))
def test_a_map_survives_the_way_through_a_string(value):
    assert coerce(Type.MAP, json.dumps(value)) == value


@given(st.sampled_from(list(Type)), JSON)
def test_coercion_gives_json_or_a_value_error_and_doing_it_twice_changes_nothing(wanted, value):
    try:
        once = coerce(wanted, value)
    except ValueError:
        return
    assert json.loads(json.dumps(once)) == once
    assert coerce(wanted, once) == once
