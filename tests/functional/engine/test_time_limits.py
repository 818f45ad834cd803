"""The end of an operation's time, on a clock that a test moves: who lets go of what hangs, with messages or without."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Iterator

import pytest

from heatlite.db import resources
from heatlite.db.records import ResourceRecord
from heatlite.engine.traversal import given_up
from heatlite.engine.traversal.given_up import GivenUp
from heatlite.resources import steps
from heatlite.resources.base import Resource
from heatlite.resources.builtin.software_config import SoftwareConfig
from heatlite.resources.builtin.software_deployment import SoftwareDeployment
from heatlite.resources.builtin.stack import Stack
from tests.functional.engine.fleet import Fleet
from tests.story import Template, hot, resource

LIMIT = 61.0
"""Seconds after which the time of an operation is over that may take a minute."""
LONG = 3600
TYPES: dict[str, type[Resource]] = {
    "OS::Heat::Stack": Stack,
    "OS::Heat::SoftwareConfig": SoftwareConfig,
    "OS::Heat::SoftwareDeployment": SoftwareDeployment,
}


@pytest.fixture
def fleet(schema: pathlib.Path, tmp_path: pathlib.Path) -> Iterator[Fleet]:
    fleet = Fleet(schema, tmp_path / "fleet.sqlite3", **TYPES)
    yield fleet
    fleet.database.dispose()


def hanging(value: str = "x", action: str = "create") -> Template:
    return resource(value, action_wait_secs={action: LONG})


def row_of(fleet: Fleet, name: str) -> ResourceRecord:
    [row] = [it for it in resources.by_stack(fleet.context(), fleet.identity["stack_id"]) if it.name == name]
    return row


def state(row: ResourceRecord) -> str:
    return f"{row.action}_{row.status}"


def test_whoever_waits_for_a_resource_lets_go_of_it_by_the_clock(fleet: Fleet) -> None:
    """Without a sweep or a message, and the stack fails with it."""
    fleet.create(hot(a=hanging()), timeout_mins=1)
    fleet.work()
    fleet.pass_time(LIMIT)
    fleet.work()
    assert (fleet.state(), fleet.stack().status_reason) == ("CREATE_FAILED", "Create timed out")
    assert (state(row_of(fleet, "a")), row_of(fleet, "a").engine_id) == ("CREATE_FAILED", None)


def deploying(script: str = "echo") -> Template:
    config = {"type": "OS::Heat::SoftwareConfig", "properties": {"config": script}}
    given = {"config": {"get_resource": "c"}, "server": "s", "signal_transport": "HEAT_SIGNAL"}
    return hot(c=config, d={"type": "OS::Heat::SoftwareDeployment", "properties": given})


def is_cancelled(fleet: Fleet, deployment: str) -> bool:
    """Whether a deployment has failed with its resource; a report that comes later changes nothing."""
    assert fleet.call("signal_software_deployment", deployment, {"deploy_status_code": 0}, None) is None
    after = fleet.call("show_software_deployment", deployment)
    return (after["status"], after["status_reason"]) == ("FAILED", "Deployment cancelled.")


@pytest.mark.parametrize("moves", [False, True])
def test_a_deployment_that_nobody_signals_has_failed_with_its_resource(fleet: Fleet, moves: bool) -> None:
    """Whoever holds the resource at the end of the time says so."""
    fleet.create(deploying(), timeout_mins=1)
    fleet.work()
    [deployment] = fleet.call("list_software_deployments", "s")
    assert deployment["status"] == "IN_PROGRESS"
    if moves:
        [holder] = [it for it in fleet.living if it.timers.items]
        holder.die()
    fleet.pass_time(LIMIT)
    if moves:
        fleet.sweep("dead_engines")
    fleet.work()
    assert fleet.state() == "CREATE_FAILED"
    assert is_cancelled(fleet, deployment["id"])


@pytest.mark.parametrize("freed_first", [False, True])
def test_a_deployment_that_nobody_holds_at_the_end_of_the_time_has_failed_too(fleet: Fleet, freed_first: bool) -> None:
    """Whoever ends the stack says so, or whoever frees the resource after that; and the next update deploys again."""
    fleet.create(deploying(), timeout_mins=1)
    fleet.work()
    [deployment] = fleet.call("list_software_deployments", "s")
    [holder] = [it for it in fleet.living if it.timers.items]
    (holder.leave if freed_first else holder.die)()
    fleet.bus.lose_everything()
    fleet.pass_time(LIMIT)
    fleet.living[0].sweeper.overdue_stacks()
    assert (fleet.state(), state(row_of(fleet, "d"))) == (
        "CREATE_FAILED",
        "CREATE_FAILED" if freed_first else "CREATE_IN_PROGRESS",
    )
    if not freed_first:
        fleet.sweep("dead_engines")
    assert is_cancelled(fleet, deployment["id"])
    assert (state(row_of(fleet, "d")), row_of(fleet, "d").engine_id) == ("CREATE_FAILED", None)
    fleet.update(deploying("echo again" if freed_first else "echo"))
    fleet.work()
    [again] = [it for it in fleet.call("list_software_deployments", "s") if it["status"] == "IN_PROGRESS"]
    fleet.call("signal_software_deployment", again["id"], {"deploy_status_code": 0}, None)
    fleet.settle()
    assert fleet.state() == "UPDATE_COMPLETE"


def test_an_engine_that_dies_as_it_tells_of_what_was_given_up_leaves_that_to_another(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet.create(deploying(), timeout_mins=1)
    fleet.work()
    [deployment] = fleet.call("list_software_deployments", "s")
    [holder] = [it for it in fleet.living if it.timers.items]
    holder.leave()
    fleet.bus.lose_everything()
    fleet.pass_time(LIMIT)
    teller = fleet.living[0]
    with monkeypatch.context() as dying:
        dying.setattr(steps, "cancel", lambda *given: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            teller.sweeper.overdue_stacks()
    teller.die()
    assert row_of(fleet, "d").engine_id == teller.id
    fleet.start()
    fleet.sweep("dead_engines")
    assert is_cancelled(fleet, deployment["id"])
    assert row_of(fleet, "d").engine_id is None


def test_what_was_begun_anew_is_left_alone_by_who_gave_it_up(fleet: Fleet) -> None:
    """An update that begins between the end of an operation and the call of the plugin has the resource."""
    fleet.create(deploying(), timeout_mins=1)
    fleet.work()
    [holder] = [it for it in fleet.living if it.timers.items]
    holder.leave()
    fleet.bus.lose_everything()
    fleet.pass_time(LIMIT)
    [*_, teller] = fleet.living
    tells = GivenUp(teller.shared)
    teller.recorder.given_up = lambda stack_ids: None
    teller.sweeper.overdue_stacks()
    left = row_of(fleet, "d")
    fleet.update(deploying("echo again"))
    fleet.work()
    [again] = [it for it in fleet.call("list_software_deployments", "s") if it["status"] == "IN_PROGRESS"]
    assert not [*tells.tell(left.stack_id)]
    assert teller.shared.transact(given_up.lock, left, teller.id) is None
    assert fleet.call("show_software_deployment", again["id"])["status"] == "IN_PROGRESS"


def test_what_goes_on_under_a_failed_stack_does_so_to_the_end_of_its_time_only(fleet: Fleet) -> None:
    fleet.create(hot(a=hanging(), bad=resource(fail=True)), timeout_mins=1)
    fleet.work()
    assert (fleet.state(), state(row_of(fleet, "a"))) == ("CREATE_FAILED", "CREATE_IN_PROGRESS")
    fleet.update(hot(a=resource("y")))
    fleet.work()
    assert fleet.state() == "UPDATE_IN_PROGRESS"
    fleet.pass_time(LIMIT)
    fleet.work()
    assert fleet.state() == "UPDATE_COMPLETE"


@pytest.mark.parametrize("lost", [False, True])
def test_whoever_ends_a_stack_has_its_resources_let_go_of(fleet: Fleet, lost: bool) -> None:
    """Also where the holder's clock is slow; and by that alone, where it can't be told."""
    fleet.create(hot(a=hanging()), timeout_mins=1)
    fleet.work()
    [engine] = [it for it in fleet.living if it.timers.items]
    traversal = engine.shared.library.traversal(fleet.context(), fleet.stack().current_traversal)
    assert traversal is not None
    engine.recorder.timed_out(traversal)
    assert fleet.state() == "CREATE_FAILED"
    if lost:
        fleet.bus.lose_everything()
        fleet.work()
        assert state(row_of(fleet, "a")) == "CREATE_IN_PROGRESS"
        fleet.pass_time(LIMIT)
    fleet.work()
    assert state(row_of(fleet, "a")) == "CREATE_FAILED"


def test_what_a_step_runs_for_is_let_go_of_after_the_step(fleet: Fleet) -> None:
    fleet.create(hot(a={**hanging(), "type": "Test::Threaded"}), timeout_mins=1)
    assert fleet.message()
    engine = fleet.living[0]
    traversal = engine.shared.library.traversal(fleet.context(), fleet.stack().current_traversal)
    assert traversal is not None
    engine.recorder.timed_out(traversal)
    assert fleet.over()
    assert state(row_of(fleet, "a")) == "CREATE_IN_PROGRESS"
    fleet.work()
    assert state(row_of(fleet, "a")) == "CREATE_FAILED"


def test_a_cancelled_operation_lets_what_runs_end(fleet: Fleet) -> None:
    fleet.create(hot(a=resource(action_wait_secs={"create": 30})))
    fleet.work()
    fleet.call("stack_cancel_update", fleet.identity, False)
    fleet.work()
    assert (fleet.state(), state(row_of(fleet, "a"))) == ("CREATE_FAILED", "CREATE_IN_PROGRESS")
    fleet.settle()
    assert state(row_of(fleet, "a")) == "CREATE_COMPLETE"


def test_a_nested_update_that_hangs_is_rolled_back_within_the_time_of_the_rollback(fleet: Fleet) -> None:
    def template(value: str) -> Template:
        inner = json.dumps(hot(a=hanging(value, "update")))
        return hot(web={"type": "OS::Heat::Stack", "properties": {"template": inner}})

    fleet.create(template("1"), rollback=True, timeout_mins=1)
    fleet.settle()
    fleet.update(template("2"), timeout_mins=1, disable_rollback=False)
    fleet.work()
    assert fleet.state() == "UPDATE_IN_PROGRESS"
    fleet.pass_time(LIMIT)
    fleet.work()
    fleet.pass_time(LIMIT / 2)
    fleet.work()
    assert fleet.state() == "ROLLBACK_COMPLETE"
