"""Which operation may interrupt which, as data; and what happens to a resource that is still at the old one.

An operation on a stack in some state is refused, as Heat refuses it, or supersedes what the stack is at; a DELETE of a
stack that is being deleted joins it. ``MATRIX`` has a cell for every state and operation; doc/matrix.md shows it.

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
    """What a client asks for."""

    UPDATE = "update"
    DELETE = "delete"
    CANCEL = "cancel"
    """Stop where we are: what runs finishes, nothing new starts."""
    ROLL_BACK = "cancel with rollback"


class Answer(enum.StrEnum):
    """What becomes of it."""

    SUPERSEDE = "supersedes"
    JOIN = "joins"
    END = "ends it"
    DELETING = "refused: being deleted"
    GONE = "refused: gone"
    NOTHING_TO_CANCEL = "refused: nothing to cancel"


RUNNING, COMPLETE, FAILED = Status.IN_PROGRESS, Status.COMPLETE, Status.FAILED
NO_CANCEL = {Operation.CANCEL: Answer.NOTHING_TO_CANCEL, Operation.ROLL_BACK: Answer.NOTHING_TO_CANCEL}
CHANGE = {Operation.UPDATE: Answer.SUPERSEDE, Operation.DELETE: Answer.SUPERSEDE}

MATRIX: dict[tuple[Action, Status], dict[Operation, Answer]] = {
    (Action.CREATE, RUNNING): {**CHANGE, **NO_CANCEL, Operation.CANCEL: Answer.END},
    (Action.CREATE, COMPLETE): {**CHANGE, **NO_CANCEL},
    (Action.CREATE, FAILED): {**CHANGE, **NO_CANCEL},
    (Action.UPDATE, RUNNING): {**CHANGE, Operation.CANCEL: Answer.END, Operation.ROLL_BACK: Answer.SUPERSEDE},
    (Action.UPDATE, COMPLETE): {**CHANGE, **NO_CANCEL},
    (Action.UPDATE, FAILED): {**CHANGE, **NO_CANCEL},
    (Action.ROLLBACK, RUNNING): {**CHANGE, **NO_CANCEL},
    (Action.ROLLBACK, COMPLETE): {**CHANGE, **NO_CANCEL},
    (Action.ROLLBACK, FAILED): {**CHANGE, **NO_CANCEL},
    (Action.DELETE, RUNNING): {**NO_CANCEL, Operation.UPDATE: Answer.DELETING, Operation.DELETE: Answer.JOIN},
    (Action.DELETE, COMPLETE): dict.fromkeys(Operation, Answer.GONE),
    (Action.DELETE, FAILED): {**NO_CANCEL, Operation.UPDATE: Answer.DELETING, Operation.DELETE: Answer.SUPERSEDE},
}


def answer(stack_name: str, action: Action, status: Status, operation: Operation) -> Answer:
    """What becomes of an operation on a stack in this state: SUPERSEDE, JOIN or END.

    :raises NotSupported: where the state refuses it, in Heat's words
    :raises EntityNotFound: where the stack is gone
    """
    match MATRIX[action, status][operation]:
        case Answer.DELETING:
            raise exception.NotSupported(feature="Updating a stack when it is deleting")
        case Answer.NOTHING_TO_CANCEL:
            raise exception.NotSupported(feature=f"Cancelling update when stack is {action}_{status}")
        case Answer.GONE:
            raise exception.EntityNotFound(entity="Stack", name=stack_name)
        case allowed:
            return allowed


def yields(step: Action, wanting: Action, node: NodeKind, *, only_waits: bool = False) -> bool:
    """Whether a step is let go of for a newer traversal that waits for its row.

    :param step: what the step is doing to the row
    :param wanting: the action of the newer traversal
    :param node: what kind of node of that traversal waits
    :param only_waits: the step does nothing but wait for a nested stack
    """
    if node is NodeKind.CLEANUP:
        return step is not Action.DELETE  # which is what the newer traversal wants too
    return only_waits or (wanting is Action.ROLLBACK and step is Action.UPDATE)
