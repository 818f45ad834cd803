"""Outputs while something is under way: as far as it has come, and up to date when the last of it has ended."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from heatlite.db import resources
from heatlite.db.records import ResourceRecord
from heatlite.resources.base import Resource
from heatlite.resources.builtin.stack import Stack
from heatlite.resources.builtin.test_resource import TestResource
from tests.functional.engine.fleet import Fleet
from tests.story import Template, hot, resource


class OfAService(TestResource):
    """A resource of a service, which takes its time to answer."""

    immediate = False
    asked: ClassVar[list[str]] = []

    def resolve_attribute(self, name: str) -> Any:
        self.asked.append(name)
        return super().resolve_attribute(name)


@pytest.fixture
def fleet(schema: pathlib.Path, tmp_path: pathlib.Path) -> Iterator[Fleet]:
    types: dict[str, type[Resource]] = {"OS::Heat::Stack": Stack, "Test::OfAService": OfAService}
    OfAService.asked.clear()
    fleet = Fleet(schema, tmp_path / "fleet.sqlite3", **types)
    yield fleet
    fleet.database.dispose()


def outputs(fleet: Fleet) -> dict[str, Any]:
    [shown] = fleet.call("show_stack", fleet.identity, True)
    return {it["output_key"]: it.get("output_error") or it["output_value"] for it in shown["outputs"]}


def slow(value: str, **more: Template) -> Template:
    """A template whose resource takes its time, and tells its value."""
    reads = {"o": {"value": {"get_attr": ["a", "output"]}}}
    return hot({}, reads, a=resource(value, action_wait_secs={"create": 10, "update": 10}), **more)


def within(template: Template, depth: int) -> Template:
    """The template in a stack, in a stack …, each of which tells the output of the one in it."""
    for _ in range(depth):
        web = {"type": "OS::Heat::Stack", "properties": {"template": json.dumps(template)}}
        path = ["web", "outputs", "o"]
        template = hot({}, {"o": {"value": {"get_attr": path}}}, web=web)
    return template


@pytest.mark.parametrize("depth", [0, 1, 2])
@pytest.mark.parametrize("fails", [False, True])
def test_what_ends_after_its_operation_is_seen_in_the_outputs_of_all_stacks_above(
    fleet: Fleet, depth: int, fails: bool
) -> None:
    """It is still at it when another resource fails, and with it the stack and those above."""
    fleet.create(within(slow("one", b=resource("x")), depth))
    fleet.settle()
    after = slow("two", b=resource("y", fail=True))
    after["resources"]["a"]["properties"] |= {"fail": fails, "value": "two"}
    fleet.update(within(after, depth))
    fleet.settle()
    assert fleet.state() == "UPDATE_FAILED"
    assert outputs(fleet) == {"o": "one" if fails else "two"}


def test_what_fails_after_its_operation_is_seen_in_the_outputs_above(fleet: Fleet) -> None:
    """A nested stack that has changed something before it fails, in one that another resource has ended already."""

    def wanted(value: str, **more: Any) -> Template:
        inner = hot({}, {"o": {"value": {"get_attr": ["a", "output"]}}}, a=resource(value))
        inner["resources"]["b"] = resource(value, "a", action_wait_secs={"update": 10}, **more)
        middle = within(inner, 1)
        middle["resources"]["c"] = resource(value, **more)
        return within(middle, 1)

    fleet.create(wanted("one"))
    fleet.settle()
    fleet.update(wanted("two", fail=True))
    fleet.work()
    assert fleet.state() == "UPDATE_FAILED"
    fleet.settle()
    assert outputs(fleet) == {"o": "two"}


def test_outputs_of_a_creation_that_failed_are_complete_when_the_last_of_it_has_ended(fleet: Fleet) -> None:
    fleet.create(within(slow("one", b=resource("y", fail=True)), 2))
    fleet.work()
    assert fleet.state() == "CREATE_FAILED"
    fleet.settle()
    assert outputs(fleet) == {"o": "one"}


def test_an_output_tells_how_far_an_update_has_come(fleet: Fleet) -> None:
    fleet.create(slow("one"))
    fleet.settle()
    fleet.update(slow("two"))
    fleet.work()
    assert (fleet.state(), outputs(fleet)) == ("UPDATE_IN_PROGRESS", {"o": "two"})
    assert fleet.call("describe_stack_resource", fleet.identity, "a")["attributes"] == {"output": "two"}
    fleet.call("stack_cancel_update", fleet.identity, False)
    fleet.work()
    assert (fleet.state(), outputs(fleet)) == ("UPDATE_FAILED", {"o": "two"})
    fleet.settle()
    assert outputs(fleet) == {"o": "two"}


@pytest.mark.parametrize("late", ["a sweep", "a message"])
def test_who_waited_for_a_former_action_releases_no_later_one(fleet: Fleet, late: str) -> None:
    """A rollback waits for the lock of an update, and gets it. Nobody waits for the next update's lock."""
    fleet.create(slow("one"))
    fleet.settle()
    fleet.update(slow("two"))
    fleet.work()
    fleet.call("stack_cancel_update", fleet.identity, True)
    while not fleet.bus.requests:
        assert fleet.message()
    request = fleet.bus.requests[0]
    fleet.settle()
    assert fleet.state() == "ROLLBACK_COMPLETE"
    fleet.update(slow("three"))
    fleet.work()
    fleet.call("stack_cancel_update", fleet.identity, False)
    if late == "a message":
        fleet.bus.requests.append((row_of(fleet).engine_id or "", *request[1:]))
        fleet.work()
    else:
        for engine in fleet.living:
            engine.sweeper.lost_requests()
    fleet.settle()
    row = row_of(fleet)
    assert (row.action, row.status, outputs(fleet)) == ("UPDATE", "COMPLETE", {"o": "three"})


def row_of(fleet: Fleet) -> ResourceRecord:
    [row] = resources.by_stack(fleet.context(), fleet.identity["stack_id"])
    return row


def test_an_output_tells_how_far_a_creation_has_come(fleet: Fleet) -> None:
    fleet.create(slow("one"))
    fleet.work()
    assert (fleet.state(), outputs(fleet)) == ("CREATE_IN_PROGRESS", {"o": "one"})


def test_a_service_is_not_asked_about_what_is_being_changed(fleet: Fleet) -> None:
    def wanted(value: str) -> Template:
        template = slow(value)
        template["resources"]["a"]["type"] = "Test::OfAService"
        return template

    fleet.create(wanted("one"))
    fleet.settle()
    OfAService.asked.clear()
    fleet.update(wanted("two"))
    fleet.work()
    assert (fleet.state(), outputs(fleet), OfAService.asked) == ("UPDATE_IN_PROGRESS", {"o": "one"}, [])
    fleet.settle()
    assert outputs(fleet) == {"o": "two"}
