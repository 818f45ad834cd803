"""What is accepted ends, whatever is quoted, computed or spelled in it; what can't end so is refused."""

from __future__ import annotations

import math
from typing import Any

import pytest

from heatlite import exception
from tests.functional.engine.endpoint import Endpoint
from tests.functional.engine.templates import stores, template

HALF = '{"a": "\\ud800", "b": ["\\ud800"]}'
"""Plain ASCII in which half a surrogate pair is spelled."""

TREE = {"tree": {"type": "json", "default": HALF}}


def value(it: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "OS::Heat::Value", "properties": {"value": it, **properties}}


@pytest.mark.parametrize(
    "resources",
    [
        {"a": value({"get_param": "tree"}), "b": stores({"get_attr": ["a", "value", "a"]})},
        {"a": value(HALF, type="json")},
        {"a": value({"yaql": {"expression": "$.data.b.first()", "data": {"get_param": "tree"}}})},
    ],
)
def test_half_a_surrogate_pair_that_json_text_spells_is_carried_through(engine: Endpoint, resources: dict) -> None:
    outputs = {"a": {"value": {"get_attr": ["a", "value"]}}}
    identity = engine.created("web", template(resources, parameters=TREE, outputs=outputs))
    shown = engine.show(identity)
    assert shown["stack_status"] == "COMPLETE"
    assert "\\ud800" in ascii(shown["outputs"][0]["output_value"])


def test_a_failure_that_quotes_a_long_text_is_over_all_the_same(engine: Endpoint) -> None:
    reads = {"type": "OS::Heat::RandomString", "properties": {"length": {"get_attr": ["a", "output"]}}}
    identity = engine.created("web", template({"a": stores("\x00" + "y" * 70_000), "b": reads}))
    shown = engine.show(identity)
    assert shown["stack_status"] == "FAILED"
    assert "resources.b.properties.length: Value" in shown["stack_status_reason"]
    assert len(shown["stack_status_reason"]) < 11_000


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_that_json_has_not_is_refused_and_leaves_nothing(engine: Endpoint, number: float) -> None:
    before = engine.rows()
    with pytest.raises(exception.StackValidationFailed, match="The template holds a number that JSON can't represent"):
        engine.create("web", template({"a": value([number])}))
    with pytest.raises(exception.StackValidationFailed, match="The environment holds a number"):
        engine.create("web", template(parameters=TREE), params={"parameters": {"tree": {"a": number}}})
    assert engine.rows() == before


@pytest.mark.parametrize("method", ["create_stack", "preview_stack"])
def test_mistakes_that_quote_a_long_value_are_told_in_short_each_with_its_place(engine: Endpoint, method: str) -> None:
    stored = {"type": "OS::Heat::TestResource", "properties": {"value": {"get_param": "tree"}}}
    resources = {f"r{place}": stored for place in range(5)}
    given = {"params": {"parameters": {"tree": [0] * 30_000}}, "files": None, "args": {}}
    whole = template(resources, parameters=TREE)
    with pytest.raises(exception.StackValidationFailed) as refused:
        engine.call(method, stack_name="web", template=whole, **given)
    assert len(str(refused.value)) == len(refused.value.kwargs["message"]) < 15_000
    assert all(f"resources.{name}.properties.value: Value must be a string" in str(refused.value) for name in resources)


def test_one_mistake_that_quotes_a_long_text_is_told_in_short(engine: Endpoint) -> None:
    with pytest.raises(exception.UnknownUserParameter) as refused:
        engine.create("web", template(), params={"parameters": {"x" * 70_000: 1}})
    assert len(str(refused.value)) < 51_000
    assert "characters more" in str(refused.value)
    assert len(str(refused.value.kwargs)) < 51_000
