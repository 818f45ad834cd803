"""Records as Heat's dicts."""

from __future__ import annotations

import datetime
import json

from heatlite import template as language
from heatlite.engine.api import environments, replies
from tests.unit.engine.records import NOON, row, service, stack

EMPTY = language.parse({"heat_template_version": "2021-04-16"})


def test_times_are_written_as_heat_writes_them() -> None:
    assert replies.time(NOON) == "2026-11-20T12:00:00Z"
    assert replies.time(None) is None
    assert replies.exact_time(NOON) == "2026-11-20T12:00:00.000000"


def test_a_stack_that_was_never_updated_has_no_updated_time() -> None:
    shown = replies.stack_summary(stack(), ["a"])
    assert (shown["creation_time"], shown["updated_time"], shown["deletion_time"]) == (
        "2026-11-20T12:00:00Z",
        None,
        None,
    )
    assert shown["tags"] == ["a"]


def test_a_resource_without_a_physical_id_shows_an_empty_one_and_its_creation_as_its_last_change() -> None:
    shown = replies.resource(stack(), row(1), ["two"], EMPTY)
    assert shown["physical_resource_id"] == ""
    assert shown["updated_time"] == shown["creation_time"] == "2026-11-20T12:00:00Z"
    assert shown["required_by"] == ["two"]
    assert "parent_resource" not in shown


def test_a_resource_of_a_nested_stack_names_the_resource_that_holds_the_stack() -> None:
    shown = replies.resource(stack(parent_resource_name="group"), row(1), [], EMPTY)
    assert shown["parent_resource"] == "group"


def test_details_of_a_resource_that_left_the_template_are_empty() -> None:
    assert replies.resource_details(row(1), EMPTY, None) == {"description": "", "metadata": {}}


def test_an_attribute_that_is_asked_for_and_not_recorded_is_none() -> None:
    recorded = row(1, attr_data={"reference": "x", "attributes": {"output": "o"}})
    assert replies.attributes(recorded, ["show", "output"]) == {"show": None, "output": "o"}
    assert replies.attributes(row(1)) == {}


def test_replies_are_plain_json() -> None:
    shown = [
        replies.stack_summary(stack(), None),
        replies.resource(stack(), row(1), [], EMPTY),
        replies.service(service(), NOON),
    ]
    assert json.loads(json.dumps(shown)) == shown


def test_an_engine_is_down_when_it_was_not_heard_of_for_two_intervals_or_is_gone() -> None:
    def status(seconds: int, **changed: object) -> str:
        return str(replies.service(service(**changed), NOON + datetime.timedelta(seconds=seconds))["status"])

    assert status(20) == "up"
    assert status(21) == "down"
    assert status(5, updated_at=None) == "up"
    assert status(0, deleted_at=NOON) == "down"
    assert status(0, updated_at=None, created_at=None) == "down"


def test_hidden_values_are_masked_in_both_sections_and_others_are_not() -> None:
    declared = {"p": {"type": "string", "hidden": True}, "q": {"type": "string"}}
    schemata = language.parse({"heat_template_version": "2021-04-16", "parameters": declared}).parameter_schemata
    given = {"p": "secret", "q": "open", "elsewhere": 1}
    shown = environments.stored({"parameters": given, "parameter_defaults": given}, schemata)
    assert shown["parameters"] == shown["parameter_defaults"] == {"p": "******", "q": "open", "elsewhere": 1}
    assert given["p"] == "secret"


def test_a_resource_registry_keeps_what_it_has() -> None:
    shown = environments.stored({"resource_registry": {"A": "B"}}, {})
    assert shown["resource_registry"] == {"A": "B", "resources": {}}
