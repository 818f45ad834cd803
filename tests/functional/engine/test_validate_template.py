"""``validate_template``: what a template declares, without a stack, and what is wrong with it."""

from __future__ import annotations

from typing import Any

import pytest

from heatlite import exception
from tests.functional.engine.endpoint import Endpoint
from tests.functional.engine.templates import CHAIN, stores, template


def validate(engine: Endpoint, written: Any, **arguments: Any) -> dict[str, Any]:
    """The reply; nothing is ever written."""
    before = engine.rows()
    reply = engine.call("validate_template", template=written, **arguments)
    assert engine.rows() == before
    return reply


def test_a_valid_template_is_described(engine: Endpoint) -> None:
    reply = validate(engine, CHAIN, params={"parameters": {"size": 5, "secret": "mine"}}, show_nested=True)
    assert reply["Description"] == "two in a row"
    assert reply["Parameters"]["size"] == {
        "Type": "Number", "Description": "", "NoEcho": "false", "Label": "size", "Default": 3, "Value": 5,
    }  # fmt: skip
    assert reply["Parameters"]["secret"]["NoEcho"] == "true"
    assert reply["Parameters"]["secret"]["Value"] == "******"
    assert reply["Environment"] == {
        "parameters": {"size": 5, "secret": "******"},
        "parameter_defaults": {},
        "resource_registry": {"resources": {}},
        "event_sinks": [],
    }
    assert "ParameterGroups" not in reply


def test_parameters_may_be_missing_and_what_depends_on_them_is_unknown(engine: Endpoint) -> None:
    written = template(
        {"one": stores({"get_param": "text"}, properties={"wait_secs": {"get_param": "seconds"}})},
        parameters={"text": {"type": "string"}, "seconds": {"type": "number"}},
        outputs={"joined": {"value": {"str_replace": {"template": "T", "params": {"T": {"get_param": "text"}}}}}},
    )
    assert set(validate(engine, written)["Parameters"]) == {"text", "seconds"}
    assert set(validate(engine, written, params={"parameters": {"text": None}})["Parameters"]) == {"text", "seconds"}


def test_constraints_groups_and_defaults_are_described(engine: Endpoint) -> None:
    written = template(
        parameters={
            "name": {
                "type": "string",
                "label": "The name",
                "description": "how it is called",
                "tags": ["a"],
                "constraints": [
                    {"length": {"min": 2, "max": 9}, "description": "short"},
                    {"allowed_pattern": "[a-z]+", "description": "and small"},
                ],
            },
            "count": {"type": "number", "constraints": [{"range": {"min": 1}}, {"modulo": {"step": 2, "offset": 1}}]},
            "zones": {"type": "comma_delimited_list", "constraints": [{"allowed_values": ["x", "y"]}]},
            "extra": {"type": "json", "default": {}},
            "on": {"type": "boolean"},
        },
        parameter_groups=[{"label": "all", "parameters": ["name", "count"]}],
    )
    reply = validate(engine, written, params={"parameter_defaults": {"count": 3}})
    declared = reply["Parameters"]
    assert declared["name"] == {
        "Type": "String", "Description": "how it is called", "NoEcho": "false", "Label": "The name", "Tags": ["a"],
        "MinLength": 2, "MaxLength": 9, "AllowedPattern": "[a-z]+", "ConstraintDescription": "short and small",
    }  # fmt: skip
    numbers = {"Default": 3, "MinValue": 1, "Step": 2, "Offset": 1}
    assert declared["count"] == {
        "Type": "Number", "Description": "", "NoEcho": "false", "Label": "count", **numbers
    }  # fmt: skip
    assert declared["zones"]["AllowedValues"] == ["x", "y"]
    assert [declared[name]["Type"] for name in ("zones", "extra", "on")] == ["CommaDelimitedList", "Json", "Boolean"]
    assert declared["extra"]["Default"] == {}
    assert reply["ParameterGroups"] == [{"label": "all", "parameters": ["name", "count"]}]


@pytest.mark.parametrize(
    ("written", "params", "text"),
    [
        ([], None, "not a JSON object"),
        (template({"one": {"type": "OS::No::Such"}}), None, "resources.one.type"),
        (template({"one": stores(properties={"colour": 1})}), None, "resources.one.properties"),
        (template({"a": stores(depends_on="a")}), None, "Circular"),
        (template(), {"parameters": {"nope": 1}}, "nope"),
        (template({f"r{number}": {"type": "OS::Heat::None"} for number in range(1002)}), None, "Maximum resources"),
    ],
)
def test_what_is_wrong_with_a_template_is_the_reply(engine: Endpoint, written: Any, params: Any, text: str) -> None:
    reply = validate(engine, written, params=params)
    assert set(reply) == {"Error"}
    assert text in reply["Error"]


@pytest.mark.parametrize(
    ("written", "params", "text"),
    [
        (template({"one": stores(properties={"wait_secs": "x"})}), None, "wait_secs"),
        (template({"one": {"type": "OS::Heat::ResourceGroup"}}), None, "resource_def"),
        (template({"one": stores(properties={"value": {"list_join": [",", [{"get_param": "size"}]]}})}), None, "join"),
        (template({"one": {"type": "OS::Heat::None", "metadata": {"a": {"list_join": ["", [{"get_param": "size"}]]}}}}),
         None, "join"),
        (template(), {"parameters": {"size": "x"}}, "size"),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_a_warning_as_it_may_be_given_another(
    engine: Endpoint, written: Any, params: Any, text: str
) -> None:
    written = {**written, "parameters": {"size": {"type": "number", "default": 1}}}
    [warning] = validate(engine, written, params=params)["Warnings"]
    assert text in warning


def test_a_hidden_value_that_does_not_fit_is_not_told(engine: Endpoint) -> None:
    written = template({}, parameters={"pin": {"type": "number", "hidden": True}})
    [warning] = validate(engine, written, params={"parameters": {"pin": "s3cret"}})["Warnings"]
    assert "s3cret" not in warning


def test_no_template_a_wrong_version_and_an_unknown_error_code_are_refused(engine: Endpoint) -> None:
    with pytest.raises(exception.StackValidationFailed, match="No Template provided"):
        validate(engine, None)
    with pytest.raises(exception.InvalidTemplateVersion):
        validate(engine, {"heat_template_version": "1999-01-01"})
    with pytest.raises(exception.Invalid, match="Invalid codes"):
        validate(engine, CHAIN, ignorable_errors=["12345"])
    assert "Parameters" in validate(engine, CHAIN, ignorable_errors=["99001"])


def test_environment_files_count(engine: Endpoint) -> None:
    reply = validate(engine, CHAIN, files={"e": "parameters: {size: 8}"}, environment_files=["e"])
    assert reply["Parameters"]["size"]["Value"] == 8


def test_the_id_of_a_stack_that_is_not_there_is_unknown(engine: Endpoint) -> None:
    """So what it would have to be matches anything; it isn't an empty text."""
    length = {"length": {"get_param": "OS::stack_id"}}
    written = template({"one": {"type": "OS::Heat::RandomString", "properties": length}})
    assert "Error" not in validate(engine, written)


def test_a_custom_constraint_is_told(engine: Endpoint) -> None:
    declared = {"type": "string", "default": "nowhere", "constraints": [{"custom_constraint": "ip_addr"}]}
    reply = validate(engine, template({}, parameters={"address": declared}), params={"parameters": {"address": "::1"}})
    assert reply["Parameters"]["address"]["CustomConstraint"] == "ip_addr"


@pytest.mark.parametrize("external_id", ["theirs", {"get_param": "id"}])
def test_the_properties_of_an_external_resource_may_be_anything_as_they_are_not_used(
    engine: Endpoint, external_id: Any
) -> None:
    """Here one of a name that the type doesn't have is given, and one that it needs isn't."""
    external = {"type": "OS::Heat::RandomString", "external_id": external_id, "properties": {"nothing": 1}}
    written = template({"one": external}, parameters={"id": {"type": "string"}})
    assert "Error" not in (reply := validate(engine, written))
    assert not reply.get("Warnings")
