"""``validate_template`` with ``show_nested``: what nested templates declare, and what is wrong with them."""

from __future__ import annotations

import json
from typing import Any

import pytest

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


def test_an_output_of_a_nested_template_refuses_nothing(engine: Endpoint) -> None:
    web = {"type": "branch.yaml", "properties": {"name": "w"}}
    leaf = {**LEAF, "outputs": {"x": {"value": {"get_resource": "y"}}, "z": {"value": {"get_param": "nobody"}}}}
    assert (
        "leaf"
        in validated(engine, {"web": web}, branch=BRANCH, leaf=leaf)["NestedParameters"]["web"]["NestedParameters"]
    )
