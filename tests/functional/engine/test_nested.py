"""Nested stacks among engines that a test moves: messages lost, doubled and late; engines that die; limits."""

from __future__ import annotations

import dataclasses
import json
import pathlib
from collections.abc import Iterator
from typing import Any

import pytest

from heatlite.convergence.interrupts import Operation
from heatlite.db import resources, stacks
from heatlite.db.records import StackRecord
from heatlite.engine.common.settings import Settings
from heatlite.resources.builtin.stack import Stack
from tests.functional.engine.fleet import Fleet
from tests.story import hot, resource

LONG = 120.0


@pytest.fixture
def fleet(schema: pathlib.Path, tmp_path: pathlib.Path) -> Iterator[Fleet]:
    fleet = Fleet(schema, tmp_path / "fleet.sqlite3", **{"OS::Heat::Stack": Stack})
    yield fleet
    fleet.database.dispose()


def with_one(template: Any, **more: Any) -> dict[str, Any]:
    """A template with one nested stack, ``web``."""
    web = {"type": "OS::Heat::Stack", "properties": {"template": json.dumps(template)}}
    return hot(web=web, **more)


def child_of(fleet: Fleet) -> StackRecord | None:
    """The nested stack; also one that is gone."""
    [row] = resources.by_stack(fleet.context(), fleet.identity["stack_id"])
    return stacks.get(fleet.context(), row.uuid)


def begun(fleet: Fleet, template: Any) -> None:
    """Create the stack, as far as the moment before the nested one is sent for."""
    fleet.create(template)
    while not fleet.bus.operations:
        assert fleet.message() or any(engine.work() for engine in fleet.living)


def test_the_operation_is_recorded_before_it_is_sent(fleet: Fleet) -> None:
    begun(fleet, with_one(hot(a=resource())))
    [row] = resources.by_stack(fleet.context(), fleet.identity["stack_id"])
    _, message = fleet.bus.operations[0]
    assert row.progress is not None
    assert row.physical_resource_id == row.uuid == message.child_id
    assert row.progress["token"]["operation_id"] == message.operation_id


def test_a_creation_that_is_lost_is_sent_again(fleet: Fleet) -> None:
    begun(fleet, with_one(hot(a=resource())))
    fleet.bus.operations.clear()
    fleet.settle()
    assert fleet.state() == "CREATE_COMPLETE"


def test_an_owner_that_no_wake_up_reaches_goes_on_at_the_next_sweep(fleet: Fleet) -> None:
    """However long it has waited: by its own timer it would look half a minute later, and so would each level above."""
    fleet.create(with_one(with_one(hot(a=resource(wait_secs=40)))))
    deepest = lambda: [it for it in stacks.in_progress(fleet.context()) if it.nested_depth == 2]  # noqa: E731
    fleet.work_without_wakes()
    while deepest():
        fleet.pass_time(1)
        fleet.work_without_wakes()
    began = fleet.clock.now
    assert fleet.state() == "CREATE_IN_PROGRESS"
    sweeps = 0
    while fleet.state() == "CREATE_IN_PROGRESS":
        fleet.pass_time(fleet.settings.sweep_interval)
        for engine in fleet.living:
            engine.sweeper.lost_ends()
        fleet.work_without_wakes()
        sweeps += 1
    assert fleet.state() == "CREATE_COMPLETE"
    assert sweeps == 2, "one for each level"
    assert fleet.clock.now - began <= 2 * fleet.settings.sweep_interval


def test_an_owner_that_looks_soon_by_itself_is_asked_for_by_no_sweep(fleet: Fleet) -> None:
    fleet.create(with_one(hot(a=resource(wait_secs=40))))
    fleet.work()
    [owner] = [engine for engine in fleet.living if engine.timers.items]
    assert owner.runner.waiting_owners(fleet.settings.sweep_interval) == {}
    fleet.pass_time(20)
    fleet.work_without_wakes()
    assert len(owner.runner.waiting_owners(fleet.settings.sweep_interval)) == 1


def test_it_ends_although_every_wake_up_is_lost(fleet: Fleet) -> None:
    fleet.create(with_one(hot(a=resource(wait_secs=5))))
    for _ in range(100):
        fleet.work_without_wakes()
        if fleet.state() == "CREATE_COMPLETE":
            return
        fleet.pass_time(1)
    raise AssertionError(fleet.state())


def test_the_parent_is_woken_at_once(fleet: Fleet) -> None:
    """Not at its next poll: no time passes."""
    fleet.create(with_one(hot(a=resource())))
    fleet.work()
    assert fleet.state() == "CREATE_COMPLETE"


def test_a_creation_that_comes_twice_is_begun_once(fleet: Fleet) -> None:
    begun(fleet, with_one(hot(a=resource())))
    fleet.bus.operations.append(fleet.bus.operations[0])
    late = fleet.bus.operations[0]
    fleet.settle()
    child = child_of(fleet)
    fleet.bus.operations.append(late)
    fleet.settle()
    assert child_of(fleet) == child
    assert fleet.state() == "CREATE_COMPLETE"


def test_a_creation_that_comes_after_the_deletion_makes_nothing(fleet: Fleet) -> None:
    begun(fleet, with_one(hot(a=resource())))
    late = fleet.bus.operations.popleft()
    fleet.delete()
    fleet.settle()
    assert fleet.state() == "DELETE_COMPLETE"
    fleet.bus.operations.append(late)
    fleet.settle()
    gone = stacks.get(fleet.context(), late[1].child_id)
    assert gone is not None
    assert gone.deleted_at is not None
    assert resources.by_stack(fleet.context(), gone.id) == []


def test_an_update_that_comes_late_changes_nothing(fleet: Fleet) -> None:
    begun(fleet, with_one(hot(a=resource("1"))))
    fleet.settle()
    fleet.update(with_one(hot(a=resource("2"))))
    while not fleet.bus.operations:
        assert fleet.message() or any(engine.work() for engine in fleet.living)
    late = fleet.bus.operations[0]
    fleet.settle()
    fleet.update(with_one(hot(a=resource("3"))))
    fleet.settle()
    child = child_of(fleet)
    fleet.bus.operations.append(late)
    fleet.settle()
    assert child_of(fleet) == child
    assert fleet.state() == "UPDATE_COMPLETE"


def test_another_engine_goes_on_when_the_one_that_waits_dies(fleet: Fleet) -> None:
    fleet.create(with_one(hot(a=resource(wait_secs=LONG))))
    fleet.work()
    fleet.living[0].die()
    fleet.sweep("dead_engines", "lost_casts", "lost_wakes")
    fleet.settle()
    child = child_of(fleet)
    assert fleet.state() == "CREATE_COMPLETE"
    assert child is not None
    assert child.action == "CREATE"


def test_an_operation_that_is_refused_where_it_arrives_fails_with_its_reason(fleet: Fleet) -> None:
    """Its parameter wasn't known when the root was accepted."""
    inner = {**hot(a=resource()), "parameters": {"x": {"type": "number"}}}
    template = with_one(inner, b=resource("no number"))
    template["resources"]["web"]["properties"]["parameters"] = {"x": {"get_attr": ["b", "output"]}}
    fleet.create(template)
    fleet.settle()
    assert fleet.state() == "CREATE_FAILED"
    assert fleet.stack().status_reason.startswith("Resource CREATE failed: resources.web: parameters.x: ")


def test_a_refused_update_leaves_the_nested_stack_with_the_template_that_it_had(fleet: Fleet) -> None:
    inner = {**hot(a=resource()), "parameters": {"x": {"type": "number"}}}
    template = with_one(inner, b=resource("1"))
    template["resources"]["web"]["properties"]["parameters"] = {"x": {"get_attr": ["b", "output"]}}
    fleet.create(template)
    fleet.settle()
    assert fleet.state() == "CREATE_COMPLETE"
    [web] = [row for row in resources.by_stack(fleet.context(), fleet.identity["stack_id"]) if row.name == "web"]
    before = stacks.get(fleet.context(), web.uuid)
    template["resources"]["b"]["properties"]["value"] = "no number"
    fleet.update(template)
    fleet.settle()
    after = stacks.get(fleet.context(), web.uuid)
    assert fleet.state() == "UPDATE_FAILED"
    assert before is not None
    assert after is not None
    assert (after.action, after.status, after.raw_template_id) == ("UPDATE", "FAILED", before.raw_template_id)
    template["resources"]["b"]["properties"]["value"] = "2"
    fleet.update(template)
    fleet.settle()
    assert fleet.state() == "UPDATE_COMPLETE"


@pytest.mark.parametrize("operation", [Operation.SUSPEND, Operation.RESUME, Operation.CHECK])
def test_a_visit_reaches_every_level_though_its_messages_are_lost_and_its_engine_dies(
    fleet: Fleet, operation: Operation
) -> None:
    fleet.create(with_one(with_one(hot(a=resource(action_wait_secs=dict.fromkeys(("suspend", "check"), 3))))))
    fleet.settle()
    if operation is Operation.RESUME:
        fleet.visit(Operation.SUSPEND)
        fleet.settle()
    fleet.visit(operation)
    while not fleet.bus.operations:
        assert fleet.message() or any(engine.work() for engine in fleet.living)
    fleet.bus.lose_everything()
    fleet.living[0].die()
    fleet.sweep("dead_engines", "lost_casts", "lost_wakes")
    fleet.settle()
    ended = f"{operation.value.upper()}_COMPLETE"
    [child] = stacks.children(fleet.context(), [fleet.identity["stack_id"]])
    [grandchild] = stacks.children(fleet.context(), [child.id])
    assert fleet.state() == f"{child.action}_{child.status}" == f"{grandchild.action}_{grandchild.status}" == ended


def test_a_visit_waits_for_the_end_of_what_the_nested_stack_is_at(fleet: Fleet) -> None:
    """Somebody updates it directly. Superseded by a visit, half of that update would be COMPLETE."""
    fleet.create(with_one(hot(a=resource("1"))))
    fleet.settle()
    child = child_of(fleet)
    assert child is not None
    identity = {"tenant": "demo", "stack_name": child.name, "stack_id": child.id, "path": ""}
    fleet.call("update_stack", identity, hot(a=resource("2", wait_secs=7)), None, None, {})
    fleet.work()
    fleet.visit(Operation.SUSPEND)
    fleet.work()
    running = child_of(fleet)
    assert running is not None
    assert (running.action, running.status) == ("UPDATE", "IN_PROGRESS")
    fleet.settle()
    assert fleet.state() == "SUSPEND_COMPLETE"
    [row] = resources.by_stack(fleet.context(), child.id)
    assert (row.action, row.status) == ("SUSPEND", "COMPLETE")
    assert (row.properties_data or {})["value"] == "2"


def test_the_time_limit_of_the_root_ends_the_whole_tree(fleet: Fleet) -> None:
    fleet.create(with_one(with_one(hot(a=resource(wait_secs=-1)))), timeout_mins=1)
    fleet.work()
    fleet.pass_time(61)
    for engine in fleet.living:
        engine.sweeper.overdue_stacks()
    [child] = stacks.children(fleet.context(), [fleet.identity["stack_id"]])
    [grandchild] = stacks.children(fleet.context(), [child.id])
    assert fleet.state() == "CREATE_FAILED"
    assert {child.status_reason, grandchild.status_reason} == {"Create timed out"}


def test_a_nested_stack_may_have_less_time_than_its_parent(fleet: Fleet) -> None:
    template = with_one(hot(a=resource(wait_secs=-1)))
    template["resources"]["web"]["properties"]["timeout"] = 2
    fleet.create(template, timeout_mins=60)
    fleet.work()
    fleet.pass_time(121)
    for engine in fleet.living:
        engine.sweeper.overdue_stacks()
    fleet.work()
    assert fleet.stack().status_reason == "Resource CREATE failed: resources.web: Create timed out"


def test_resources_are_counted_over_the_whole_tree(schema: pathlib.Path, tmp_path: pathlib.Path) -> None:
    """What could not be known before is refused when the nested stack is begun."""
    fleet = Fleet(schema, tmp_path / "small.sqlite3", Settings(max_resources_per_stack=3), **{"OS::Heat::Stack": Stack})
    template = with_one({}, b=resource(json.dumps(hot(x=resource(), y=resource()))))
    template["resources"]["web"]["properties"]["template"] = {"get_attr": ["b", "output"]}
    fleet.create(template)
    fleet.settle()
    fleet.database.dispose()
    assert fleet.stack().status_reason == "Resource CREATE failed: resources.web: Maximum resources per stack exceeded."


@pytest.mark.parametrize("forged", [{"operation_id": "mine"}, {"template_id": 1}, {"child_id": "x"}])
def test_an_operation_that_the_owner_has_not_recorded_is_none(fleet: Fleet, forged: dict[str, Any]) -> None:
    begun(fleet, with_one(hot(a=resource())))
    request, message = fleet.bus.operations.popleft()
    fleet.bus.operations.append((request, dataclasses.replace(message, **forged)))
    assert fleet.operation()
    assert stacks.get(fleet.context(), message.child_id) is None
    fleet.settle()
    assert fleet.state() == "CREATE_COMPLETE"


@pytest.mark.parametrize("value", ["", "x", [1, "a"], {"a": 1}, 5, 0, False, None])
def test_the_reference_of_a_nested_stack_is_what_its_template_says_of_any_type(fleet: Fleet, value: Any) -> None:
    """Null as well, which isn't the same as to say nothing."""
    child = hot({}, {"OS::stack_id": {"value": value}}, a=resource())
    template = hot({}, {"r": {"value": {"get_resource": "web"}}}, web={"type": "web.yaml"})
    files = {"web.yaml": json.dumps(child)}
    fleet.identity = fleet.call("create_stack", "web", template, None, files, {"disable_rollback": True})
    fleet.settle()
    assert fleet.state() == "CREATE_COMPLETE"
    [output] = fleet.call("show_stack", fleet.identity)[0]["outputs"]
    assert (output["output_value"], type(output["output_value"])) == (value, type(value))


def test_the_reference_of_a_nested_stack_that_says_what_it_has_not_is_its_identity(fleet: Fleet) -> None:
    child = hot({}, {"OS::stack_id": {"value": {"get_param": "nobody"}}}, a=resource())
    template = hot({}, {"r": {"value": {"get_resource": "web"}}}, web={"type": "web.yaml"})
    files = {"web.yaml": json.dumps(child)}
    fleet.identity = fleet.call("create_stack", "web", template, None, files, {"disable_rollback": True})
    fleet.settle()
    [output] = fleet.call("show_stack", fleet.identity)[0]["outputs"]
    assert output["output_value"].startswith("arn:openstack:heat::demo:stacks/web-web-")


def test_a_dry_run_tells_what_a_nested_stacks_outputs_change(fleet: Fleet) -> None:
    """As far as it can be known: an output of what isn't updated stays; the nested stack itself counts as updated."""

    def wanted(value: str) -> tuple[dict[str, Any], dict[str, str]]:
        child = hot(
            {"v": {"type": "string"}}, {"o": {"value": {"get_attr": ["a", "output"]}}}, a=resource({"get_param": "v"})
        )
        web = {"type": "web.yaml", "properties": {"v": value}}
        reads = resource({"get_attr": ["web", "o"]})
        return hot(web=web, reads=reads, refers=resource({"get_resource": "web"})), {"web.yaml": json.dumps(child)}

    template, files = wanted("1")
    fleet.identity = fleet.call("create_stack", "web", template, None, files, {"disable_rollback": True})
    fleet.settle()

    def told(value: str) -> dict[str, list[str]]:
        template, files = wanted(value)
        found = fleet.call("preview_update_stack", fleet.identity, template, None, files, {})
        return {fate: sorted(it["resource_name"] for it in each) for fate, each in found.items() if each}

    assert told("1") == {"updated": ["web"], "unchanged": ["reads", "refers"]}
    assert told("2") == {"updated": ["reads", "web"], "unchanged": ["refers"]}
