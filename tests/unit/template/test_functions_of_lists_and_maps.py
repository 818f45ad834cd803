"""Functions that make lists and maps: what each gives, and which arguments it refuses."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatlite.exception import StackValidationFailed
from heatlite.template import UNKNOWN, making_at_most, resolve
from heatlite.template.functions import base
from tests.unit.template.build import FakeResource, World, bound, hot_of_value, value_of

UNMADE = {"get_attr": ["database", "x"]}


@pytest.mark.parametrize(
    ("function", "result"),
    [
        ({"list_concat": [["a", "b"], None, ["b"]]}, ["a", "b", "b"]),
        ({"list_concat_unique": [["a", "b"], ["b", "c"], ["a"]]}, ["a", "b", "c"]),
        ({"list_concat_unique": [[{"a": 1}], [{"a": 1}, 2]]}, [{"a": 1}, 2]),
        ({"map_merge": [{"a": 1, "b": 2}, None, {"b": 3}]}, {"a": 1, "b": 3}),
        ({"map_replace": [{"a": "x", "b": "y"}, {"keys": {"a": "A"}, "values": {"y": "Y"}}]}, {"A": "x", "b": "Y"}),
        ({"map_replace": [{"a": ["x"]}, {"values": {"x": "Y"}}]}, {"a": ["x"]}),
        ({"map_replace": [None, None]}, {}),
        ({"filter": [["b", None], ["a", "b", None, "c"]]}, ["a", "c"]),
        ({"filter": [None, ["a"]]}, ["a"]),
        ({"filter": [["a"], None]}, None),
        ({"contains": ["b", ["a", "b"]]}, True),
        ({"contains": ["bc", "abcd"]}, True),
        ({"contains": [{"a": 1}, [{"a": 2}]]}, False),
        ({"str_split": [",", "a,b,c"]}, ["a", "b", "c"]),
        ({"str_split": [",", "a,b,c", 1]}, "b"),
        ({"str_split": [",", "a,b,c", "2"]}, "c"),
        ({"str_split": [",", None]}, None),
    ],
)
def test_a_function_gives(function: Any, result: Any) -> None:
    assert value_of(function) == result


@pytest.mark.parametrize(
    ("for_each", "template", "result"),
    [
        ({"%p%": ["80", "443"]}, "port %p%", ["port 80", "port 443"]),
        ({"%p%": ["1", "2"], "%h%": ["a", "b"]}, "%h%%p%", ["a1", "b1", "a2", "b2"]),
        ({"%p%": {"k1": "x", "k2": "y"}}, {"%p%": ["<%p%>", 7]}, [{"k1": ["<k1>", 7]}, {"k2": ["<k2>", 7]}]),
        ({"%p%": None}, "%p%", []),
    ],
)
def test_repeat_says_its_template_again_for_every_combination(for_each: Any, template: Any, result: Any) -> None:
    assert value_of({"repeat": {"for_each": for_each, "template": template}}) == result


def test_repeat_without_permutations_goes_through_its_lists_side_by_side() -> None:
    repeat = {"for_each": {"%p%": ["1", "2"], "%h%": ["a", "b"]}, "template": "%h%%p%", "permutations": False}
    assert value_of({"repeat": repeat}) == ["a1", "b2"]
    with pytest.raises(StackValidationFailed, match="same length"):
        value_of({"repeat": {**repeat, "for_each": {"%p%": ["1"], "%h%": ["a", "b"]}}})


def test_repeat_says_its_template_so_often_and_no_more_whatever_it_is() -> None:
    for_each = {f"%{name}%": [str(place) for place in range(10)] for name in "abcdef"}
    with pytest.raises(StackValidationFailed, match="would repeat its template 1000000 times; 100000 are allowed"):
        value_of({"repeat": {"for_each": for_each, "template": ""}})


def test_all_functions_together_make_so_much_and_no_more() -> None:
    joined = {"list_join": ["", ["x" * 1000]]}
    with making_at_most(10_000):
        for _ in range(10):
            value_of(joined)
        with pytest.raises(StackValidationFailed, match='"list_join" would exceed the limit'):
            value_of(joined)


@pytest.mark.parametrize(
    ("function", "times"),
    [
        ({"get_param": "texts"}, 19),  # 100 values, and 201 characters
        ({"contains": ["no", {"get_param": "texts"}]}, 19),
        ({"filter": [["x"], {"get_param": "texts"}]}, 19),
        ({"map_merge": [{"get_param": "texts_by_name"}]}, 2),
        ({"digest": ["md5", {"get_param": "text"}]}, 10),
        (
            {"str_replace": {"template": {"get_param": "text"}, "params": {"x": ""}}},
            0,
        ),  # of 10,000 pieces comes nothing
        ({"str_replace": {"template": "a" * 1600, "params": {str(at): "b" for at in range(900)}}}, 1),
    ],
)
def test_what_functions_give_or_go_through_is_bounded_though_it_is_there_already(function: Any, times: int) -> None:
    declared = {
        "texts": {"type": "json", "default": ["x"] * 100},
        "texts_by_name": {"type": "json", "default": {str(at): "x" for at in range(200)}},
        "text": {"type": "string", "default": "x" * 10_000},
    }
    template = hot_of_value(function, parameters=declared)
    world, properties = World(bound(template)), template.resources["web"].properties
    with making_at_most(given=101_000):
        for _ in range(times):
            resolve(properties, world)
        with pytest.raises(StackValidationFailed, match="exceeds the limit"):
            resolve(properties, world)


def test_repeat_can_be_nested() -> None:
    inner = {"repeat": {"for_each": {"%b%": ["1", "2"]}, "template": "%a%%b%"}}
    assert value_of({"repeat": {"for_each": {"%a%": ["x", "y"]}, "template": inner}}) == [["x1", "x2"], ["y1", "y2"]]


@pytest.mark.parametrize(
    ("function", "message"),
    [
        ({"list_concat": ["a", ["b"]]}, "a list of lists"),
        ({"list_concat": "a"}, "a list of lists"),
        ({"list_concat": None}, "a list of lists"),
        ({"map_merge": {"a": 1}}, "a list of maps"),
        ({"map_merge": [["a"]]}, "a list of maps"),
        ({"map_replace": [{"a": 1}]}, "a map and the replacements"),
        ({"map_replace": [{"a": 1}, {"nope": {}}]}, "a map and the replacements"),
        ({"map_replace": [{"a": 1, "b": 2}, {"keys": {"a": "b"}}]}, '"b" collides with a key in the input map'),
        ({"map_replace": [{"a": 1, "b": 2}, {"keys": {"a": "c", "b": "c"}}]}, '"c" collides with a key in the output'),
        ({"filter": [["a"]]}, "the values to leave out and the list"),
        ({"filter": ["a", ["a"]]}, "takes a list of values to leave out"),
        ({"filter": [["a"], "a"]}, "only works with lists"),
        ({"contains": ["a"]}, "a value and a list"),
        ({"contains": ["a", {"a": 1}]}, "should be a sequence"),
        ({"contains": ["a", 7]}, "should be a sequence"),
        ({"repeat": {"for_each": {"%a%": ["x"]}}}, "needs two keys"),
        ({"repeat": {"for_each": ["x"], "template": ""}}, "must contain a map"),
        ({"repeat": {"for_each": {}, "template": ""}}, "not an empty one"),
        ({"repeat": {"for_each": {"%a%": "x"}, "template": ""}}, "must be lists or maps"),
        ({"repeat": {"for_each": {"%a%": [1]}, "template": ""}}, "must be strings"),
        ({"repeat": {"for_each": {"%a%": ["x"]}, "template": "", "permutations": "no"}}, "must be a boolean"),
        ({"str_split": [",", "a,b", 2]}, "between 0 and 1"),
        ({"str_split": [",", "a,b", "x"]}, "must be a number"),
        ({"str_split": ["", "a,b"]}, "a delimiter, a text"),
        ({"str_split": [",", 7]}, "a delimiter, a text"),
        ({"str_split": "a,b"}, "a delimiter, a text"),
    ],
)
def test_wrong_arguments_are_refused_with_their_place(function: Any, message: str) -> None:
    [name] = function
    with pytest.raises(StackValidationFailed, match=rf"resources\.web\.properties\.x\.{name}: .*{message}"):
        value_of(function)


@pytest.mark.parametrize(
    "function",
    [
        {"list_concat": [["a"], UNMADE]},
        {"map_merge": [{"a": UNMADE}, {"b": 1}]},
        {"filter": [[UNMADE], ["a"]]},
        {"repeat": {"for_each": {"%a%": UNMADE}, "template": "%a%"}},
        {"str_split": [",", UNMADE]},
    ],
)
def test_what_depends_on_a_resource_that_is_not_there_is_unknown(function: Any) -> None:
    assert value_of(function) is UNKNOWN
    there = World(resources={"database": FakeResource(values={"x": None})})
    assert value_of({"list_concat": [["a"], UNMADE]}, there) == ["a"]


def test_a_result_that_would_fill_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    ten = [str(number) for number in range(10)]
    many = {"for_each": {f"%{place}%": ten for place in range(30)}, "template": "x"}
    with pytest.raises(StackValidationFailed, match="would repeat its template 1000000"):
        value_of({"repeat": many})
    nested: Any = "xxxxxxxxxx"
    for place in range(30):
        nested = {"repeat": {"for_each": {f"%{place}%": ten}, "template": nested}}
    with pytest.raises(StackValidationFailed, match="would make a value of more than"):
        value_of(nested)
    monkeypatch.setattr(base, "MAX_TEXT", 50)
    with pytest.raises(StackValidationFailed, match="would make a value of more than 50"):
        value_of({"list_concat": [["x" * 30], ["x" * 30]]})


@given(st.lists(st.lists(st.integers(), max_size=3), max_size=4))
def test_concatenating_piece_by_piece_is_concatenating_all(lists: list[list[int]]) -> None:
    whole = value_of({"list_concat": lists})
    piecewise: Any = []
    for one in lists:
        piecewise = value_of({"list_concat": [piecewise, one]})
    assert whole == piecewise


@given(st.lists(st.text(alphabet="ab;"), min_size=1), st.sampled_from([",", ", ", "-"]))
def test_splitting_gives_back_what_was_joined(texts: list[str], delimiter: str) -> None:
    assert value_of({"str_split": [delimiter, {"list_join": [delimiter, texts]}]}) == texts
