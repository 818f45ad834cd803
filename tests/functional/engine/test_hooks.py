"""Hooks and restricted actions: where a stack waits for somebody, and what must not be done to it."""

from __future__ import annotations

import pathlib
from typing import Any

import pytest

from heatlite import exception
from heatlite.engine.signals import hooks
from tests.functional.engine.endpoint import Endpoint
from tests.functional.engine.fleet import Fleet
from tests.functional.engine.templates import stores, template

A, AB = template({"a": stores("1")}), template({"a": stores("1"), "b": stores("1", depends_on="a")})
CHANGED = template({"a": stores("2")})
REPLACED = template({"a": stores("1", properties={"update_replace_value": "x"})})


def breaks(name: str = "a", **words: Any) -> dict[str, Any]:
    """An environment with breakpoints at a resource."""
    return {"resource_registry": {"resources": {name: words}}}


def clear(engine: Endpoint, identity: dict[str, Any], hook: str, name: str = "a") -> None:
    engine.call("resource_signal", stack_identity=identity, resource_name=name, details={"unset_hook": hook})
    engine.settle()


def state(engine: Endpoint, identity: dict[str, Any]) -> str:
    reply = engine.show(identity)
    return f"{reply['stack_action']}_{reply['stack_status']}"


def told(engine: Endpoint, identity: dict[str, Any], name: str = "a") -> list[str]:
    """What was told of a resource, oldest first."""
    events = engine.call("list_events", stack_identity=identity, sort_dir="asc")
    return [
        f"{event['resource_action']}_{event['resource_status']} {event['resource_status_reason']}"
        for event in events
        if event["resource_name"] == name
    ]


def rows(engine: Endpoint, identity: dict[str, Any]) -> dict[str, str]:
    found = engine.call("list_stack_resources", stack_identity=identity)
    return {row["resource_name"]: f"{row['resource_action']}_{row['resource_status']}" for row in found}


@pytest.mark.parametrize("name", ["a", "*", "[ab]", "?"])
def test_a_creation_waits_before_and_after(engine: Endpoint, name: str) -> None:
    environment = breaks(name, hooks=["pre-create", "post-create"])
    identity = engine.created("web", A, params=environment)
    assert rows(engine, identity) == {"a": "INIT_COMPLETE"}

    clear(engine, identity, "pre-create")
    assert rows(engine, identity) == {"a": "CREATE_COMPLETE"}
    assert state(engine, identity) == "CREATE_IN_PROGRESS"

    clear(engine, identity, "post-create")
    assert state(engine, identity) == "CREATE_COMPLETE"
    assert told(engine, identity) == [
        "INIT_COMPLETE CREATE paused until Hook pre-create is cleared",
        "INIT_COMPLETE Hook pre-create is cleared",
        "CREATE_IN_PROGRESS state changed",
        "CREATE_COMPLETE state changed",
        "CREATE_COMPLETE CREATE paused until Hook post-create is cleared",
        "CREATE_COMPLETE Hook post-create is cleared",
    ]


def test_what_requires_a_resource_that_waits_waits_too(engine: Endpoint) -> None:
    identity = engine.created("web", AB, params=breaks(hooks="post-create"))
    assert rows(engine, identity) == {"a": "CREATE_COMPLETE", "b": "INIT_COMPLETE"}
    clear(engine, identity, "post-create")
    assert rows(engine, identity) == {"a": "CREATE_COMPLETE", "b": "CREATE_COMPLETE"}


def test_others_go_on_meanwhile(engine: Endpoint) -> None:
    both = template({"a": stores(), "b": stores()})
    identity = engine.created("web", both, params=breaks(hooks="pre-create"))
    assert rows(engine, identity) == {"a": "INIT_COMPLETE", "b": "CREATE_COMPLETE"}
    clear(engine, identity, "pre-create")
    assert state(engine, identity) == "CREATE_COMPLETE"


def test_an_update_waits_before_and_after(engine: Endpoint) -> None:
    identity = engine.created("web", A)
    engine.update(identity, CHANGED, params=breaks(hooks=["pre-update", "post-update"]))
    engine.settle()
    assert rows(engine, identity) == {"a": "CREATE_COMPLETE"}
    clear(engine, identity, "pre-update")
    assert rows(engine, identity) == {"a": "UPDATE_COMPLETE"}
    clear(engine, identity, "post-update")
    assert state(engine, identity) == "UPDATE_COMPLETE"


def test_what_is_not_changed_waits_before_its_update_only(engine: Endpoint) -> None:
    identity = engine.created("web", A)
    engine.update(identity, A, params=breaks(hooks=["pre-update", "post-update", "pre-create"]))
    engine.settle()
    assert state(engine, identity) == "UPDATE_IN_PROGRESS"
    clear(engine, identity, "pre-update")
    assert state(engine, identity) == "UPDATE_COMPLETE"
    [row] = engine.call("list_stack_resources", stack_identity=identity)
    assert (row["resource_action"], row["resource_status"]) == ("CREATE", "COMPLETE")


def test_a_replacement_is_an_update_a_creation_and_a_deletion(engine: Endpoint) -> None:
    every = ["pre-update", "pre-create", "post-create", "pre-delete", "post-delete"]
    identity = engine.created("web", A)
    engine.update(identity, REPLACED, params=breaks(hooks=every))
    engine.settle()
    for hook in every:
        assert state(engine, identity) == "UPDATE_IN_PROGRESS"
        clear(engine, identity, hook)
    assert state(engine, identity) == "UPDATE_COMPLETE"
    assert [text for text in told(engine, identity) if "paused" in text] == [
        "CREATE_COMPLETE UPDATE paused until Hook pre-update is cleared",
        "CREATE_COMPLETE CREATE paused until Hook pre-create is cleared",
        "CREATE_COMPLETE CREATE paused until Hook post-create is cleared",
        "CREATE_COMPLETE DELETE paused until Hook pre-delete is cleared",
        "DELETE_COMPLETE DELETE paused until Hook post-delete is cleared",
    ]


def test_a_deletion_waits_before_and_after(engine: Endpoint) -> None:
    identity = engine.created("web", A, params=breaks(hooks=["pre-delete", "post-delete"]))
    engine.call("delete_stack", stack_identity=identity)
    engine.settle()
    assert rows(engine, identity) == {"a": "CREATE_COMPLETE"}
    clear(engine, identity, "pre-delete")
    assert state(engine, identity) == "DELETE_IN_PROGRESS"
    clear(engine, identity, "post-delete")
    assert state(engine, identity) == "DELETE_COMPLETE"
    assert engine.rows()["resource"] == 0


def test_a_new_operation_waits_for_nobody_whom_the_old_one_waited_for(engine: Endpoint) -> None:
    identity = engine.created("web", A, params=breaks(hooks=["pre-create", "post-delete"]))
    engine.update(identity, A)
    engine.settle()
    assert state(engine, identity) == "UPDATE_COMPLETE"
    with pytest.raises(exception.InvalidBreakPointHook):
        clear(engine, identity, "pre-create")


def test_a_deleted_row_that_waits_is_forgotten_by_a_new_operation(engine: Endpoint) -> None:
    identity = engine.created("web", A)
    engine.update(identity, template(), params=breaks(hooks="post-delete"))
    engine.settle()
    assert state(engine, identity) == "UPDATE_IN_PROGRESS"
    engine.update(identity, A)
    engine.settle()
    assert state(engine, identity) == "UPDATE_COMPLETE"
    assert engine.rows()["resource"] == 1
    assert rows(engine, identity) == {"a": "CREATE_COMPLETE"}


@pytest.mark.parametrize(
    ("hook", "message"),
    [
        ("pre-nothing", 'Invalid hook type "pre-nothing" for resource "a"'),
        ("post-create", 'The "post-create" hook is not defined on resource "a"'),
        ("pre-update", 'The "pre-update" hook is not defined on resource "a"'),
    ],
)
def test_a_hook_at_which_nothing_waits_is_not_cleared(engine: Endpoint, hook: str, message: str) -> None:
    identity = engine.created("web", A, params=breaks(hooks=["pre-create", "post-create"]))
    with pytest.raises(exception.InvalidBreakPointHook, match=message):
        clear(engine, identity, hook)
    assert rows(engine, identity) == {"a": "INIT_COMPLETE"}


def test_a_hook_is_cleared_once(engine: Endpoint) -> None:
    identity = engine.created("web", A, params=breaks(hooks="pre-create"))
    clear(engine, identity, "pre-create")
    with pytest.raises(exception.InvalidBreakPointHook):
        clear(engine, identity, "pre-create")


@pytest.mark.parametrize(("action", "wanted"), [("update", CHANGED), ("replace", REPLACED)])
def test_what_must_not_be_done_fails_and_leaves_the_resource_as_it_was(
    engine: Endpoint, action: str, wanted: dict[str, Any]
) -> None:
    identity = engine.created("web", A)
    engine.update(identity, wanted, params=breaks("*", restricted_actions=action))
    engine.settle()

    reason = f"ResourceActionRestricted: resources.a: {action} is restricted for resource."
    assert state(engine, identity) == "UPDATE_FAILED"
    assert engine.show(identity)["stack_status_reason"] == f"Resource UPDATE failed: {reason}"
    assert told(engine, identity)[-2:] == [
        "UPDATE_IN_PROGRESS state changed",
        f"UPDATE_FAILED {action} is restricted for resource.",
    ]
    assert rows(engine, identity) == {"a": "CREATE_COMPLETE"}
    assert engine.rows()["resource"] == 1

    engine.update(identity, wanted)
    engine.settle()
    assert state(engine, identity) == "UPDATE_COMPLETE"


@pytest.mark.parametrize(("action", "wanted"), [("replace", CHANGED), ("update", REPLACED)])
def test_a_restriction_of_one_action_lets_the_other_be_done(
    engine: Endpoint, action: str, wanted: dict[str, Any]
) -> None:
    identity = engine.created("web", A)
    engine.update(identity, wanted, params=breaks(restricted_actions=[action]))
    engine.settle()
    assert state(engine, identity) == "UPDATE_COMPLETE"


def test_restrictions_hinder_neither_creation_nor_deletion(engine: Endpoint) -> None:
    identity = engine.created("web", A, params=breaks("*", restricted_actions=["update", "replace"]))
    engine.update(identity, template(), params=breaks("*", restricted_actions=["update", "replace"]))
    engine.settle()
    assert state(engine, identity) == "UPDATE_COMPLETE"


@pytest.mark.parametrize(
    ("words", "error", "message"),
    [
        ({"hooks": "pre-nothing"}, exception.InvalidBreakPointHook, 'a.hooks: Invalid hook type "pre-nothing" for res'),
        ({"hooks": 3}, exception.InvalidBreakPointHook, 'Invalid hook type "3"'),
        ({"hooks": ["pre-create", None]}, exception.InvalidBreakPointHook, "hook types are: pre-create, pre-update"),
        ({"restricted_actions": ["delete"]}, exception.InvalidRestrictedAction, "action types are: update, replace"),
    ],
)
def test_breakpoints_that_are_none_are_refused(
    engine: Endpoint, words: dict[str, Any], error: type[exception.HeatliteError], message: str
) -> None:
    with pytest.raises(error, match=message):
        engine.create("web", A, params=breaks(**words))
    assert engine.rows()["stack"] == 0


@pytest.mark.parametrize(
    ("sink", "message"),
    [
        ({"type": "carrier-pigeon"}, r'event_sinks\[0\].type: there is no type of event sink "carrier-pigeon"; valid'),
        ({"target": "q"}, r"event_sinks\[0\].type: there is no"),
        ({"type": ["zaqar-queue"]}, r"event_sinks\[0\].type: there is no"),
        ({"type": "zaqar-queue"}, r"event_sinks\[0\]: a zaqar-queue needs target"),
        ({"type": "zaqar-queue", "target": "q", "size": 3}, r"event_sinks\[0\]: a zaqar-queue has no size; it has tar"),
        ("zaqar-queue", r"event_sinks\[0\]: an event sink must be a map"),
    ],
)
def test_an_event_sink_that_is_none_is_refused(engine: Endpoint, sink: Any, message: str) -> None:
    with pytest.raises(exception.StackValidationFailed, match=message):
        engine.create("web", A, params={"event_sinks": [sink]})


def test_an_event_sink_of_heats_is_taken_and_kept(engine: Endpoint) -> None:
    sinks = [{"type": "zaqar-queue", "target": "q", "ttl": 3600}]
    identity = engine.created("web", A, params={"event_sinks": sinks})
    assert engine.call("get_environment", stack_identity=identity)["event_sinks"] == sinks


def test_a_resource_whose_steps_take_time_waits_too_and_an_engine_may_die_at_it(
    schema: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    fleet = Fleet(schema, tmp_path / "fleet.sqlite3")
    slowly = template({"a": {"type": "Test::Threaded", "properties": {"wait_secs": 3}}})
    environment = breaks(hooks=["pre-create", "post-create"])
    fleet.identity = fleet.call("create_stack", "web", slowly, environment, None, {"disable_rollback": True})
    fleet.settle()
    for hook in ("pre-create", "post-create"):
        assert fleet.state() == "CREATE_IN_PROGRESS"
        engine = fleet.living[0]
        hooks.clear(engine.shared, engine.recorder, fleet.stack(), "a", hook)
        fleet.message()
        engine.die()
        fleet.settle()
        fleet.sweep("dead_engines", "lost_casts")
        fleet.settle()
    assert fleet.state() == "CREATE_COMPLETE"
    fleet.database.dispose()
