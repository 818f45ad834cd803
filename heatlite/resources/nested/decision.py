"""What the parent does about its child, from what the child shows. Pure, and level-based: no message is remembered.

The parent wants the child to be at *its own* operation. It says which operation that is to follow, so that a message
that comes late or twice finds the child at another one, and does nothing::

    the child shows            to be made or changed            to be deleted
    ───────────────            ─────────────────────            ─────────────
    nothing, never did         Send                             Send          a late create must find that it is over
    our operation, running     Wait                             Wait
    our operation, COMPLETE    Complete                         Complete
    our operation, FAILED      Fail                             Fail
    that it is gone            Fail                             Complete
    a deletion, running        Fail                             Wait
    what ours is to follow     Send                             Send
    any other operation        Again: choose a new operation, to follow that one

To be suspended, resumed or checked is only what is there. Such an operation supersedes nothing that runs, so that it
waits for the end of whatever the child is at::

    the child shows            to be suspended, resumed         to be checked
    ───────────────            ────────────────────────         ─────────────
    nothing, a deletion, or    Complete: there is nothing       Fail
    that it is gone
    our operation              as above
    what runs                  Wait
    anything else              as above
"""

from __future__ import annotations

from dataclasses import dataclass

from heatlite.resources.nested.port import ChildView, Verb

MISSING = "There is no such nested stack"
DELETED = "The nested stack was deleted while it was waited for"
IN_PROGRESS, COMPLETE, FAILED = "IN_PROGRESS", "COMPLETE", "FAILED"


@dataclass(frozen=True, slots=True)
class Send:
    """Ask for the operation (again). ``creates``: there is no child yet."""

    creates: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """It is under way."""


@dataclass(frozen=True, slots=True)
class Complete:
    """The child is what it was to be."""


@dataclass(frozen=True, slots=True)
class Fail:
    """It won't be."""

    reason: str


@dataclass(frozen=True, slots=True)
class Again:
    """Another operation came between: ours is to follow that one."""

    follows: str


Decision = Send | Wait | Complete | Fail | Again


def decide(verb: Verb, operation_id: str, follows: str | None, view: ChildView | None) -> Decision:
    """What to do now.

    :param operation_id: ours
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
    """How our operation stands."""
    match view.status:
        case "COMPLETE":
            return Complete()
        case "FAILED":
            return Fail(view.reason)
        case _:
            return Wait()
