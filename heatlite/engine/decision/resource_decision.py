"""What an operation does with one resource, and why: decided here, once, for all who do it or tell it.

    definition, evaluated ──────────┐
    row, with reality as it was seen ┼─▶ comparison ─▶ heatlite.convergence.decide ─▶ Decided
    target ─────────────────────────┘

    asked by      evaluate (the engine)      every value is known
                  preview (plan, preview     values that aren't known yet are UNKNOWN, and count as changed
                  and dry run of an update)
                  unchanged, drift           only whether there is anything to do, or to look at

Pure: rows, values and plugins' classes come in, a value goes out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from heatlite import exception
from heatlite.convergence import decide, visits
from heatlite.convergence.decide import Because, CleanupDecision, Comparison, UpdateDecision, VisitDecision
from heatlite.convergence.model import Action, Status
from heatlite.db.records import ResourceRecord
from heatlite.engine.decision import breakpoints, reality
from heatlite.engine.decision.row_changes import UNHEALTHY, metadata_after
from heatlite.engine.definitions import external
from heatlite.engine.definitions.work import Evaluated, Work
from heatlite.resources import steps
from heatlite.resources.base import Resource
from heatlite.resources.builtin.retired import OLDER_NAMES
from heatlite.resources.outcomes import Failed, Replace, Update
from heatlite.schema.provider import is_template
from heatlite.template import Breakpoints


@dataclass(frozen=True)
class Target:
    """The operation that decides. ``traversal_id`` is empty while it is only planned."""

    action: Action
    max_attempts: int
    traversal_id: str = ""
    breakpoints: Breakpoints = field(default_factory=Breakpoints)


@dataclass(frozen=True)
class Refusal:
    """Why an action fails before it begins.

    :param event_reason: what its event says in place of the reason
    :param row_unchanged: the row stays as it was
    """

    reason: str
    event_reason: str | None = None
    row_unchanged: bool = False


def refusal_of(error: exception.HeatliteError) -> Refusal:
    """Return the refusal of a definition that can't be evaluated."""
    return Refusal(f"{type(error).__name__}: {error}")


@dataclass(frozen=True)
class Decided:
    """What is done with a row. ``changed``: the properties that differ, by name.

    ``refusal``: why the decision must not be carried out. ``worn_out``: why the engine doesn't try it again.
    """

    decision: UpdateDecision
    changed: tuple[str, ...] = ()
    refusal: Refusal | None = None
    worn_out: str | None = None

    @property
    def failure(self) -> str | None:
        """Why the operation on this resource is certain to fail; None where it isn't."""
        return self.refusal.reason if self.refusal is not None else self.worn_out


def decide_update(
    row: ResourceRecord | None,
    evaluated: Evaluated,
    plugin: type[Resource],
    target: Target,
    make: Callable[[], Resource],
    has_child: Callable[[], bool],
) -> Decided:
    """Return what an update, or a creation, does with a resource.

    :param row: the row that serves its name; None where there is none yet
    :param make: makes the plugin's object of the row and of what is wanted
    :param has_child: whether the row has a nested stack by now
    """
    try:
        if row is not None:
            external.check_unchanged(row, evaluated)
        comparison = compare(row, evaluated, plugin, target, make, has_child)
    except external.Fixed as error:
        return Decided(instead(row), refusal=Refusal(str(error), row_unchanged=True))
    except UpdateRefused as error:
        return Decided(instead(row), refusal=Refusal(str(error)))
    decision = decide.decide_update(row.view if row is not None else None, comparison)
    changed = tuple(sorted(comparison.changed))
    if row is None:
        return Decided(decision, changed)
    if restricted := breakpoints.refusal(row, decision, target.breakpoints.restrictions_of(row.name)):
        return Decided(instead(row), refusal=refused(row, restricted))
    return Decided(decision, changed, worn_out=worn_out(row, target.max_attempts))


class UpdateRefused(exception.HeatliteError):
    """{reason}"""


def compare(
    row: ResourceRecord | None,
    evaluated: Evaluated,
    plugin: type[Resource],
    target: Target,
    make: Callable[[], Resource],
    has_child: Callable[[], bool],
) -> Comparison:
    """Return what the type says of a row beside what is wanted.

    :raises UpdateRefused: where the type forbids the change
    """
    written, stack_action = evaluated.definition.type, target.action
    adopts = external.is_taken_over(stack_action, row, evaluated)
    wanted_type = written if row is None else same_kind(row.type, written)
    waits = row is not None and external.adoption_pending(row, evaluated, has_child)
    is_other = row is None or row.engine_id is not None or row.action is Action.INIT or row.type != wanted_type
    if row is None or is_other or evaluated.external_id:
        return replace(decide.nothing_differs(wanted_type), adopts=adopts, adoption_pending=waits)
    progress = row.progress or {}
    changed = frozenset(progress.get("changed") or ())
    replaces_failed, sight = plugin.replace_when_failed or UNHEALTHY in progress, reality.sight_of(row)
    assessed = steps.assess_update(make(), reality.properties_there(row), evaluated.properties)
    if isinstance(assessed, Failed) and row.view.has_failed and replaces_failed:
        assessed = Replace()  # as Heat does: what has failed is replaced, immutable properties or not
    if isinstance(assessed, Failed):
        raise UpdateRefused(reason=assessed.reason)
    if isinstance(assessed, Update):
        changed |= assessed.prop_diff.keys()
    drifted = reality.drifted(row, evaluated.properties)
    is_fixed = isinstance(assessed, Replace) or bool(drifted and make().beyond_repair(sight.properties) & drifted)
    is_anothers = row.physical_resource_id is not None and progress.get("traversal") != target.traversal_id
    return Comparison(
        wanted_type=row.type,
        changed=changed | drifted,
        needs_replacement=is_fixed,
        replace_when_failed=replaces_failed,
        update_when_unchanged=plugin.update_when_unchanged or row.type != written,
        updatable_while_creating=plugin.updatable_while_creating and is_anothers,
        adopts=adopts,
        adoption_pending=waits,
        is_lost=sight.is_gone or bool(sight.trouble),
    )


def refused(row: ResourceRecord, error: exception.ResourceActionRestricted) -> Refusal:
    """Return the refusal of a restricted action; its event says no more than the error, as in Heat."""
    reason = exception.ResourceFailed(error_class=type(error).__name__, name=row.name, reason=error)
    return Refusal(str(reason), str(error), row_unchanged=row.status is Status.COMPLETE)


def rewrites_metadata(row: ResourceRecord, evaluated: Evaluated, plugin: type[Resource]) -> bool:
    """Whether what is kept gets other metadata in its row; no event tells of that."""
    return metadata_after(row, evaluated, plugin, is_new=False) != (row.resource_metadata or {})


def instead(row: ResourceRecord | None) -> UpdateDecision:
    """Return what stands for a decision that is refused: another's lock is waited for all the same."""
    return decide.Blocked() if row is not None and row.engine_id else decide.UpdateInPlace(frozenset())


def decide_cleanup(
    row: ResourceRecord | None, plugin: type[Resource] | None, *, serves: bool, collects: bool, gives_back: bool
) -> CleanupDecision:
    """Return what a cleanup does with a row.

    :param serves: the plan gave the row a name to serve
    :param collects: the stack leaves what nested stacks no longer need until the end of the operation
    :param gives_back: a rollback: what a stack that couldn't be adopted has taken over is given back as it was. Whether
        it ever was a whole stack need not be asked: a rollback to one that was finds each of its rows in use
    """
    if row is None:
        return decide.decide_cleanup(None, serves=serves)
    is_stack = plugin is not None and plugin.preemptible
    retains = row.deletion_policy == "Retain" or row.external_id is not None
    return decide.decide_cleanup(
        row.view,
        serves=serves,
        collects=is_stack and collects,
        retains=retains or (gives_back and row.action is Action.ADOPT),
        not_adopted_yet=external.not_adopted_yet(row, has_child=is_stack and row.physical_resource_id is not None),
    )


def belongs_to_other_row(work: Work, others: Sequence[ResourceRecord], serves: Callable[[int], bool]) -> bool:
    """Tell whether a row's physical resource is that of the row which replaced it, or which a rollback returns to.

    :param others: the rows that exist of those that replaced this row, or that it replaced
    """

    row, plugin = work.row, work.plugin or Resource

    def identity(it: ResourceRecord) -> Any:
        there = it.physical_resource_id
        return None if there is None else plugin.physical_identity(there, it.properties_data or {})

    def is_same(other: ResourceRecord) -> bool:
        is_comparable = row.type == other.type or row.physical_resource_id == other.physical_resource_id
        return is_comparable and identity(row) is not None and identity(row) == identity(other)

    same = {it.id for it in others if is_same(it)}
    return row.replaced_by in same or (row.replaces in same and row.replaces is not None and serves(row.replaces))


def decide_visit(row: ResourceRecord | None, action: Action, *, serves: bool, unmet: bool = False) -> VisitDecision:
    """Return what a visit does with a row, or a look that records nothing: that is a CHECK."""
    view, is_external = (None, False) if row is None else (row.view, row.external_id is not None)
    return visits.decide_visit(view, action, serves=serves, is_external=is_external, unmet=unmet)


def worn_out(row: ResourceRecord, max_attempts: int) -> str | None:
    """Return why a row isn't tried again; None where it may be."""
    if row.attempts < max_attempts:
        return None
    return f"resources.{row.name}: {row.attempts} engines died at it, one after the other; it isn't tried again"


def same_kind(type_name: str, wanted: str) -> str:
    """Return the wanted type for a comparison with a row's type.

    One template in place of another is an update, and so is a type's name in place of its older name.
    """
    is_same = (is_template(type_name) and is_template(wanted)) or OLDER_NAMES.get(type_name) == wanted
    return type_name if is_same else wanted


def why(decided: Decided, row: ResourceRecord | None, wanted_type: str) -> str:
    """Return the reason of a decision, a sentence for people; nothing where the properties that differ say it all."""
    state = "" if row is None else f"it is {row.action}_{row.status}"
    match decided.decision:
        case decide.Blocked():
            return f"{state}, and an engine is at it"
        case decide.Create(because=Because.NOTHING_CAME):
            return f"{state}, and nothing was made"
        case decide.Continue() | decide.Adopt(because=Because.LEFT_HALFWAY):
            return f"{state}: that is gone on with"
        case decide.Resume():
            return f"{state}: it is resumed first"
        case decide.Replace(because=Because.TYPE) if row is not None:
            return f"its type changes from {row.type} to {wanted_type}"
        case decide.Replace(because=Because.GONE) if row is not None:
            return reality.sight_of(row).trouble or "it doesn't exist any more"
        case decide.Replace(because=Because.FAILED | Because.GOING) | decide.UpdateInPlace(because=Because.FAILED):
            return state
    return ""
