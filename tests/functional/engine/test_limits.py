"""Limits: each an option, each with an error of its own; and what is kept of a stack's events."""

from __future__ import annotations

import pathlib
from contextlib import AbstractContextManager
from typing import Any, Protocol

import pytest

from heatlite import exception
from heatlite import template as language
from heatlite.engine.api import client_calls, submissions
from tests.functional.engine.endpoint import Endpoint, opened
from tests.functional.engine.templates import stores, template

ONE = template({"one": stores()})


class Limited(Protocol):
    """Gives an engine with some settings."""

    def __call__(self, **settings: Any) -> AbstractContextManager[Endpoint]: ...


@pytest.fixture
def limited(schema: pathlib.Path, tmp_path: pathlib.Path) -> Limited:
    return lambda **settings: opened(schema, tmp_path / "heatlite.sqlite3", **settings)


def test_a_project_has_so_many_stacks_and_another_as_many(limited: Limited) -> None:
    with limited(max_stacks_per_tenant=2) as engine:
        first = engine.created("one", ONE)
        engine.created("two", ONE)
        with pytest.raises(exception.RequestLimitExceeded, match=r"maximum stacks per tenant, 2 \(option max_stacks"):
            engine.create("three", ONE)
        engine.create("three", ONE, project="another")
        engine.call("delete_stack", stack_identity=first)
        engine.settle()
        engine.create("three", ONE)


def test_without_a_limit_stacks_are_not_counted(limited: Limited) -> None:
    with limited(max_stacks_per_tenant=-1) as engine, engine.statements() as seen:
        engine.create("one", ONE)
        assert not [statement for statement in seen if "count(" in statement]


def test_a_template_and_each_of_its_files_are_limited_in_size(limited: Limited) -> None:
    """As in Heat each counts by itself; together they have a limit as well, since a message may hold more."""
    with limited(max_template_size=300) as engine:
        engine.created("one", ONE)
        engine.created("two", ONE, files={"a": "x" * 250, "b": "y" * 250})
        with pytest.raises(exception.RequestLimitExceeded, match=r"File a size .*\(300 bytes; option max_t"):
            engine.create("three", ONE, files={"a": "x" * 300})
        with pytest.raises(exception.RequestLimitExceeded, match=r"Template size .*\(300 bytes; option max_t"):
            engine.create("three", {**ONE, "description": "x" * 300})
        with pytest.raises(exception.RequestLimitExceeded, match=r"All files .*\(2400 bytes; option max_t"):
            engine.create("three", ONE, files={str(number): "x" * 280 for number in range(9)})


def test_the_names_of_files_count_with_them(limited: Limited) -> None:
    with limited(max_template_size=300) as engine:
        engine.created("one", ONE, files={"n" * 140: "x" * 140})
        with pytest.raises(exception.RequestLimitExceeded, match=r"File n+ size .*\(300 bytes; option max_t"):
            engine.create("two", ONE, files={"n" * 250: "x" * 140})
        with pytest.raises(exception.RequestLimitExceeded, match=r"All files .*\(2400 bytes; option max_t"):
            engine.create("three", ONE, files={f"{number:0250}": "" for number in range(10)})


def test_the_entries_of_a_registry_count_with_its_environment(limited: Limited) -> None:
    with limited(max_environment_size=1000) as engine:
        few, many = ({f"My::Type{number:04}": "OS::Heat::None" for number in range(size)} for size in (10, 50))
        engine.created("one", ONE, params={"resource_registry": few})
        for registry in (many, {"resources": {name: {name: "OS::Heat::None"} for name in many}}):
            for method in ("create_stack", "preview_stack"):
                call = {"params": {"resource_registry": registry}, "files": None, "args": {}, "template": ONE}
                with pytest.raises(exception.RequestLimitExceeded, match=r"option max_environment_size"):
                    engine.call(method, stack_name="two", **call)


def test_a_call_has_so_many_environment_files(limited: Limited) -> None:
    files = {f"e{number}": "{}" for number in range(submissions.MOST_ENVIRONMENT_FILES + 1)}
    with limited() as engine:
        engine.created("one", ONE, files=files, environment_files=list(files)[1:])
        with pytest.raises(exception.HeatliteError, match="environment_files"):
            engine.create("two", ONE, files=files, environment_files=list(files))
        with pytest.raises(exception.HeatliteError, match="environment_files"):  # one file named again and again
            engine.create("two", ONE, files=files, environment_files=["e0"] * len(files))


def test_environment_files_are_limited_together_as_often_as_they_are_named(
    limited: Limited, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def note(name: str, *rest: Any) -> Any:
        read.append(name)
        return language.Environment()

    monkeypatch.setattr(submissions, "read_environment_file", note)
    files = dict.fromkeys("abc", "x" * 250)
    with limited(max_template_size=300) as engine:
        engine.create("one", ONE, files=files, environment_files=["a", "b"])
        for names in (["a", "b", "c"], ["a"] * 3, ["a"] * 100):
            with pytest.raises(exception.RequestLimitExceeded, match="All environment files take"):
                engine.create("two", ONE, files=files, environment_files=names)
    assert read == ["a", "b"]


def test_an_environment_is_limited_in_size(limited: Limited) -> None:
    with limited(max_environment_size=300) as engine:
        declared = {**ONE, "parameters": {"p": {"type": "string"}}}
        with pytest.raises(exception.RequestLimitExceeded, match=r"Environment size .*option max_environment_size"):
            engine.create("one", declared, params={"parameters": {"p": "x" * 300}})


def test_what_a_condition_leaves_out_does_not_count_as_a_resource(limited: Limited) -> None:
    many = template({f"r{place}": {**stores(), "condition": place < 2} for place in range(5)})
    with limited(max_resources_per_stack=2) as engine:
        engine.created("one", many)
    with (
        limited(max_resources_per_stack=1) as engine,
        pytest.raises(exception.RequestLimitExceeded, match="Maximum res"),
    ):
        engine.create("two", many)


@pytest.mark.parametrize("kept", [6, 0])
def test_only_the_last_events_are_kept_when_an_operation_ends(limited: Limited, kept: int) -> None:
    with limited(max_events_per_stack=kept) as engine:
        identity = engine.created("one", template({"a": stores(), "b": stores(), "c": stores()}))
        events = engine.call("list_events", stack_identity=identity)
        assert len(events) == kept
        assert [(it["resource_name"], it["resource_status"]) for it in events[:1]] == [("one", "COMPLETE")][:kept]


def test_all_events_are_kept_without_a_limit(limited: Limited) -> None:
    with limited(max_events_per_stack=-1) as engine:
        identity = engine.created("one", template({"a": stores(), "b": stores()}))
        assert len(engine.call("list_events", stack_identity=identity)) == 6


def test_the_operators_environment_maps_types_for_every_stack(limited: Limited) -> None:
    with limited(operator_registry={"Our::Store": "OS::Heat::TestResource"}) as engine:
        identity = engine.created("one", template({"one": {**stores(), "type": "Our::Store"}}))
        assert engine.show(identity)["stack_status"] == "COMPLETE"


def test_the_expressions_of_one_call_have_a_limit_together(engine: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    expressions = {f"r{number}": stores({"yaql": {"expression": "$.data", "data": "x"}}) for number in range(3)}
    assert engine.created("web", template(expressions))
    monkeypatch.setattr(client_calls, "MOST_SECONDS", 0)
    with pytest.raises(exception.RequestLimitExceeded, match=r"resources\.r0\.properties\.value\.yaql"):
        engine.create("late", template(expressions))
