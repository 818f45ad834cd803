"""Names of resources, and deletion policies, that follow from parameters."""

from __future__ import annotations

from typing import Any

import pytest

from heatlite.exception import InvalidTemplateReference, StackValidationFailed
from heatlite.template import UNKNOWN, Template, parse, resolve
from tests.unit.template.build import FakeResource, World, bound, hot

PARAMETERS = {"which": {"type": "string", "default": "b"}, "keep": {"type": "string", "default": "Retain"}}
WHICH = {"get_param": "which"}
THERE = {name: FakeResource(f"id-of-{name}", {"output": f"of {name}"}) for name in ("a", "b", "b-x")}


def decided(value: Any, outputs: Any = None, version: str = "2013-05-23", **given: Any) -> Template:
    resources = {"a": {"type": "T"}, "b": {"type": "T"}, "b-x": {"type": "T"}}
    resources["c"] = {"type": "T", "properties": {"x": value}}
    template = hot(version, parameters=PARAMETERS, resources=resources, outputs=outputs or {})
    return template.under(bound(template, **given))


def resolved(value: Any, **given: Any) -> Any:
    return resolve(decided(value, **given).resources["c"].properties, World(resources=THERE))["x"]


TEXT = {"str_replace": {"template": "w-x", "params": {"w": WHICH}}}


@pytest.mark.parametrize(
    ("value", "required", "gives"),
    [
        ({"get_resource": WHICH}, "b", "id-of-b"),
        ({"get_resource": TEXT}, "b-x", "id-of-b-x"),
        ({"get_attr": [WHICH, "output"]}, "b", "of b"),
        ([{"list_join": [",", ["x", {"get_resource": WHICH}]]}], "b", ["x,id-of-b"]),
        ({"get_attr": ["a", {"list_join": ["", ["out", "put"]]}]}, "a", "of a"),
    ],
)
def test_a_computed_name_is_as_good_as_one_that_is_written_out(value: Any, required: str, gives: Any) -> None:
    assert decided(value).resources["c"].requires == {required}
    assert resolved(value) == gives


def test_another_parameter_is_another_resource() -> None:
    value = {"get_resource": WHICH}
    one, other = (decided(value, which=name).resources["c"] for name in "ab")
    assert (one.requires, other.requires) == ({"a"}, {"b"})
    assert one.definition_hash != other.definition_hash


def test_outputs_compute_names_too() -> None:
    template = decided("x", {"said": {"value": {"get_attr": [WHICH, "output"]}}})
    assert template.outputs["said"].reads == {("b", "output")}
    assert resolve(template.outputs["said"].value, World(resources=THERE)) == "of b"


def test_an_if_chooses_what_computes_a_name() -> None:
    conditions = {"yes": {"equals": [WHICH, "b"]}}
    value = {"if": ["yes", {"get_resource": WHICH}, "none"]}
    raw = {"parameters": PARAMETERS, "conditions": conditions}
    template = hot("2021-04-16", **raw, resources={"b": {"type": "T"}, "c": {"type": "T", "properties": {"x": value}}})
    assert template.under(bound(template)).resources["c"].requires == {"b"}
    assert template.under(bound(template, which="a")).resources["c"].requires == frozenset()


def test_cloudformation_computes_names_in_its_own_words() -> None:
    raw = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": {"Which": {"Type": "String", "Default": "a"}},
        "Resources": {
            "a": {"Type": "T", "DeletionPolicy": {"Ref": "Policy"}},
            "b": {"Type": "T", "Properties": {"x": {"Fn::GetAtt": [{"Ref": "Which"}, "output"]}}},
        },
    }
    raw["Parameters"]["Policy"] = {"Type": "String", "Default": "Retain"}
    template = parse(raw)
    found = template.under(bound(template)).resources
    assert (found["a"].deletion_policy, found["b"].reads) == ("Retain", {("a", "output")})


@pytest.mark.parametrize(
    ("given", "policy"), [({}, "Retain"), ({"keep": "delete"}, "Delete"), ({"keep": ""}, "Delete")]
)
def test_a_deletion_policy_may_be_a_parameter(given: Any, policy: str) -> None:
    template = hot(parameters=PARAMETERS, resources={"a": {"type": "T", "deletion_policy": {"get_param": "keep"}}})
    found = template.under(bound(template, **given)).resources["a"]
    assert found.deletion_policy == policy


def test_what_isnt_known_yet_stays_unknown() -> None:
    template = hot(
        parameters=PARAMETERS,
        resources={
            "a": {"type": "T", "deletion_policy": {"get_param": "keep"}},
            "c": {"type": "T", "properties": {"x": {"get_attr": [WHICH, "output"]}, "y": 1}},
        },
    )
    found = template.under({"which": UNKNOWN, "keep": UNKNOWN}).resources
    assert resolve(found["c"].properties, World(resources=THERE)) == {"x": UNKNOWN, "y": 1}
    assert found["a"].deletion_policy == "Delete"


@pytest.mark.parametrize(
    ("value", "given", "error", "message"),
    [
        ({"get_resource": WHICH}, {"which": "z"}, InvalidTemplateReference, '"z".*resources.c.properties.x.get_res'),
        ({"get_resource": {"get_attr": ["a", "x"]}}, {}, StackValidationFailed, r"x\.get_resource.*before there are"),
        (
            {"get_resource": {"Fn::Split": [",", "a,b"]}},
            {},
            StackValidationFailed,
            "name of a resource must be a string",
        ),
        ({"get_resource": {"no": "function"}}, {}, StackValidationFailed, "name of a resource must be a string"),
    ],
)
def test_a_name_that_leads_nowhere_is_refused_at_its_place(value: Any, given: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        decided(value, **given)


def test_a_name_that_can_not_be_computed_harms_the_output_only() -> None:
    late = {"str_split": [",", "a,b", 7]}
    template = decided("x", {"said": {"value": {"get_resource": late}}, "other": {"value": 1}}, "2018-08-31")
    assert template.outputs["other"].value == 1
    with pytest.raises(StackValidationFailed, match="The name of a resource must be a string"):
        resolve(template.outputs["said"].value, World(resources=THERE))
