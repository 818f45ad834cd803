"""Signals and marks of bad health, as clients send them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from heatlite import exception
from heatlite.db import models
from heatlite.resources.builtin.wait_condition_handle import WaitConditionHandle
from heatlite.resources.siblings import AskAgain
from tests.functional.engine.endpoint import Endpoint
from tests.functional.engine.templates import stores, template

HANDLE = {"type": "OS::Heat::WaitConditionHandle"}
ROW = models.resource.c


@pytest.fixture
def stack(engine: Endpoint) -> dict[str, Any]:
    return engine.created("web", template({"handle": HANDLE, "plain": stores("x")}))


def signal(engine: Endpoint, stack: dict[str, Any], name: str = "handle", details: Any = None) -> Any:
    wanted = {"stack_identity": stack, "resource_name": name, "details": details, "sync_call": True}
    return engine.call("resource_signal", **wanted)


def mark(engine: Endpoint, stack: dict[str, Any], name: str, unhealthy: Any = True, reason: str | None = None) -> None:
    wanted = {"stack_identity": stack, "resource_name": name, "mark_unhealthy": unhealthy}
    assert engine.call("resource_mark_unhealthy", **wanted, resource_status_reason=reason) is None


def shown(engine: Endpoint, stack: dict[str, Any], name: str) -> dict[str, Any]:
    return engine.call("describe_stack_resource", stack_identity=stack, resource_name=name)


def newest(engine: Endpoint, stack: dict[str, Any]) -> tuple[str, str, str, str]:
    it = engine.call("list_events", stack_identity=stack, sort_dir="desc", limit=1)[0]
    words = ("resource_name", "resource_action", "resource_status", "resource_status_reason")
    return tuple(it[word] for word in words)


def set_rows(engine: Endpoint, name: str, **values: Any) -> None:
    with engine.database.engine.begin() as connection:
        connection.execute(sa.update(models.resource).where(ROW.name == name).values(**values))


def test_a_signal_is_in_the_metadata_and_told_in_an_event(engine: Endpoint, stack: dict[str, Any]) -> None:
    metadata = signal(engine, stack, details={"id": "a", "reason": "ready", "data": [1]})
    assert metadata == {"a": {"status": "SUCCESS", "reason": "ready", "data": [1]}}
    assert shown(engine, stack, "handle")["metadata"] == metadata
    assert newest(engine, stack) == ("handle", "SIGNAL", "COMPLETE", "Signal: status:SUCCESS reason:ready")


def test_without_sync_call_the_reply_is_empty_and_the_signal_counts(engine: Endpoint, stack: dict[str, Any]) -> None:
    wanted = {"stack_identity": stack, "resource_name": "handle", "details": None}
    assert engine.call("resource_signal", **wanted) is None
    assert list(shown(engine, stack, "handle")["metadata"]) == ["1"]


def test_signals_at_once_all_count(engine: Endpoint, stack: dict[str, Any]) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: signal(engine, stack, details={"id": number}), range(24)))
    assert set(shown(engine, stack, "handle")["metadata"]) == {str(number) for number in range(24)}


def test_signals_survive_an_update_and_not_a_replacement(engine: Endpoint, stack: dict[str, Any]) -> None:
    signal(engine, stack)
    engine.update(stack, template({"handle": HANDLE, "plain": stores("y")}))
    engine.settle()
    assert list(shown(engine, stack, "handle")["metadata"]) == ["1"]
    changed = {**HANDLE, "properties": {"signal_transport": "NO_SIGNAL"}}
    engine.update(stack, template({"handle": changed, "plain": stores("y")}))
    engine.settle()
    assert shown(engine, stack, "handle")["metadata"] == {}


def test_a_wrong_signal_is_refused_and_not_told(engine: Endpoint, stack: dict[str, Any]) -> None:
    before = newest(engine, stack)
    text = r"Data supplied was not valid: resources\.handle: Metadata format invalid"
    for details in ({"status": "so-so"}, "no map", ["a"], 7, {"id": "a", "colour": "red"}):
        with pytest.raises(exception.Invalid, match=text):  # which heat-api answers with 400
            signal(engine, stack, details=details)
    assert newest(engine, stack) == before


@pytest.mark.parametrize(
    ("name", "error", "text"),
    [
        ("plain", exception.ResourceActionNotSupported, "signal is not supported for resource"),
        ("nobody", exception.ResourceNotFound, "nobody"),
        (7, exception.Invalid, "resource_name must be a string"),
    ],
)
def test_what_takes_no_signal_says_so(
    engine: Endpoint, stack: dict[str, Any], name: Any, error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        signal(engine, stack, name)


@pytest.mark.parametrize("action", ["SUSPEND", "DELETE"])
def test_a_resource_that_is_suspended_or_deleted_takes_no_signal(
    engine: Endpoint, stack: dict[str, Any], action: str
) -> None:
    set_rows(engine, "handle", action=action, status="FAILED")
    with pytest.raises(exception.NotSupported, match=f"Signal resource during {action} is not supported"):
        signal(engine, stack)
    assert newest(engine, stack) == ("handle", action, "FAILED", f"Cannot signal resource during {action}")


def test_a_resource_that_is_not_made_yet_takes_no_signal(engine: Endpoint) -> None:
    stack = engine.create("early", template({"handle": HANDLE}))
    with pytest.raises(exception.ResourceNotAvailable):
        signal(engine, stack)


def test_a_signal_waits_for_a_held_row_only_so_long(engine: Endpoint, stack: dict[str, Any]) -> None:
    set_rows(engine, "handle", engine_id="somebody")
    with pytest.raises(exception.ActionInProgress, match=r"web already has an action \(CREATE\) in progress"):
        signal(engine, stack)


def test_a_row_that_is_let_go_of_meanwhile_takes_the_signal(engine: Endpoint, stack: dict[str, Any]) -> None:
    set_rows(engine, "handle", engine_id="somebody")
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(signal, engine, stack)
        set_rows(engine, "handle", engine_id=None)
        assert list(waiting.result()) == ["1"]


def test_a_resource_marked_unhealthy_is_replaced_by_the_next_update(engine: Endpoint, stack: dict[str, Any]) -> None:
    before = shown(engine, stack, "plain")["physical_resource_id"]
    mark(engine, stack, "plain", reason="it smokes")
    assert newest(engine, stack) == ("plain", "CHECK", "FAILED", "it smokes")
    assert engine.show(stack)["stack_status"] == "COMPLETE"
    engine.update(stack, template({"handle": HANDLE, "plain": stores("x")}))
    engine.settle()
    after = shown(engine, stack, "plain")
    assert (after["resource_action"], after["resource_status"]) == ("CREATE", "COMPLETE")
    assert after["physical_resource_id"] != before


def test_a_mark_is_taken_back(engine: Endpoint, stack: dict[str, Any]) -> None:
    before = newest(engine, stack)
    mark(engine, stack, "plain", False)
    assert newest(engine, stack) == before
    mark(engine, stack, "plain")
    assert newest(engine, stack)[3] == "state changed by resource_mark_unhealthy api"
    mark(engine, stack, "plain", False)
    assert newest(engine, stack)[1:3] == ("CHECK", "COMPLETE")


def test_a_resource_is_marked_by_its_physical_id_if_only_one_has_it(engine: Endpoint, stack: dict[str, Any]) -> None:
    mark(engine, stack, shown(engine, stack, "plain")["physical_resource_id"])
    assert newest(engine, stack)[:3] == ("plain", "CHECK", "FAILED")
    for name in ("plain", "handle"):
        set_rows(engine, name, physical_resource_id="both")
    with pytest.raises(exception.PhysicalResourceIDAmbiguity, match=r"\(both\)"):
        mark(engine, stack, "both")
    with pytest.raises(exception.ResourceNotFound):
        mark(engine, stack, "neither")


def test_what_is_being_worked_on_or_deleted_is_not_marked(engine: Endpoint, stack: dict[str, Any]) -> None:
    set_rows(engine, "plain", engine_id="somebody")
    with pytest.raises(exception.ActionInProgress):
        mark(engine, stack, "plain")
    set_rows(engine, "plain", engine_id=None, action="DELETE", status="FAILED")
    before = newest(engine, stack)
    mark(engine, stack, "plain")
    assert newest(engine, stack) == before


def test_a_mark_is_yes_or_no(engine: Endpoint, stack: dict[str, Any]) -> None:
    with pytest.raises(exception.Invalid, match="mark_unhealthy must be true or false"):
        mark(engine, stack, "plain", "yes")


def test_a_signal_that_a_plugin_wants_asked_again_counts_once(
    engine: Endpoint, stack: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    taken, asked = WaitConditionHandle.handle_signal, []

    def not_at_once(self: WaitConditionHandle, details: Any) -> str | None:
        asked.append(self)
        if len(asked) < 3:
            raise AskAgain
        return taken(self, details)

    monkeypatch.setattr(WaitConditionHandle, "handle_signal", not_at_once)
    assert len(signal(engine, stack, details={"id": "a"})) == 1
    assert len(asked) == len({id(each) for each in asked}) == 3


@pytest.mark.parametrize("kind", [RuntimeError, ValueError, lambda text: exception.Invalid(reason=text)])
def test_an_error_of_a_plugin_at_a_signal_tells_no_hidden_value(
    engine: Endpoint, monkeypatch: pytest.MonkeyPatch, kind: Any
) -> None:
    declared = {"pin": {"type": "string", "hidden": True}}
    wanted = template({"handle": HANDLE}, parameters=declared)
    stack = engine.created("web", wanted, params={"parameters": {"pin": "hunter2-hidden"}})

    def breaks(self: WaitConditionHandle, details: Any) -> str:
        raise kind("hunter2-hidden isn't it")

    monkeypatch.setattr(WaitConditionHandle, "handle_signal", breaks)
    with pytest.raises(exception.HeatliteError, match="isn't it") as told:
        signal(engine, stack)
    assert "hunter2" not in str(told.value)
