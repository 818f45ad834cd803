"""Bad input: each gets an error with a name that says what is wrong, and leaves no row behind."""

from __future__ import annotations

import re
from typing import Any

import pytest

from heatlite import exception
from tests.functional.engine.endpoint import Endpoint
from tests.functional.engine.templates import CHAIN, stores, template

GOOD = template({"one": stores()})
LOOP = template({"a": stores(depends_on="b"), "b": stores(depends_on="a")})
BROKEN_OUTPUT = template({"one": stores()}, outputs={"o": {"value": {"get_attr": ["one", "nope"]}}})

Refused = type[exception.HeatliteError]


def create(engine: Endpoint, **changed: Any) -> None:
    """A create of which one thing is wrong."""
    engine.create(**{"name": "web", "template": GOOD, **changed})


def refused(engine: Endpoint, error: Refused, text: str, method: Any, *args: Any, **arguments: Any) -> None:
    """The call raises this very class, says this, and writes nothing."""
    before = engine.rows()
    with pytest.raises(error, match=re.escape(text)) as caught:
        method(*args, **arguments)
    assert type(caught.value) is error
    assert engine.rows() == before
    assert engine.announcements.waiting == []


INVALID, WRONG = exception.Invalid, exception.StackValidationFailed


@pytest.mark.parametrize(
    ("changed", "error", "text"),
    [
        ({"name": None}, WRONG, "Invalid stack name"),
        ({"name": ""}, WRONG, "Invalid stack name"),
        ({"name": 7}, WRONG, "Invalid stack name"),
        ({"name": ["web"]}, WRONG, "Invalid stack name"),
        ({"name": "9lives"}, WRONG, "Invalid stack name"),
        ({"name": "w" * 256}, WRONG, "Invalid stack name"),
        ({"name": "web\x00"}, WRONG, "Invalid stack name"),
        ({"template": None}, WRONG, "not a JSON object or YAML mapping"),
        ({"template": "text"}, WRONG, "not a JSON object or YAML mapping"),
        ({"template": [1]}, WRONG, "not a JSON object or YAML mapping"),
        ({"template": {}}, exception.InvalidTemplateVersion, "version"),
        ({"template": {**GOOD, "conditionals": {}}}, exception.InvalidTemplateSection, "conditionals"),
        ({"template": template({"one": {"type": "OS::No::Such"}})}, WRONG, "resources.one.type"),
        ({"template": template({"one": stores(properties={"colour": 1})})}, WRONG, "resources.one.properties"),
        ({"template": template({"one": stores(properties={"wait_secs": "x"})})}, WRONG, "wait_secs"),
        ({"template": template({"one": stores({"get_param": "nope"})})}, WRONG, "resources.one"),
        ({"template": LOOP}, exception.CircularDependencyException, "Circular Dependency"),
        ({"template": BROKEN_OUTPUT}, WRONG, "nope"),
        ({"template": template(parameters={"p": {"type": "string"}})}, exception.UserParameterMissing, "(p)"),
        ({"params": {"parameters": {"nope": 1}}}, exception.UnknownUserParameter, "(nope)"),
        ({"params": {"nope": 1}}, exception.UnknownUserParameter, "(nope)"),
        ({"params": "text"}, WRONG, "environment"),
        ({"params": {"parameters": [1]}}, WRONG, "parameters"),
        ({"params": {"parameters": {}, "wrong": 1}}, WRONG, "wrong"),
        ({"files": ["a"]}, INVALID, "files must be a map"),
        ({"files": {"a": 1}}, WRONG, "files.a"),
        ({"environment_files": "a.yaml"}, WRONG, "environment_files"),
        ({"environment_files": ["a.yaml"]}, WRONG, "environment_files[0]"),
        ({"environment_files": ["a"], "files": {"a": "{["}}, WRONG, "Environment file a"),
        ({"environment_files": ["a"], "files": {"a": "wrong: 1"}}, WRONG, "Environment file a"),
        ({"files_container": "box"}, exception.NotSupported, "files_container"),
        ({"args": "text"}, INVALID, "args must be a map"),
        ({"args": {"timeout_mins": "abc"}}, INVALID, "Invalid timeout value 'abc'"),
        ({"args": {"timeout_mins": -1}}, INVALID, "Invalid timeout value -1"),
        ({"args": {"timeout_mins": "-1"}}, INVALID, "Invalid timeout value"),
        ({"args": {"timeout_mins": 1.5}}, INVALID, "Invalid timeout value 1.5"),
        ({"args": {"timeout_mins": True}}, INVALID, "Invalid timeout value"),
        ({"args": {"timeout_mins": 10**12}}, INVALID, "Invalid timeout value"),
        ({"args": {"timeout_mins": "٣"}}, INVALID, "Invalid timeout value"),
        ({"args": {"disable_rollback": "maybe"}}, INVALID, 'Unrecognized value "maybe" for "disable_rollback"'),
        ({"args": {"tags": "a,b"}}, INVALID, "Invalid tags, not a list"),
        ({"args": {"tags": [1]}}, INVALID, '"1" is not a string'),
        ({"args": {"tags": ["t" * 81]}}, INVALID, "longer than 80 characters"),
        ({"args": {"tags": ["a,b"]}}, INVALID, "comma"),
        ({"args": {"adopt_stack_data": {"resources": ["x"]}}}, INVALID, "adopt_stack_data.resources must be a map"),
        ({"args": {"converge": "perhaps"}}, INVALID, "converge"),
        ({"owner_id": "some-stack"}, INVALID, "owner_id is set by an engine"),
        ({"template_id": 5}, INVALID, "template_id is set by an engine"),
        ({"template": template({"one": stores("\ud800")})}, INVALID, "half a surrogate pair"),
    ],
)
def test_a_create_that_cannot_be_is_refused_and_leaves_no_row(
    engine: Endpoint, changed: dict[str, Any], error: Refused, text: str
) -> None:
    refused(engine, error, text, create, engine, **changed)


def test_too_many_resources_are_refused_as_a_limit(engine: Endpoint) -> None:
    many = template({f"r{number}": {"type": "OS::Heat::None"} for number in range(1002)})
    refused(engine, exception.RequestLimitExceeded, "Maximum resources per stack", create, engine, template=many)


def test_a_name_that_the_project_has_is_refused_and_another_project_may_have_it(engine: Endpoint) -> None:
    engine.created("web", GOOD)
    refused(engine, exception.StackExists, "(web) already exists", create, engine)
    engine.created("web", GOOD, project="theirs")
    assert engine.rows()["stack"] == 2


def test_unknown_args_are_left_alone_as_in_heat(engine: Endpoint) -> None:
    engine.create("web", GOOD, args={"timeout": 5, "colour": "red", "timeout_mins": "0", "tags": None})
    assert engine.rows()["stack"] == 1


@pytest.mark.parametrize(
    ("changed", "error", "text"),
    [
        ({"template": None}, WRONG, "not a JSON object or YAML mapping"),
        ({"template": LOOP}, exception.CircularDependencyException, "Circular"),
        ({"args": {"converge": "perhaps"}}, INVALID, "converge"),
        ({"args": {"existing": "perhaps"}}, INVALID, "existing"),
        ({"args": {"existing": True, "clear_parameters": "size"}}, WRONG, "clear_parameters"),
        ({"args": {"timeout_mins": "abc"}}, INVALID, "timeout"),
        ({"args": {"tags": ["t" * 81]}}, INVALID, "longer"),
        ({"template_id": 5}, INVALID, "template_id"),
        ({"files_container": "box"}, exception.NotSupported, "files_container"),
    ],
)
def test_an_update_that_cannot_be_is_refused_and_the_stack_stays_as_it_was(
    engine: Endpoint, changed: dict[str, Any], error: Refused, text: str
) -> None:
    identity = engine.created("web", GOOD)
    shown = engine.show(identity)
    arguments = {"identity": identity, "template": GOOD, **changed}
    refused(engine, error, text, engine.update, **arguments)
    assert engine.show(identity) == shown


def test_an_update_or_delete_of_a_stack_that_is_not_there_is_refused(engine: Endpoint) -> None:
    missing = {"tenant": "demo", "stack_name": "web", "stack_id": "6a1b0ff0-0000-4000-8000-000000000000", "path": ""}
    refused(engine, exception.EntityNotFound, "(web)", engine.update, missing, GOOD)
    refused(engine, exception.EntityNotFound, "(web)", engine.call, "delete_stack", stack_identity=missing)
    for name in ("web", missing["stack_id"], None, 7, "we\x00b", "\ud800"):
        refused(engine, exception.EntityNotFound, "Stack", engine.call, "identify_stack", stack_name=name)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ({"filters": {"colour": "red"}}, 'no filter "colour"'),
        ({"filters": "name"}, "filters must be a map"),
        ({"filters": {"name": 7}}, '"name" takes a string'),
        ({"filters": {"name": ["a", None]}}, '"name" takes a string'),
        ({"filters": {"timeout": "soon"}}, "timeout"),
        ({"filters": {"disable_rollback": "soon"}}, "disable_rollback"),
        ({"sort_keys": 7}, "sort_keys"),
        ({"sort_dir": "sideways"}, "Unknown sort direction"),
        ({"limit": "many"}, "limit must be a whole number"),
        ({"limit": -1}, "limit must be a whole number"),
        ({"marker": 7}, "marker must be a string"),
        ({"tags": "a"}, "Invalid tags"),
        ({"not_tags_any": [1]}, "is not a string"),
    ],
)
def test_a_list_of_stacks_that_makes_no_sense_is_refused(engine: Endpoint, query: dict[str, Any], text: str) -> None:
    refused(engine, INVALID, text, engine.call, "list_stacks", **query)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ({"filters": {"colour": "red"}}, 'no filter "colour"'),
        ({"sort_dir": "sideways"}, "Unknown sort direction"),
        ({"limit": "many"}, "limit must be a whole number"),
        ({"marker": ["x"]}, "marker must be a string"),
        ({"nested_depth": "deep"}, "nested_depth"),
    ],
)
def test_a_list_of_events_that_makes_no_sense_is_refused(engine: Endpoint, query: dict[str, Any], text: str) -> None:
    identity = engine.created("web", CHAIN)
    refused(engine, INVALID, text, engine.call, "list_events", stack_identity=identity, **query)
