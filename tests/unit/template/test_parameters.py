"""Declarations, values, and how they are shown."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatlite.exception import InvalidSchemaError, StackValidationFailed, UnknownUserParameter, UserParameterMissing
from heatlite.schema import constraints
from heatlite.template import Environment, bind, check_defaults
from tests.unit.template.build import PSEUDO, bound, hot


def given_value(declared: dict, value: Any) -> Any:
    """What the parameter ``p`` is when a user gives ``value``."""
    return bound(hot(parameters={"p": declared}), p=value)["p"]


@pytest.mark.parametrize(
    ("kind", "given_as", "value"),
    [
        ("string", "x", "x"),
        ("string", 16, "16"),
        ("string", True, "True"),
        ("string", 1.10, "1.1"),
        ("string", [{"min": 4, "class": "hexdigits"}], "[{'min': 4, 'class': 'hexdigits'}]"),
        ("string", {"a": None, "b": [True, "it's"]}, """{'a': None, 'b': [True, "it's"]}"""),
        ("string", [], "[]"),
        ("number", 3, 3),
        ("number", "3", 3),
        ("number", "2.5", 2.5),
        ("number", "-1e3", -1000.0),
        ("boolean", True, True),
        ("boolean", "Yes", True),
        ("boolean", 0, False),
        ("boolean", "off", False),
        ("comma_delimited_list", "a,b", ["a", "b"]),
        ("comma_delimited_list", "", []),
        ("comma_delimited_list", [1, "b", {"c": 2}, None], ["1", "b", "{'c': 2}", "None"]),
        ("number", True, True),
        ("json", {"a": [1]}, {"a": [1]}),
        ("json", '{"a": [1]}', {"a": [1]}),
        ("json", "[1, 2]", [1, 2]),
        ("json", "3", 3),
        ("json", True, True),
        ("json", "", ""),
    ],
)
def test_a_value_becomes_one_of_its_type(kind: str, given_as: Any, value: Any) -> None:
    coerced = given_value({"type": kind}, given_as)
    assert coerced == value
    assert type(coerced) is type(value)


@pytest.mark.parametrize(
    ("kind", "given_as", "message"),
    [
        ("number", "many", '"many" is not a number'),
        ("number", "", '"" is not a number'),
        ("number", "nan", '"nan" is not a number'),
        ("number", "1" + "0" * 5000, "is not a number"),
        ("number", [1], "is not a number"),
        ("boolean", "maybe", 'Unrecognized value "maybe", acceptable values are'),
        ("comma_delimited_list", 5, "Value must be a comma-delimited list string: 5"),
        ("json", "{", "Value must be valid JSON"),
        ("json", "[NaN]", "Value must be valid JSON"),
        ("json", "[" * 500 + "]" * 500, "nested deeper than 100 levels"),
    ],
)
def test_a_value_of_another_kind_is_refused_with_its_place(kind: str, given_as: Any, message: str) -> None:
    with pytest.raises(StackValidationFailed, match=f"^parameters.p: {message}|^parameters.p: .*{message}"):
        given_value({"type": kind}, given_as)


@pytest.mark.parametrize(
    ("kind", "constraint", "good", "bad", "message"),
    [
        ("string", {"length": {"min": 2, "max": "3"}}, "ab", "abcd", r"length \(4\) is out of range"),
        ("comma_delimited_list", {"length": {"max": 1}}, "a", "a,b", r"length \(2\)"),
        ("json", {"length": {"min": 1}}, {"a": 1}, {}, r"length \(0\)"),
        ("number", {"range": {"min": 1, "max": 9.5}}, "9.5", 10, r"10 is out of range \(min: 1, max: 9.5\)"),
        ("number", {"modulo": {"step": 4, "offset": 1}}, 9, 8, "8 is not a multiple of 4 with an offset of 1"),
        ("string", {"allowed_values": [1, 2]}, 2, 3, '"3" is not an allowed value'),
        ("number", {"allowed_values": ["1", 2]}, "1", "3", '"3" is not an allowed value'),
        ("boolean", {"allowed_values": ["yes"]}, "on", "off", "is not an allowed value"),
        ("comma_delimited_list", {"allowed_values": ["a", 1]}, "a,1", "a,c", '"c" is not an allowed value'),
        ("string", {"allowed_pattern": "[a-z]+"}, "abc", "abc1", '"abc1" does not match pattern'),
    ],
)
def test_a_value_must_satisfy_the_constraints(kind: str, constraint: dict, good: Any, bad: Any, message: str) -> None:
    given_value({"type": kind, "constraints": [constraint]}, good)
    with pytest.raises(StackValidationFailed, match=f"^parameters.p: .*{message}|^parameters.p: {message}"):
        given_value({"type": kind, "constraints": [constraint]}, bad)


def test_a_constraint_speaks_with_its_own_description() -> None:
    constraints = [{"length": {"min": 9}, "description": "Nine or more, please"}]
    with pytest.raises(StackValidationFailed, match=r"^parameters\.p: Nine or more, please$"):
        given_value({"type": "string", "constraints": constraints}, "short")


def test_every_constraint_of_an_entry_counts() -> None:
    constraints = [{"length": {"min": 1}, "allowed_pattern": "[a-z]+"}]
    with pytest.raises(StackValidationFailed, match="pattern"):
        given_value({"type": "string", "constraints": constraints}, "A")


@pytest.mark.parametrize(
    ("kind", "constraints", "message"),
    [
        ("string", {}, "Invalid parameter constraints, expected a list"),
        ("string", ["x"], r"constraints\[0\]: Invalid parameter constraint, expected a map"),
        ("string", [{"description": "x"}], "No constraint expressed"),
        ("string", [{"lenght": {}}], 'Invalid key "lenght"; constraints are length'),
        ("string", [{"range": {"min": 1}}], "The constraint range is not for parameters of the type string"),
        ("json", [{"allowed_values": []}], "allowed_values is not for parameters of the type json"),
        ("string", [{"length": {}}], "at least one of min and max must be specified"),
        ("string", [{"length": {"least": 1}}], "expected a map with the keys min and max"),
        ("string", [{"length": {"min": 1.5}}], "min and max must be whole numbers"),
        ("number", [{"range": {"min": "x"}}], '"x" is not a number'),
        ("number", [{"modulo": {"step": 2}}], "must have a step value and an offset value"),
        ("number", [{"modulo": {"step": 0, "offset": 0}}], "step cannot be 0"),
        ("number", [{"modulo": {"step": 2, "offset": 2}}], "offset must be smaller"),
        ("string", [{"allowed_values": "x"}], "allowed_values must be a list"),
        ("number", [{"allowed_values": ["x"]}], r'constraints\[0\]\.allowed_values: "x" is not a number'),
        ("string", [{"allowed_pattern": "["}], "this is not a regular expression"),
        ("string", [{"custom_constraint": ["nova.flavor"]}], "must be the name of one"),
    ],
)
def test_an_ill_formed_constraint_is_refused(kind: str, constraints: Any, message: str) -> None:
    with pytest.raises(InvalidSchemaError, match=rf"^parameters\.p\.{message}|^parameters\.p\.constraints.*{message}"):
        hot(parameters={"p": {"type": kind, "constraints": constraints}})


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ("string", "A parameter's declaration must be a map"),
        ({}, "Missing parameter type"),
        ({"type": "text"}, r"parameters\.p\.type: Invalid type \(text\); valid types are string, number"),
        ({"type": "string", "defualt": 1}, 'Invalid key "defualt"'),
        ({"type": "string", "tags": "x"}, r"parameters\.p\.tags: Tags property should be a list"),
    ],
)
def test_an_ill_formed_declaration_is_refused(declared: Any, message: str) -> None:
    with pytest.raises(InvalidSchemaError, match=message):
        hot(parameters={"p": declared})


def test_what_a_declaration_says_is_kept() -> None:
    declared = {"type": "string", "label": "L", "description": "D", "hidden": "true", "immutable": True, "tags": ["t"]}
    schema = hot(parameters={"p": declared}).parameter_schemata["p"]
    assert (schema.label, schema.description, schema.hidden, schema.immutable, schema.tags) == (
        "L",
        "D",
        True,
        True,
        ("t",),
    )
    assert not schema.has_default


def test_a_default_that_breaks_its_own_constraints_is_refused() -> None:
    declared = {"type": "string", "default": "ab", "constraints": [{"length": {"min": 3}}]}
    with pytest.raises(InvalidSchemaError, match=r"parameters\.p\.default: Invalid default ab \(length"):
        check_defaults(hot(parameters={"p": declared}))


def test_a_default_that_breaks_its_own_constraints_harms_no_nested_stack_that_is_given_a_value() -> None:
    declared = {"type": "string", "default": "ab", "constraints": [{"length": {"min": 3}}]}
    assert given_value(declared, "abc") == "abc"
    with pytest.raises(StackValidationFailed, match=r"parameters\.p: length"):
        bound(hot(parameters={"p": declared}))


def test_a_default_that_a_custom_constraint_refuses_does_no_harm_until_it_is_used() -> None:
    declared = {"type": "string", "default": "nowhere", "constraints": [{"custom_constraint": "ip_addr"}]}
    template = hot(parameters={"p": declared})
    check_defaults(template)
    assert bound(template, p="192.0.2.1")["p"] == "192.0.2.1"
    with pytest.raises(StackValidationFailed, match="Invalid IP address"):
        bound(template)


def test_a_default_of_another_type_does_no_harm_until_it_is_used() -> None:
    assert given_value({"type": "number", "default": ""}, 5) == 5
    with pytest.raises(StackValidationFailed, match=r"parameters\.p: "):
        bound(hot(parameters={"p": {"type": "number", "default": ""}}))


def test_the_user_wins_over_the_environments_default_and_that_over_the_templates() -> None:
    template = hot(parameters={"p": {"type": "string", "default": "template"}})
    defaults = {"p": "environment", "of_another_template": 1}
    assert bound(template)["p"] == "template"
    assert bind(template, Environment(parameter_defaults=defaults), PSEUDO)["p"] == "environment"
    assert bind(template, Environment({"p": "user"}, defaults), PSEUDO)["p"] == "user"


def test_null_counts_as_nothing_given() -> None:
    assert given_value({"type": "string", "default": "d"}, None) == "d"
    assert given_value({"type": "boolean", "default": False}, None) is False


def test_a_parameter_without_default_or_value_is_refused() -> None:
    with pytest.raises(UserParameterMissing) as caught:
        bound(hot(parameters={"p": {"type": "string"}}))
    assert caught.value.kwargs == {"key": "p"}


@pytest.mark.parametrize("name", ["q", "OS::stack_name"])
def test_a_parameter_that_the_template_does_not_have_is_refused(name: str) -> None:
    with pytest.raises(UnknownUserParameter) as caught:
        bound(hot(parameters={"p": {"type": "string"}}), **{"p": "x", name: 1})
    assert caught.value.kwargs == {"key": name}


@pytest.mark.parametrize(
    "declared",
    [
        {"type": "number"},
        {"type": "json"},
        {"type": "string", "constraints": [{"allowed_pattern": "[0-9]+"}]},
        {"type": "string", "constraints": [{"length": {"max": 3}}, {"allowed_values": ["x"]}]},
    ],
)
def test_the_value_of_a_hidden_parameter_is_in_no_error(declared: dict) -> None:
    with pytest.raises(StackValidationFailed, match="hidden value") as caught:
        given_value({**declared, "hidden": True}, "sesame")
    assert "sesame" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_the_default_of_a_hidden_parameter_is_in_no_error() -> None:
    declared = {"type": "string", "hidden": True, "default": "sesame", "constraints": [{"length": {"max": 3}}]}
    with pytest.raises(InvalidSchemaError) as caught:
        check_defaults(hot(parameters={"p": declared}))
    assert "sesame" not in str(caught.value)


def test_every_parameter_is_shown_as_a_string_and_hidden_ones_not_at_all() -> None:
    template = hot(
        parameters={
            "text": {"type": "string", "default": "t"},
            "number": {"type": "number", "default": "2.50"},
            "flag": {"type": "boolean", "default": "yes"},
            "list": {"type": "comma_delimited_list", "default": ["a", 1]},
            "tree": {"type": "json", "default": {"a": [None]}},
            "secret": {"type": "string", "default": "sesame", "hidden": True},
        }
    )
    parameters = bound(template)
    assert parameters.as_strings() == {
        "OS::stack_id": "a1b2",
        "OS::project_id": "p9",
        "OS::stack_name": "shop",
        "text": "t",
        "number": "2.5",
        "flag": "True",
        "list": "a,1",
        "tree": '{"a": [null]}',
        "secret": "******",
    }


def test_parameters_are_a_map_that_holds_the_pseudo_parameters_too() -> None:
    parameters = bound(hot(parameters={"p": {"type": "string"}}), p="x")
    assert dict(parameters) == {**PSEUDO.values(), "p": "x"}
    assert len(parameters) == 5
    assert "nope" not in parameters


@given(st.lists(st.text(alphabet="abc ", min_size=1), min_size=1))
def test_a_list_of_items_without_commas_comes_back_from_its_text(items: list[str]) -> None:
    assert given_value({"type": "comma_delimited_list"}, ",".join(items)) == items


@given(st.integers() | st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_comes_back_from_its_text(number: float) -> None:
    assert given_value({"type": "number"}, str(number)) == number


class Even:
    """A custom constraint as a plugin has it."""

    def validate(self, value: object, context: object) -> bool:
        return int(str(value)) % 2 == 0

    def error(self, value: object) -> str:
        return f"{value} is odd"


def test_a_custom_constraint_is_a_plugin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constraints, "installed", lambda: {"even": Even})
    template = hot(parameters={"p": {"type": "number", "constraints": [{"custom_constraint": "even"}]}})
    assert bound(template, p=4)["p"] == 4
    with pytest.raises(StackValidationFailed, match=r"parameters\.p: 5 is odd"):
        bound(template, p=5)


def test_a_custom_constraint_that_is_not_installed_is_named() -> None:
    template = hot(parameters={"p": {"type": "string", "constraints": [{"custom_constraint": "acme.flavor"}]}})
    with pytest.raises(StackValidationFailed, match=r'"m1" does not validate acme\.flavor \(constraint not found\)'):
        bound(template, p="m1")


@pytest.mark.parametrize(("written", "is_hidden"), [("perhaps", True), ("no", False), ("", False), (None, False)])
def test_what_is_written_for_hidden_hides_unless_it_says_no(written: Any, is_hidden: bool) -> None:
    template = hot(parameters={"p": {"type": "string", "hidden": written}})
    assert template.parameter_schemata["p"].hidden is is_hidden
