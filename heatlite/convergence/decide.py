"""What a node has to do with its row, now.

Level-based: the decision looks at what the row *is* and at what is wanted, never at which message came or what an
earlier attempt meant to do. So a message that comes twice, late or after a crash decides rightly by itself.

    update node                                          cleanup node
    ───────────                                          ────────────
    nothing made yet               -> Create             no such row                 -> Nothing
      but it exists already        -> Adopt              serves a name               -> Nothing
    left while being created       -> Continue (*)         and may have left garbage -> Collect
    still to be taken over         -> Adopt              still to be taken over      -> Leave
    other type, or being deleted   -> Replace            nothing was ever made       -> Forget
    gone, or beyond repair         -> Replace            what is physical is to stay -> Retain
    suspended, or perhaps          -> Resume             anything else               -> Delete
    nothing changed                -> Keep
    a change it can't take         -> Replace
    a change it can take           -> UpdateInPlace

A row that another engine holds decides nothing: the node waits for the lock. What a visit does is in ``visits``.
A decision carries why it was made (``because``), for those who tell it; that makes no difference between two of them.

(*) A nested stack that a superseded traversal was creating isn't waited for: an update turns it to what is wanted now.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from heatlite.convergence.model import Action, ResourceView, Status


class Because(enum.Enum):
    """Why something is done to a resource."""

    NOT_MADE = enum.auto()
    """Nothing was done to its row yet, or it has none."""
    NOTHING_CAME = enum.auto()
    """Its creation failed, and nothing came of that."""
    LEFT_HALFWAY = enum.auto()
    """Its creation, or its adoption, was left in the middle."""
    TYPE = enum.auto()
    """Another type is wanted."""
    GOING = enum.auto()
    """The row is being deleted."""
    FAILED = enum.auto()
    """The physical resource differs, or may differ, from its row."""
    GONE = enum.auto()
    """The physical resource was seen to be missing, or broken."""
    FIXED = enum.auto()
    """Its type can't change these properties of what exists."""
    CHANGED = enum.auto()
    """Properties differ that its type can change."""
    ELSEWHERE = enum.auto()
    """Nothing differs here, and its type looks elsewhere whether there is anything to do."""
    SUSPENDED = enum.auto()
    """The resource is suspended, or may be."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """Another holds the lock; be woken when it lets go."""


@dataclass(frozen=True, slots=True)
class Create:
    """Make the physical resource."""

    because: Because = field(default=Because.NOT_MADE, compare=False)


@dataclass(frozen=True, slots=True)
class Adopt(Create):
    """Take over a physical resource that exists already, in place of making one."""


@dataclass(frozen=True, slots=True)
class Continue:
    """Go on with a creation that was left in the middle, then look again."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Resume what may be suspended, then look again."""


@dataclass(frozen=True, slots=True)
class UpdateInPlace:
    """Change the properties named."""

    changed: frozenset[str]
    because: Because = field(default=Because.CHANGED, compare=False)


@dataclass(frozen=True, slots=True)
class Replace:
    """Make a new row, and its physical resource; the old one is left to cleanup."""

    because: Because = field(default=Because.FIXED, compare=False)


@dataclass(frozen=True, slots=True)
class Keep:
    """It already is what is wanted; only what the row records of its template changes."""


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete the physical resource, then the row."""


@dataclass(frozen=True, slots=True)
class Retain(Delete):
    """The row goes as if it were deleted, and the physical resource stays."""


@dataclass(frozen=True, slots=True)
class Leave(Retain):
    """The row goes; what it was to take over stays, since it never was this stack's. That is told."""


@dataclass(frozen=True, slots=True)
class Forget:
    """There is nothing physical: the row just goes."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """There is nothing to do."""


@dataclass(frozen=True, slots=True)
class Perform:
    """Do the stack's action to the physical resource."""

    action: Action


@dataclass(frozen=True, slots=True)
class Unmet:
    """A check fails without asking the plugin, and the row stays what it is.

    ``reason`` is for the user; without one, the check of something that the row requires has failed.
    """

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Collect:
    """It stays; but it is a nested stack, in which what is no longer used was left until now."""


UpdateDecision = Blocked | Create | Continue | Resume | UpdateInPlace | Replace | Keep
CleanupDecision = Blocked | Delete | Forget | Nothing | Collect
VisitDecision = Blocked | Perform | Unmet | Nothing
Decision = UpdateDecision | CleanupDecision | VisitDecision


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the type's plugin says of the row beside the wanted definition.

    ``changed``: names of properties that differ, those of an unfinished update included;
    ``needs_replacement``: the type can't take these changes in place;
    ``replace_when_failed``: the type can't repair a physical resource in a FAILED state, or somebody said that this one
    is broken, whatever the type makes of it;
    ``update_when_unchanged``: that nothing changed here doesn't say that there is nothing to do;
    ``updatable_while_creating``: what is being created for another traversal can be updated before that is over;
    ``adopts``: it isn't made but taken over, since it exists already;
    ``adoption_pending``: what exists is still to be taken over, whatever was tried before: nothing else will do;
    ``is_lost``: the physical resource was seen to be missing, or broken.
    """

    wanted_type: str
    changed: frozenset[str]
    needs_replacement: bool
    replace_when_failed: bool
    update_when_unchanged: bool = False
    updatable_while_creating: bool = False
    adopts: bool = False
    adoption_pending: bool = False
    is_lost: bool = False


def nothing_differs(wanted_type: str) -> Comparison:
    """Return the comparison of a row that has all that is wanted, of a type that replaces what has failed."""
    return Comparison(wanted_type, frozenset(), needs_replacement=False, replace_when_failed=True)


def decide_update(view: ResourceView | None, comparison: Comparison) -> UpdateDecision:
    """Return what an update node does with its row; with none, what it will do with the row that it gets."""
    if view is None:
        return Adopt() if comparison.adopts else Create()
    if view.is_locked:
        return Blocked()
    if comparison.adoption_pending and view.type != comparison.wanted_type and view.action is Action.INIT:
        return Replace(Because.TYPE)  # another thing is wanted than that which exists
    if comparison.adoption_pending and not view.may_be_suspended and view.action is not Action.DELETE:
        return Adopt()
    match view.action, view.status:
        case Action.INIT, _:
            return Adopt() if comparison.adopts else Create()
        case Action.ADOPT, status if comparison.adopts and not comparison.updatable_while_creating:
            if status is Status.IN_PROGRESS or (status is Status.FAILED and view.attempts):
                return Adopt(Because.LEFT_HALFWAY)  # and nothing is lost by taking it over again
        case Action.CREATE, Status.FAILED if view.attempts and not comparison.updatable_while_creating:
            return Continue()  # it was left in the middle: what exists of it was made from what the row says
        case Action.CREATE, Status.FAILED if view.physical_id is None and view.type == comparison.wanted_type:
            return Create(Because.NOTHING_CAME)  # so nothing is lost by trying again in the same row
        case Action.CREATE, Status.IN_PROGRESS if not comparison.updatable_while_creating:
            return Continue()
        case Action.DELETE, _:
            return Replace(Because.GOING)
    if view.type != comparison.wanted_type:
        return Replace(Because.TYPE)
    if view.has_failed and comparison.replace_when_failed:
        return Replace(Because.FAILED)
    if comparison.is_lost:
        return Replace(Because.GONE)
    if comparison.needs_replacement:
        return Replace(Because.FIXED)
    if view.may_be_suspended:
        return Resume()
    if view.is_damaged and not view.is_made:  # a check has told so: there may be nothing to repair
        return Replace(Because.FAILED)
    if view.is_unfinished:
        return UpdateInPlace(comparison.changed, Because.FAILED)
    if comparison.changed:
        return UpdateInPlace(comparison.changed, Because.CHANGED)
    if comparison.update_when_unchanged:
        return UpdateInPlace(comparison.changed, Because.ELSEWHERE)
    return Keep()


def decide_cleanup(
    view: ResourceView | None,
    *,
    serves: bool,
    collects: bool = False,
    retains: bool = False,
    not_adopted_yet: bool = False,
) -> CleanupDecision:
    """Decide what a cleanup node does with its row.

    :param serves: the plan gave the row a name to serve (it may have been replaced since)
    :param collects: it is a nested stack that may have left its own cleanups to this moment
    :param retains: what is physical isn't to be touched
    :param not_adopted_yet: the physical resource is still to be adopted, so it isn't the stack's
    """
    stays = view is not None and serves and view.replaced_by is None
    if view is None or (stays and not collects):
        return Nothing()
    if view.is_locked:
        return Blocked()
    if stays:
        return Collect()
    if not_adopted_yet:
        return Leave()
    if view.action is Action.INIT or (view.action, view.status) == (Action.DELETE, Status.COMPLETE):
        return Forget()
    return Retain() if retains else Delete()
