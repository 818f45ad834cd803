"""Environments: their sections, two of them together, and types that stand for others."""

from __future__ import annotations

from typing import Any

import pytest

from heatlite.exception import StackValidationFailed
from heatlite.template import Environment, parse
from heatlite.template.resource_registry import ResourceRegistry, of_child

EMPTY = {
    "parameters": {},
    "parameter_defaults": {},
    "resource_registry": {},
    "encrypted_param_names": [],
    "event_sinks": [],
}


@pytest.mark.parametrize("raw", [None, {}, {"parameters": None, "event_sinks": None}, EMPTY])
def test_an_environment_without_anything_has_every_section_empty(raw: Any) -> None:
    assert Environment.parse(raw).to_dict() == EMPTY


def test_an_environment_keeps_what_it_is_given() -> None:
    raw = {
        "parameters": {"a": 1},
        "parameter_defaults": {"b": 2},
        "resource_registry": {"A": "B"},
        "encrypted_param_names": ["a"],
        "event_sinks": [{"type": "zaqar-queue"}],
        "parameter_merge_strategies": {"a": "merge"},
    }
    assert Environment.parse(raw).to_dict() == raw


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (["x"], "not a valid YAML mapping"),
        ({"params": {}}, 'wrong section "params"; valid sections are parameters'),
        ({"parameters": ["x"]}, 'parameters: "parameters" must be a map'),
        ({"event_sinks": {"x": 1}}, 'event_sinks: "event_sinks" must be a list'),
        ({"encrypted_param_names": ["a", ["b"]]}, r"encrypted_param_names\[1\]: a name must be a string, not \['b'\]"),
    ],
)
def test_an_ill_formed_environment_is_refused(raw: Any, message: str) -> None:
    with pytest.raises(StackValidationFailed, match=message):
        Environment.parse(raw)


def test_of_two_environments_the_second_wins_where_they_differ() -> None:
    sink = {"type": "zaqar-queue"}
    first = Environment({"a": 1, "b": 1}, {"d": 1}, {"A": "B", "resources": {"x": {"hooks": "p"}}}, ("a",), (sink,))
    second = Environment({"b": 2}, {"e": 2}, {"A": "C", "resources": {"y": {}}}, ("b", "a"), (sink,))
    assert first.merge(second).to_dict() == {
        "parameters": {"a": 1, "b": 2},
        "parameter_defaults": {"d": 1, "e": 2},
        "resource_registry": {"A": "C", "resources": {"x": {"hooks": "p"}, "y": {}}},
        "encrypted_param_names": ["a", "b"],
        "event_sinks": [sink],
    }
    assert first.parameters == {"a": 1, "b": 1}


def type_with(registry: dict, written: str = "My::Server") -> str:
    raw = {"heat_template_version": "rocky", "resources": {"web": {"type": written}}}
    return parse(raw, {}, registry).resources["web"].type


def test_a_mapped_type_stands_for_another_and_chains_are_followed() -> None:
    assert type_with({"My::Server": "Our::Server", "Our::Server": "OS::Nova::Server"}) == "OS::Nova::Server"
    assert type_with({"Other": "X"}) == "My::Server"


@pytest.mark.parametrize("registry", [{"My::Server": None}, {"My::Server": "My::Server"}, {"resources": {}}])
def test_entries_that_change_nothing_are_taken(registry: dict) -> None:
    assert type_with(registry) == "My::Server"


def test_a_mapped_type_changes_the_definition_hash() -> None:
    raw = {"heat_template_version": "rocky", "resources": {"web": {"type": "A"}}}
    assert parse(raw).resources["web"].definition_hash != parse(raw, {}, {"A": "B"}).resources["web"].definition_hash


@pytest.mark.parametrize(
    ("registry", "message"),
    [
        ({"My::Server": {"x": "y"}}, r"resource_registry\.My::Server: A type must be mapped to the name of another"),
        ({"My::Server": "Our::*"}, r'resource_registry\.My::Server: "Our::\*" has a star'),
        ({"hooks": "pre-create"}, r'resource_registry\.hooks: .*for resources by their names, under "resources"'),
        ({"resources": ["web"]}, r"resource_registry\.resources: .*must be a map"),
        ({"My::*": "My::X::*"}, r"resource_registry\.My::Server: .*circular: My::Server -> My::X::Server"),
        (
            {"My::Server": "B", "B": "My::Server"},
            r"resource_registry\.My::Server: .*circular: My::Server -> B -> My::S",
        ),
    ],
)
def test_an_entry_that_makes_no_sense_is_refused(registry: dict, message: str) -> None:
    with pytest.raises(StackValidationFailed, match=message):
        type_with(registry)


@pytest.mark.parametrize(
    ("registry", "found"),
    [
        ({"My::*": "Our::*"}, "Our::Server"),
        ({"My::*": "One"}, "One"),
        ({"My::*": "Our::*", "My::Ser*": "More::*"}, "More::ver"),
        ({"My::*": "Our::*", "My::Server": "Exact"}, "Exact"),
        ({"My::*": "Our::*", "Our::*": "OS::*"}, "OS::Server"),
        ({"My::Server": "A", "resources": {"web": {"My::Server": "Mine"}}}, "Mine"),
        ({"My::Server": "A", "resources": {"web": {"My::*": "Mine::*"}}}, "A"),
        ({"My::Server": "A", "resources": {"other": {"My::Server": "Mine"}}}, "A"),
        ({"resources": {"web": {"My::Server": "A"}}, "A": "B"}, "B"),
        ({"My::Server": "A", "A": "server.yaml"}, "server.yaml"),
        ({"My::Server": "server.yaml", "*": "Any"}, "server.yaml"),
    ],
)
def test_the_most_telling_entry_of_the_registry_wins(registry: dict, found: str) -> None:
    assert type_with(registry) == found


def test_the_operators_registry_is_weaker_than_the_users() -> None:
    raw = {"heat_template_version": "rocky", "resources": {"web": {"type": "A"}, "db": {"type": "B"}}}
    resources = parse(raw, {}, {"A": "Users"}, {"A": "Operators", "B": "Operators"}).resources
    assert {name: it.type for name, it in resources.items()} == {"web": "Users", "db": "Operators"}


@pytest.mark.parametrize(
    ("registry", "inherited"),
    [
        ({"A": "B", "C": "x.yaml"}, {"A": "B", "C": "x.yaml"}),
        ({"My::Server": "x.yaml"}, {"My::Server": "My::Server"}),
        ({"My::Server": "A", "A": "x.yaml"}, {"My::Server": "A", "A": "A"}),
        ({"My::*": "x.yaml"}, {"My::*": "x.yaml", "My::Server": "My::Server"}),
        (
            {"resources": {"web": {"in": {"A": "B"}, "C": "D"}, "db": {"in": {"E": "F"}}}},
            {"resources": {"in": {"A": "B"}}},
        ),
        ({"My::Server": "A", "resources": {"web": {"My::Server": "x.yaml"}}}, {"My::Server": "A"}),
    ],
)
def test_a_nested_stack_inherits_what_is_for_it_and_sees_the_type_that_it_stands_in_for(
    registry: dict, inherited: dict
) -> None:
    assert of_child(registry, ResourceRegistry.read(registry), "web", "My::Server") == inherited
