"""Small inputs that once made, or could make, much work: each is taken or refused soon."""

from __future__ import annotations

import contextlib
from typing import Any
from unittest import mock

import pytest

from heatlite.exception import HeatliteError, RequestLimitExceeded
from heatlite.template import yaql_process
from tests.functional.engine.endpoint import Endpoint
from tests.fuzz.good import VERSION
from tests.fuzz.limits import soon

Template = dict[str, Any]


def template(resources: Template, **sections: Any) -> Template:
    return {"heat_template_version": VERSION, "resources": resources, **sections}


def value(it: Any) -> Template:
    return {"type": "OS::Heat::Value", "properties": {"value": it}}


def nested(levels: int, leaf: Any, wrap: Any) -> Any:
    for _ in range(levels):
        leaf = wrap(leaf)
    return leaf


def doubled(text: Any) -> Template:
    return {"str_replace": {"template": "$a$a", "params": {"$a": text}}}


NUMBERS = [str(number) for number in range(12_000)]
LISTS = [[number] for number in NUMBERS]
PLACEHOLDERS = {f"$p{number}": "v" for number in range(6000)}
NAMES = {"type": "comma_delimited_list", "default": ",".join(NUMBERS), "constraints": [{"allowed_values": NUMBERS}]}

BOMBS: dict[str, Template] = {
    "texts that double": template({"a": value(nested(40, "x" * 10, doubled))}),
    "lists of lists, each looked for among the others": template({"a": value({"list_concat_unique": [LISTS, LISTS]})}),
    "a filter of many from many": template({"a": value({"filter": [LISTS, LISTS[::-1]]})}),
    "many allowed values for many": template({"a": value("x")}, parameters={"names": NAMES}),
    "as many placeholders as places": template(
        {"a": value({"str_replace": {"template": " ".join(PLACEHOLDERS), "params": PLACEHOLDERS}})}
    ),
    "every combination of three": template(
        {"a": value({"repeat": {"template": "%a%%b%%c%", "for_each": {f"%{it}%": ["x"] * 300 for it in "abc"}}})}
    ),
    "a condition of conditions, twice each": template(
        {"a": {"type": "OS::Heat::None", "condition": "c0"}},
        conditions={**{f"c{number}": {"and": [f"c{number + 1}"] * 2} for number in range(80)}, "c80": True},
    ),
    "each after all before": template(
        {
            f"r{number}": {"type": "OS::Heat::None", "depends_on": [f"r{before}" for before in range(number)]}
            for number in range(200)
        }
    ),
    "a circle": template(
        {f"r{number}": {"type": "OS::Heat::None", "depends_on": f"r{(number + 1) % 900}"} for number in range(900)}
    ),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_taken_or_refused_soon(engine: Endpoint, name: str) -> None:
    with soon(), contextlib.suppress(HeatliteError):
        engine.call("validate_template", template=BOMBS[name])
        engine.create("bomb", BOMBS[name])


def test_many_mappings_of_types_are_looked_up_soon(engine: Endpoint) -> None:
    mappings = {f"Q{number}*": "OS::Heat::None" for number in range(9000)}
    registry = {**mappings, **{"Z" * number + "*": "OS::Heat::None" for number in range(1, 90)}}
    many = template({f"r{number}": {"type": "Z" * 100} for number in range(900)})
    with soon():
        assert "Error" not in engine.call("validate_template", template=many, params={"resource_registry": registry})


def test_what_takes_too_long_is_not_done_once_more_for_each_of_the_others(engine: Endpoint) -> None:
    backtracks = {"yaql": {"expression": "$.data =~ '(a+)+b'", "data": "a" * 40}}
    many = template({f"r{number}": value(backtracks) for number in range(200)})
    place = r"resources\.r0\.properties\.value\.yaql: that takes more than"
    second = mock.patch.object(yaql_process.EVALUATOR, "limits", yaql_process.Limits(seconds=1))
    asked = mock.patch.object(yaql_process.EVALUATOR, "evaluate", wraps=yaql_process.EVALUATOR.evaluate)
    with second, asked as evaluate, pytest.raises(RequestLimitExceeded, match=place):
        engine.create("slow", many)
    assert evaluate.call_count == 1
