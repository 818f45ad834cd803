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
from tests.waiting import wait_until

FOREVER = 3600
BETTER = "better times"
FAILING = {"type": "OS::Heat::TestResource", "properties": {"value": "x", "fail": True}}
STICKY = {"type": "OS::Heat::TestResource", "properties": {"value": "x", "action_wait_secs": {"delete": FOREVER}}}


def slow(value: str = "slow") -> dict[str, object]:
    return resource(value, action_wait_secs={"create": FOREVER})


def bring(story: Story, action: Action, status: Status) -> None:
    """Bring a stack into a state."""
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
            visit(story, action, status)
        case Action.ADOPT, _:
            adopt(story, status)
        case Action.RESTORE, _:
            restore(story, status)
        case Action.DELETE, Status.IN_PROGRESS:
            story.create(hot(a=STICKY))
            story.settle("CREATE_COMPLETE")
            story.delete()
        case Action.DELETE, Status.COMPLETE:
            story.create(hot())
            story.settle("CREATE_COMPLETE")
            story.delete()
    if status is Status.IN_PROGRESS:
        wait_until(lambda: story.order(action_of_resource(action), "IN_PROGRESS"), 30, "a step to begin", story.explain)
        assert story.state() == f"{action}_{status}"
    else:
        story.settle(f"{action}_{status}")


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


def visit(story: Story, action: Action, status: Status) -> None:
    """A suspension, a resumption or a check that takes a while (an update waits for its end), or has ended."""
    seconds = 3 if status is Status.IN_PROGRESS else 0
    waits = {} if action is Action.SNAPSHOT else {"action_wait_secs": {action.lower(): seconds}}
    story.create(hot(a=resource(**waits)))
    story.settle("CREATE_COMPLETE")
    if action is Action.RESUME:
        story.suspend()
        story.settle("SUSPEND_COMPLETE")
    if status is Status.FAILED:
        vanish(story, "a")
    perform(story, Operation(action.lower()))


def adopt(story: Story, status: Status) -> None:
    """An adoption that waits for a nested stack's creation, for which there are no data; or that has ended."""
    template = hot(a=resource(), n=inline(hot(x=slow()))) if status is Status.IN_PROGRESS else hot(a=resource())
    said = {} if status is Status.FAILED else {"a": {"resource_id": "theirs"}}
    story.adopt({"template": template, "files": {}, "resources": said})


def restore(story: Story, status: Status) -> None:
    """A restoration that takes a while, or has ended."""
    seconds = 3 if status is Status.IN_PROGRESS else 0
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
    bring(story, action, status)
    if operation is Operation.RESTORE:
        remember(story)
    said = MATRIX[action, status][operation]
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
        story.settle(expected(operation, status), seconds=30)


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
    wait_until(lambda: len(story.order("CREATE", "IN_PROGRESS")) == 30, 30, "all to begin", story.explain)
    story.delete()
    story.settle("DELETE_COMPLETE", seconds=20)


def test_a_cancelled_update_with_rollback_takes_slow_changes_back_and_keeps_the_resource(story: Story) -> None:
    story.create(hot(a=resource("1")))
    story.settle("CREATE_COMPLETE")
    before = story.physical_ids()
    story.update(hot(a=resource("2", action_wait_secs={"update": FOREVER})))
    wait_until(lambda: story.order("UPDATE", "IN_PROGRESS"), 30, "the update to begin", story.explain)
    story.cancel(rollback=True)
    story.settle("ROLLBACK_COMPLETE", seconds=20)
    assert story.physical_ids() == before
    shown = story.client.describe_stack_resource(story.context, story.identity, "a")
    assert shown["attributes"]["output"] == "1"


def test_a_cancelled_update_without_rollback_starts_nothing_new(story: Story) -> None:
    story.create(hot(a=resource("1")))
    story.settle("CREATE_COMPLETE")
    story.update(hot(a=resource("1"), b=slow(), c=resource(depends_on="b")))
    wait_until(lambda: "b" in story.order("CREATE", "IN_PROGRESS"), 30, "b to begin", story.explain)
    story.cancel(rollback=False)
    assert story.state() == "UPDATE_FAILED"
    assert story.resources()["c"]["resource_action"] == "INIT"
    story.update(hot(a=resource("1")))
    story.settle("UPDATE_COMPLETE", seconds=20)
    story.verify("a")
