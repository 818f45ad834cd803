"""doc/templates.md says what is so: functions with their versions, limits with their options and numbers."""

from __future__ import annotations

import pathlib
import re

import pytest

from heatlite.conf import engine
from heatlite.schema import patterns
from heatlite.template import Environment, bind, load, parse
from heatlite.template.definitions import LONGEST_NAME
from heatlite.template.dialects import HOT, RELEASES, VERSIONS
from heatlite.template.functions import IF_SINCE, REGISTERED, REMOVED
from heatlite.template.functions.base import MAX_TEXT
from heatlite.template.loader import LONGEST_NUMBER
from heatlite.template.path import MAX_DEPTH
from heatlite.template.resource_registry import LONGEST_CHAIN, ResourceRegistry
from tests.unit.template.build import PSEUDO

PAGE = (pathlib.Path(__file__).parents[3] / "doc" / "templates.md").read_text()
DEFAULTS = {option.name: option.default for option in (*engine.OPTIONS, *engine.YAQL_OPTIONS)}
TEMPLATE, CLOUDFORMATION, ENVIRONMENT = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)


def rows(heading: str) -> list[list[str]]:
    """The rows of the table below a heading."""
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def test_every_function_is_in_the_table_with_the_version_that_brought_it() -> None:
    first: dict[str, str] = {HOT.if_name: IF_SINCE}
    for since, function in REGISTERED:
        if function.name not in REMOVED:
            first.setdefault(function.name, since)
    assert {name.strip("`"): since for name, since, _ in rows("Functions")} == first


def test_every_version_and_release_is_named() -> None:
    section = PAGE.partition("## Versions\n")[2].partition("\n## ")[0]
    assert set(re.findall(r"`(\d{4}-\d\d-\d\d)`", section)) == set(VERSIONS)
    assert dict(re.findall(r"`([\d-]+)` \(`(\w+)`\)", section)) == {date: name for name, date in RELEASES.items()}


def test_each_limit_is_the_default_of_its_option() -> None:
    options = {option.split()[-1].strip("`"): amount for _, amount, option, _ in rows("Limits") if option}
    assert {name: float(amount.split()[0]) for name, amount in options.items()} == {
        name: float(DEFAULTS[name]) for name in options
    }
    assert len(options) == 7


@pytest.mark.parametrize(
    ("what", "number"),
    [
        ("a match of", patterns.SECONDS),
        ("a pattern", patterns.LONGEST_PATTERN),
        ("the result of one function", MAX_TEXT),
        ("nesting of maps and lists", MAX_DEPTH),
        ("a number in a text", LONGEST_NUMBER),
        ("a name of a resource", LONGEST_NAME),
        ("successive mappings of a type", LONGEST_CHAIN),
    ],
)
def test_each_other_limit_is_what_the_code_has(what: str, number: float) -> None:
    [amount] = [row[1] for row in rows("Limits") if row[0].startswith(what)]
    assert float(amount.split()[0]) == number


def test_the_examples_are_taken() -> None:
    template = parse(load(TEMPLATE, 10_000))
    cloudformation = parse(load(CLOUDFORMATION, 10_000))
    assert list(cloudformation.under(bind(cloudformation, Environment(), PSEUDO)).resources) == ["Word"]
    environment = Environment.parse(load(ENVIRONMENT, 10_000))
    assert list(template.under(bind(template, environment, PSEUDO)).resources) == ["word", "greeting"]
    registry = ResourceRegistry.read(environment.resource_registry)
    assert registry.resolve("web", "Shop::Word") == "OS::Heat::RandomString"
    assert registry.resolve("db", "Shop::Word") == "OS::Heat::None"
    assert registry.resolve("web", "Shop::Value") == "OS::Heat::Value"


def test_a_function_of_a_later_version_is_plain_data() -> None:
    resource = {"type": "T", "properties": {"x": {"yaql": {"expression": "$"}}}}
    template = parse({"heat_template_version": "2015-04-30", "resources": {"a": resource}})
    assert template.resources["a"].properties == resource["properties"]
