"""yaql: what it gives, and that nothing about it goes on for ever."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest

from heatlite.exception import RequestLimitExceeded, StackValidationFailed
from heatlite.template import UNKNOWN, yaql_process
from heatlite.template.yaql_process import Limits
from tests.unit.template.build import hot_of_value, value_of


def yaql(expression: Any, data: Any = None) -> Any:
    return value_of({"yaql": {"expression": expression, "data": data}})


@pytest.mark.parametrize(
    ("expression", "data", "result"),
    [
        ("$.data.sum()", [3, 2, 1], 6),
        ("$.data.where($ > 1)", [3, 2, 1], [3, 2]),
        ("$.data.name", {"name": "\u00fc"}, "\u00fc"),
        ("$.data.items().toDict($[0], $[1])", {"a": 1}, {"a": 1}),
        ("$.data.distinct()", [1, 1, 2], [1, 2]),
        ("$.data.get(x)", {}, None),
        (
            "$.data.keys()",
            {"web": 1, "cache": 2, "queue": 3, "worker": 4, "api": 5},
            ["api", "cache", "queue", "web", "worker"],
        ),
        ("[$.data.toSet()]", [2, 10, 1], [[1, 10, 2]]),
    ],
)
def test_an_expression_is_evaluated_over_its_data(expression: str, data: Any, result: Any) -> None:
    assert yaql(expression, data) == result


def test_a_set_has_one_order_in_every_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The resource that is given the text would be replaced otherwise, whenever another process computes it."""
    texts = set()
    for seed in range(5):
        yaql_process.EVALUATOR.stop()
        monkeypatch.setenv("PYTHONHASHSEED", str(seed))
        texts.add(yaql("$.data.toSet().select($).join(',')", ["web", "cache", "queue", "worker", "api"]))
    assert len(texts) == 1


def test_data_that_is_not_there_yet_makes_the_value_unknown() -> None:
    assert yaql("$.data.sum()", [{"get_attr": ["database", "x"]}]) is UNKNOWN


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"expression": "$.data.("}, "Bad expression"),
        ({"expression": "$.data.nope()", "data": {}}, "Bad expression"),
        ({"data": {}}, "needs an expression"),
        ({"expression": "$", "dataa": {}}, "needs an expression"),
        ({"expression": ["$"]}, "must contain a string"),
        ("$.data", "must be a map"),
    ],
)
def test_wrong_arguments_are_refused_with_their_place(arguments: Any, message: str) -> None:
    with pytest.raises(StackValidationFailed, match=rf"resources\.web\.properties\.x\.yaql: .*{message}"):
        value_of({"yaql": arguments})


def test_iterations_are_limited() -> None:
    with pytest.raises(StackValidationFailed, match="Bad expression"):
        yaql("range(1000000).select($ * $).sum()")


def test_time_is_limited_whatever_the_expression_is_doing() -> None:
    backtracks = "$.data =~ '(a+)+b'"
    with (
        mock.patch.object(yaql_process.EVALUATOR, "limits", Limits(seconds=0.5)),
        pytest.raises(RequestLimitExceeded, match=r"resources\.web\.properties\.x\.yaql: .*more than 0\.5 seconds"),
    ):
        yaql(backtracks, "a" * 60)
    assert yaql("$.data + 1", 1) == 2  # and the next one is served


def test_a_template_can_be_read_where_no_expression_is_checked_in_time() -> None:
    """An engine reads stored templates again and again, on a busy machine too."""
    written = {"yaql": {"expression": "$.data + 1", "data": 1}}
    with mock.patch.object(yaql_process.EVALUATOR, "limits", Limits(seconds=0)):
        template = hot_of_value(written)
    assert template.resources["web"].properties is not None
    assert value_of(written) == 2


def test_a_child_that_died_is_replaced() -> None:
    assert yaql("$.data + 1", 1) == 2
    yaql_process.EVALUATOR.stop()
    assert yaql("$.data + 1", 2) == 3
