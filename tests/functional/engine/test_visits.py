"""Suspend, resume and check where something goes wrong: a plugin fails, an engine dies or leaves, time runs out.

What a visit may not do is let anything be forgotten: that a resource may still be suspended, or what an update before
it has left undone.
"""

from __future__ import annotations

import pathlib
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from heatlite import exception
from heatlite.convergence.interrupts import Operation
from heatlite.db import models
from heatlite.resources.base import Resource
from heatlite.resources.registry import Registry
from tests.functional.engine.fleet import Fleet, ThreadedResource
from tests.functional.engine.mishaps import LONG, SHORT, e0_dies, its_wait_ends
from tests.functional.engine.states import row
from tests.functional.engine.templates import Template, stores, template

SUSPEND, RESUME, CHECK = Operation.SUSPEND, Operation.RESUME, Operation.CHECK
MOODY = "Test::Moody"


class Moody(ThreadedResource):
    """Does what ``MOODS`` says."""

    moods: set[str] = set()
    changes: list[Mapping[str, Any]] = []

    def handle_suspend(self) -> Any:
        return self._unless("suspend", super().handle_suspend)

    def handle_resume(self) -> Any:
        return self._unless("resume", super().handle_resume)

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Any:
        self.changes.append(prop_diff)
        return super().handle_update(prop_diff)

    def _unless(self, mood: str, act: Any) -> Any:
        if mood in self.moods:
            raise ValueError(f"no {mood} today")
        return act()


@pytest.fixture
def fleet(schema: pathlib.Path, tmp_path: pathlib.Path) -> Iterator[Fleet]:
    """Engines that know the type."""
    Moody.moods, Moody.changes = set(), []
    fleet = Fleet(schema, tmp_path / "heatlite.sqlite3", **{MOODY: Moody})
    yield fleet
    fleet.database.dispose()


def moody(value: str = "1", **keywords: Any) -> Template:
    return {**stores(value, **keywords), "type": MOODY}


def takes(seconds: int, *actions: str, value: str = "1") -> Template:
    """A resource that takes its time over these actions."""
    return stores(value, properties={"action_wait_secs": dict.fromkeys(actions, seconds)})


def done(fleet: Fleet, operation: Operation) -> str:
    """Do it, and say how the stack has ended."""
    fleet.visit(operation)
    fleet.settle()
    return fleet.state()


def made(fleet: Fleet, resources: Template) -> None:
    fleet.create(template(resources))
    fleet.settle()
    assert fleet.state() == "CREATE_COMPLETE"


def state_of(fleet: Fleet, name: str = "a") -> str:
    found = row(fleet, name)
    assert found is not None
    return f"{found.action}_{found.status}"


def test_a_suspension_that_failed_ends_at_once_and_is_resumed(fleet: Fleet) -> None:
    made(fleet, {"a": stores("1"), "b": moody(depends_on="a")})
    Moody.moods = {"suspend"}
    assert done(fleet, SUSPEND) == "SUSPEND_FAILED"
    assert fleet.stack().status_reason == "Resource SUSPEND failed: ValueError: resources.b: no suspend today"
    assert (state_of(fleet, "a"), state_of(fleet, "b")) == ("CREATE_COMPLETE", "SUSPEND_FAILED")
    assert done(fleet, RESUME) == "RESUME_COMPLETE"
    assert (state_of(fleet, "a"), state_of(fleet, "b")) == ("CREATE_COMPLETE", "RESUME_COMPLETE")


def test_a_suspension_that_failed_is_tried_again(fleet: Fleet) -> None:
    made(fleet, {"a": moody()})
    Moody.moods = {"suspend"}
    assert done(fleet, SUSPEND) == "SUSPEND_FAILED"
    Moody.moods = set()
    assert done(fleet, SUSPEND) == "SUSPEND_COMPLETE"
    assert state_of(fleet) == "SUSPEND_COMPLETE"


def test_an_update_after_a_resumption_that_failed_resumes_what_still_is_suspended(fleet: Fleet) -> None:
    wanted = {"a": moody(), "b": stores("1", depends_on="a")}
    made(fleet, wanted)
    before = row(fleet, "a")
    assert done(fleet, SUSPEND) == "SUSPEND_COMPLETE"
    Moody.moods = {"resume"}
    assert done(fleet, RESUME) == "RESUME_FAILED"
    fleet.update(template(wanted))
    fleet.settle()
    assert fleet.state() == "UPDATE_FAILED"
    assert state_of(fleet) == "RESUME_FAILED"
    Moody.moods = set()
    fleet.update(template(wanted))
    fleet.settle()
    assert fleet.state() == "UPDATE_COMPLETE"
    assert (state_of(fleet, "a"), state_of(fleet, "b")) == ("RESUME_COMPLETE", "RESUME_COMPLETE")
    after = row(fleet, "a")
    assert before is not None
    assert after is not None
    assert after.physical_resource_id == before.physical_resource_id


@pytest.mark.parametrize("action", ["suspend", "resume", "check"])
def test_what_a_dead_engine_was_at_is_gone_on_with_by_another(fleet: Fleet, action: str) -> None:
    made(fleet, {"a": takes(SHORT, action)})
    if action == "resume":
        assert done(fleet, SUSPEND) == "SUSPEND_COMPLETE"
    fleet.visit(Operation(action))
    fleet.message()
    assert state_of(fleet) == f"{action.upper()}_IN_PROGRESS"
    begun = row(fleet)
    e0_dies(fleet)
    fleet.sweep("dead_engines")
    taken_over = row(fleet)
    assert begun is not None
    assert taken_over is not None
    assert taken_over.progress == begun.progress
    fleet.settle()
    assert fleet.state() == f"{action.upper()}_COMPLETE"
    assert state_of(fleet) == f"{action.upper()}_COMPLETE"


def test_what_an_update_left_half_way_is_set_again_although_a_check_found_nothing_wrong(fleet: Fleet) -> None:
    slow = {"properties": {"action_wait_secs": {"update": LONG}}}
    made(fleet, {"a": moody("1", **slow)})
    fleet.update(template({"a": moody("2", **slow)}))
    fleet.work()
    assert state_of(fleet) == "UPDATE_IN_PROGRESS"
    fleet.call("stack_cancel_update", fleet.identity, False)
    fleet.engines[0].leave()
    assert (fleet.state(), state_of(fleet)) == ("UPDATE_FAILED", "UPDATE_FAILED")
    assert done(fleet, CHECK) == "CHECK_COMPLETE"
    assert done(fleet, SUSPEND) == "SUSPEND_COMPLETE"
    assert done(fleet, RESUME) == "RESUME_COMPLETE"
    Moody.changes.clear()
    fleet.update(template({"a": moody("1")}))  # as it was before, by what the row says
    fleet.settle()
    assert fleet.state() == "UPDATE_COMPLETE"
    assert [change["value"] for change in Moody.changes] == ["1"]


def test_a_check_whose_time_was_over_is_no_reason_to_replace_anything(fleet: Fleet) -> None:
    wanted = {"a": takes(LONG, "check")}
    made(fleet, wanted)
    before = row(fleet)
    fleet.visit(CHECK)
    fleet.message()
    fleet.pass_time(fleet.settings.stack_action_timeout + 1)
    fleet.sweep("overdue_stacks")
    fleet.settle()
    assert fleet.state() == "CHECK_FAILED"
    assert "timed out" in fleet.stack().status_reason
    fleet.update(template(wanted))
    fleet.settle()
    assert fleet.state() == "UPDATE_COMPLETE"
    after = row(fleet)
    assert before is not None
    assert after is not None
    assert after.physical_resource_id == before.physical_resource_id
    assert after.status == "COMPLETE"


def test_a_check_that_was_superseded_in_the_middle_of_a_step_is_no_reason_to_replace_anything(fleet: Fleet) -> None:
    wanted = {"a": takes(LONG, "check")}
    made(fleet, wanted)
    fleet.visit(CHECK)
    fleet.message()
    fleet.update(template(wanted))
    fleet.work()
    fleet.engines[0].leave()  # it gives back the check, for which the update waits
    fleet.settle()
    assert fleet.state() == "UPDATE_COMPLETE"
    assert state_of(fleet) == "CHECK_COMPLETE"


def test_what_was_given_back_while_a_stack_is_resumed_does_not_stay_in_progress(fleet: Fleet) -> None:
    made(fleet, {"a": takes(LONG, "update"), "b": stores("1")})
    fleet.update(template({"a": takes(LONG, "update", value="2"), "b": stores("2", properties={"fail": True})}))
    fleet.work()
    assert (fleet.state(), state_of(fleet)) == ("UPDATE_FAILED", "UPDATE_IN_PROGRESS")
    fleet.visit(RESUME)
    fleet.work()
    assert fleet.state() == "RESUME_IN_PROGRESS"  # it waits for what the update has left running
    fleet.engines[0].leave()
    fleet.settle()
    assert (fleet.state(), state_of(fleet)) == ("RESUME_COMPLETE", "UPDATE_FAILED")


def test_a_failed_check_may_be_followed_by_another_and_by_a_suspension_and_still_be_remembered(fleet: Fleet) -> None:
    wanted = {"a": stores("1")}
    made(fleet, wanted)
    before = row(fleet)
    assert before is not None
    forget_physical_id(fleet)
    assert done(fleet, CHECK) == "CHECK_FAILED"
    assert done(fleet, SUSPEND) == "SUSPEND_COMPLETE"
    assert done(fleet, RESUME) == "RESUME_COMPLETE"
    fleet.update(template(wanted))
    fleet.settle()
    assert fleet.state() == "UPDATE_COMPLETE"
    after = row(fleet)
    assert after is not None
    assert after.id != before.id


def forget_physical_id(fleet: Fleet) -> None:
    """What stands behind ``a`` is there no more."""
    table = models.resource
    with fleet.database.writer(fleet.context()) as connection:
        connection.execute(table.update().where(table.c.name == "a").values(physical_resource_id=None))


def test_who_waits_for_a_suspension_is_woken_when_it_ends(fleet: Fleet) -> None:
    made(fleet, {"a": takes(SHORT, "suspend"), "b": moody(depends_on="a")})
    Moody.moods = {"suspend"}
    fleet.update(template({"a": takes(SHORT, "suspend"), "b": moody()}))
    fleet.settle()
    fleet.visit(SUSPEND)
    fleet.message()
    fleet.message()
    fleet.work()
    assert (fleet.state(), state_of(fleet)) == ("SUSPEND_FAILED", "SUSPEND_IN_PROGRESS")
    fleet.visit(RESUME)
    fleet.work()
    assert state_of(fleet) == "SUSPEND_IN_PROGRESS"
    its_wait_ends(fleet)
    fleet.settle()  # without any sweep
    assert (fleet.state(), state_of(fleet)) == ("RESUME_COMPLETE", "RESUME_COMPLETE")


@pytest.mark.parametrize("operation", [SUSPEND, CHECK])
def test_a_visit_of_a_type_that_is_gone_fails_and_says_so(
    fleet: Fleet, operation: Operation, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(fleet, {"a": moody()})
    get = Registry.get

    def of_those_left(registry: Registry, name: str) -> type[Resource]:
        if name == MOODY:
            raise exception.EntityNotFound(entity="Resource Type", name=name)
        return get(registry, name)

    monkeypatch.setattr(Registry, "get", of_those_left)
    assert done(fleet, operation).endswith("_FAILED")
    assert row(fleet, "a").status_reason == f"EntityNotFound: The Resource Type ({MOODY}) could not be found."
