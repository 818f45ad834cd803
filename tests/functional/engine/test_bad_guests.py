"""Bad guests: plugins that raise where nothing may be raised, answer rubbish; and odd messages.

Each costs its own resource, or nothing at all. What is beside it goes on.
"""

from __future__ import annotations

import pathlib
import threading
from typing import Any

import pytest
from oslo_db import exception as db_error

from heatlite.convergence.model import NodeKind
from heatlite.engine.runtime.worker import WorkerEndpoint
from heatlite.resources.base import Resource
from heatlite.resources.builtin.test_resource import TestResource
from heatlite.resources.jsonable import LARGEST
from heatlite.rpc.messages import MOST_NODES
from tests.functional.engine.fleet import Fleet
from tests.functional.engine.templates import stores, template

BAD = {**stores("1"), "type": "Bad::Guest"}
BOTH = template({"bad": BAD, "good": stores("1")})


class Guest(TestResource):
    """A plugin with a thread for each step."""

    immediate = False


class RaisesInitially(Guest):
    """Its constructor doesn't take what exists already."""

    def __init__(self, instance: Any) -> None:
        super().__init__(instance)
        if instance.resource_id is not None:
            raise RuntimeError("not this one")


class RaisesInLookUp(Guest):
    """It can't say what exists."""

    def find(self) -> list[str]:
        raise OSError("nobody answers")


class LeavesTheWorld(Guest):
    """It believes to be the generator that is being closed."""

    def handle_create(self) -> Any:
        raise GeneratorExit("enough")


class AnswersRubbish(Guest):
    """Nothing of it is JSON."""

    def check_create_complete(self, progress: Any) -> bool:
        progress["done_at"] = object()
        return False


class RubbishAttributes(Guest):
    """Its attributes can't be kept."""

    def resolve_attributes(self) -> dict[str, Any]:
        return {"output": {1, 2}}


class HugeAttributes(Guest):
    """No database would take its attributes."""

    def resolve_attributes(self) -> dict[str, Any]:
        return {"output": "x" * (LARGEST + 1)}


class RecursiveProgress(Guest):
    """Its progress has itself in it."""

    def handle_create(self) -> Any:
        progress: dict[str, Any] = {}
        progress["self"] = progress
        return progress


class LeavesThreadsBehind(Guest):
    """It has threads of its own, and its own troubles with them."""

    def handle_create(self) -> Any:
        for _ in range(3):
            threading.Thread(target=self.fail, daemon=True).start()

    def fail(self) -> None:
        raise RuntimeError("nobody looks at this")


class EndlessId(Guest):
    """No row holds its id."""

    def handle_create(self) -> Any:
        self.resource_id_set("x" * 300)


class Immediate(TestResource):
    """Its steps run within the claim's transaction, and it raises there."""

    def handle_create(self) -> Any:
        raise MemoryError("all of it")


def fleet_with(schema: pathlib.Path, tmp_path: pathlib.Path, plugin: type[Resource]) -> Fleet:
    return Fleet(schema, tmp_path / "heatlite.sqlite3", **{"Bad::Guest": plugin})


def rows(fleet: Fleet) -> dict[str, tuple[str, str]]:
    """Each resource's state, and the reason of it."""
    found = fleet.call("list_stack_resources", fleet.identity)
    return {
        it["resource_name"]: (f"{it['resource_action']}_{it['resource_status']}", it["resource_status_reason"])
        for it in found
    }


@pytest.mark.parametrize(
    ("plugin", "reason"),
    [
        (LeavesTheWorld, "GeneratorExit: resources.bad: enough"),
        (AnswersRubbish, "isn't JSON"),
        (RubbishAttributes, "isn't JSON"),
        (HugeAttributes, "characters; the limit is"),
        (RecursiveProgress, "isn't JSON"),
        (EndlessId, "A physical id has at most 255 characters"),
        (Immediate, "MemoryError: resources.bad: all of it"),
    ],
)
def test_what_a_creation_does_wrong_costs_its_own_resource(
    schema: pathlib.Path, tmp_path: pathlib.Path, plugin: type[Resource], reason: str
) -> None:
    fleet = fleet_with(schema, tmp_path, plugin)
    fleet.create(template({"good": stores("1"), "bad": {**BAD, "depends_on": "good"}}))
    fleet.settle()
    assert fleet.state() == "CREATE_FAILED"
    assert rows(fleet)["good"][0] == "CREATE_COMPLETE"
    state, why = rows(fleet)["bad"]
    assert state == "CREATE_FAILED"
    assert reason in why


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_threads_that_a_plugin_leaves_behind_are_its_own_affair(schema: pathlib.Path, tmp_path: pathlib.Path) -> None:
    fleet = fleet_with(schema, tmp_path, LeavesThreadsBehind)
    fleet.create(BOTH)
    fleet.settle()
    assert fleet.state() == "CREATE_COMPLETE"


@pytest.mark.parametrize("immediate", [False, True])
def test_a_constructor_that_raises_costs_its_own_resource(
    schema: pathlib.Path, tmp_path: pathlib.Path, immediate: bool
) -> None:
    fleet = fleet_with(schema, tmp_path, type("Angry", (RaisesInitially,), {"immediate": immediate}))
    fleet.create(BOTH)
    fleet.settle()
    assert fleet.state() == "CREATE_COMPLETE"
    fleet.update(template({"bad": {**BAD, "properties": {"value": "2"}}, "good": stores("1")}))
    fleet.settle()
    assert fleet.state() == "UPDATE_FAILED"
    assert "RuntimeError: resources.bad: not this one" in rows(fleet)["bad"][1]
    fleet.delete()
    fleet.settle()
    assert fleet.state() == "DELETE_FAILED"
    assert "RuntimeError: resources.bad: not this one" in fleet.stack().status_reason


def test_a_look_up_that_raises_after_a_crash_fails_the_resource(schema: pathlib.Path, tmp_path: pathlib.Path) -> None:
    fleet = fleet_with(schema, tmp_path, RaisesInLookUp)
    fleet.create(BOTH)
    fleet.message()
    fleet.engines[0].die()
    fleet.bus.lose_everything()
    fleet.sweep("dead_engines", "lost_casts")
    fleet.settle()
    assert fleet.state() == "CREATE_FAILED"
    assert "OSError: resources.bad: nobody answers" in rows(fleet)["bad"][1]


def test_the_engines_own_trouble_fails_nothing(schema: pathlib.Path, tmp_path: pathlib.Path) -> None:
    left = [db_error.DBConnectionError("away")]
    fleet = fleet_with(schema, tmp_path, Guest)
    evaluator = fleet.engines[0].shared.evaluator
    made = evaluator.instance_for

    def unlucky(*arguments: Any) -> Any:
        if left:
            raise left.pop()
        return made(*arguments)

    evaluator.instance_for = unlucky  # type: ignore[method-assign]
    fleet.create(template({"bad": BAD}))
    fleet.settle()
    assert not left
    assert fleet.state() == "CREATE_COMPLETE"


# --- odd messages -----------------------------------------------------------------------------------------------

UPDATE = int(NodeKind.UPDATE)


@pytest.mark.parametrize(
    "message",
    [
        (None, [[1, UPDATE]]),
        ("t", None),
        ("t", "nodes"),
        ("t", [[1, UPDATE, 1]]),
        ("t", [1]),
        ("t", [["a", "b"]]),
        ("t", [[None, UPDATE]]),
        ("t", [[1, 99]]),
        ("t", [[float("inf"), UPDATE]]),
        ("t", [[10**30, UPDATE]]),
        ("t", [[-1, UPDATE]]),
        ("t", [[1, UPDATE]] * (MOST_NODES + 1)),
    ],
    ids=lambda message: f"{message!r:.40}",
)
def test_a_message_of_nonsense_is_dropped_with_a_word(
    schema: pathlib.Path, tmp_path: pathlib.Path, caplog: pytest.LogCaptureFixture, message: tuple[Any, Any]
) -> None:
    fleet = Fleet(schema, tmp_path / "heatlite.sqlite3")
    fleet.create(template({"good": stores("1")}))
    WorkerEndpoint(fleet.engines[0].checker).check_resource({}, *message)
    assert "An invalid message is dropped" in caplog.text
    assert len(caplog.text) < 2000, "a message isn't copied to the log"
    fleet.settle()
    assert fleet.state() == "CREATE_COMPLETE"


def test_a_message_about_rows_and_kinds_that_are_not_there_harms_nothing(
    schema: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    fleet = Fleet(schema, tmp_path / "heatlite.sqlite3")
    fleet.create(template({"good": stores("1")}))
    endpoint = WorkerEndpoint(fleet.engines[0].checker)
    for kind in NodeKind:
        endpoint.check_resource({}, fleet.stack().current_traversal, [[2**62, int(kind)], [0, int(kind)]])
    fleet.settle()
    assert fleet.state() == "CREATE_COMPLETE"
