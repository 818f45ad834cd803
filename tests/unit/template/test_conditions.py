"""Conditions: which hold, and what of a template they leave."""

from __future__ import annotations

from typing import Any

import pytest

from heatlite.exception import HeatliteError, InvalidTemplateReference, StackValidationFailed
from heatlite.template import Template, resolve
from tests.unit.template.build import World, bound, hot

PARAMETERS = {"env": {"type": "string", "default": "test"}, "many": {"type": "boolean", "default": False}}
CONDITIONS = {
    "prod": {"equals": [{"get_param": "env"}, "prod"]},
    "many": {"equals": [{"get_param": "many"}, True]},
    "small": {"not": "prod"},
    "both": {"and": ["prod", {"get_param": "many"}]},
    "either": {"or": ["prod", "many", False]},
    "known": {"contains": [{"get_param": "env"}, ["prod", "test"]]},
    "short": {"yaql": {"expression": "$.data.len() < 5", "data": {"get_param": "env"}}},
    "alias": "small",
    "always": True,
}


def left(resources: dict, version: str = "2021-04-16", outputs: Any = None, **given: Any) -> Template:
    template = hot(version, parameters=PARAMETERS, conditions=CONDITIONS, resources=resources, outputs=outputs or {})
    return template.under(bound(template, **given))


@pytest.mark.parametrize("env", ["prod", "test"])
@pytest.mark.parametrize("many", [True, False])
def test_a_resource_is_there_where_its_condition_holds(env: str, many: bool) -> None:
    resources = {name: {"type": "T", "condition": name} for name in CONDITIONS}
    there = set(left(resources, env=env, many=many).resources)
    prod = env == "prod"
    truth = {"prod": prod, "many": many, "small": not prod, "both": prod and many, "either": prod or many}
    truth |= {"known": True, "short": True, "alias": not prod, "always": True}
    assert there == {name for name, holds in truth.items() if holds}


def test_a_condition_may_be_written_where_it_is_used() -> None:
    inline = {"type": "T", "condition": {"equals": [{"get_param": "env"}, "test"]}}
    assert set(left({"a": inline, "b": {"type": "T", "condition": False}}).resources) == {"a"}


def test_an_if_is_the_value_that_it_chooses() -> None:
    properties = {
        "x": {"if": ["prod", 1, {"if": ["many", 2, {"get_param": "env"}]}]},
        "y": [{"if": ["small", "s", "l"]}],
    }
    template = left({"a": {"type": "T", "properties": properties}})
    assert resolve(template.resources["a"].properties, World(bound(template))) == {"x": "test", "y": ["s"]}
    template = left({"a": {"type": "T", "properties": properties}}, env="prod")
    assert resolve(template.resources["a"].properties, World(bound(template))) == {"x": 1, "y": ["l"]}


def test_an_if_without_an_else_leaves_the_key_or_item_out() -> None:
    properties = {"x": {"if": ["prod", 1]}, "y": ["a", {"if": ["prod", "b"]}], "z": {"if": ["small", None]}}
    template = left({"a": {"type": "T", "properties": properties, "metadata": {"if": ["prod", {"m": 1}]}}})
    assert template.resources["a"].properties == {"y": ["a"], "z": None}
    assert template.resources["a"].metadata == {}
    with pytest.raises(StackValidationFailed, match=r"resources\.a\.properties\.x\.if: .*value_if_false"):
        left({"a": {"type": "T", "properties": properties}}, version="2018-08-31")


GONE = {"if": ["prod", "x"]}
COLUMN = {"%i%": ["1", "2"]}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ({"repeat": {"for_each": COLUMN, "template": GONE}}, [None, None]),
        ({"repeat": {"for_each": COLUMN, "template": {"a": GONE, "b": "%i%"}}}, [{"b": "1"}, {"b": "2"}]),
        ({"repeat": {"for_each": COLUMN, "template": [GONE, "%i%"]}}, [["1"], ["2"]]),
        ({"repeat": {"for_each": {**COLUMN, "%j%": GONE}, "template": "%i%"}}, ["1", "2"]),
        ({"repeat": {"for_each": {"%i%": [1, None]}, "template": [GONE, 0.5, True]}}, [[0.5, True]] * 2),
        ({"repeat": {"for_each": {"%i%": [1], "%j%": []}, "template": "%i%"}}, []),
        ({"repeat": {"for_each": {"%i%": ["a"], "%j%": GONE}, "template": "x", "permutations": False}}, ["x"]),
        ({"list_join": {"if": ["small", ["-", ["a", "b"]]]}}, "a-b"),
        ({"filter": [{"filter": [["a"], 7]}, GONE]}, None),
        ({"filter": [{"filter": [7, ["a"]]}, []]}, []),
        ({"contains": [GONE, ["a"]]}, False),
        ({"contains": [GONE, ["a", None]]}, True),
        ({"contains": [GONE, ["a", GONE]]}, False),
        ({"filter": [GONE, ["a"]]}, ["a"]),
        ({"filter": [["a"], GONE]}, None),
        ({"list_join": ["-", GONE]}, ""),
        ({"list_join": ["-", ["a", GONE], GONE]}, "a"),
        ({"list_concat": [["a"], GONE]}, ["a"]),
        ({"map_merge": [{"a": 1}, GONE]}, {"a": 1}),
        ({"map_replace": [{"a": 1}, {"keys": GONE, "values": GONE}]}, {"a": 1}),
        ({"make_url": {"scheme": "http", "host": "h", "port": GONE}}, "http://h"),
        ({"str_replace": {"template": "a", "params": {"a": GONE}}}, "a"),
        ({"str_split": [",", "a,b", GONE]}, ["a", "b"]),
        ({"get_param": ["env", GONE]}, "test"),
        ({"yaql": {"expression": "$.data", "data": GONE}}, None),
        ({"yaql": {"expression": "$.data", "data": {"a": 1, "b": GONE}}}, {"a": 1}),
        ({"if": ["small", GONE, "b"]}, None),
    ],
)
def test_what_an_if_leaves_out_of_arguments_is_null_or_gone_as_in_heat(written: Any, value: Any) -> None:
    template = left({"a": {"type": "T", "properties": {"x": [written]}}})
    expected = [] if written.keys() == {"if"} else [value]
    assert resolve(template.resources["a"].properties, World(bound(template))) == {"x": expected}


@pytest.mark.parametrize(
    "written",
    [
        {"repeat": {"for_each": GONE, "template": "x"}},
        {"repeat": {"for_each": {"%i%": [1]}, "template": [["x"]]}},
        {"repeat": {"for_each": {"%i%": ["a"], "%j%": []}, "template": "x", "permutations": False}},
        {"repeat": {"for_each": {"%i%": [1]}, "template": {"x": 0}}},
        {"filter": [{"filter": [7, ["a"]]}, ["a"]]},
        {"if": [7, 1, 2]},
        {"contains": ["a", GONE]},
        {"contains": [GONE, "text"]},
        {"list_join": [GONE, ["a"]]},
        {"str_replace": {"template": GONE, "params": {"a": "b"}}},
        {"str_replace": {"template": "a", "params": GONE}},
        {"yaql": {"expression": GONE, "data": {}}},
        {"get_attr": [GONE, "a"]},
        {"get_attr": ["a", GONE]},
        {"digest": [GONE, "x"]},
        {"str_split": [GONE, "a,b"]},
    ],
)
def test_an_if_may_not_leave_out_what_a_function_needs(written: Any) -> None:
    def made() -> None:
        template = left({"a": {"type": "T"}, "b": {"type": "T", "properties": {"x": [written]}}})
        resolve(template.resources["b"].properties, World(bound(template)))

    with pytest.raises((StackValidationFailed, InvalidTemplateReference)):
        made()


def test_no_condition_at_all_holds() -> None:
    template = left({"a": {"type": "T", "properties": {"x": {"if": [None, 1, 2]}}, "condition": None}})
    assert template.resources["a"].properties == {"x": 1}


def test_only_what_is_chosen_is_needed() -> None:
    chosen = {"if": ["prod", {"get_resource": "p"}, {"get_attr": ["t", "x"]}]}
    resources = {
        "p": {"type": "T", "condition": "prod"},
        "t": {"type": "T", "condition": "small"},
        "a": {"type": "T", "properties": {"x": chosen}, "depends_on": ["p", "t"]},
    }
    assert left(resources).resources["a"].requires == {"t"}
    assert left(resources, env="prod").resources["a"].requires == {"p"}


def test_what_is_not_there_cannot_be_referred_to() -> None:
    resources = {
        "p": {"type": "T", "condition": "prod"},
        "a": {"type": "T", "properties": {"x": {"get_resource": "p"}}},
    }
    with pytest.raises(InvalidTemplateReference, match=r"resources\.a\.properties\.x\.get_resource"):
        left(resources)


def test_what_is_not_there_is_not_looked_into() -> None:
    wrong = {"type": "T", "condition": "prod", "properties": {"x": {"get_resource": "nobody"}}}
    assert set(left({"a": wrong}).resources) == set()
    with pytest.raises(InvalidTemplateReference):
        left({"a": wrong}, env="prod")


def test_an_output_has_no_value_where_its_condition_does_not_hold() -> None:
    outputs = {
        "a": {"value": {"if": ["small", "s", "l"]}, "condition": "small"},
        "b": {"value": 1, "condition": "prod", "description": "of production"},
    }
    template = left({}, outputs=outputs)
    assert {name: output.value for name, output in template.outputs.items()} == {"a": "s", "b": None}
    assert template.outputs["b"].description == "of production"


def test_a_template_without_conditions_is_the_same_for_all_parameters() -> None:
    template = hot(parameters=PARAMETERS, conditions=CONDITIONS, resources={"a": {"type": "T"}})
    assert template.under(bound(template)) is template


@pytest.mark.parametrize(
    ("conditions", "message"),
    [
        ({"a": "b"}, r'conditions\.a: Invalid condition "b"'),
        ({"a": {"equals": [1]}}, r"conditions\.a\.equals: .*\[value_1, value_2\]"),
        ({"a": {"and": [True]}}, r"conditions\.a\.and: The minimum number of condition arguments"),
        ({"a": {"or": "b"}}, r"conditions\.a\.or: .*must be a list of conditions"),
        ({"a": {"get_attr": ["x", "y"]}}, r"conditions\.a\.get_attr: .*can't be used in conditions"),
        ({"a": {"equals": [{"str_split": [",", "x"]}, 1]}}, "can't be used in conditions"),
        ({"a": 7}, r"conditions\.a: A condition must be a boolean"),
        ({"a": {"not": None}}, r"conditions\.a\.not: Argument to \"not\" must be a condition"),
        ({7: True}, "The name of a condition must be a string"),
    ],
)
def test_an_ill_formed_condition_is_refused_with_its_place(conditions: Any, message: str) -> None:
    with pytest.raises(StackValidationFailed, match=message):
        hot(conditions=conditions, parameters=PARAMETERS)


WRONG_WHEN_ASKED = [
    ({"not": "nobody"}, r"conditions\.a\.not: Invalid condition 'nobody'"),
    ({"not": "a"}, r'conditions: Circular definition for condition: "a" uses itself'),
    ({"not": ""}, r"conditions\.a\.not: Invalid condition ''"),
    ({"not": {"x": 1, "y": 2}}, r"conditions\.a\.not: Invalid condition \{'x': 1"),
    ({"or": [False, 7]}, r"conditions\.a\.or: Invalid condition 7"),
    ({"and": ["b", "nobody"]}, r"conditions\.a\.and: Invalid condition 'nobody'"),
    ({"equals": [{"get_param": "nope"}, 1]}, r"The Parameter \(nope\) was not provided"),
]


@pytest.mark.parametrize(("condition", "message"), WRONG_WHEN_ASKED)
def test_a_condition_is_wrong_only_where_something_asks_for_it(condition: Any, message: str) -> None:
    conditions = {"a": condition, "b": True}
    asks = hot(conditions=conditions, parameters=PARAMETERS, resources={"r": {"type": "T", "condition": "a"}})
    with pytest.raises(HeatliteError, match=message):
        asks.under(bound(asks))
    other = hot(conditions=conditions, parameters=PARAMETERS, resources={"r": {"type": "T", "condition": "b"}})
    assert set(other.under(bound(other)).resources) == {"r"}


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"or": [True, "nobody"]}, True),
        ({"or": ["b", 7]}, True),
        ({"or": [True, {"get_param": "env"}]}, True),
        ({"or": [None, "nobody"]}, True),
        ({"and": [False, "nobody"]}, False),
        ({"and": [{"not": "b"}, ""]}, False),
        ({"and": [True, {"get_param": "named"}]}, True),
    ],
)
def test_or_and_and_stop_at_the_first_that_decides(condition: Any, holds: bool) -> None:
    named = {"named": {"type": "string", "default": "b"}}
    conditions, resources = {"a": condition, "b": True}, {"r": {"type": "T", "condition": "a"}}
    template = hot(conditions=conditions, parameters={**PARAMETERS, **named}, resources=resources)
    assert bool(template.under(bound(template)).resources) is holds


def test_a_condition_must_come_to_true_or_false() -> None:
    template = hot(
        conditions={"a": {"get_param": "env"}}, parameters=PARAMETERS, resources={"r": {"type": "T", "condition": "a"}}
    )
    with pytest.raises(StackValidationFailed, match=r"conditions\.a: A condition must be true or false, .*'test'"):
        template.under(bound(template))


def test_yaql_and_contains_came_to_conditions_later() -> None:
    for function in ({"yaql": {"expression": "true"}}, {"contains": [1, [1]]}):
        with pytest.raises(StackValidationFailed, match="can't be used in conditions"):
            hot("2017-02-24", conditions={"a": function})
