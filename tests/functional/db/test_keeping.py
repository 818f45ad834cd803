"""Stacks that ask to be kept: what the observer repairs, and what it leaves alone, on every kind of database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from heatlite.db import observations
from heatlite.db.api import Database
from heatlite.engine.decision.evaluate import NOT_IN_PLACE
from heatlite.engine.operations import planning
from heatlite.resources.base import UpdateReplace
from heatlite.resources.builtin.test_resource import TestResource
from heatlite.resources.sight import IS_GONE, Sight
from tests.functional.engine.templates import stores, template
from tests.functional.engine.watching import INTERVAL, Identity, Watch, World

KEEP, BY_REPLACING = "heatlite.keep", "heatlite.keep-by-replacing"
TRIO = template({"a": stores("1"), "b": stores("2"), "c": stores({"get_resource": "a"})})
COMPLETE = ("UPDATE", "COMPLETE")


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return World(monkeypatch)


@pytest.fixture
def watch(database: Database) -> Watch:
    return Watch(database, allow_replacing=True)


def created(watch: Watch, *tags: str, **more: Any) -> Identity:
    args = {"tags": list(tags), "disable_rollback": False}
    return watch.engine.created("web", TRIO, args=args, **more)


def changed(value: str) -> Sight:
    return Sight(properties={"value": value})


def test_a_stack_that_asks_for_it_is_repaired_in_place(watch: Watch, world: World) -> None:
    identity = created(watch, KEEP)
    before = watch.ids(identity)
    world.sights["a"] = changed("other")
    watch.round()
    assert watch.state(identity)[:2] == COMPLETE
    assert world.sights == {}
    assert watch.ids(identity) == before
    record = watch.record(identity)
    assert (len(record.repairs), record.left_alone) == (1, None)
    watch.round()
    assert (watch.record(identity).drifted, watch.record(identity).tries) == (0, 0)
    began = watch.engine.call("list_events", stack_identity=identity, filters={"resource_action": "UPDATE"})
    reasons = [it["resource_status_reason"] for it in began if it["resource_name"] == "web"]
    assert "Stack UPDATE started by the observer, to repair 1 resource(s)" in reasons
    assert watch.engine.show(identity)["tags"] == [KEEP]


def test_a_stack_that_does_not_ask_is_left_alone(watch: Watch, world: World) -> None:
    identity = created(watch, BY_REPLACING, "other")
    before = watch.state(identity)
    world.sights |= {"a": changed("other"), "b": IS_GONE}
    for _ in range(3):
        watch.round()
    assert watch.state(identity) == before
    assert watch.record(identity).left_alone is None


@pytest.mark.parametrize(
    ("tags", "allowed", "reason"),
    [
        ((KEEP,), True, "the stack hasn't the tag heatlite.keep-by-replacing"),
        ((KEEP, BY_REPLACING), False, "[observer] allow_replacing is off"),
    ],
)
def test_without_both_flags_what_is_gone_is_left_alone_and_that_is_told_once(
    database: Database, world: World, tags: Sequence[str], allowed: bool, reason: str
) -> None:
    watch = Watch(database, allow_replacing=allowed)
    identity = created(watch, *tags)
    before, ids = watch.state(identity), watch.ids(identity)
    world.sights |= {"a": changed("other"), "b": IS_GONE}
    for _ in range(3):
        watch.round()
    assert (watch.state(identity), watch.ids(identity)) == (before, ids)
    assert world.sights.keys() == {"a", "b"}  # not even the other one is repaired: an update is the whole plan
    left_alone = f"b would be replaced (it doesn't exist any more): {reason}"
    assert watch.record(identity).left_alone == left_alone
    told = [it for it in watch.told(identity) if "isn't repaired" in it[2]]
    assert told == [("b", "CHECK_FAILED", f"Drift: it isn't repaired: {left_alone}")]
    assert watch.record(identity).repairs == ()


def test_with_both_flags_what_is_gone_is_made_anew(watch: Watch, world: World) -> None:
    identity = created(watch, KEEP, BY_REPLACING)
    before = watch.ids(identity)
    world.sights["a"] = IS_GONE
    watch.round()
    world.sights.clear()
    watch.round()
    after = watch.ids(identity)
    assert {name for name in after if after[name] != before[name]} == {"a"}
    assert watch.state(identity)[:2] == COMPLETE
    assert watch.record(identity).drifted == 0


def test_that_most_is_gone_at_once_is_not_believed(watch: Watch, world: World) -> None:
    identity = created(watch, KEEP, BY_REPLACING)
    before = watch.ids(identity)
    world.sights |= {"a": IS_GONE, "b": IS_GONE}
    watch.round()
    assert watch.ids(identity) == before
    assert watch.record(identity).left_alone == "2 of 3 resources seem to be gone at once, which isn't believed"


@pytest.mark.parametrize(("more", "is_repaired"), [({}, True), ({"update_replace": True}, False)])
def test_what_reads_a_repaired_resource_may_be_updated_and_not_replaced(
    watch: Watch, world: World, more: dict[str, Any], is_repaired: bool
) -> None:
    reads = stores({"get_attr": ["a", "output"]}, properties=more)
    identity = watch.engine.created("web", template({"a": stores("1"), "b": reads}), args={"tags": [KEEP]})
    before = watch.ids(identity)
    world.sights["a"] = changed("other")
    watch.round()
    assert (watch.state(identity)[:2] == COMPLETE) is is_repaired
    assert watch.ids(identity) == before
    left_alone = watch.record(identity).left_alone
    assert left_alone is None if is_repaired else "b may change (it reads a.output" in str(left_alone)


# --- in place, also if the world changes after the plan -------------------------------------------------------------


def test_what_turns_out_to_need_a_replacement_fails_and_is_not_replaced(
    watch: Watch, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plan held in place only; the service says otherwise when the update acts."""
    identity = created(watch, KEEP)
    before = watch.ids(identity)

    def handle_update(resource: TestResource, diff: Any) -> None:
        raise UpdateReplace

    monkeypatch.setattr(TestResource, "handle_update", handle_update)
    monkeypatch.setattr(TestResource, "immediate", False)
    world.sights["a"] = changed("other")
    runs_on_this_thread(watch, monkeypatch)
    watch.round()
    action, status, reason = watch.state(identity)
    assert (action, status) == ("UPDATE", "FAILED")  # and not ROLLBACK, though the stack has rollback on
    assert NOT_IN_PLACE in reason
    assert watch.ids(identity) == before
    tries = watch.record(identity).repairs
    for _ in range(3):
        watch.round()
    assert watch.record(identity).repairs == tries
    assert "UPDATE_FAILED" in (watch.record(identity).left_alone or "")


def test_what_was_seen_to_change_after_the_plan_is_not_replaced(
    watch: Watch, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between plan and begin somebody writes to the rows: the engine decides at the row, and creates nothing."""
    identity = created(watch, KEEP)
    before, plan = watch.ids(identity), planning.plan

    def then_fixed(*given: Any) -> Any:
        found = plan(*given)
        monkeypatch.setattr(TestResource, "beyond_repair", lambda self, seen: frozenset(seen))
        return found

    monkeypatch.setattr(planning, "plan", then_fixed)
    world.sights["a"] = changed("other")
    watch.round()
    assert watch.state(identity)[:2] == ("UPDATE", "FAILED")
    assert NOT_IN_PLACE in watch.state(identity)[2]
    assert watch.ids(identity) == before
    assert watch.engine.call("describe_stack_resource", stack_identity=identity, resource_name="a")["resource_status"]
    monkeypatch.setattr(planning, "plan", plan)
    watch.engine.update(identity, None, args={"existing": True, "refresh": True})
    watch.engine.settle()
    assert watch.state(identity)[:2] == COMPLETE  # an update by a user may
    assert watch.ids(identity)["a"] != before["a"]


def runs_on_this_thread(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let steps of types that aren't immediate run as soon as they are asked for."""
    from heatlite.engine.traversal.fair_thread_pool import FairThreadPool
    from heatlite.engine.traversal.result_recorder import ResultRecorder
    from heatlite.engine.traversal.step_runner import StepRunner

    def submit(task: Any) -> None:
        task()

    recorder = ResultRecorder(watch.shared)
    runner = StepRunner(watch.shared, recorder, FairThreadPool(submit, 1))  # type: ignore[arg-type]
    monkeypatch.setattr(watch.engine._checker, "_runner", runner)


def test_an_operation_that_begins_after_the_look_is_not_superseded(
    watch: Watch, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = created(watch, KEEP)
    plan = planning.plan

    def then_updated(*given: Any) -> Any:
        found = plan(*given)
        watch.engine.update(identity, template({"a": stores("9")}))
        return found

    monkeypatch.setattr(planning, "plan", then_updated)
    world.sights["a"] = changed("other")
    watch.round()
    monkeypatch.setattr(planning, "plan", plan)
    assert watch.ids(identity).keys() == {"a"}
    assert watch.state(identity)[2] == "Stack UPDATE completed successfully"
    reasons = [it["resource_status_reason"] for it in watch.engine.call("list_events", stack_identity=identity)]
    assert not any("by the observer" in it for it in reasons)


# --- limits ---------------------------------------------------------------------------------------------------------


def test_a_repair_that_does_not_help_is_followed_by_a_pause_and_the_limit_of_the_stack(
    watch: Watch, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = created(watch, KEEP)
    monkeypatch.setattr(world, "updated", lambda resource: None)
    world.sights["a"] = changed("other")
    watch.round()
    assert len(watch.record(identity).repairs) == 1
    watch.round()
    assert len(watch.record(identity).repairs) == 1
    assert "didn't help" in (watch.record(identity).left_alone or "")
    watch.round()
    assert len(watch.record(identity).repairs) == 2
    watch.round(1800)
    assert "2 times in an hour" in (watch.record(identity).left_alone or "")
    watch.round(3600)
    assert len(watch.record(identity).repairs) == 1  # those that are older don't count any more
    assert watch.record(identity).tries == 3
    monkeypatch.undo()


def test_all_stacks_together_are_repaired_only_so_often(database: Database, world: World) -> None:
    watch = Watch(database, repairs_per_hour=2)
    args = {"tags": [KEEP]}
    all_of_them = [watch.engine.created(f"s{it}", template({"a": stores("1")}), args=args) for it in range(4)]
    world.sights["a"] = changed("other")
    watch.pass_time(1)
    world.updated = lambda resource: None  # type: ignore[method-assign]
    watch.round()
    repaired = [it for it in all_of_them if watch.record(it).repairs]
    left = [watch.record(it).left_alone for it in all_of_them if it not in repaired]
    assert len(repaired) == 2
    assert left == ["all stacks together may be repaired 2 times in an hour"] * 2


def test_two_engines_count_repairs_together(watch: Watch, world: World) -> None:
    created(watch, KEEP)
    watch.round()
    context = watch.shared.context()
    state = observations.state(context)
    assert observations.count_repair(context, state, [1.0])
    assert not observations.count_repair(context, state, [2.0])
    assert observations.state(context).repairs == (1.0,)


def test_a_stop_between_look_and_repair_is_noticed(watch: Watch, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    identity = created(watch, KEEP)
    before, plan = watch.state(identity), planning.plan

    def then_stopped(*given: Any) -> Any:
        assert observations.switch(watch.shared.context(), stopped=True)
        return plan(*given)

    monkeypatch.setattr(planning, "plan", then_stopped)
    world.sights["a"] = changed("other")
    watch.round()
    assert watch.state(identity) == before
    assert (watch.record(identity).repairs, world.sights.keys()) == ((), {"a"})


@pytest.mark.parametrize(("operation", "state"), [("suspended", "SUSPEND_COMPLETE"), ("failed", "UPDATE_FAILED")])
def test_a_stack_that_is_suspended_or_has_failed_is_left_alone(
    database: Database, world: World, operation: str, state: str
) -> None:
    watch = Watch(database, repairs_per_hour_of_a_stack=0)
    identity = created(watch, KEEP)
    world.sights["b"] = changed("other")
    watch.round()
    assert "0 times in an hour" in (watch.record(identity).left_alone or "")
    if operation == "suspended":
        watch.engine.call("stack_suspend", stack_identity=identity)
    else:
        wanted = template({**TRIO["resources"], "d": stores("4", properties={"fail": True})})
        watch.engine.update(identity, wanted, args={"disable_rollback": True, "tags": [KEEP]})
    watch.engine.settle()
    before = watch.state(identity)
    assert "_".join(before[:2]) == state
    watch.round()
    assert watch.state(identity) == before
    assert state in (watch.record(identity).left_alone or "")
    assert watch.drifted(identity).keys() == {"b"}


def test_a_lost_answer_and_a_crash_count_the_repair(
    watch: Watch, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine dies between counting and beginning: the next one waits, as after a repair that didn't help."""
    identity = created(watch, KEEP)
    world.sights["a"] = changed("other")

    def dies(*given: Any, **more: Any) -> Any:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(watch.observer._keeping._lifecycle, "keep", dies)
        with pytest.raises(SystemExit):
            watch.round()
    assert watch.record(identity).engine_id == watch.shared.lease.engine_id
    watch.round(INTERVAL)
    assert (len(watch.record(identity).repairs), watch.record(identity).tries) == (1, 1)
    watch.round(600)
    assert watch.state(identity)[:2] == COMPLETE
