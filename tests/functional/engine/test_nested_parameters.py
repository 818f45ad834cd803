"""``validate_template`` with ``show_nested``: what nested templates declare, and what is wrong with them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from heatlite import exception
from tests.functional.engine.endpoint import Endpoint

SIZE = {"type": "number", "default": 3, "description": "how many", "constraints": [{"range": {"min": 1}}]}
LEAF = {"heat_template_version": "2021-04-16", "description": "a leaf", "parameters": {"size": SIZE}}
GROUPS = [{"label": "all", "parameters": ["name"]}]
BRANCH = {
    "heat_template_version": "2021-04-16",
    "parameters": {"name": {"type": "string"}},
    "parameter_groups": GROUPS,
    "resources": {"leaf": {"type": "leaf.yaml", "properties": {"size": 5}}},
}


def validated(engine: Endpoint, resources: Any, **files: Any) -> dict[str, Any]:
    template = {"heat_template_version": "2021-04-16", "resources": resources}
    named = {
        f"{name}.yaml": content if isinstance(content, str) else json.dumps(content) for name, content in files.items()
    }
    return engine.call("validate_template", template=template, files=named, show_nested=True)


def test_what_is_nested_is_told_as_deep_as_it_goes(engine: Endpoint) -> None:
    web = {"type": "branch.yaml", "properties": {"name": "w"}}
    reply = validated(engine, {"web": web}, branch=BRANCH, leaf=LEAF)
    told = reply["NestedParameters"]["web"]
    assert (told["Type"], told["Description"]) == ("branch.yaml", "No description")
    assert told["ParameterGroups"] == GROUPS
    assert told["Parameters"]["name"]["Value"] == "w"
    leaf = told["NestedParameters"]["leaf"]
    assert (leaf["Type"], leaf["Description"]) == ("leaf.yaml", "a leaf")
    assert {name: leaf["Parameters"]["size"][name] for name in ("Default", "Description", "MinValue", "Value")} == {
        "Default": 3,
        "Description": "how many",
        "MinValue": 1,
        "Value": 5,
    }


def test_a_template_without_nested_ones_has_nothing_to_tell_of_them(engine: Endpoint) -> None:
    assert "NestedParameters" not in validated(engine, {"one": {"type": "OS::Heat::None"}})


@pytest.mark.parametrize(
    ("leaf", "text"),
    [
        ("{", "resources.web<branch.yaml>.resources.leaf.type: leaf.yaml: Error parsing template"),
        (
            {**LEAF, "resources": {"x": {"type": "OS::Heat::Value", "properties": {"value": {"get_resource": "y"}}}}},
            'web<branch.yaml>.resources.leaf<leaf.yaml>: The specified reference "y" (in resources.x',
        ),
    ],
    ids=["not YAML", "no such resource"],
)
def test_what_is_wrong_with_a_nested_template_is_the_reply(engine: Endpoint, leaf: Any, text: str) -> None:
    web = {"type": "branch.yaml", "properties": {"name": "w"}}
    assert text in validated(engine, {"web": web}, branch=BRANCH, leaf=leaf)["Error"]


def test_of_a_group_the_first_member_is_told(engine: Endpoint) -> None:
    member = {"type": "leaf.yaml", "properties": {"size": "%index%7"}}
    group = {"type": "OS::Heat::ResourceGroup", "properties": {"count": 3, "resource_def": member}}
    told = validated(engine, {"g": group}, leaf=LEAF)["NestedParameters"]["g"]["NestedParameters"]
    assert list(told) == ["0"]
    assert (told["0"]["Type"], told["0"]["Parameters"]["size"]["Value"]) == ("leaf.yaml", 7)


HIDDEN = {"type": "string", "hidden": True, "default": "!!", "constraints": [{"allowed_pattern": "[a-z]+"}]}


@pytest.mark.parametrize("given", [{}, {"p": "abc"}])
def test_a_default_that_breaks_its_own_pattern_is_refused_as_in_heat_whether_a_value_is_given_or_not(
    engine: Endpoint, given: dict[str, str]
) -> None:
    wanted = {"heat_template_version": "2021-04-16", "parameters": {"p": HIDDEN}}
    with pytest.raises(exception.InvalidSchemaError, match=r"Invalid default .* AllowedPattern") as told:
        engine.create("s", wanted, params={"parameters": given})
    assert "!!" not in str(told.value)


@pytest.mark.parametrize(("given", "is_taken"), [({}, False), ({"p": "abc"}, True), ({"p": "7"}, False)])
def test_a_default_of_a_nested_template_counts_only_where_it_is_used(
    engine: Endpoint, given: dict[str, str], is_taken: bool
) -> None:
    leaf = {"heat_template_version": "2021-04-16", "parameters": {"p": HIDDEN}}
    reply = validated(engine, {"web": {"type": "leaf.yaml", "properties": given}}, leaf=leaf)
    assert "Error" not in reply
    assert ("Warnings" not in reply) is is_taken


def test_an_output_of_a_nested_template_refuses_nothing(engine: Endpoint) -> None:
    web = {"type": "branch.yaml", "properties": {"name": "w"}}
    leaf = {**LEAF, "outputs": {"x": {"value": {"get_resource": "y"}}, "z": {"value": {"get_param": "nobody"}}}}
    assert (
        "leaf"
        in validated(engine, {"web": web}, branch=BRANCH, leaf=leaf)["NestedParameters"]["web"]["NestedParameters"]
    )
