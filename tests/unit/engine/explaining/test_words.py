"""What an operator is told of a stack, sentence by sentence."""

from __future__ import annotations

from typing import Any

import pytest

from heatlite import exception
from heatlite.convergence.graph import Graph
from heatlite.convergence.model import EPILOGUE, Action, Node, NodeKind, NodeState, Status
from heatlite.db.sync_points import NodeStatus
from heatlite.engine.observability.explaining.facts import EngineFacts, Facts, seconds
from heatlite.engine.observability.explaining.remedy import Remedy, remedy
from heatlite.engine.observability.explaining.words import explained, span
from tests.unit.engine.records import NOON, row, stack

NOW = seconds(NOON) + 90
A, B = Node(1, NodeKind.UPDATE), Node(2, NodeKind.UPDATE)
GRAPH = Graph({A: [], B: [A], EPILOGUE: [B]})
ALIVE, DEAD, SILENT = EngineFacts("host.1", False, 1), EngineFacts("host.2", True, 60), EngineFacts("host.3", False, 15)
ENGINES = {"e1": ALIVE, "e2": DEAD, "e3": SILENT}
RUNNING = {"action": Action.CREATE, "status": Status.IN_PROGRESS}


def node(which: Node, state: NodeState, **changed: Any) -> NodeStatus:
    names = {1: "server", 2: "balancer"}
    values: dict[str, Any] = {"remaining": 0, "engine_id": None, "next_cast_at": None, "casts": 0, "hook": None}
    resource = row(which.resource_id, names[which.resource_id]) if which.resource_id else None
    return NodeStatus(which, state, **{**values, "resource": resource, **changed})


def told(*nodes: NodeStatus, **facts: Any) -> str:
    """The explanation of a stack under way with these nodes."""
    known = {"engines": ENGINES, "graph": GRAPH, **facts}
    return "\n".join(explained(Facts(NOW, stack(**RUNNING), nodes, **known)))


def test_a_stack_under_way_says_since_when_and_until_when() -> None:
    text = "\n".join(explained(Facts(NOW, stack(**RUNNING, deadline=NOW + 60), engines=ENGINES)))
    assert "Stack web (6a1b0ff0-0000-4000-8000-000000000000) of project demo is CREATE_IN_PROGRESS." in text
    assert "The operation began 1 min 30 s ago (2026-11-20 12:00:00 UTC) and fails in 1 min 0 s." in text


def test_past_its_time_it_says_that_a_sweep_fails_it() -> None:
    text = "\n".join(explained(Facts(NOW, stack(**RUNNING, deadline=NOW - 4), engines=ENGINES)))
    assert "is 4 s past its time: a sweep fails it" in text


def test_without_a_living_engine_it_says_so_first() -> None:
    assert "No engine is alive" in told(node(A, NodeState.SCHEDULED), engines={"e2": DEAD})
    assert "No engine is alive" not in told(node(A, NodeState.SCHEDULED))


def test_engines_that_are_silent_for_longer_than_a_lease_are_no_living_ones() -> None:
    """Those that died together: nobody is left to mark their rows."""
    long = EngineFacts("host.3", False, 40)
    text = told(node(A, NodeState.RUNNING, engine_id="e3"), engines={"e2": DEAD, "e3": long})
    assert "No engine is alive (the last report was 40 s ago, by this machine's clock)" in text
    assert "No engine is alive" not in told(node(A, NodeState.RUNNING, engine_id="e3"), engines={"e3": SILENT})


def test_what_waits_says_for_whom() -> None:
    text = told(node(A, NodeState.RUNNING, engine_id="e1"), node(B, NodeState.WAITING, remaining=1))
    assert "balancer (update): waits for server (update)" in text


def test_what_follows_only_the_done_waits_for_no_names() -> None:
    text = told(node(A, NodeState.DONE), node(B, NodeState.WAITING, remaining=1))
    assert "balancer (update): waits for 1 others" in text


def test_what_is_ready_says_when_it_is_announced_again() -> None:
    text = told(node(A, NodeState.SCHEDULED, next_cast_at=NOW + 5, casts=3))
    assert (
        "server (update): ready; queued by a sweep 3 times so far; if no engine takes it, a sweep queues it in 5 s"
        in text
    )


def test_what_is_held_says_for_whose_turn_it_waits() -> None:
    text = told(node(A, NodeState.SCHEDULED, next_cast_at=NOW + 5, held_for="crowd"))
    assert "server (update): ready; queued: project crowd has used up its share" in text


def test_what_runs_says_where_since_when_and_when_it_looks_again() -> None:
    busy = row(1, "server", "CREATE_IN_PROGRESS", updated_at=NOON, due_at=NOW + 3, progress={"token": 1})
    text = told(node(A, NodeState.RUNNING, engine_id="e1", resource=busy))
    assert "server (update): running on engine e1 (host.1), CREATE begun 1 min 30 s ago" in text
    assert "polls again in 3 s" in text


def test_what_waits_for_a_service_says_what_that_said() -> None:
    said = {"again": {"begin": True, "tries": 4, "reason": "Nova can't be used now (503): busy"}}
    busy = row(1, "server", "CREATE_IN_PROGRESS", updated_at=NOON, due_at=NOW + 3, progress={"token": said})
    text = told(node(A, NodeState.RUNNING, engine_id="e1", resource=busy))
    assert "polls again in 3 s; Nova can't be used now (503): busy; tried 4 times" in text


def test_what_runs_on_a_dead_a_silent_or_an_unknown_engine_says_so() -> None:
    on = lambda engine_id: told(node(A, NodeState.RUNNING, engine_id=engine_id))  # noqa: E731
    assert "engine e2 (host.2), which is dead: a sweep takes over within 5 s" in on("e2")
    assert "engine e3 (host.3), silent for 15 s" in on("e3")
    assert "engine e9, which has left" in on("e9")


def test_what_waits_for_its_nested_stack_names_it() -> None:
    child = stack(id="uuid-1", name="web-server", **RUNNING)
    text = told(node(A, NodeState.RUNNING, engine_id="e1"), children={"uuid-1": child})
    assert "it waits for its nested stack web-server (uuid-1), CREATE_IN_PROGRESS" in text


def test_what_is_blocked_says_by_whom() -> None:
    held = row(1, "server", "UPDATE_IN_PROGRESS", engine_id="e1")
    assert "needs the row that engine e1 (host.1) has locked for an earlier operation (UPDATE)" in told(
        node(A, NodeState.BLOCKED, resource=held)
    )
    assert "a lock that is free now" in told(node(A, NodeState.BLOCKED))


def test_what_is_paused_says_at_which_hook_and_how_that_is_cleared() -> None:
    text = told(node(A, NodeState.PAUSED, hook="pre-create"))
    assert "paused at its hook pre-create" in text
    assert '{"unset_hook": "pre-create"}' in text


def test_nodes_of_the_stack_itself_have_names() -> None:
    assert "end of the operation: ready" in told(node(EPILOGUE, NodeState.SCHEDULED))


def test_thousands_of_nodes_are_told_by_numbers() -> None:
    many = [node(A, NodeState.SCHEDULED) for _ in range(3000)]
    text = told(*many)
    assert "Of 3000 nodes: 3000 SCHEDULED." in text
    assert "… and 2950 more." in text


def test_a_failed_stack_says_what_failed_and_what_to_do() -> None:
    failed = stack(action=Action.UPDATE, status=Status.FAILED, status_reason="Resource UPDATE failed")
    rows = [row(1, "server", "UPDATE_FAILED", status_reason="no host"), row(2, "volume", engine_id="e1")]
    text = "\n".join(explained(Facts(NOW, failed, (), rows, engines=ENGINES)))
    assert "Reason: Resource UPDATE failed" in text
    assert "server: UPDATE_FAILED: no host" in text
    assert "volume: engine e1 (host.1) is still at its CREATE" in text
    assert f"heatlite-manage stack repair {failed.id}" in text


def test_a_failed_nested_stack_sends_to_its_root() -> None:
    root = stack(id="root", name="top", status=Status.FAILED)
    nested = stack(status=Status.FAILED, owner_id="root", root_id="root")
    assert "heatlite-manage stack repair root" in "\n".join(explained(Facts(NOW, nested, root=root)))


def test_a_complete_stack_needs_nothing() -> None:
    assert explained(Facts(NOW, stack()))[-1] == "Nothing needs to be done."


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0 s"), (0.5, "0.5 s"), (59.6, "1 min 0 s"), (3725, "1 h 2 min"), (-3, "0 s")]
)
def test_lengths_of_time_are_told_as_people_do(seconds: float, said: str) -> None:
    assert span(seconds) == said


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (Action.CREATE, Remedy.UPDATE),
        (Action.ROLLBACK, Remedy.UPDATE),
        (Action.CHECK, Remedy.UPDATE),
        (Action.DELETE, Remedy.DELETE),
        (Action.SUSPEND, Remedy.SUSPEND),
    ],
)
def test_the_remedy_is_a_new_operation_of_the_same_aim(action: Action, expected: Remedy) -> None:
    assert remedy(stack(action=action, status=Status.FAILED)) is expected


def test_nested_and_deleted_stacks_are_not_repaired() -> None:
    with pytest.raises(exception.Invalid, match="repair its root, heatlite-manage stack repair root"):
        remedy(stack(owner_id="root", root_id="root"))
    with pytest.raises(exception.Invalid, match="is deleted"):
        remedy(stack(deleted_at=NOON))
