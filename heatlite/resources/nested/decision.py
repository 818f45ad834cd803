"""Decide what the parent does about its child, from the child's state. Pure and level-based: no message is remembered.

The parent wants the child to be at *its own* operation, and names the operation that its own one follows. If a message
arrives late or twice, the child is at another operation by then, and nothing happens::

    the child's state          to create or update              to delete
    ─────────────────          ───────────────────              ─────────
    none, there never was one  Send                             Send          a late creation must find the deletion
    our operation, running     Wait                             Wait
    our operation, COMPLETE    Complete                         Complete
    our operation, FAILED      Fail                             Fail
    deleted                    Fail                             Complete
    a deletion, running        Fail                             Wait
    the operation to follow    Send                             Send
    any other operation        Again: choose a new operation that follows that one

SUSPEND, RESUME and CHECK visit only what exists. Such an operation supersedes no running operation, so it waits until
the child's present operation ends::

    the child's state          to suspend or resume             to check
    ─────────────────          ────────────────────             ────────
    none, deleted, or a        Complete: there is nothing       Fail
    deletion
    our operation              as above
    any running operation      Wait
    anything else              as above
"""

from __future__ import annotations

from dataclasses import dataclass

from heatlite.resources.nested.port import ChildView, Goal, Verb

MISSING = "There is no such nested stack"
DELETED = "The nested stack was deleted while it was waited for"
IN_PROGRESS, COMPLETE, FAILED = "IN_PROGRESS", "COMPLETE", "FAILED"


@dataclass(frozen=True, slots=True)
class Send:
    """Send the operation (again). ``creates``: there is no child yet."""

    creates: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """The operation is in progress, or another one has to end first."""


@dataclass(frozen=True, slots=True)
class Complete:
    """The child is as wanted."""


@dataclass(frozen=True, slots=True)
class Fail:
    """The child can't become as wanted."""

    reason: str


@dataclass(frozen=True, slots=True)
class Again:
    """Another operation came first: ours has to follow that one."""

    follows: str


Decision = Send | Wait | Complete | Fail | Again


def is_lost(child: ChildView | None) -> bool:
    """Tell whether an update needs a new resource: the child was deleted, and a stack's id isn't used twice."""
    return child is not None and (child.is_gone or child.action == Verb.DELETE)


def is_at_goal(child: ChildView | None, goal: Goal, operation_id: str | None, *, leaves_garbage: bool) -> bool:
    """Tell whether an update of the child has nothing to do. The engine and plans ask it.

    After a visit the update has something to do: a visit brings no template into effect.

    :param operation_id: the operation that the parent's resource has recorded
    :param leaves_garbage: whether the child keeps what its template no longer has, for a rollback of the root
    """
    if child is None or child.is_gone or child.action not in (Verb.CREATE, Verb.UPDATE):
        return False
    is_ours = child.operation_id == operation_id
    is_clean = not child.has_garbage or leaves_garbage
    return is_ours and is_clean and child.status == COMPLETE and child.goal == goal


def decide_about_child(verb: Verb, operation_id: str, follows: str | None, view: ChildView | None) -> Decision:
    """Decide the parent's next action.

    :param operation_id: the id of our operation
    :param follows: the operation that the child is expected to show before ours
    """
    if verb.is_visit and (view is None or view.is_gone or view.action == Verb.DELETE):
        return Fail(MISSING) if verb is Verb.CHECK else Complete()
    if view is None:
        return Send(creates=True)
    is_deletion = verb is Verb.DELETE
    if view.is_gone:
        return Complete() if is_deletion else Fail(DELETED)
    if view.operation_id == operation_id:
        return own(view)
    if view.action == Verb.DELETE and (not is_deletion or view.status == IN_PROGRESS):
        return Wait() if is_deletion else Fail(DELETED)
    if verb.is_visit and view.status == IN_PROGRESS:
        return Wait()
    return Send() if view.operation_id == follows else Again(view.operation_id)


def own(view: ChildView) -> Decision:
    """Return the decision for the status of our operation."""
    match view.status:
        case "COMPLETE":
            return Complete()
        case "FAILED":
            return Fail(view.reason)
        case _:
            return Wait()
