"""StackResource: what it records, sends and waits for; and the table of ``nested.decision``, walked."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from heatlite.resources.builtin.stack import Stack
from heatlite.resources.instance import Instance
from heatlite.resources.nested.decision import (
    DELETED,
    MISSING,
    Again,
    Complete,
    Decision,
    Fail,
    Send,
    Wait,
    decide_about_child,
)
from heatlite.resources.nested.failure import NestedStackFailed
from heatlite.resources.nested.port import ChildView, Goal, Unavailable, Verb
from heatlite.resources.nested.testing import StacksInMemory
from heatlite.resources.outcomes import Done, Failed, Replace, Waiting
from heatlite.resources.steps import poll, start
from heatlite.resources.testing import FakeClock, carried, drive, instance_of

TEMPLATE = "heat_template_version: 2021-04-16"
GOAL = Goal(1)
ALIVE, DELETE = (Verb.CREATE, Verb.UPDATE), (Verb.DELETE,)
TURNS, CHECK = (Verb.SUSPEND, Verb.RESUME), (Verb.CHECK,)
VISITS = (*TURNS, *CHECK)


def child(operation: str = "ours", state: str = "CREATE_IN_PROGRESS", *, is_gone: bool = False) -> ChildView:
    action, _, status = state.partition("_")
    return ChildView(operation, action, status, "why", is_gone, GOAL)


@pytest.mark.parametrize(
    ("verbs", "view", "wanted"),
    [
        ((*ALIVE, *DELETE), None, Send(creates=True)),
        ((*ALIVE, *DELETE), child(), Wait()),
        ((*ALIVE, *DELETE), child(state="UPDATE_COMPLETE"), Complete()),
        ((*ALIVE, *DELETE), child(state="UPDATE_FAILED"), Fail("why")),
        (ALIVE, child("another", is_gone=True), Fail(DELETED)),
        (DELETE, child("another", is_gone=True), Complete()),
        (ALIVE, child("another", "DELETE_IN_PROGRESS"), Fail(DELETED)),
        (DELETE, child("another", "DELETE_IN_PROGRESS"), Wait()),
        (ALIVE, child("before", "DELETE_FAILED"), Fail(DELETED)),
        (DELETE, child("before", "DELETE_FAILED"), Send()),
        ((*ALIVE, *DELETE), child("before", "UPDATE_FAILED"), Send()),
        ((*ALIVE, *DELETE), child("another"), Again("another")),
        (TURNS, None, Complete()),
        (CHECK, None, Fail(MISSING)),
        (TURNS, child("before", is_gone=True), Complete()),
        (CHECK, child("before", is_gone=True), Fail(MISSING)),
        (TURNS, child("another", "DELETE_FAILED"), Complete()),
        (CHECK, child("another", "DELETE_FAILED"), Fail(MISSING)),
        (VISITS, child(state="SUSPEND_IN_PROGRESS"), Wait()),
        (VISITS, child(state="CHECK_COMPLETE"), Complete()),
        (VISITS, child(state="CHECK_FAILED"), Fail("why")),
        (VISITS, child("before", "UPDATE_IN_PROGRESS"), Wait()),
        (VISITS, child("before", "UPDATE_FAILED"), Send()),
        (VISITS, child("another", "UPDATE_IN_PROGRESS"), Wait()),
        (VISITS, child("another", "UPDATE_COMPLETE"), Again("another")),
    ],
)
def test_what_is_done_follows_from_what_the_child_shows(
    verbs: tuple[Verb, ...], view: ChildView | None, wanted: Decision
) -> None:
    assert {decide_about_child(verb, "ours", "before", view) for verb in verbs} == {wanted}


@pytest.fixture
def stacks() -> StacksInMemory:
    return StacksInMemory()


def made(stacks: StacksInMemory, **properties: Any) -> Instance:
    """A nested stack that is complete."""
    blank = instance_of(Stack, {"template": TEMPLATE, **properties}, nested=stacks)
    outcome = drive(Stack, "CREATE", instance=blank)
    assert isinstance(outcome, Done)
    return carried(blank, outcome)


def test_nothing_is_sent_before_the_operation_can_have_been_recorded(stacks: StacksInMemory) -> None:
    first = start(Stack(instance_of(Stack, {"template": TEMPLATE}, nested=stacks)), "CREATE")
    assert isinstance(first, Waiting)
    assert stacks.sent == []
    assert (first.poll_after, first.physical_id) == (0, "3b241101-e2bb-4255-8caf-4136c566a962")


def test_a_message_that_is_lost_is_sent_again_after_longer_and_longer(stacks: StacksInMemory) -> None:
    stacks.ends, clock = "LOST", FakeClock()
    instance = instance_of(Stack, {"template": TEMPLATE}, clock, nested=stacks)
    outcome, pauses = start(Stack(instance), "CREATE"), []
    for _ in range(8):
        assert isinstance(outcome, Waiting)
        clock.advance(outcome.poll_after)
        outcome = poll(Stack(carried(instance, outcome)), "CREATE", outcome.progress)
        pauses.append(outcome.poll_after if isinstance(outcome, Waiting) else None)
    assert pauses == [1, 1, 2, 4, 8, 16, 30, 30]
    assert len({begin.operation_id for begin in stacks.sent}) == 1


def test_an_update_that_finds_its_goal_reached_sends_nothing(stacks: StacksInMemory) -> None:
    instance = made(stacks)
    assert isinstance(start(Stack(instance), "UPDATE", {}), Done)
    assert len(stacks.sent) == 1


def test_an_update_follows_what_the_child_shows(stacks: StacksInMemory) -> None:
    instance = made(stacks)
    changed = dataclasses.replace(instance, properties={**instance.properties, "parameters": {"a": 1}})
    assert isinstance(drive(Stack, "UPDATE", instance=changed), Done)
    assert [(begin.verb, begin.follows) for begin in stacks.sent] == [("CREATE", None), ("UPDATE", "operation-1")]


@pytest.mark.parametrize("action", VISITS)
def test_a_visit_is_sent_on_without_a_template(stacks: StacksInMemory, action: Verb) -> None:
    instance = made(stacks)
    outcome = drive(Stack, action, instance=instance)
    assert isinstance(outcome, Done)
    assert (stacks.sent[-1].verb, stacks.sent[-1].goal, stacks.sent[-1].follows) == (action, None, "operation-1")


def test_after_a_visit_an_update_goes_down_though_its_goal_is_the_same(stacks: StacksInMemory) -> None:
    instance = made(stacks)
    visited = drive(Stack, "CHECK", instance=instance)
    assert isinstance(visited, Done)
    assert isinstance(drive(Stack, "UPDATE", instance=carried(instance, visited)), Done)
    assert [begin.verb for begin in stacks.sent] == ["CREATE", "CHECK", "UPDATE"]


def test_another_operation_in_between_is_followed_by_a_new_one_of_ours(stacks: StacksInMemory) -> None:
    instance = made(stacks)
    changed = dataclasses.replace(instance, properties={**instance.properties, "parameters": {"a": 1}})
    outcome = start(Stack(changed), "UPDATE", {})
    assert isinstance(outcome, Waiting)
    stacks.children[instance.uuid] = child("a user's", "UPDATE_COMPLETE")
    while isinstance(outcome, Waiting):
        outcome = poll(Stack(carried(changed, outcome)), "UPDATE", outcome.progress)
    assert isinstance(outcome, Done)
    assert stacks.sent[-1].follows == "a user's"
    assert stacks.children[instance.uuid].operation_id == outcome.data["operation_id"] == "operation-3"


def test_a_child_that_is_gone_is_replaced_by_an_update(stacks: StacksInMemory) -> None:
    instance = made(stacks)
    stacks.children[instance.uuid] = child("another", "DELETE_COMPLETE", is_gone=True)
    assert isinstance(start(Stack(instance), "UPDATE", {}), Replace)


def test_a_failure_names_the_way_to_the_resource(stacks: StacksInMemory) -> None:
    stacks.ends = "FAILED"
    outcome = drive(Stack, "CREATE", instance=instance_of(Stack, {"template": TEMPLATE}, nested=stacks))
    assert isinstance(outcome, Failed)
    assert outcome.physical_id is not None
    told = NestedStackFailed("Resource CREATE failed: ValueError: resources.3: it broke").under("group")
    assert told == "ValueError: resources.group.resources.3: it broke"
    told = NestedStackFailed("Resource CHECK failed: 3: ValueError: resources.3: gone; 4: it too").under("group")
    assert told == "ValueError: resources.group.resources.3: gone; 4: it too"
    assert NestedStackFailed("Create timed out").under("group") == "resources.group: Create timed out"


def test_what_was_left_is_collected_by_the_same_goal_again(stacks: StacksInMemory) -> None:
    instance = made(stacks)
    assert isinstance(drive(Stack, "COLLECT", instance=instance), Done)
    assert len(stacks.sent) == 1
    stacks.children[instance.uuid] = dataclasses.replace(stacks.children[instance.uuid], has_garbage=True)
    assert isinstance(drive(Stack, "COLLECT", instance=instance), Done)
    assert (stacks.sent[-1].goal, stacks.sent[-1].collects) == (stacks.sent[0].goal, True)


def test_an_engine_that_cannot_answer_fails_nothing(stacks: StacksInMemory, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(child_id: str) -> None:
        raise Unavailable("the database is away")

    instance = made(stacks)
    monkeypatch.setattr(stacks, "look", away)
    with pytest.raises(Unavailable):
        start(Stack(instance), "DELETE")
