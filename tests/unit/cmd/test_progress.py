"""Waiting and telling: pauses, outcomes, event lines and the live display, all on a fake clock."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from heatlite import exception
from heatlite.cmd import live, progress
from heatlite.cmd.event_log import EventLog, EventTail
from heatlite.cmd.session import Clock
from heatlite.rpc.engine_client import EngineClient
from tests.unit.cmd.fake_engine import FakeClock, FakeEngine

seconds = st.floats(min_value=0, max_value=1e6)


def resource(name, action="CREATE", status="COMPLETE", reason=""):
    return {
        "resource_name": name,
        "resource_type": "OS::T",
        "resource_action": action,
        "resource_status": status,
        "resource_status_reason": reason,
    }


def event(name, stack="s1", physical_id=None, stack_name="web"):
    return {
        "id": "e",
        "event_time": "2026-11-20T22:14:36Z",
        "resource_name": name,
        "resource_status": "CREATE_COMPLETE",
        "resource_status_reason": "state changed",
        "stack_id": stack,
        "stack_name": stack_name,
        "physical_resource_id": physical_id,
    }


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def target(clock):
    client = EngineClient(FakeEngine(clock))
    template = {"resources": {"a": {"properties": {"seconds": 4}}, "b": {"properties": {"fail": "no luck"}}}}
    identity = client.create_stack({"project_id": "p", "username": "u"}, "web", template, {}, {}, {})
    return progress.Target(client, {"project_id": "p", "username": "u"}, identity, "CREATE")


@given(elapsed=seconds, took=seconds, longest=st.floats(min_value=0.1, max_value=600))
def test_looking_takes_at_most_a_tenth_of_the_time(elapsed, took, longest):
    pause = progress.pause(elapsed, took, longest)
    assert took <= (took + pause) / 10 * 1.000001
    assert progress.SHORTEST_PAUSE <= pause <= max(longest, 9 * took)


@pytest.mark.parametrize(
    ("action", "status", "succeeded"),
    [
        ("UPDATE", "COMPLETE", True),
        ("UPDATE", "FAILED", False),
        ("ROLLBACK", "COMPLETE", False),
        ("DELETE", "COMPLETE", False),
    ],
)
def test_only_the_operation_itself_complete_is_a_success(action, status, succeeded):
    stack = {"stack_name": "web", "stack_action": action, "stack_status": status, "stack_status_reason": "r"}
    assert progress.judge("UPDATE", stack).succeeded is succeeded


def test_a_stack_in_progress_has_no_outcome_whatever_its_action():
    stack = {"stack_name": "web", "stack_action": "ROLLBACK", "stack_status": "IN_PROGRESS"}
    assert progress.judge("CREATE", stack) is None


def test_a_rolled_back_create_is_reported_with_its_reason():
    outcome = progress.Outcome("web", "CREATE", "ROLLBACK", "COMPLETE", "no luck")
    with pytest.raises(exception.CommandError, match=r"^Stack web ROLLBACK_COMPLETE: no luck$"):
        outcome.check()


def test_a_stack_that_vanishes_while_it_is_created_is_an_error(target):
    gone = progress.Target(target.client, target.context, target.identity | {"stack_id": "x"}, "CREATE")
    with pytest.raises(exception.EntityNotFound):
        gone.stack()
    assert gone.events(None) == gone.resources() == []


def test_an_event_of_a_nested_stack_is_named_by_its_path():
    log = EventLog()
    assert log.name(event("web", physical_id="s1")) == "web"
    assert log.name(event("group", physical_id="s2")) == "web.group"
    assert log.name(event("web-group-x", stack="s2", physical_id="s2", stack_name="web-group-x")) == "web.group"
    assert log.name(event("0", stack="s2", stack_name="web-group-x")) == "web.group.0"


def test_an_event_that_becomes_visible_late_is_still_read_once(target):
    stack = target.client._caller.stacks["web"]
    stack.agenda.clear()
    tail = EventTail(target)
    target.client._caller.advance()
    stack.events = [
        {**stack.events[0], "event_identity": {"path": f"/resources/a/events/n{number}"}} for number in range(4)
    ]
    late = stack.events.pop(2)
    first = [found["id"] for found in tail.read()]
    stack.events.insert(2, late)
    second = [found["id"] for found in tail.read()]
    assert (first, second, tail.read()) == (["n0", "n1", "n3"], ["n2"], [])


def test_the_live_display_counts_times_and_names_failures():
    board = live.Board("Stack web CREATE", began=10.0)
    board.see([resource("a", status="IN_PROGRESS"), resource("b", "INIT")], now=12.0)
    states = [
        resource("a", status="IN_PROGRESS"),
        resource("b", status="FAILED", reason="no [luck]"),
        resource("c"),
    ]
    board.see(states, now=20.0)
    text = rendered(board, now=75.0)
    assert "Stack web CREATE  1:05   1 complete · 1 in progress · 1 failed" in text
    assert "a  OS::T  63 s" in text
    assert "b failed: no [luck]" in text


def test_the_live_display_of_a_large_stack_stays_short():
    board = live.Board("t", began=0.0)
    busy = [resource(f"r{number}", status="IN_PROGRESS") for number in range(500)]
    failed = [resource(f"f{number}", status="FAILED") for number in range(500)]
    board.see(busy + failed, now=0.0)
    text = rendered(board, now=1.0)
    assert [line.strip() for line in text.splitlines() if "and" in line] == [
        "and 490 more",
        "and 490 more failed",
    ]
    assert len(text.splitlines()) <= 2 * live.MOST_LINES + 3


def test_a_resource_that_starts_anew_starts_at_0_seconds():
    board = live.Board("t", began=0.0)
    board.see([resource("a", "CREATE", "IN_PROGRESS")], now=0.0)
    board.see([resource("a", "DELETE", "IN_PROGRESS")], now=30.0)
    assert "30 s" not in rendered(board, now=31.0)
    assert "1 s" in rendered(board, now=31.0)


def test_a_live_wait_leaves_the_failures_and_the_outcome_on_the_screen(target, clock):
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=100, color_system=None)
    reporter = live.LiveReporter(target, stream, clock.now, console)
    outcome = progress.watch(target, reporter, Clock(clock.monotonic, clock.sleep), poll=1.0)
    shown = stream.getvalue()
    assert "Stack web CREATE  0:02" in shown
    assert "1 in progress · 1 failed" in shown
    assert outcome.reason == "no luck"
    left = shown.rpartition("\x1b[2K")[2]  # what was written after the display was wiped
    assert [line.strip() for line in left.splitlines()] == ["b failed: no luck", "Stack web CREATE_FAILED"]


def test_a_live_wait_keeps_the_display_while_no_engine_answers(target, clock):
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=120, color_system=None)
    reporter = live.LiveReporter(target, stream, clock.now, console)
    target.client._caller.silent = 3
    progress.watch(target, reporter, Clock(clock.monotonic, clock.sleep), poll=1.0)
    assert "Still waiting: No engine answered show_stack in time: nobody is there" in stream.getvalue()


def rendered(board, now):
    console = Console(file=io.StringIO(), width=100, color_system=None)
    console.print(board.render(now))
    return console.file.getvalue()
