"""Each function: what it gives, and which arguments it refuses when."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatlite.exception import InvalidTemplateAttribute, StackValidationFailed, UserParameterMissing
from heatlite.template import UNKNOWN
from heatlite.template.functions import base
from tests.unit.template.build import PSEUDO, FakeResource, World, bound, hot, hot_of_value, value_of

PARAMETERS = {
    "name": {"type": "string", "default": "web"},
    "count": {"type": "number", "default": "3"},
    "names": {"type": "comma_delimited_list", "default": "a,b"},
    "tree": {"type": "json", "default": {"list": [{"deep": 5}], "none": None}},
}


def param(arguments: Any) -> Any:
    return value_of({"get_param": arguments}, parameters=PARAMETERS)


def in_world(value: Any, **resources: FakeResource) -> Any:
    return value_of(value, World(PSEUDO.values(), {}, resources))


def test_get_param_gives_the_coerced_value() -> None:
    assert param("name") == "web"
    assert param("count") == 3
    assert param("names") == ["a", "b"]


def test_get_param_goes_down_a_path_of_keys_and_indices() -> None:
    assert param(["tree", "list", 0, "deep"]) == 5
    assert param(["tree", "list", "0", "deep"]) == 5
    assert param(["names", {"get_param": ["tree", "none", "x"]}]) == ""
    assert param(["names", -1]) == "b"


@pytest.mark.parametrize("path", [["tree", "nope"], ["names", 9], ["names", "x"], ["tree", "none", "x"], ["count", 1]])
def test_get_param_of_a_path_that_leads_nowhere_is_empty_text(path: list) -> None:
    assert param(path) == ""


@pytest.mark.parametrize("name", ["OS::stack_name", "OS::stack_id", "OS::project_id", "OS::region"])
def test_get_param_knows_the_pseudo_parameters(name: str) -> None:
    assert param(name) == PSEUDO.values()[name]


def test_get_param_takes_a_computed_name_and_a_computed_path() -> None:
    parameters = {**PARAMETERS, "which": {"type": "string", "default": "names"}}
    computed = {"get_param": [{"get_param": "which"}, {"get_param": ["tree", "list", 0, "nope"]}]}
    assert value_of(computed, parameters=parameters) == ""
    assert value_of({"get_param": {"get_param": "which"}}, parameters=parameters) == ["a", "b"]


def test_get_param_of_a_computed_name_that_does_not_exist_is_refused_when_it_is_known() -> None:
    with pytest.raises(UserParameterMissing, match="web"):
        param({"get_param": "name"})


@pytest.mark.parametrize("arguments", [None, "", [], 3, [3], [["name"]], {"a": 1, "b": 2}, ["tree", ["x"]]])
def test_get_param_refuses_arguments_of_another_form(arguments: Any) -> None:
    with pytest.raises(StackValidationFailed, match=r'resources\.web\.properties\.x\.get_param: .*"get_param" must be'):
        hot_of_value({"get_param": arguments}, parameters=PARAMETERS)


@pytest.mark.parametrize("arguments", ["nope", ["nope", "x"]])
def test_get_param_of_a_parameter_that_is_not_declared_is_refused(arguments: Any) -> None:
    with pytest.raises(StackValidationFailed, match=r"x: : The Parameter \(nope\) was not provided\. Dec"):
        hot_of_value({"get_param": arguments}, parameters=PARAMETERS)


def test_get_resource_gives_the_reference() -> None:
    assert in_world({"get_resource": "database"}, database=FakeResource("db-7")) == "db-7"


@pytest.mark.parametrize("name", [None, 7, ["database"]])
def test_the_name_of_a_resource_must_be_a_string(name: Any) -> None:
    for function in ({"get_resource": name}, {"get_attr": [name, "x"]}):
        with pytest.raises(StackValidationFailed, match="The name of a resource must be a string"):
            hot_of_value(function)


def test_get_attr_goes_down_a_path() -> None:
    database = FakeResource(values={"net": {"private": [{"addr": "10.0.0.1"}]}, "empty": None})
    assert in_world({"get_attr": ["database", "net", "private", 0, "addr"]}, database=database) == "10.0.0.1"
    assert in_world({"get_attr": ["database", "net"]}, database=database) == {"private": [{"addr": "10.0.0.1"}]}
    for nowhere in (["net", "public", 0], ["net", "private", 3], ["empty"], ["empty", "x"]):
        assert in_world({"get_attr": ["database", *nowhere]}, database=database) is None


def test_get_attr_without_an_attribute_gives_them_all() -> None:
    database = FakeResource(values={"a": 1, "b": UNKNOWN})
    assert in_world({"get_attr": ["database"]}, database=database) == {"a": 1, "b": UNKNOWN}


def test_get_attr_takes_a_computed_attribute() -> None:
    computed = {"get_attr": ["database", {"get_param": "OS::region"}]}
    assert in_world(computed, database=FakeResource(values={"north": "up"})) == "up"


def test_get_attr_lets_the_error_for_a_wrong_attribute_pass() -> None:
    with pytest.raises(InvalidTemplateAttribute, match="nope"):
        in_world({"get_attr": ["database", "nope"]}, database=FakeResource())


@pytest.mark.parametrize(
    "arguments", [None, "database", [], {}, ["database", ""], ["database", 1], ["database", "a", []]]
)
def test_get_attr_refuses_arguments_of_another_form(arguments: Any) -> None:
    with pytest.raises(StackValidationFailed, match=r'resources\.web\.properties\.x\.get_attr: .*"get_attr" must be'):
        hot_of_value({"get_attr": arguments})


def test_get_file_gives_the_content() -> None:
    assert value_of({"get_file": "a.sh"}, files={"a.sh": "echo"}) == "echo"
    assert value_of({"get_file": "empty"}, files={"empty": ""}) == ""


def test_get_file_takes_a_computed_name() -> None:
    assert value_of({"get_file": {"get_param": "OS::region"}}, files={"north": "cold"}) == "cold"
    with pytest.raises(StackValidationFailed, match=r"No content found .* north"):
        value_of({"get_file": {"get_param": "OS::region"}})


def test_get_file_of_a_file_that_did_not_come_along_is_refused() -> None:
    with pytest.raises(StackValidationFailed, match=r'x\.get_file: No content found in the "files" section.* a\.sh'):
        hot_of_value({"get_file": "a.sh"})
    with pytest.raises(StackValidationFailed, match='Argument to "get_file" must be a string'):
        hot_of_value({"get_file": ["a.sh"]})


def replaced(template: Any, params: Any) -> Any:
    return value_of({"str_replace": {"template": template, "params": params}}, parameters=PARAMETERS)


def test_str_replace_puts_in_texts_numbers_maps_and_lists() -> None:
    params = {"$s": "x", "$n": 8080, "$f": 1.5, "$b": True, "$m": {"b": [1], "a": None}, "$l": ["u"], "$0": None}
    assert replaced("$s $n $f $b $m $l $0.", params) == 'x 8080 1.5 True {"a": null, "b": [1]} ["u"] .'


def test_str_replace_prefers_the_longest_placeholder() -> None:
    assert replaced("host hostname", {"host": "1", "hostname": "2"}) == "1 2"
    assert replaced("abcd", {"ab": "1", "bcd": "2"}) == "a2"
    assert replaced("aba", {"ba": "2", "ab": "1"}) == "1a"


def test_str_replace_does_not_search_what_it_put_in() -> None:
    assert replaced("a b", {"a": "b", "b": "a"}) == "b a"


@given(st.text(alphabet="abc ", max_size=30), st.dictionaries(st.text("abc", min_size=1, max_size=3), st.text("abcX")))
def test_str_replace_changes_nothing_but_placeholders(template: str, params: dict) -> None:
    present = {key: value for key, value in params.items() if key in template}
    assert replaced(template, params) == replaced(template, present)
    assert replaced(template, {key: key for key in params}) == template


def test_str_replace_takes_computed_parts() -> None:
    assert replaced({"get_param": "name"}, {"e": {"get_param": "names"}}) == 'w["a", "b"]b'
    assert replaced("list", {"get_param": "tree"}) == '[{"deep": 5}]'


def test_str_replace_takes_more_placeholders_than_the_stack_is_deep() -> None:
    assert replaced("p1999.", {f"p{number}": str(number) for number in range(2000)}) == "1999."


@pytest.mark.parametrize(
    "arguments",
    [
        None,
        ["a", {}],
        {"get_param": "tree"},
        {"template": "a"},
        {"params": {}},
        {"template": 1, "params": {}},
        {"template": "a", "params": ["x"]},
        {"template": "a", "params": {"": "x", "y": "z"}},
    ],
)
def test_str_replace_refuses_arguments_of_another_form(arguments: Any) -> None:
    with pytest.raises(StackValidationFailed, match=r"resources\.web\.properties\.x\.str_replace: "):
        hot_of_value({"str_replace": arguments}, parameters=PARAMETERS)


def test_str_replace_refuses_computed_parts_of_another_kind_when_they_are_known() -> None:
    with pytest.raises(StackValidationFailed, match="template must be a string"):
        replaced({"get_param": "names"}, {})
    with pytest.raises(StackValidationFailed, match="params must be a map"):
        replaced("a", {"get_param": "names"})


def test_list_join_joins_every_list() -> None:
    assert value_of({"list_join": [",", ["a", "b"], None, [], ["c", None, {"k": 1}, [2]]]}) == 'a,b,c,,{"k": 1},[2]'


def test_list_join_takes_computed_parts() -> None:
    joined = {"list_join": [{"get_param": "name"}, {"get_param": "names"}, [{"get_param": "OS::region"}]]}
    assert value_of(joined, parameters=PARAMETERS) == "awebbwebnorth"


@pytest.mark.parametrize("arguments", [None, "a", [], [","], [1, ["a"]], [",", "a"], [",", {"a": 1, "b": 2}]])
def test_list_join_refuses_arguments_of_another_form(arguments: Any) -> None:
    with pytest.raises(StackValidationFailed, match=r'resources\.web\.properties\.x\.list_join: .*"list_join"'):
        hot_of_value({"list_join": arguments})


@pytest.mark.parametrize("item", [1, 2.5, True])
def test_list_join_refuses_numbers_as_heat_does(item: Any) -> None:
    with pytest.raises(StackValidationFailed, match=f"Items to join must be string, map or list not {item}"):
        value_of({"list_join": [",", [item]]})


def test_list_join_refuses_computed_parts_of_another_kind_when_they_are_known() -> None:
    with pytest.raises(StackValidationFailed, match="delimiter must be a string"):
        value_of({"list_join": [{"get_param": "names"}, []]}, parameters=PARAMETERS)
    with pytest.raises(StackValidationFailed, match="must operate on a list"):
        value_of({"list_join": [",", {"get_param": "name"}]}, parameters=PARAMETERS)


def test_nested_functions_can_not_make_a_text_without_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "MAX_TEXT", 1000)
    text: Any = "aaaaaaaaaa"
    for _ in range(3):
        text = {"str_replace": {"template": "aaaaaaaaaa", "params": {"a": text}}}
    with pytest.raises(StackValidationFailed, match='"str_replace" would make a text of more than 1000 characters'):
        value_of(text)
    with pytest.raises(StackValidationFailed, match='"list_join" would make a text of more than 1000 characters'):
        value_of({"list_join": ["-" * 600, ["a", "b", "c"]]})


def test_functions_stand_anywhere_in_a_value() -> None:
    value = {"list": [1, {"deep": {"get_param": "count"}}], "plain": [1, 2]}
    assert value_of(value, parameters=PARAMETERS) == {"list": [1, {"deep": 3}], "plain": [1, 2]}


@pytest.mark.parametrize("function", ["get_resource", "get_attr"])
def test_what_does_not_exist_yet_is_unknown(function: str) -> None:
    arguments = "database" if function == "get_resource" else ["database", "x", "y"]
    assert in_world({function: arguments}) is UNKNOWN


def test_an_unknown_attribute_is_unknown_down_every_path() -> None:
    database = FakeResource(values={"net": UNKNOWN, "half": {"known": 1, "later": UNKNOWN}})
    assert in_world({"get_attr": ["database", "net", "private", 0]}, database=database) is UNKNOWN
    assert in_world({"get_attr": ["database", "half", "later", "x"]}, database=database) is UNKNOWN
    assert in_world({"get_attr": ["database", "half", "known"]}, database=database) == 1


def test_all_attributes_of_a_resource_that_is_not_there_yet_are_unknown() -> None:
    assert in_world({"get_attr": ["database"]}, database=FakeResource(values=UNKNOWN)) is UNKNOWN


def test_containers_keep_unknown_inside() -> None:
    assert in_world({"a": [1, {"get_resource": "database"}]}) == {"a": [1, UNKNOWN]}


@pytest.mark.parametrize(
    "function",
    [
        {"str_replace": {"template": "a", "params": {"a": {"get_resource": "database"}}}},
        {"list_join": [",", ["a", {"get_attr": ["database", "x"]}]]},
        {"get_param": ["OS::region", {"get_attr": ["database", "x"]}]},
        {"get_file": {"get_attr": ["database", "x"]}},
        {"get_attr": ["web", {"get_resource": "database"}]},
    ],
)
def test_a_function_over_an_unknown_argument_is_unknown(function: dict) -> None:
    assert in_world(function, web=FakeResource()) is UNKNOWN


@pytest.mark.parametrize(
    "function",
    [
        {"list_join": [",", ["a", {"get_param": "n"}, {"get_attr": ["database", "x"]}]]},
        {"list_join": [",", {"get_attr": ["database", "x"]}, {"get_param": "n"}]},
        {"list_join": [{"get_param": "list"}, {"get_attr": ["database", "x"]}]},
        {"list_concat": [{"get_attr": ["database", "x"]}, {"get_param": "n"}]},
        {"list_concat_unique": [{"get_attr": ["database", "x"]}, {"get_param": "text"}]},
        {"map_merge": [{"get_attr": ["database", "x"]}, {"get_param": "n"}]},
    ],
)
def test_what_is_known_beside_an_unknown_argument_has_to_fit(function: dict) -> None:
    parameters = {"n": {"type": "number"}, "text": {"type": "string"}, "list": {"type": "comma_delimited_list"}}
    template = hot(parameters=parameters, outputs={"o": {"value": function}}, resources={"database": {"type": "T"}})
    world = World(bound(template, n=1, text="t", list="a,b"), resources={})
    with pytest.raises(StackValidationFailed):
        template.outputs["o"].value.resolve(world)


def test_a_function_over_a_value_that_is_unknown_in_part_is_unknown() -> None:
    half = FakeResource(values={"half": {"deep": [UNKNOWN]}})
    assert in_world({"list_join": [",", [{"get_attr": ["database", "half"]}]]}, database=half) is UNKNOWN


def test_the_properties_may_be_one_function() -> None:
    template = hot(
        parameters={"all": {"type": "json"}}, resources={"a": {"type": "T", "properties": {"get_param": "all"}}}
    )
    world = World(bound(template, all={"size": 1}))
    assert template.resources["a"].properties.resolve(world) == {"size": 1}
