"""A template that resembles one that is parsed already becomes the same as without it."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from heatlite.template import Template, parse, resolve
from tests.unit.template.build import World, bound

DEFINITIONS: dict[str, dict[str, Any]] = {
    "plain": {"type": "T", "properties": {"x": 1}},
    "true in place of 1": {"type": "T", "properties": {"x": True}},
    "another value": {"type": "T", "properties": {"x": "two"}},
    "another type": {"type": "U", "properties": {"x": 1}},
    "a reference": {"type": "T", "properties": {"x": {"get_resource": "other"}}},
    "a condition": {"type": "T", "condition": "never"},
    "an if": {"type": "T", "properties": {"x": {"if": ["never", 1, 2]}}},
    "a computed name": {"type": "T", "properties": {"x": {"get_resource": {"get_param": "which"}}}},
    "a computed policy": {"type": "T", "deletion_policy": {"get_param": "policy"}},
}
PAIRS = list(itertools.product(DEFINITIONS, repeat=2))


def raw(web: dict[str, Any], version: str = "2021-04-16", **sections: Any) -> dict[str, Any]:
    """A template of the resource ``web`` beside one that stays."""
    return {
        "heat_template_version": version,
        "parameters": {
            "which": {"type": "string", "default": "other"},
            "policy": {"type": "string", "default": "Retain"},
        },
        "conditions": {"never": {"equals": [1, 2]}},
        "resources": {"web": web, "other": {"type": "T"}},
        **sections,
    }


def told(template: Template) -> Any:
    """What a template is, and what comes of it."""
    decided = template.under(bound(template))
    resources = {
        name: (it.type, it.deletion_policy, sorted(it.requires), it.whole_hash, repr(resolve(it.properties, World())))
        for name, it in decided.resources.items()
    }
    return template.is_plain, template.conditions is None, template.computes_names, resources, dict(decided.outputs)


@pytest.mark.parametrize(("before", "after"), PAIRS, ids=[" then ".join(it) for it in PAIRS])
def test_a_changed_definition_is_seen(before: str, after: str) -> None:
    known = parse(raw(DEFINITIONS[before]))
    template = raw(DEFINITIONS[after])
    assert told(parse(template, known=known)) == told(parse(template))


def test_an_output_that_is_new_is_seen_though_no_resource_changed() -> None:
    known = parse(raw(DEFINITIONS["plain"]))
    template = raw(DEFINITIONS["plain"], outputs={"out": {"value": 1, "condition": "never"}})
    assert told(parse(template, known=known)) == told(parse(template))
    assert not parse(template, known=known).is_plain


def test_another_version_reads_everything_again() -> None:
    an_if = raw(DEFINITIONS["an if"], "2015-04-30")
    del an_if["conditions"]
    known = parse(an_if)
    assert known.is_plain, "this version has no conditions"
    assert not parse(raw(DEFINITIONS["an if"]), known=known).is_plain


def test_definitions_that_stay_are_not_read_again() -> None:
    known = parse(raw(DEFINITIONS["plain"]))
    again = parse(raw(DEFINITIONS["another value"]), known=known)
    assert again.resources["other"] is known.resources["other"]
    assert again.resources["web"] is not known.resources["web"]
