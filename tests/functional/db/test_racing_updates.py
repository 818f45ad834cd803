"""Two updates of one stack at the same moment, with different arguments: both count, or the later one does whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from heatlite.db.api import Database
from heatlite.engine.operations.validation import Validator
from tests.functional.engine.endpoint import Endpoint
from tests.functional.engine.templates import stores, template

DECLARED = {name: {"type": "string"} for name in "ab"}
BOTH = template({name.upper(): stores({"get_param": name}) for name in "ab"}, parameters=DECLARED)
OTHER = template({"c": stores("3")})


@pytest.fixture
def engines(database: Database) -> tuple[Endpoint, Endpoint]:
    return Endpoint(database), Endpoint(database)


def in_the_middle(monkeypatch: pytest.MonkeyPatch, act: Callable[[], Any]) -> list[Any]:
    """Have something happen once, after an update has read its stack and before it writes."""
    left, validate = [act], Validator.validate
    seen: list[Any] = []

    def validating(self: Validator, submission: Any, *rest: Any) -> Any:
        seen.append(dict(submission.environment.parameters))
        if left:
            left.pop()()
        return validate(self, submission, *rest)

    monkeypatch.setattr(Validator, "validate", validating)
    return seen


def values_of(engine: Endpoint, identity: dict[str, Any]) -> dict[str, str]:
    listed = engine.call("list_stack_resources", stack_identity=identity, with_detail=True)
    return {it["resource_name"]: it["attributes"]["output"] for it in listed}


def settle(*engines: Endpoint) -> None:
    for _ in range(5):
        for engine in engines:
            engine.settle()


def test_two_updates_of_different_parameters_both_count(
    engines: tuple[Endpoint, Endpoint], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = engines
    identity = one.created("web", BOTH, params={"parameters": {"a": "1", "b": "1"}}, args={"tags": ["old"]})
    partial = {"template": None, "args": {"existing": True, "tags": ["new"]}}
    seen = in_the_middle(monkeypatch, lambda: two.update(identity, **partial, params={"parameters": {"b": "2"}}))
    one.update(identity, None, params={"parameters": {"a": "2"}}, args={"existing": True})
    settle(one, two)
    assert values_of(one, identity) == {"A": "2", "B": "2"}
    assert seen[-1] == {"a": "2", "b": "2"}, "it was read again, with what the other had written"
    assert one.show(identity)["tags"] == ["new"]


def test_of_two_whole_updates_the_later_one_counts_whole(
    engines: tuple[Endpoint, Endpoint], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = engines
    identity = one.created("web", template({"z": stores()}))
    in_the_middle(
        monkeypatch,
        lambda: two.update(identity, OTHER, args={"timeout_mins": 7, "tags": ["two"], "disable_rollback": False}),
    )
    one.update(identity, BOTH, params={"parameters": {"a": "x", "b": "y"}}, args={"timeout_mins": 9})
    settle(one, two)
    shown = one.show(identity)
    assert values_of(one, identity) == {"A": "x", "B": "y"}
    assert (shown["stack_status"], shown["timeout_mins"], shown["tags"]) == ("COMPLETE", 9, [])


def test_an_update_that_a_deletion_comes_before_is_refused(
    engines: tuple[Endpoint, Endpoint], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = engines
    identity = one.created("web", template({"z": stores()}))
    in_the_middle(monkeypatch, lambda: two.call("delete_stack", stack_identity=identity))
    with pytest.raises(Exception, match=r"(?i)delet|in progress|not supported"):
        one.update(identity, OTHER)
    settle(one, two)
    assert one.call("list_stacks") == []
