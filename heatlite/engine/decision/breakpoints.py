"""Breakpoints: whether a node must wait at a hook, or must not do what was decided. Pure.

::

    pre-create    ─▶ Create ─▶ post-create ─▶ whatever follows
    pre-update    ─▶ UpdateInPlace ─▶ post-update ─▶
    pre-update    ─▶ Keep ─▶                                   the client may not know that nothing changes
    pre-update, pre-create ─▶ Replace ─▶ post-create ─▶        the new resource is a creation too
    pre-delete    ─▶ Delete ─▶ post-delete ─▶ the row goes

A creation that a dead engine left is past its first hook. A cleared hook stays cleared for the node's traversal.
"""

from __future__ import annotations

from collections.abc import Mapping

from heatlite import exception
from heatlite.convergence import decide
from heatlite.convergence.decide import Decision
from heatlite.convergence.model import Action, Status
from heatlite.db.events import Happening
from heatlite.db.records import ResourceRecord
from heatlite.engine.definitions.work import Work
from heatlite.template import Hook, Restriction

BEFORE: Mapping[type, tuple[Hook, ...]] = {
    decide.Create: (Hook.PRE_CREATE,),
    decide.UpdateInPlace: (Hook.PRE_UPDATE,),
    decide.Keep: (Hook.PRE_UPDATE,),
    decide.Replace: (Hook.PRE_UPDATE, Hook.PRE_CREATE),
    decide.Delete: (Hook.PRE_DELETE,),
    decide.Retain: (Hook.PRE_DELETE,),
    decide.Leave: (Hook.PRE_DELETE,),
}
AFTER: Mapping[Action, Hook] = {
    Action.CREATE: Hook.POST_CREATE,
    Action.UPDATE: Hook.POST_UPDATE,
    Action.DELETE: Hook.POST_DELETE,
}
RESTRICTED: Mapping[type, Restriction] = {
    decide.UpdateInPlace: Restriction.UPDATE,
    decide.Replace: Restriction.REPLACE,
}


def uncleared(hooks: frozenset[Hook], cleared: int) -> frozenset[Hook]:
    """Return the hooks that are still to be cleared; the bits of ``cleared`` name those that are."""
    return frozenset(hook for hook in hooks if not hook.bit & cleared)


def before(work: Work) -> Hook | None:
    """Return the hook at which this work must wait before its action; else None."""
    if work.refusal is not None:
        return None
    return next((hook for hook in BEFORE.get(type(work.decision), ()) if hook in work.hooks), None)


def after(work: Work) -> Hook | None:
    """Return the hook at which this work must wait after its action, before its successors; else None."""
    hook = AFTER.get(work.action)
    return hook if hook in work.hooks else None


def refusal(
    row: ResourceRecord, decision: Decision, restrictions: frozenset[Restriction]
) -> exception.ResourceActionRestricted | None:
    """Return why a restriction forbids this decision; else None. A row in DELETE may be made anew."""
    restriction = RESTRICTED.get(type(decision))
    if restriction not in restrictions or row.action is Action.DELETE:
        return None
    return exception.ResourceActionRestricted(action=restriction)


def reached(work: Work, hook: Hook, *, done: bool) -> Happening:
    """Return the event that a node waits at a hook, in the words by which clients find it."""
    action, status = (work.action, Status.COMPLETE) if done else (work.row.action, work.row.status)
    reason = f"{hook.action} paused until Hook {hook} is cleared"
    physical = work.row.physical_resource_id or (None if action is Action.INIT else work.physical_name)
    return Happening(work.row.name, work.row.type, physical, action, status, reason, work.engine_id)
