"""Which operation may interrupt which, as data; and what happens to a resource that is still at the old one.

An operation on a stack in some state is refused, as Heat refuses it, or supersedes what the stack is at; a DELETE of a
stack that is being deleted joins it. ``MATRIX`` has a cell for every state and operation; doc/matrix.md shows it.

What visits a stack's resources (SUSPEND, RESUME, CHECK, SNAPSHOT) and makes no template true never supersedes what
runs: half a template would be COMPLETE. A change of the template supersedes a RESUME, whose rest it does itself, and a
CHECK; and is refused while the stack is suspended.

A resource that is held by a step of the superseded traversal when the new one reaches it (``yields``):

    the new traversal would delete it            the step is let go of at once: what it makes is not wanted
    a ROLLBACK would update it, and so does it   let go of: the same properties are set again, to the old values
    it only waits for a nested stack             let go of: the newer step tells the nested stack what is wanted now
    anything else                                is waited for: it goes on to its end, then the new traversal looks

Letting go of a step never undoes it. Its progress stays in the row, and whoever takes the row next knows of it.
"""

from __future__ import annotations

import enum

from heatlite import exception
from heatlite.convergence.model import Action, NodeKind, Status


class Operation(enum.StrEnum):
    """An operation that a client asks for."""

    UPDATE = "update"
    DELETE = "delete"
    CANCEL = "cancel"
    """Stop where we are: what runs finishes, nothing new starts."""
    ROLL_BACK = "cancel with rollback"
    SUSPEND = "suspend"
    RESUME = "resume"
    CHECK = "check"
    SNAPSHOT = "snapshot"
    RESTORE = "restore"


class Answer(enum.StrEnum):
    """The answer to an operation."""

    SUPERSEDE = "supersedes"
    JOIN = "joins"
    END = "ends it"
    ALREADY = "already so"
    DELETING = "refused: being deleted"
    GONE = "refused: gone"
    NOTHING_TO_CANCEL = "refused: nothing to cancel"
    SUSPENDED = "refused: suspended"
    BUSY = "refused: in progress"


RUNNING, COMPLETE, FAILED = Status.IN_PROGRESS, Status.COMPLETE, Status.FAILED
VISITING = (Operation.SUSPEND, Operation.RESUME, Operation.CHECK, Operation.SNAPSHOT)
Row = dict[Operation, Answer]

NO_CANCEL: Row = dict.fromkeys((Operation.CANCEL, Operation.ROLL_BACK), Answer.NOTHING_TO_CANCEL)
BUSY: Row = dict.fromkeys((*VISITING, Operation.RESTORE), Answer.BUSY)
AT_REST: Row = {**dict.fromkeys((*VISITING, Operation.RESTORE), Answer.SUPERSEDE), **NO_CANCEL}
CHANGE: Row = {Operation.UPDATE: Answer.SUPERSEDE, Operation.DELETE: Answer.SUPERSEDE}
AWAKE: Row = {**CHANGE, **AT_REST}
ASLEEP: Row = {**AWAKE, **dict.fromkeys((Operation.UPDATE, Operation.RESTORE), Answer.SUSPENDED)}
GOING: Row = dict.fromkeys((*VISITING, Operation.UPDATE, Operation.RESTORE), Answer.DELETING)

MAKING: dict[Status, Row] = {
    RUNNING: {**CHANGE, **BUSY, **NO_CANCEL, Operation.CANCEL: Answer.END},
    COMPLETE: AWAKE,
    FAILED: AWAKE,
}
CHANGING: dict[Status, Row] = {**MAKING, RUNNING: {**MAKING[RUNNING], Operation.ROLL_BACK: Answer.SUPERSEDE}}
LOOKING: dict[Status, Row] = {**MAKING, RUNNING: {**CHANGE, **BUSY, **NO_CANCEL}}

BY_ACTION: dict[Action, dict[Status, Row]] = {
    Action.CREATE: MAKING,
    Action.UPDATE: CHANGING,
    Action.ROLLBACK: LOOKING,
    Action.DELETE: {
        RUNNING: {**GOING, **NO_CANCEL, Operation.DELETE: Answer.JOIN},
        COMPLETE: dict.fromkeys(Operation, Answer.GONE),
        FAILED: {**GOING, **NO_CANCEL, Operation.DELETE: Answer.SUPERSEDE},
    },
    Action.SUSPEND: {
        RUNNING: {**LOOKING[RUNNING], Operation.UPDATE: Answer.SUSPENDED},
        COMPLETE: {**ASLEEP, Operation.SUSPEND: Answer.ALREADY},
        FAILED: ASLEEP,
    },
    Action.RESUME: {**LOOKING, COMPLETE: {**AWAKE, Operation.RESUME: Answer.ALREADY}},
    Action.CHECK: LOOKING,
    Action.SNAPSHOT: {**LOOKING, RUNNING: {**LOOKING[RUNNING], Operation.UPDATE: Answer.BUSY}},
    Action.ADOPT: MAKING,
    Action.RESTORE: CHANGING,
}
MATRIX: dict[tuple[Action, Status], Row] = {
    (action, status): row for action, rows in BY_ACTION.items() for status, row in rows.items()
}

DOING = {
    Operation.UPDATE: "Updating",
    Operation.SUSPEND: "Suspending",
    Operation.RESUME: "Resuming",
    Operation.CHECK: "Checking",
    Operation.SNAPSHOT: "Taking a snapshot of",
    Operation.RESTORE: "Restoring",
}


def admit(stack_name: str, action: Action, status: Status, operation: Operation) -> Answer:
    """Admit or refuse an operation on a stack in this state. Return how it begins: SUPERSEDE, JOIN, END or ALREADY.

    :raises NotSupported: where the state refuses it, in Heat's words
    :raises ActionInProgress: where something runs that the operation doesn't interrupt
    :raises EntityNotFound: where the stack is gone
    """
    match MATRIX[action, status][operation]:
        case Answer.DELETING:
            raise exception.NotSupported(feature=f"{DOING[operation]} a stack when it is deleting")
        case Answer.SUSPENDED:
            raise exception.NotSupported(feature=f"{DOING[operation]} a stack when it is suspended")
        case Answer.BUSY:
            raise exception.ActionInProgress(stack_name=stack_name, action=action)
        case Answer.NOTHING_TO_CANCEL:
            raise exception.NotSupported(feature=f"Cancelling update when stack is {action}_{status}")
        case Answer.GONE:
            raise exception.EntityNotFound(entity="Stack", name=stack_name)
        case allowed:
            return allowed


def yields(step: Action, wanting: Action, node: NodeKind, *, preemptible: bool = False) -> bool:
    """Whether a step is let go of for a newer traversal that waits for its row.

    :param step: what the step is doing to the row
    :param wanting: the action of the newer traversal
    :param node: what kind of node of that traversal waits
    :param preemptible: the step does nothing but wait for a nested stack
    """
    if node is NodeKind.CLEANUP:
        return step is not Action.DELETE  # which is what the newer traversal wants too
    return preemptible or (wanting is Action.ROLLBACK and step is Action.UPDATE)
