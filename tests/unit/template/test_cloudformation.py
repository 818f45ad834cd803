"""CloudFormation's dialects: the same language in other words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from heatlite import exception
from heatlite.template import Environment, Template, bind, check_defaults, interface, load, parse, resolve
from heatlite.template.dialects import CLOUDFORMATION
from heatlite.template.functions import functions_of
from tests.unit.template.build import PSEUDO, FakeResource, World

AWS = {"AWSTemplateFormatVersion": "2010-09-09"}
HEAT = {"HeatTemplateFormatVersion": "2012-12-12"}
SIZES = {"north": {"small": "m1.small", "zones": ["a", "b"]}}


def cfn(version: dict[str, str] = AWS, **sections: Any) -> Template:
    """A template of some sections."""
    return parse({**version, **sections})


def with_value(value: Any, version: dict[str, str] = AWS, **sections: Any) -> Template:
    """A template in which ``web`` has the property ``x``, and ``db`` is there to be referred to."""
    resources = {"web": {"Type": "T", "Properties": {"x": value}}, "db": {"Type": "T"}}
    return cfn(version, Resources=resources, Mappings={"Sizes": SIZES}, **sections)


def value_of(value: Any, version: dict[str, str] = AWS, given: Mapping[str, Any] = {}, **sections: Any) -> Any:
    """What a property's value comes to."""
    template = with_value(value, version, **sections)
    parameters = bind(template, Environment(parameters=given), PSEUDO)
    resources = {"db": FakeResource("db-id", {"Address": "10.0.0.1"})}
    scope = World(parameters=parameters, resources=resources, facade={"metadata": {"a": 1}})
    return resolve(template.under(parameters).resources["web"].properties, scope)["x"]


def test_a_resource_says_the_same_as_in_hot() -> None:
    text = """
    AWSTemplateFormatVersion: 2010-09-09
    Description: A shop
    Resources:
      a: {Type: T}
      web:
        Type: T
        Properties: {length: 3}
        Metadata: {k: v}
        DependsOn: a
        DeletionPolicy: Retain
        UpdatePolicy: {RollingUpdate: {}}
        Description: said
    """
    template = parse(load(text, 10_000))
    web = template.resources["web"]
    assert (template.description, template.version) == ("A shop", "2010-09-09")
    assert (web.type, web.properties, web.metadata) == ("T", {"length": 3}, {"k": "v"})
    assert (web.depends_on, web.deletion_policy, web.update_policy) == (("a",), "Retain", {"RollingUpdate": {}})
    assert web.description == "said"
    hot = {"resources": {"a": {"type": "T"}, "web": {"type": "T", "properties": {"length": 3}, "metadata": {"k": "v"}}}}
    same = parse({"heat_template_version": "2013-05-23", **hot}).resources["web"]
    assert web.definition_hash == same.definition_hash


@pytest.mark.parametrize(
    ("function", "result"),
    [
        ({"Ref": "db"}, "db-id"),
        ({"Ref": "size"}, 2),
        ({"Ref": "AWS::StackName"}, "shop"),
        ({"Ref": "AWS::StackId"}, "arn:openstack:heat::p9:stacks/shop/a1b2"),
        ({"Ref": "AWS::Region"}, "ap-southeast-1"),
        ({"Fn::GetAtt": ["db", "Address"]}, "10.0.0.1"),
        ({"Fn::Join": ["-", ["a", {"Ref": "db"}]]}, "a-db-id"),
        ({"Fn::Select": ["1", ["a", "b"]]}, "b"),
        ({"Fn::Select": [7, ["a"]]}, ""),
        ({"Fn::Split": [",", "a,b"]}, ["a", "b"]),
        ({"Fn::Replace": [{"$x": "y"}, "a $x"]}, "a y"),
        ({"Fn::Base64": "text"}, "text"),
        ({"Fn::GetAZs": ""}, ["nova"]),
        ({"Fn::FindInMap": ["Sizes", "north", "small"]}, "m1.small"),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "where"}, "zones"]}, ["a", "b"]),
        ({"Fn::MemberListToMap": ["Name", "Value", [".member.0.Name=k", ".member.0.Value=v"]]}, {"k": "v"}),
        ({"Fn::MemberListToMap": ["Name", "Value", {".member.0.Name=k": 1, ".member.0.Value=v": 2}]}, {"k": "v"}),
        ({"Fn::MemberListToMap": ["Name", "Value", [f".member.{'9' * 5000}.Name=k"]]}, {}),
        ({"Fn::MemberListToMap": ["Name", "Value", {}]}, {}),
        ({"Fn::ResourceFacade": "Metadata"}, {"a": 1}),
        ({"get_param": "size"}, {"get_param": "size"}),
    ],
)
@pytest.mark.parametrize("version", [AWS, HEAT], ids=["aws", "heat"])
def test_functions_come_to_what_they_say(version: dict[str, str], function: Any, result: Any) -> None:
    parameters = {"size": {"Type": "Number", "Default": 2}, "where": {"Type": "String", "Default": "north"}}
    assert value_of(function, version, Parameters=parameters) == result


CONDITIONS = {
    "Production": {"Fn::Equals": [{"Ref": "kind"}, "production"]},
    "Small": {"Fn::Not": ["Production"]},
    "Both": {"Fn::And": ["Production", "Small"]},
    "One": {"Fn::Or": ["Production", "Small"]},
    "Mapped": {"Fn::Equals": [{"Fn::FindInMap": ["Sizes", "north", "small"]}, "m1.small"]},
}
KIND = {"kind": {"Type": "String", "Default": "test"}}


@pytest.mark.parametrize(
    ("condition", "kind", "chosen"),
    [("Production", "production", 1), ("Production", "test", 2), ("Both", "test", 2), ("One", "test", 1),
     ("Mapped", "test", 1)],
)  # fmt: skip
def test_an_if_is_the_value_that_its_condition_chooses(condition: str, kind: str, chosen: int) -> None:
    value = {"Fn::If": [condition, 1, 2]}
    assert value_of(value, given={"kind": kind}, Parameters=KIND, Conditions=CONDITIONS) == chosen


def test_a_resource_that_its_condition_leaves_out_is_not_there() -> None:
    template = cfn(
        Parameters=KIND,
        Mappings={"Sizes": SIZES},
        Conditions=CONDITIONS,
        Resources={"a": {"Type": "T", "Condition": "Production"}, "b": {"Type": "T", "DependsOn": ["a"]}},
        Outputs={"o": {"Value": 1, "Condition": "Production"}, "p": {"Value": {"Ref": "b"}}},
    )
    effective = template.under(bind(template, Environment(), PSEUDO))  # an output is named all the same, as Heat does
    assert (list(effective.resources), list(effective.outputs)) == (
        ["b"],
        ["o", "p"],
    )  # Heat names such an output, without a value
    assert effective.resources["b"].requires == frozenset()


def test_the_dialect_of_heat_has_no_conditions() -> None:
    with pytest.raises(exception.InvalidTemplateSection, match="Conditions"):
        cfn(HEAT, Conditions={})
    assert value_of({"Fn::If": ["x", 1, 2]}, HEAT) == {"Fn::If": ["x", 1, 2]}
    assert "Fn::If" not in functions_of("2012-12-12", with_conditions=True)
    assert {"Fn::If", "Fn::Equals"} <= functions_of("2010-09-09", with_conditions=True).keys()


@pytest.mark.parametrize(
    ("declared", "given", "wrong"),
    [
        ({"Type": "Number", "MinValue": 2, "MaxValue": "4"}, "9", r"9 is out of range \(min: 2, max: 4\)"),
        ({"Type": "String", "MinLength": "2"}, "a", r"length \(1\) is out of range \(min: 2, max: None\)"),
        ({"Type": "String", "AllowedPattern": "[a-z]+"}, "7", '"7" does not match pattern'),
        ({"Type": "String", "AllowedValues": ["a", "b"]}, "c", r'"c" is not an allowed value \[a, b\]'),
        ({"Type": "Number", "MaxValue": 1, "ConstraintDescription": "one at most"}, 2, "one at most"),
        ({"Type": "Boolean"}, "perhaps", "Unrecognized value"),
        ({"Type": "Json"}, "{", "Value must be valid JSON"),
    ],
)
def test_a_value_is_held_to_its_constraints(declared: dict, given: Any, wrong: str) -> None:
    template = cfn(Parameters={"p": declared})
    with pytest.raises(exception.StackValidationFailed, match=f"parameters.p: .*{wrong}"):
        bind(template, Environment(parameters={"p": given}), PSEUDO)


@pytest.mark.parametrize("no_echo", [True, "true", "True"])
def test_a_parameter_without_echo_is_hidden(no_echo: Any) -> None:
    template = cfn(Parameters={"p": {"Type": "CommaDelimitedList", "NoEcho": no_echo}, "q": {"Type": "String"}})
    parameters = bind(template, Environment(parameters={"p": "a,b", "q": "seen"}), PSEUDO)
    assert parameters["p"] == ["a", "b"]
    assert parameters.as_strings() == {
        "AWS::StackId": "arn:openstack:heat::p9:stacks/shop/a1b2",
        "AWS::StackName": "shop",
        "AWS::Region": "ap-southeast-1",
        "p": "******",
        "q": "seen",
    }


@pytest.mark.parametrize(
    ("sections", "place"),
    [
        ({"Parameters": {"p": {"Type": "Text"}}}, r"Parameters.p.Type: Invalid type \(Text\)"),
        ({"Parameters": {"p": {"Type": "String", "Immutable": True}}}, 'Parameters.p: Invalid key "Immutable"'),
        ({"Parameters": {"p": {"Type": "Number", "MinLength": 1}}}, "Parameters.p.MinLength: The constraint length"),
        ({"Parameters": {"p": {"Type": "Number", "MinValue": 2, "Default": 1}}}, "Parameters.p.Default: Invalid"),
        ({"Resources": {"a": {}}}, "Resources.a: Each resource must contain a Type key"),
        ({"Resources": {"a": {"Type": "T", "DependsOn": ["b"]}}}, r"b.*Resources.a.DependsOn"),
        ({"Resources": {"a": {"Type": "T", "DeletionPolicy": "delete"}}}, "Resources.a.DeletionPolicy: Invalid"),
        ({"Resources": {"a": {"Type": "T", "Properties": {"x": {"Ref": "b"}}}}}, r"b.*Resources.a.Properties.x.Ref"),
        ({"Resources": {"a": {"Type": "T", "Metadata": []}}}, 'Resources.a.Metadata: "Metadata" must be a map'),
        ({"Outputs": {"o": {}}}, "Outputs.o: Each output must contain a Value key"),
        ({"Outputs": {"o": {"Value": {"Fn::GetAtt": "a.b"}}}}, "Outputs.o.Value.Fn::GetAtt: Arguments to"),
        ({"Outputs": {"o": {"Value": {"Fn::FindInMap": ["M", "a"]}}}}, r"Outputs.o.Value.Fn::FindInMap: .* \[mapping"),
        (
            {"Resources": {"a": {"Type": "T", "Metadata": {"m": {"Fn::FindInMap": ["M", "a", "b"]}}}}},
            'There is no "M" in Mappings',
        ),
        ({"Conditions": {"c": {"Fn::Not": "c"}}}, r"Conditions.c.Fn::Not: Arguments .* \[condition\]"),
        ({"Conditions": {"c": {"Fn::GetAtt": ["a", "b"]}}}, "can't be used in conditions"),
    ],
)
def test_a_mistake_is_told_in_the_words_of_the_template(sections: dict, place: str) -> None:
    with pytest.raises(exception.HeatliteError, match=place):
        check_defaults(cfn(**sections))


def test_a_key_that_a_mapping_does_not_have_is_told_with_those_that_it_has() -> None:
    with pytest.raises(exception.StackValidationFailed, match=r'no "big" in Mappings.Sizes.north; .* small, zones'):
        with_value({"Fn::FindInMap": ["Sizes", "north", "big"]})


def test_two_versions_in_one_template_are_ambiguous() -> None:
    with pytest.raises(exception.InvalidTemplateVersion, match="Ambiguous versions"):
        parse({**AWS, **HEAT})
    with pytest.raises(exception.InvalidTemplateVersion, match=r"should be one of: 2012-12-12"):
        parse({"HeatTemplateFormatVersion": "2010-09-09"})


def test_keywords_that_only_other_engines_know_are_passed_over() -> None:
    template = cfn(Resources={"a": {"Type": "T", "CreationPolicy": {}}}, Outputs={"o": {"Value": 1, "Export": {}}})
    assert template.resources["a"].written == {"type": "T"}


def test_a_template_tells_what_it_takes_and_gives() -> None:
    parameters, outputs, description = interface(
        {**HEAT, "Description": "d", "Parameters": KIND, "Outputs": {"o": {"Value": 1, "Description": "what"}}}
    )
    assert (list(parameters), outputs, description) == (["kind"], {"o": "what"}, "d")


@pytest.mark.parametrize("version", CLOUDFORMATION)
def test_each_function_has_a_sentence(version: str) -> None:
    described = functions_of(version, with_conditions=True)
    assert all(text.endswith(".") for text in described.values())
