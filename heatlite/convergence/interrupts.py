"""Which operation may interrupt which: data, and one function that reads it.

running or ended with                     UPDATE        DELETE
─────────────────────────────────────     ──────────    ──────────
CREATE, UPDATE, ROLLBACK in progress      supersedes    supersedes
the same, COMPLETE or FAILED              allowed       allowed
DELETE in progress                        refused       joins it
DELETE failed                             allowed       allowed
"""

from __future__ import annotations

from heatlite import exception
from heatlite.convergence.model import Action, Status

REFUSED: dict[tuple[Action, Status], frozenset[Action]] = {
    (Action.DELETE, Status.IN_PROGRESS): frozenset({Action.UPDATE}),
    (Action.DELETE, Status.COMPLETE): frozenset({Action.UPDATE, Action.DELETE}),
}


def check(stack_name: str, action: Action, status: Status, operation: Action) -> None:
    """Let an operation on a stack in this state through.

    :raises ActionInProgress: where what is running must not be interrupted by it
    :raises EntityNotFound: where the stack is gone
    """
    if operation not in REFUSED.get((action, status), frozenset()):
        return
    if status is Status.COMPLETE:
        raise exception.EntityNotFound(entity="Stack", name=stack_name)
    raise exception.ActionInProgress(stack_name=stack_name, action=action)
