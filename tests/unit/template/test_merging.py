"""Environment files merged in their order, by the strategies that they name."""

from __future__ import annotations

from typing import Any

import pytest

from heatlite.exception import ConflictingMergeStrategyForParam, InvalidMergeStrategyForParam
from heatlite.template import Environment, ParameterType
from heatlite.template.environment import merged

KINDS = {
    "text": ParameterType.STRING,
    "number": ParameterType.NUMBER,
    "list": ParameterType.LIST,
    "map": ParameterType.JSON,
    "flag": ParameterType.BOOLEAN,
}


def after(*values: dict, strategies: Any = None) -> dict[str, Any]:
    """The parameters that files with these make, each naming the strategies."""
    files = [
        (f"{at}", Environment(parameters=it, parameter_merge_strategies=strategies or {}))
        for at, it in enumerate(values)
    ]
    return dict(merged(Environment(), files, KINDS).parameters)


@pytest.mark.parametrize(
    ("first", "second", "strategy", "result"),
    [
        ("a", "b", "overwrite", "b"),
        ("a", "b", "nonsense", "b"),
        ("a", "b", "merge", "ab"),
    ],
)
def test_a_text_is_overwritten_or_joined(first: str, second: str, strategy: str, result: str) -> None:
    assert after({"text": first}, {"text": second}, strategies={"text": strategy}) == {"text": result}


def test_lists_numbers_and_maps_are_merged_each_in_its_way() -> None:
    first = {"list": "a,b", "number": "1", "map": {"x": {"y": 1}, "z": 1}}
    second = {"list": ["c"], "number": 2, "map": '{"x": {"w": 2}}'}
    merge = after(first, second, strategies={"default": "merge"})
    assert merge == {"list": ["a", "b", "c"], "number": 3, "map": {"x": {"w": 2}, "z": 1}}
    deep = after(first, second, strategies={"default": "deep_merge"})
    assert deep["map"] == {"x": {"y": 1, "w": 2}, "z": 1}


def test_what_is_in_maps_is_joined_deep_down_and_a_null_says_nothing() -> None:
    first = {"map": {"list": [1], "text": "a", "kept": 1, "number": 1}}
    second = {"map": {"list": [2], "text": "b", "kept": None, "number": 2}}
    deep = after(first, second, strategies={"map": "deep_merge"})
    assert deep["map"] == {"list": [1, 2], "text": "ab", "kept": 1, "number": 2}
    flat = after(first, second, strategies={"map": "merge"})
    assert flat["map"] == {"list": [2], "text": "b", "kept": 1, "number": 2}


def test_a_strategy_for_one_parameter_is_stronger_than_the_default() -> None:
    values = after(
        {"text": "a", "list": "a"}, {"text": "b", "list": "b"}, strategies={"default": "merge", "text": "overwrite"}
    )
    assert values == {"text": "b", "list": ["a", "b"]}


def test_a_parameter_that_is_not_declared_is_overwritten() -> None:
    assert after({"nobody": "a"}, {"nobody": "b"}, strategies={"default": "merge"}) == {"nobody": "b"}


def test_what_cannot_be_merged_is_refused() -> None:
    for name, first, second in (
        ("flag", True, False),
        ("map", "{", "{}"),
        ("number", "x", 1),
        ("number", "1.5e308", "1.5e308"),
    ):
        with pytest.raises(InvalidMergeStrategyForParam, match=name):
            after({name: first}, {name: second}, strategies={name: "merge"})


def test_two_files_may_not_want_one_parameter_merged_in_different_ways() -> None:
    files = [
        ("one", Environment({"text": "a"})),
        ("two", Environment({"text": "b"}, parameter_merge_strategies={"text": "merge"})),
    ]
    with pytest.raises(ConflictingMergeStrategyForParam, match=r"'merge' for parameter 'text' in file 'two'"):
        merged(Environment(), files, KINDS)


def test_defaults_are_merged_as_parameters_are_and_the_registry_is_laid_over() -> None:
    strategies = {"list": "merge"}
    files = [
        (
            "one",
            Environment(
                parameter_defaults={"list": "a"}, resource_registry={"A": "B"}, parameter_merge_strategies=strategies
            ),
        ),
        (
            "two",
            Environment(
                parameter_defaults={"list": "b"}, resource_registry={"C": "D"}, parameter_merge_strategies=strategies
            ),
        ),
    ]
    whole = merged(Environment(), files, KINDS)
    assert whole.parameter_defaults == {"list": ["a", "b"]}
    assert whole.resource_registry == {"A": "B", "C": "D"}
