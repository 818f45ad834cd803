"""Groups and signals among engines that a test moves: deaths between batches, signals at the wrong time, lost wakes."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from heatlite import exception
from heatlite.convergence.interrupts import Operation
from heatlite.db import events, resources, stacks
from heatlite.db.records import ResourceRecord
from heatlite.resources.builtin.autoscaling_group import AutoScalingGroup
from heatlite.resources.builtin.deployment_group import SoftwareDeploymentGroup, SoftwareDeployments
from heatlite.resources.builtin.resource_group import ResourceGroup
from heatlite.resources.builtin.scaling_policy import ScalingPolicy
from heatlite.resources.builtin.wait_condition import WaitCondition
from heatlite.resources.builtin.wait_condition_handle import UpdateWaitConditionHandle, WaitConditionHandle
from tests.functional.engine.fleet import Fleet
from tests.story import hot, resource

TYPES: dict[str, Any] = {
    "OS::Heat::AutoScalingGroup": AutoScalingGroup,
    "OS::Heat::ResourceGroup": ResourceGroup,
    "OS::Heat::ScalingPolicy": ScalingPolicy,
    "OS::Heat::SoftwareDeploymentGroup": SoftwareDeploymentGroup,
    "OS::Heat::SoftwareDeployments": SoftwareDeployments,
    "OS::Heat::WaitCondition": WaitCondition,
    "OS::Heat::WaitConditionHandle": WaitConditionHandle,
    "OS::Heat::UpdateWaitConditionHandle": UpdateWaitConditionHandle,
}
HANDLE = {"type": "OS::Heat::WaitConditionHandle"}


@pytest.fixture
def fleet(schema: pathlib.Path, tmp_path: pathlib.Path) -> Iterator[Fleet]:
    fleet = Fleet(schema, tmp_path / "fleet.sqlite3", **TYPES)
    yield fleet
    fleet.database.dispose()


def rolling(value: str, count: int = 3, pause: float = 30, **more: Any) -> dict[str, Any]:
    """A template with a group that rolls one member at a time."""
    return hot(
        group={
            "type": "OS::Heat::ResourceGroup",
            "properties": {"count": count, "resource_def": resource(value, **more)},
            "update_policy": {"rolling_update": {"max_batch_size": 1, "pause_time": pause}},
        }
    )


def scaled(**properties: Any) -> dict[str, Any]:
    """A template with a scaling group of two, and a policy that adds one."""
    group = {"resource": resource("v"), "min_size": 1, "max_size": 5, "desired_capacity": 2, **properties}
    policy = {
        "auto_scaling_group_id": {"get_resource": "group"},
        "scaling_adjustment": 1,
        "adjustment_type": "change_in_capacity",
    }
    return hot(
        group={"type": "OS::Heat::AutoScalingGroup", "properties": group},
        up={"type": "OS::Heat::ScalingPolicy", "properties": policy},
    )


def row_of(fleet: Fleet, name: str) -> ResourceRecord:
    [row] = resources.by_names(fleet.context(), fleet.identity["stack_id"], [name])
    return row


def members(fleet: Fleet) -> list[ResourceRecord]:
    return resources.by_stack(fleet.context(), row_of(fleet, "group").uuid)


def values(fleet: Fleet) -> list[str]:
    """What the members have, oldest first."""
    return [(row.properties_data or {})["value"] for row in members(fleet)]


def signal(fleet: Fleet, name: str, details: Any = None) -> None:
    fleet.call("resource_signal", fleet.identity, name, details)


def told(fleet: Fleet, name: str) -> list[str]:
    table = events.TABLE.c
    mine = [table.stack_id == fleet.identity["stack_id"], table.resource_name == name]
    return [
        f"{it.resource_action}_{it.resource_status}" for it in events.listed(fleet.context(), mine, [table.id], None)
    ]


def test_a_signal_wakes_the_engine_that_waits_for_it(fleet: Fleet) -> None:
    """No time passes."""
    condition = {"handle": {"get_resource": "handle"}, "timeout": 600}
    fleet.create(hot(handle=HANDLE, wait={"type": "OS::Heat::WaitCondition", "properties": condition}))
    fleet.work()
    assert fleet.state() == "CREATE_IN_PROGRESS"
    signal(fleet, "handle")
    fleet.work()
    assert fleet.state() == "CREATE_COMPLETE"


def test_a_signal_whose_wake_up_is_lost_is_seen_at_the_next_look(fleet: Fleet) -> None:
    condition = {"handle": {"get_resource": "handle"}, "timeout": 600}
    fleet.create(hot(handle=HANDLE, wait={"type": "OS::Heat::WaitCondition", "properties": condition}))
    fleet.work()
    fleet.pass_time(300)
    fleet.work()
    signal(fleet, "handle")
    fleet.bus.wakes.clear()
    fleet.work()
    assert fleet.state() == "CREATE_IN_PROGRESS"
    fleet.pass_time(16)
    fleet.work()
    assert fleet.state() == "CREATE_COMPLETE"


def test_a_wait_goes_on_on_another_engine_and_ends_at_the_same_time(fleet: Fleet) -> None:
    condition = {"handle": {"get_resource": "handle"}, "timeout": 100}
    fleet.create(hot(handle=HANDLE, wait={"type": "OS::Heat::WaitCondition", "properties": condition}))
    fleet.work()
    began = fleet.clock.now
    holder = next(engine for engine in fleet.engines if engine.id == row_of(fleet, "wait").engine_id)
    holder.die()
    fleet.sweep("dead_engines", "lost_casts")
    fleet.settle()
    assert fleet.state() == "CREATE_FAILED"
    assert "WaitConditionTimeout: resources.wait: 0 of 1 received" in fleet.stack().status_reason
    assert fleet.clock.now - began == pytest.approx(100, abs=1)


def test_an_update_handle_is_another_after_each_update(fleet: Fleet) -> None:
    template = hot(handle={"type": "OS::Heat::UpdateWaitConditionHandle"})
    fleet.create(template)
    fleet.settle()
    before = row_of(fleet, "handle").physical_resource_id
    fleet.update(template)
    fleet.settle()
    assert fleet.state() == "UPDATE_COMPLETE"
    assert row_of(fleet, "handle").physical_resource_id != before


def test_a_roll_pauses_between_batches_without_holding_anything(fleet: Fleet) -> None:
    fleet.create(rolling("a"))
    fleet.settle()
    fleet.update(rolling("b"))
    seen = []
    for _ in range(3):
        fleet.work()
        seen.append(sorted(values(fleet)))
        fleet.pass_time(30.1)
    assert seen == [["a", "a", "b"], ["a", "b", "b"], ["b", "b", "b"]]
    fleet.work()
    assert fleet.state() == "UPDATE_COMPLETE"


def test_a_death_between_two_batches_goes_on_with_the_next(fleet: Fleet) -> None:
    fleet.create(rolling("a"))
    fleet.settle()
    fleet.update(rolling("b"))
    fleet.work()
    assert sorted(values(fleet)) == ["a", "a", "b"]
    holder = next(engine for engine in fleet.engines if engine.id == row_of(fleet, "group").engine_id)
    holder.die()
    fleet.sweep("dead_engines", "lost_casts")
    fleet.settle()
    assert fleet.state() == "UPDATE_COMPLETE"
    assert values(fleet) == ["b", "b", "b"]
    child = stacks.get(fleet.context(), row_of(fleet, "group").uuid)
    assert child is not None
    operations = [it for it in child_events(fleet) if it == "UPDATE_IN_PROGRESS"]
    assert len(operations) == 3, "one for each batch, none of them again"


def child_events(fleet: Fleet) -> list[str]:
    child_id, table = row_of(fleet, "group").uuid, events.TABLE.c
    mine = [table.stack_id == child_id, table.physical_resource_id == child_id]
    return [
        f"{it.resource_action}_{it.resource_status}" for it in events.listed(fleet.context(), mine, [table.id], None)
    ]


def test_an_update_in_the_middle_of_a_roll_takes_it_from_there(fleet: Fleet) -> None:
    fleet.create(rolling("a"))
    fleet.settle()
    fleet.update(rolling("b"))
    fleet.work()
    fleet.update(rolling("c"))
    fleet.settle()
    assert fleet.state() == "UPDATE_COMPLETE"
    assert values(fleet) == ["c", "c", "c"]


def test_a_roll_that_fails_is_gone_on_with_by_the_next_update(fleet: Fleet) -> None:
    fleet.create(rolling("a"))
    fleet.settle()
    fleet.update(rolling("b", fail=True))
    fleet.settle()
    assert fleet.state() == "UPDATE_FAILED"
    assert "resources.group.resources.2: Test Resource failed 2" in fleet.stack().status_reason
    fleet.update(rolling("b"))
    fleet.settle()
    assert fleet.state() == "UPDATE_COMPLETE"
    assert values(fleet) == ["b", "b", "b"]


def test_a_signal_scales_the_group_and_its_attributes_follow(fleet: Fleet) -> None:
    fleet.create(scaled())
    fleet.settle()
    signal(fleet, "up")
    assert told(fleet, "up")[-1] == "SIGNAL_COMPLETE"
    fleet.work()
    assert len(members(fleet)) == 3
    assert (row_of(fleet, "group").attr_data or {})["attributes"]["current_size"] == 3
    assert fleet.state() == "CREATE_COMPLETE"


def test_a_group_of_a_stack_that_rolls_back_rolls_over_shrinks_and_is_scaled(fleet: Fleet) -> None:
    """What leaves it goes at the end of the operation only, and is no member any more."""
    fleet.create(scaled(desired_capacity=4), rollback=True)
    fleet.settle()
    changed = scaled(desired_capacity=2, resource=resource("w"), rolling_updates={"max_batch_size": 1})
    fleet.update(changed)
    fleet.settle()
    assert fleet.state() == "UPDATE_COMPLETE"
    assert values(fleet) == ["w", "w"]
    signal(fleet, "up")
    fleet.settle()
    assert values(fleet) == ["w", "w", "w"]
    assert (row_of(fleet, "group").attr_data or {})["attributes"]["current_size"] == 3


def test_an_update_handle_of_a_stack_that_rolls_back_is_another_too(fleet: Fleet) -> None:
    template = hot(handle={"type": "OS::Heat::UpdateWaitConditionHandle"})
    fleet.create(template, rollback=True)
    fleet.settle()
    fleet.update(template)
    fleet.settle()
    assert fleet.state() == "UPDATE_COMPLETE"


def test_a_second_signal_while_the_group_is_being_scaled_does_nothing(fleet: Fleet) -> None:
    fleet.create(scaled())
    fleet.settle()
    signal(fleet, "up")
    signal(fleet, "up")
    fleet.settle()
    assert len(members(fleet)) == 3
    assert told(fleet, "up").count("SIGNAL_COMPLETE") == 1


def test_a_signal_while_the_stack_works_on_the_group_is_a_conflict(fleet: Fleet) -> None:
    fleet.create(scaled())
    fleet.settle()
    fleet.update(scaled(desired_capacity=4))
    while row_of(fleet, "group").engine_id is None:
        assert fleet.message() or any(engine.work() for engine in fleet.living)
    with pytest.raises(exception.ActionInProgress, match=r"web already has an action \(UPDATE\) in progress"):
        signal(fleet, "up")
    fleet.settle()
    assert len(members(fleet)) == 4


def test_an_update_while_a_signal_scales_the_group_follows_it(fleet: Fleet) -> None:
    fleet.create(scaled())
    fleet.settle()
    signal(fleet, "up")
    fleet.update(scaled(desired_capacity=5))
    fleet.settle()
    assert fleet.state() == "UPDATE_COMPLETE"
    assert len(members(fleet)) == 5


def test_a_signal_counts_although_the_database_goes_away_for_a_moment(fleet: Fleet) -> None:
    fleet.create(scaled())
    fleet.settle()
    fleet.database.break_after(lambda: True)
    signal(fleet, "up")
    fleet.settle()
    assert len(members(fleet)) == 3


def test_a_signal_does_not_wake_a_group_that_somebody_has_suspended(fleet: Fleet) -> None:
    fleet.create(scaled())
    fleet.settle()
    group = stacks.get(fleet.context(), row_of(fleet, "group").uuid)
    assert group is not None
    fleet.living[0].lifecycle.visit(group, Operation.SUSPEND)
    fleet.settle()
    signal(fleet, "up")
    fleet.settle()
    assert {f"{row.action}_{row.status}" for row in members(fleet)} == {"SUSPEND_COMPLETE"}
    assert len(members(fleet)) == 2


def test_a_policy_whose_group_is_gone_says_so(fleet: Fleet) -> None:
    template = scaled()
    template["resources"]["up"]["properties"]["auto_scaling_group_id"] = "elsewhere"
    fleet.create(template)
    fleet.settle()
    with pytest.raises(exception.NotFound, match='Alarm up could not find scaling group named "elsewhere"'):
        signal(fleet, "up")


def test_a_member_that_is_marked_unhealthy_is_replaced_by_an_update_of_the_root(fleet: Fleet) -> None:
    fleet.create(rolling("a"))
    fleet.settle()
    before = {row.name: row.physical_resource_id for row in members(fleet)}
    child = stacks.get(fleet.context(), row_of(fleet, "group").uuid)
    assert child is not None
    identity = {"tenant": child.tenant, "stack_name": child.name, "stack_id": child.id, "path": ""}
    fleet.call("resource_mark_unhealthy", identity, "1", True)
    fleet.update(rolling("a"))
    fleet.settle()
    after = {row.name: row.physical_resource_id for row in members(fleet)}
    assert fleet.state() == "UPDATE_COMPLETE"
    assert [name for name in after if after[name] != before[name]] == ["1"]


def test_what_is_not_known_yet_is_no_hindrance(fleet: Fleet) -> None:
    member = {"type": "OS::Heat::TestResource", "properties": {"value": {"get_attr": ["first", "output"]}}}
    counted = {"count": {"get_attr": ["first", "output"]}, "resource_def": member}
    group = {"type": "OS::Heat::ResourceGroup", "properties": counted}
    fleet.create(hot(first=resource("2"), group=group))
    fleet.settle()
    assert fleet.state() == "CREATE_COMPLETE"
    assert values(fleet) == ["2", "2"]


def test_a_group_that_fails_is_rolled_back(fleet: Fleet) -> None:
    fleet.create(rolling("a"), rollback=True)
    fleet.settle()
    fleet.update(rolling("b", fail=True))
    fleet.settle()
    assert fleet.state() == "ROLLBACK_COMPLETE"
    assert values(fleet) == ["a", "a", "a"]


def test_a_deletion_right_after_a_signal_leaves_nothing(fleet: Fleet) -> None:
    fleet.create(scaled())
    fleet.settle()
    child_id = row_of(fleet, "group").uuid
    signal(fleet, "up")
    fleet.delete()
    fleet.settle()
    assert fleet.state() == "DELETE_COMPLETE"
    assert resources.by_stack(fleet.context(), child_id) == []


def test_metadata_of_a_nested_stack_follow_a_group_that_was_scaled(fleet: Fleet) -> None:
    """An agent polls them; no update comes in between. Metadata of other types are as the last update left them."""
    size = {"size": {"get_attr": ["group", "current_size"]}, "plain": "p"}
    template = scaled()
    template["resources"] |= {
        "told": {"type": "child.yaml", "metadata": size},
        "value": {"type": "OS::Heat::TestResource", "metadata": size},
    }
    fleet.create(template, files={"child.yaml": json.dumps(hot(a=resource("x")))})
    fleet.settle()

    def metadata(name: str) -> Any:
        return fleet.call("describe_stack_resource", fleet.identity, name, False)["metadata"]

    assert metadata("told") == metadata("value") == {"size": 2, "plain": "p"}
    signal(fleet, "up")
    fleet.settle()
    assert metadata("told") == {"size": 3, "plain": "p"}
    assert metadata("value") == {"size": 2, "plain": "p"}


def test_a_type_in_place_of_its_older_name_is_no_other_resource(fleet: Fleet) -> None:
    """Heat calls that a substitution."""
    group = {"properties": {"servers": {}, "config": "c"}}
    fleet.create(hot(group={"type": "OS::Heat::SoftwareDeployments", **group}))
    fleet.settle()
    before = row_of(fleet, "group")
    fleet.update(hot(group={"type": "OS::Heat::SoftwareDeploymentGroup", **group}))
    fleet.settle()
    after = row_of(fleet, "group")
    assert (after.id, after.physical_resource_id) == (before.id, before.physical_resource_id)
    assert after.type == "OS::Heat::SoftwareDeploymentGroup"


def test_an_unchanged_group_takes_as_many_transactions_however_large_it_is(fleet: Fleet) -> None:
    def of_an_update(count: int) -> int:
        begun: list[str] = []

        def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
            begun.extend([statement] if statement.startswith("BEGIN") else [])

        same = rolling("1", count, 0)
        for _ in range(2):  # what is only read once is read by then
            fleet.update(same)
            fleet.settle()
        sa.event.listen(fleet.database.engine, "before_cursor_execute", note)
        fleet.update(same)
        fleet.settle()
        sa.event.remove(fleet.database.engine, "before_cursor_execute", note)
        assert fleet.state() == "UPDATE_COMPLETE"
        return len(begun)

    fleet.create(rolling("1", 1, 0))
    fleet.settle()
    assert of_an_update(2) == of_an_update(6)


def test_a_nested_stack_is_found_by_its_name_and_no_other_is(fleet: Fleet) -> None:
    fleet.create(rolling("1", 1, 0))
    fleet.settle()
    nested = fleet.call("list_stack_resources", fleet.identity)[0]["physical_resource_id"]
    stack = stacks.get(fleet.context(), nested)
    assert stack is not None
    assert fleet.call("identify_stack", stack.name)["stack_id"] == nested
    with pytest.raises(exception.EntityNotFound):
        fleet.call("identify_stack", f"{stack.name}-2")
