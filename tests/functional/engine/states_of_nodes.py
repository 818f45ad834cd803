"""Nodes: how to get into each state of the table that isn't final, and out of it."""

from __future__ import annotations

from heatlite.convergence.model import NodeKind, NodeState
from heatlite.engine.signals import hooks
from tests.functional.engine.fleet import Fleet
from tests.functional.engine.mishaps import (
    LONG,
    SHORT,
    accepted,
    after,
    broken,
    e0_dies,
    e0_dies_with_its_messages,
    e0_works,
    e1_casts_in_vain_and_dies,
    e1_declares_it_and_dies,
    its_wait_ends,
    lost_sight_of,
    messages_are_lost,
    running,
    scheduled,
    slow,
)
from tests.functional.engine.states import (
    NO_SWEEP,
    Act,
    Case,
    held_by,
    of_stack,
    row,
    runs_on_the_first,
    stands,
    stands_at_any_row,
)
from tests.functional.engine.templates import stores, template

UPDATE, CLEANUP, COMMIT, EPILOGUE = NodeKind.UPDATE, NodeKind.CLEANUP, NodeKind.COMMIT, NodeKind.EPILOGUE
WAITING, SCHEDULED, BLOCKED = NodeState.WAITING, NodeState.SCHEDULED, NodeState.BLOCKED
PAUSED = NodeState.PAUSED


def its_cast_lost(fleet: Fleet) -> None:
    scheduled(fleet)
    messages_are_lost(fleet)


def is_scheduled_and_not_cast(fleet: Fleet) -> bool:
    return stands(UPDATE, SCHEDULED)(fleet) and not fleet.bus.casts


def blocked_by_a_creation(fleet: Fleet) -> None:
    fleet.create(template({"a": slow(SHORT, "1")}))
    fleet.message()
    fleet.update(template({"a": slow(SHORT, "2")}))
    fleet.message(to=1)


def blocked_deletion(fleet: Fleet) -> None:
    fleet.create(template({"a": slow(LONG)}))
    fleet.message()
    fleet.delete()
    fleet.message(to=1)


def blocked_by_a_deletion(fleet: Fleet) -> None:
    fleet.create(template({"a": stores("1", properties={"action_wait_secs": {"delete": SHORT}})}))
    fleet.settle()
    fleet.update(template())
    fleet.work()
    fleet.delete()
    fleet.message(to=1)


def e0_dies_when_it_has_deleted_the_row(fleet: Fleet) -> None:
    fleet.database.break_after(lambda: row(fleet) is None)
    its_wait_ends(fleet)
    assert row(fleet) is None
    e0_dies(fleet)


def the_wake_is_lost(fleet: Fleet) -> None:
    fleet.database.break_after(lambda: held_by(fleet) is None)
    its_wait_ends(fleet)
    assert held_by(fleet) is None


def at_a_hook(fleet: Fleet) -> None:
    environment = {"resource_registry": {"resources": {"a": {"hooks": "pre-create"}}}}
    given = {"disable_rollback": True}
    fleet.identity = fleet.call("create_stack", "web", template({"a": stores("1")}), environment, None, given)
    fleet.message()


def cleared(fleet: Fleet) -> None:
    engine = fleet.living[0]
    hooks.clear(engine.shared, engine.recorder, fleet.stack(), "a", "pre-create")


def committing(fleet: Fleet) -> None:
    fleet.create(template({"a": stores("1"), "b": stores("1")}), rollback=True)  # cleanups come after the commit
    fleet.settle()
    fleet.update(template({"a": stores("2")}))
    fleet.database.break_after(lambda: stands(COMMIT, SCHEDULED)(fleet))
    with broken():
        fleet.message()


def ending(fleet: Fleet) -> None:
    scheduled(fleet)
    fleet.database.break_after(lambda: stands(EPILOGUE, SCHEDULED)(fleet))
    with broken():
        fleet.message()


def e0_does(kind: NodeKind) -> Act:
    """The engine that made a node of the stack's ready does it at once."""
    return lambda fleet: fleet.engines[0].recorder.announce({fleet.stack().current_traversal: [of_stack(kind)]})


CASES = {
    "node: WAITING": Case(accepted, stands(UPDATE, WAITING, "b"), Fleet.message, {NO_SWEEP: e0_dies_with_its_messages}),
    "node: SCHEDULED and cast": Case(
        scheduled, stands(UPDATE, SCHEDULED), Fleet.message, {"lost_casts": e0_dies_with_its_messages}
    ),
    "node: SCHEDULED, its cast lost": Case(
        its_cast_lost, is_scheduled_and_not_cast, "lost_casts", {"lost_casts": e1_casts_in_vain_and_dies}
    ),
    "node: RUNNING by a live engine": Case(running, runs_on_the_first, e0_works, {"dead_engines": e0_dies}),
    "node: RUNNING by a dead engine": Case(
        after(running, e0_dies), runs_on_the_first, "dead_engines", {"dead_engines": e1_declares_it_and_dies}
    ),
    "node: RUNNING by an engine that lost sight of it": Case(
        lost_sight_of, runs_on_the_first, "lost_claims", {"dead_engines": e0_dies}
    ),
    "node: BLOCKED by a live holder": Case(
        blocked_by_a_creation, stands(UPDATE, BLOCKED), its_wait_ends, {"dead_engines": e0_dies}, "UPDATE_COMPLETE"
    ),
    "node: BLOCKED by a holder that yields": Case(
        blocked_deletion,
        stands(CLEANUP, BLOCKED),
        Fleet.request,
        {"lost_requests": messages_are_lost, "dead_engines": e0_dies},
        "DELETE_COMPLETE",
    ),
    "node: BLOCKED by a holder that deletes the row": Case(
        blocked_by_a_deletion,
        stands_at_any_row(CLEANUP, BLOCKED),
        its_wait_ends,
        {"lost_wakes": e0_dies_when_it_has_deleted_the_row, "dead_engines": e0_dies},
        "DELETE_COMPLETE",
    ),
    "node: BLOCKED, the wake-up lost": Case(
        after(blocked_by_a_creation, the_wake_is_lost),
        stands(UPDATE, BLOCKED),
        "lost_wakes",
        {"lost_wakes": e0_dies},
        "UPDATE_COMPLETE",
    ),
    "node: BLOCKED by a dead holder": Case(
        after(blocked_by_a_creation, e0_dies),
        stands(UPDATE, BLOCKED),
        "dead_engines",
        {"dead_engines": e1_declares_it_and_dies},
        "UPDATE_COMPLETE",
    ),
    "node: PAUSED at a hook": Case(
        at_a_hook, stands(UPDATE, PAUSED), cleared, {NO_SWEEP: after(cleared, e0_dies_with_its_messages)}
    ),
    "node: COMMIT SCHEDULED": Case(
        committing, stands(COMMIT, SCHEDULED), e0_does(COMMIT), {"lost_casts": e0_dies}, "UPDATE_COMPLETE"
    ),
    "node: EPILOGUE SCHEDULED": Case(ending, stands(EPILOGUE, SCHEDULED), e0_does(EPILOGUE), {"lost_casts": e0_dies}),
}
