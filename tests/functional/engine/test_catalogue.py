"""The catalogue: versions, functions, types, their schemata and sample templates."""

from __future__ import annotations

from typing import Any

import pytest

from heatlite import exception
from heatlite.resources.registry import Registry
from heatlite.template.dialects import VERSION_KEY, VERSIONS
from tests.functional.engine.endpoint import Endpoint
from tests.functional.engine.templates import template

REGISTRY = Registry.load()
TYPES = [name for name in REGISTRY.names() if REGISTRY.get(name).support_status.status != "HIDDEN"]
BUILTIN = [name for name in TYPES if name.startswith("OS::Heat::")]


def test_versions_come_with_the_names_of_their_releases(engine: Endpoint) -> None:
    found = {it["version"]: it["aliases"] for it in engine.call("list_template_versions")}
    assert found["heat_template_version.2013-05-23"] == []
    assert found["heat_template_version.2021-04-16"] == ["heat_template_version.wallaby"]
    assert found["AWSTemplateFormatVersion.2010-09-09"] == []


def test_each_version_tells_its_dialect(engine: Endpoint) -> None:
    kinds = {it["version"].partition(".")[0]: it["type"] for it in engine.call("list_template_versions")}
    assert kinds == {"heat_template_version": "hot", "HeatTemplateFormatVersion": "cfn",
                     "AWSTemplateFormatVersion": "cfn"}  # fmt: skip


def test_functions_of_cloudformation_are_listed(engine: Endpoint) -> None:
    def names(version: str) -> set[str]:
        return {it["functions"] for it in engine.call("list_template_functions", template_version=version)}

    assert names("AWSTemplateFormatVersion.2010-09-09") - names("HeatTemplateFormatVersion.2012-12-12") == {"Fn::If"}
    assert {"Ref", "Fn::FindInMap"} <= names("HeatTemplateFormatVersion.2012-12-12")


@pytest.mark.parametrize("version", ["2016-10-14", "newton"])
def test_functions_of_a_version_are_listed_by_date_or_release(engine: Endpoint, version: str) -> None:
    def names(**more: Any) -> set[str]:
        found = engine.call("list_template_functions", template_version=f"heat_template_version.{version}", **more)
        return {it["functions"] for it in found}

    assert {"get_attr", "yaql", "if"} <= names()
    assert names(with_condition=True) - names() == {"equals", "not", "and", "or"}


@pytest.mark.parametrize("version", ["heat_template_version.1999", "AWSTemplateFormatVersion.2012-12-12", "x", None])
def test_a_version_that_is_not_there_is_named(engine: Endpoint, version: Any) -> None:
    with pytest.raises(exception.NotFound, match=r"Template with version .* not found"):
        engine.call("list_template_functions", template_version=version)


def test_types_are_listed_and_filtered(engine: Endpoint) -> None:
    assert engine.call("list_resource_types", wire={"roles": ["admin"]}) == TYPES
    assert engine.call("list_resource_types", type_name="OS::Heat::(N|D)", heat_version="11.0.0") == ["OS::Heat::Delay"]
    assert engine.call("list_resource_types", support_status="DEPRECATED") == ["OS::Aodh::Alarm"]
    [one] = engine.call("list_resource_types", type_name=".*RandomString$", with_description=True)
    assert one["resource_type"] == "OS::Heat::RandomString"
    assert one["description"].startswith("A string for passwords")


@pytest.mark.parametrize("filters", [{"support_status": "GOOD"}, {"type_name": "*("}, {"type_name": 7}])
def test_a_filter_that_makes_no_sense_is_refused(engine: Endpoint, filters: dict) -> None:
    with pytest.raises(exception.Invalid):
        engine.call("list_resource_types", **filters)


def test_a_schema_tells_properties_attributes_and_status(engine: Endpoint) -> None:
    schema = engine.call("resource_schema", type_name="OS::Heat::RandomString", with_description=True)
    assert schema["properties"]["length"] == {
        "type": "integer",
        "description": "Length of the string.",
        "default": 32,
        "required": False,
        "constraints": [{"range": {"min": 1, "max": 512}}],
        "update_allowed": False,
        "immutable": False,
    }
    assert schema["properties"]["character_classes"]["schema"]["*"]["schema"]["min"]["type"] == "integer"
    assert schema["attributes"]["show"]["type"] == "map"
    assert schema["support_status"] == {
        "status": "SUPPORTED",
        "version": "2014.1",
        "message": None,
        "previous_status": None,
    }


def test_a_type_that_is_not_there_is_named(engine: Endpoint) -> None:
    for method in ("resource_schema", "generate_template"):
        with pytest.raises(exception.EntityNotFound, match=r"The Resource Type \(OS::No::Such\) could not be found"):
            engine.call(method, type_name="OS::No::Such")


@pytest.mark.parametrize("kind", ["hot", "cfn"])
@pytest.mark.parametrize("type_name", BUILTIN)
def test_a_sample_is_a_template_that_can_be_validated(engine: Endpoint, type_name: str, kind: str) -> None:
    sample = engine.call("generate_template", type_name=type_name, template_type=kind)
    reply = engine.call("validate_template", template=sample, params={})
    assert "Error" not in reply, reply
    assert reply["Description"].startswith("Initial template of ")


def test_a_sample_comes_in_the_words_of_cloudformation_too(engine: Endpoint) -> None:
    sample = engine.call("generate_template", type_name="OS::Heat::Delay")
    assert sample["HeatTemplateFormatVersion"] == "2012-12-12"
    assert sample["Parameters"]["min_wait"] == {
        "Type": "Number",
        "Description": "Seconds that an action takes at least.",
        "Default": 0,
        "MinValue": 0,
    }
    assert sample["Resources"]["Delay"]["Properties"]["actions"] == {"Fn::Split": [",", {"Ref": "actions"}]}
    assert sample["Outputs"]["OS::stack_id"] == {"Value": {"Ref": "Delay"}}


@pytest.mark.parametrize("version", VERSIONS)
def test_each_function_is_described_by_a_sentence_that_stands_alone(engine: Endpoint, version: str) -> None:
    found = engine.call("list_template_functions", template_version=f"{VERSION_KEY}.{version}", with_condition=True)
    for each in found:
        assert each["description"].endswith("."), each
        assert "``" not in each["description"], each
        assert not each["description"].startswith("And "), each


@pytest.mark.parametrize(
    ("roles", "type_name", "error", "text"),
    [
        ([], "AWS::CloudWatch::Alarm", "ResourceTypeUnavailable", "Service aodh is not available for resource type"),
        (["admin"], "AWS::RDS::DBInstance", "ResourceTypeUnavailable", "AWS::RDS::DBInstance"),
        ([], "OS::Nova::Flavor", "Forbidden", "You are not authorized to use OS::Nova::Flavor."),
        ([], "OS::Nova::Falvor", "StackValidationFailed", "resources.a.type: The Resource Type .* not be found"),
    ],
)
def test_a_type_that_needs_a_missing_service_is_told_apart_from_one_that_never_was(
    engine: Endpoint, roles: list[str], type_name: str, error: str, text: str
) -> None:
    arguments = {"params": None, "files": None, "args": {}, "wire": {"roles": roles}}
    with pytest.raises(exception.HeatliteError, match=text) as refused:
        engine.call("create_stack", stack_name="s", template=template({"a": {"type": type_name}}), **arguments)
    assert type(refused.value).__name__ == error
