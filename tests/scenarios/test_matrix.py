"""The matrix of interruptions on real engines: every cell that lets an operation through, and what becomes of steps."""

from __future__ import annotations

import datetime
import uuid

import pytest

from heatlite import exception
from heatlite.context import EngineContext
from heatlite.convergence.interrupts import MATRIX, Answer, Operation
from heatlite.convergence.model import Action, Status
from heatlite.db import snapshots
from tests.family import inline
from tests.story import Story, hot, resource, vanish
from tests.waiting import PATIENCE, wait_until

FOREVER = 3600
A_WHILE = (3.0, 30.0, 300.0)
"""Seconds for which something is under way that an operation waits for; the later ones where a machine needs longer."""
BETTER = "better times"
FAILING = {"type": "OS::Heat::TestResource", "properties": {"value": "x", "fail": True}}
STICKY = {"type": "OS::Heat::TestResource", "properties": {"value": "x", "action_wait_secs": {"delete": FOREVER}}}


def slow(value: str = "slow") -> dict[str, object]:
    return resource(value, action_wait_secs={"create": FOREVER})


def bring(story: Story, action: Action, status: Status, seconds: float = 0) -> bool:
    """Bring a stack into a state.

    :param seconds: for which it stays in a state of being in progress, where that takes no longer anyway
    :returns: whether it is still in this state: one in progress may be over by now
    """
    match action, status:
        case Action.CREATE, Status.IN_PROGRESS:
            story.create(hot(a=resource(), b=slow()))
        case Action.CREATE, Status.COMPLETE:
            story.create(hot(a=resource()))
        case Action.CREATE, Status.FAILED:
            story.create(hot(a=resource(), b=FAILING))
        case Action.UPDATE, _:
            story.create(hot(a=resource()))
            story.settle("CREATE_COMPLETE")
            second = {Status.IN_PROGRESS: slow(), Status.COMPLETE: resource("2"), Status.FAILED: FAILING}[status]
            story.update(hot(a=resource("2"), b=second))
        case Action.ROLLBACK, _:
            roll_back(story, status)
        case ((Action.SUSPEND | Action.RESUME | Action.CHECK | Action.SNAPSHOT), _):
            visit(story, action, seconds, fails=status is Status.FAILED)
        case Action.ADOPT, _:
            adopt(story, status)
        case Action.RESTORE, _:
            restore(story, seconds)
        case Action.DELETE, Status.IN_PROGRESS:
            story.create(hot(a=STICKY))
            story.settle("CREATE_COMPLETE")
            story.delete()
        case Action.DELETE, Status.COMPLETE:
            story.create(hot())
            story.settle("CREATE_COMPLETE")
            story.delete()
    if status is Status.IN_PROGRESS:
        wait_until(
            lambda: story.order(action_of_resource(action), "IN_PROGRESS"), PATIENCE, "a step to begin", story.explain
        )
        return story.state() == f"{action}_{status}"
    story.settle(f"{action}_{status}")
    return True


def action_of_resource(action: Action) -> str:
    """What the resource that holds the stack in this state is at."""
    stands_for = {Action.UPDATE: "CREATE", Action.ROLLBACK: "DELETE", Action.RESTORE: "UPDATE"}
    return stands_for.get(action, action)


def roll_back(story: Story, status: Status) -> None:
    """A rollback that takes a while, or has ended."""
    goes_slowly = resource("2", action_wait_secs={"delete": 2})
    added = goes_slowly if status is Status.IN_PROGRESS else resource("2")
    story.create(hot(a=resource()), rollback=True)
    story.settle("CREATE_COMPLETE")
    story.update(hot(a=resource(), added=added, bad={**FAILING, "depends_on": "added"}))


def visit(story: Story, action: Action, seconds: float, *, fails: bool) -> None:
    """A suspension, a resumption or a check that takes a while (an update waits for its end), or has ended."""
    waits = {} if action is Action.SNAPSHOT else {"action_wait_secs": {action.lower(): seconds}}
    story.create(hot(a=resource(**waits)))
    story.settle("CREATE_COMPLETE")
    if action is Action.RESUME:
        story.suspend()
        story.settle("SUSPEND_COMPLETE")
    if fails:
        vanish(story, "a")
    perform(story, Operation(action.lower()))


def adopt(story: Story, status: Status) -> None:
    """An adoption that waits for a nested stack's creation, for which there are no data; or that has ended."""
    template = hot(a=resource(), n=inline(hot(x=slow()))) if status is Status.IN_PROGRESS else hot(a=resource())
    said = {} if status is Status.FAILED else {"a": {"resource_id": "theirs"}}
    story.adopt({"template": template, "files": {}, "resources": said})


def restore(story: Story, seconds: float) -> None:
    """A restoration that takes a while, or has ended."""
    story.create(hot(a=resource("1", action_wait_secs={"update": seconds})))
    story.settle("CREATE_COMPLETE")
    then = story.snapshot()
    story.settle("SNAPSHOT_COMPLETE")
    story.update(hot(a=resource("2")))
    story.settle("UPDATE_COMPLETE")
    story.restore(then)


def is_reached(action: Action, status: Status) -> bool:
    """Whether a story can bring a stack there. OS::Heat::TestResource can't fail to be deleted, say, and what it takes
    no snapshot of can't take a while."""
    if action in (Action.ROLLBACK, Action.DELETE, Action.SUSPEND, Action.RESUME) and status is Status.FAILED:
        return False
    return (action, status) not in UNREACHED


UNREACHED = {
    (Action.SNAPSHOT, Status.IN_PROGRESS),
    (Action.SNAPSHOT, Status.FAILED),
    (Action.RESTORE, Status.FAILED),
}
"""tests/functional/engine/test_snapshots.py has a type that is slow, and one that fails."""
REACHED = [state for state in MATRIX if is_reached(*state)]
OPERATIONS = list(Operation)


@pytest.mark.parametrize(("action", "status"), REACHED, ids=[f"{action}-{status}" for action, status in REACHED])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_cell(story: Story, action: Action, status: Status, operation: Operation) -> None:
    said = MATRIX[action, status][operation]
    story = brought(story, action, status, is_waited_for=said is Answer.SUPERSEDE)
    if operation is Operation.RESTORE:
        remember(story)
    if said.startswith("refused"):
        with pytest.raises((exception.NotSupported, exception.EntityNotFound, exception.ActionInProgress)):
            perform(story, operation)
        assert story.state() == f"{action}_{status}"
        return
    perform(story, operation)
    if said is Answer.JOIN:
        assert story.state() == "DELETE_IN_PROGRESS"
    elif said is Answer.ALREADY:
        assert story.state() == f"{action}_{status}"
    elif said is Answer.END:
        assert story.show()["stack_status_reason"] == f"Stack {action} cancelled"
        assert story.state() == f"{action}_FAILED"
    else:
        story.settle(expected(operation, status))


def brought(story: Story, action: Action, status: Status, *, is_waited_for: bool) -> Story:
    """A story whose stack is in this state now, and stays there.

    :param is_waited_for: what comes next may wait for the end of what is in progress: no longer than a machine needs
    """
    for seconds in A_WHILE if is_waited_for else (FOREVER,):
        if bring(story, action, status, seconds if status is Status.IN_PROGRESS else 0):
            return story
        story = Story(story.deployment)
    pytest.fail(f"{action} was never in progress long enough for anything to meet it")


def expected(operation: Operation, status: Status) -> str:
    """How an operation that is let through ends."""
    if operation is Operation.ROLL_BACK:
        return "ROLLBACK_COMPLETE"
    finds_damage = operation is Operation.CHECK and status is Status.FAILED
    return f"{operation.upper()}_{'FAILED' if finds_damage else 'COMPLETE'}"


def remember(story: Story) -> None:
    """A snapshot of the stack from some better time, to be restored."""
    data = {"template": hot(a=resource("0")), "environment": {}, "files": {}, "resources": {}}
    values = {"id": str(uuid.uuid4()), "stack_id": story.identity["stack_id"], "tenant": "", "name": BETTER}
    state = {"action": "CREATE", "status": "COMPLETE", "created_at": datetime.datetime(2026, 1, 1)}
    snapshots.insert(EngineContext(story.deployment.database), {**values, **state, "data": data})


def remembered(story: Story) -> str:
    """The id of that snapshot; of some other, where the stack is gone and nobody is asked."""
    stack_id = story.identity["stack_id"]
    kept = snapshots.of_stack(EngineContext(story.deployment.database), stack_id)
    return next((it.id for it in kept if it.name == BETTER), stack_id)


def perform(story: Story, operation: Operation) -> None:
    match operation:
        case Operation.SNAPSHOT:
            story.snapshot()
        case Operation.RESTORE:
            story.restore(remembered(story))
        case Operation.UPDATE:
            story.update(hot(a=resource("3")))
        case Operation.DELETE:
            story.delete()
        case Operation.CANCEL | Operation.ROLL_BACK:
            story.cancel(rollback=operation is Operation.ROLL_BACK)
        case Operation.SUSPEND:
            story.suspend()
        case Operation.RESUME:
            story.resume()
        case Operation.CHECK:
            story.check()


def test_a_delete_doesnt_wait_for_a_creation_that_would_take_hours(story: Story) -> None:
    story.create(hot(**{f"r{number}": slow() for number in range(30)}))
    wait_until(lambda: len(story.order("CREATE", "IN_PROGRESS")) == 30, PATIENCE, "all to begin", story.explain)
    story.delete()
    story.settle("DELETE_COMPLETE")


def test_a_cancelled_update_with_rollback_takes_slow_changes_back_and_keeps_the_resource(story: Story) -> None:
    story.create(hot(a=resource("1")))
    story.settle("CREATE_COMPLETE")
    before = story.physical_ids()
    story.update(hot(a=resource("2", action_wait_secs={"update": FOREVER})))
    wait_until(lambda: story.order("UPDATE", "IN_PROGRESS"), PATIENCE, "the update to begin", story.explain)
    story.cancel(rollback=True)
    story.settle("ROLLBACK_COMPLETE")
    assert story.physical_ids() == before
    shown = story.client.describe_stack_resource(story.context, story.identity, "a")
    assert shown["attributes"]["output"] == "1"


def test_a_cancelled_update_without_rollback_starts_nothing_new(story: Story) -> None:
    story.create(hot(a=resource("1")))
    story.settle("CREATE_COMPLETE")
    story.update(hot(a=resource("1"), b=slow(), c=resource(depends_on="b")))
    wait_until(lambda: "b" in story.order("CREATE", "IN_PROGRESS"), PATIENCE, "b to begin", story.explain)
    story.cancel(rollback=False)
    assert story.state() == "UPDATE_FAILED"
    assert story.resources()["c"]["resource_action"] == "INIT"
    story.update(hot(a=resource("1")))
    story.settle("UPDATE_COMPLETE")
    story.verify("a")
