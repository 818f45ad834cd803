"""Stacks whose templates are CloudFormation's: made, changed, shown, kept secret."""

from __future__ import annotations

from typing import Any

import pytest

from heatlite import exception
from tests.functional.engine.endpoint import Endpoint

PARTS = [{"Ref": "AWS::StackName"}, {"Fn::GetAtt": ["Word", "value"]}]
TEMPLATE: dict[str, Any] = {
    "AWSTemplateFormatVersion": "2010-09-09",
    "Description": "A word",
    "Parameters": {
        "Length": {"Type": "Number", "Default": "8", "MinValue": 2},
        "Secret": {"Type": "String", "NoEcho": True, "Default": "none"},
    },
    "Conditions": {"Long": {"Fn::Equals": [{"Ref": "Length"}, 20]}},
    "Resources": {
        "Word": {"Type": "OS::Heat::RandomString", "Properties": {"length": {"Ref": "Length"}}},
        "Told": {
            "Type": "OS::Heat::Value",
            "DependsOn": "Word",
            "Properties": {
                "value": {"Fn::Join": [":", [{"Ref": "AWS::StackName"}, {"Fn::GetAtt": ["Word", "value"]}]]}
            },
        },
        "Sometimes": {"Type": "OS::Heat::None", "Condition": "Long"},
    },
    "Outputs": {"told": {"Value": {"Fn::GetAtt": ["Told", "value"]}, "Description": "What is told"}},
}


def test_a_stack_is_made_and_updated(engine: Endpoint) -> None:
    identity = engine.create("shop", TEMPLATE)
    engine.settle()
    shown = engine.show(identity)
    assert shown["stack_status"] == "COMPLETE", shown["stack_status_reason"]
    [output] = shown["outputs"]
    assert (output["output_key"], output["description"]) == ("told", "What is told")
    assert output["output_value"].startswith("shop:")
    assert len(output["output_value"]) == len("shop:") + 8
    assert shown["parameters"]["AWS::StackName"] == "shop"
    assert shown["parameters"]["AWS::StackId"].endswith(f":stacks/shop/{identity['stack_id']}")
    assert shown["parameters"]["Secret"] == "******"
    assert engine.call("get_template", stack_identity=identity) == TEMPLATE
    engine.update(identity, TEMPLATE, params={"Length": 20})
    engine.settle()
    names = {it["resource_name"] for it in engine.call("list_stack_resources", stack_identity=identity)}
    assert names == {"Word", "Told", "Sometimes"}


def test_an_update_of_what_is_there_keeps_the_parameters_that_are_still_declared(engine: Endpoint) -> None:
    identity = engine.create("shop", TEMPLATE, params={"Length": 20})
    engine.settle()
    engine.update(identity, None, args={"existing": True})
    engine.settle()
    assert engine.show(identity)["parameters"]["Length"] == "20"


def test_a_wrong_property_is_told_where_the_template_has_it(engine: Endpoint) -> None:
    wrong = {**TEMPLATE, "Resources": {"Word": {"Type": "OS::Heat::RandomString", "Properties": {"length": "x"}}}}
    wrong = {key: value for key, value in wrong.items() if key != "Outputs"}
    with pytest.raises(exception.StackValidationFailed, match=r"Resources\.Word\.Properties\.length"):
        engine.create("shop", wrong)


def test_what_a_template_declares_is_told(engine: Endpoint) -> None:
    reply = engine.call("validate_template", template=TEMPLATE)
    assert reply["Description"] == "A word"
    assert reply["Parameters"]["Secret"]["NoEcho"] == "true"
    assert reply["Parameters"]["Length"]["MinValue"] == 2
