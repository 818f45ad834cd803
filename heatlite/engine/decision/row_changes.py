"""The new values of a resource's row, column → value, for each thing that can happen to it. Pure.

An ``Ending`` is work that is over, and says what becomes of its row:

    Keep, Create, UpdateInPlace, Perform, Collect     columns are written, and the lock is released
    Delete, Forget                                    the row is deleted
    Nothing, Unmet                                    the row stays as it is
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from heatlite.convergence import decide
from heatlite.convergence.model import VISITS, Action, Status
from heatlite.db.events import Happening
from heatlite.db.records import ADOPTED, UNSEEN, ResourceRecord
from heatlite.engine.decision.reality import SEEN, sight_of
from heatlite.engine.definitions.work import Evaluated, TimedOut, Work, goes_on, is_visit, step_left
from heatlite.resources.base import Resource
from heatlite.resources.outcomes import Done, Failed, Waiting

MAKING = (Action.CREATE, Action.ADOPT)
STATE_CHANGED = "state changed"
DAMAGED = "damaged"
"""Key of a row's ``progress``: the resource isn't as its template says, even if a visit changed the row's state."""
UNHEALTHY = "unhealthy"
"""Key there: a client, and not a check, said that the resource is broken."""
SUSPENDED = "suspended"
"""Key there: a snapshot was taken while the resource may have been suspended."""
Changes = dict[str, Any]


def begun(work: Work, waiting: Waiting | None = None, *, now: float = 0.0) -> Changes:
    """Return the row of an action that begins. With ``waiting``, its first step has run already."""
    row, evaluated = work.row, work.evaluated
    creates = evaluated is not None and isinstance(work.decision, decide.Create)
    requires = set(row.requires) | set(evaluated.requires if evaluated else ())
    is_new = creates and not work.adopts_again and work.refusal is None
    return {
        "type": evaluated.definition.type if is_new and evaluated else row.type,
        "action": work.action,
        "status": Status.IN_PROGRESS,
        "status_reason": STATE_CHANGED,
        "requires": sorted(requires),
        "properties_data": dict(evaluated.properties) if is_new and evaluated else row.properties_data,
        "physical_resource_id": waiting.physical_id if waiting else row.physical_resource_id,
        "resource_data": waiting.data if waiting else row.resource_data,
        "deletion_policy": evaluated.definition.deletion_policy if creates and evaluated else row.deletion_policy,
        "external_id": evaluated.external_id if creates and evaluated else row.external_id,
        "made_from": row.made_from if is_visit(work) else None,
        **waits(work, waiting, now),
    }


def waits(work: Work, waiting: Waiting | None, now: float) -> Changes:
    """Return where the action stands between two steps. Progress resets the count of engine deaths."""
    token = {"token": waiting.progress, "traversal": work.traversal_id} if waiting else step_left(work)
    progress = unfinished(work) | token
    moved = waiting is not None and waiting.progress != (work.row.progress or {}).get("token")
    return {
        "progress": progress or None,
        "due_at": now + waiting.poll_after if waiting else None,
        "attempts": 0 if moved else work.row.attempts,
    }


def unfinished(work: Work) -> dict[str, Any]:
    """Return the properties that an unfinished update may have changed, and its traversal."""
    if is_visit(work):
        return remembered(work)
    if isinstance(work.decision, decide.Adopt | decide.Delete):
        return to_be_taken_over(work)
    return {"changed": list(work.changed), "traversal": work.traversal_id} if work.changed else {}


def to_be_taken_over(work: Work) -> dict[str, Any]:
    """Return the data of a resource that is still to be adopted; the row keeps them until then."""
    found = {ADOPTED: work.row.adopted} if work.row.adopted is not None else {}
    return found | ({UNSEEN: True} if work.properties_unknown or work.row.properties_unknown else {})


def remembered(work: Work) -> dict[str, Any]:
    """Return what the row must remember over a visit, because its state is the visit's from then on.

    That is an update that was left half-way, and a failure of the action before.
    """
    row, progress = work.row, work.row.progress or {}
    names = ("changed", "traversal", DAMAGED, UNHEALTHY, ADOPTED, UNSEEN, SEEN)
    kept: dict[str, Any] = {name: progress[name] for name in names if name in progress}
    if row.action not in VISITS and row.status is not Status.COMPLETE:
        kept[DAMAGED] = True
    if work.action is Action.SNAPSHOT and row.view.may_be_suspended:
        kept[SUSPENDED] = True
    return kept


def went_on(work: Work, waiting: Waiting, now: float) -> Changes:
    """Return the row after a further step of an unfinished action."""
    return {
        "physical_resource_id": waiting.physical_id,
        "resource_data": waiting.data,
        **waits(work, waiting, now),
    }


def made(work: Work, done: Done, template_id: int) -> Changes:
    """Return the row of a completed create, adoption or update."""
    evaluated = work.evaluated
    assert evaluated is not None, "only what a template defines is created or updated"
    stale = is_stale(work)
    as_begun = goes_on(work)
    unfinished = {"changed": settable(work), "traversal": work.traversal_id}
    return {
        "type": work.row.type if stale and as_begun else evaluated.definition.type,
        "action": work.action,
        "status": Status.COMPLETE,
        "status_reason": STATE_CHANGED,
        "physical_resource_id": done.physical_id,
        "attr_data": {"reference": done.reference, "attributes": done.attributes},
        "resource_data": done.data,
        "fingerprint": None if stale else evaluated.definition.definition_hash,
        "current_template_id": work.row.current_template_id if stale else template_id,
        "requires": sorted({*work.row.requires, *evaluated.requires} if stale else evaluated.requires),
        "progress": unfinished if stale and work.properties_unknown else None,
        "due_at": None,
        "attempts": 0,
        "properties_data": work.row.properties_data if stale and as_begun else dict(evaluated.properties),
        "resource_metadata": metadata_after(work.row, evaluated, work.plugin, is_new=work.action in MAKING),
        "deletion_policy": work.row.deletion_policy if stale else evaluated.definition.deletion_policy,
        "external_id": evaluated.external_id,
        "made_from": None if stale else evaluated.made_from,
    }


def visited(work: Work, done: Done) -> Changes:
    """Return the row of a completed visit. A check that finds nothing wrong clears an earlier failure."""
    memory = remembered(work)
    if work.action is Action.CHECK:
        memory.pop(DAMAGED, None)
        memory.pop(UNHEALTHY, None)
        memory.pop(SEEN, None)
    kept: Mapping[str, Any] = {}
    if work.plugin is not None and work.plugin.preemptible:  # what it isn't asked for now is what it was
        kept = (work.row.attr_data or {}).get("attributes") or {}
    return {
        "action": work.action,
        "status": Status.COMPLETE,
        "status_reason": STATE_CHANGED,
        "physical_resource_id": done.physical_id,
        "attr_data": {"reference": done.reference, "attributes": {**kept, **done.attributes}},
        "resource_data": done.data,
        "progress": memory or None,
        "due_at": None,
        "attempts": 0,
    }


def is_stale(work: Work) -> bool:
    """Tell whether the node must look at the row again when it is done.

    The action was begun for other properties than are wanted now, or those of an adopted resource are unknown.
    """
    if work.evaluated is None or not (goes_on(work) or work.properties_unknown):
        return False
    if work.properties_unknown:
        return isinstance(work.decision, decide.Adopt)
    wanted = work.evaluated
    return work.row.type != wanted.definition.type or work.row.properties_data != dict(wanted.properties)


def is_of_another_time(work: Work) -> bool:
    """Tell whether a failure concerns properties that are no longer wanted. An adoption's failure always counts."""
    return is_stale(work) and not isinstance(work.decision, decide.Adopt)


def settable(work: Work) -> list[str]:
    """Return the properties that an update can set on a resource whose present properties are unknown."""
    schema = work.plugin.properties_schema if work.plugin is not None else {}
    given = work.evaluated.properties if work.evaluated is not None else {}
    return sorted(name for name in given if name in schema and schema[name].update_allowed)


def collected(work: Work, done: Done) -> Changes:
    """Return the row of a nested stack that has deleted its garbage. Its definition and template stay."""
    return {
        "action": work.action,
        "status": Status.COMPLETE,
        "status_reason": STATE_CHANGED,
        "resource_data": done.data,
        "progress": None,
        "due_at": None,
        "attempts": 0,
    }


def kept(work: Work, template_id: int) -> Changes:
    """Return the row of a resource that is as the template says already, whatever its row said."""
    assert work.evaluated is not None, "only what a template defines is kept"
    return {
        "status": Status.COMPLETE,  # it is, but for a check that was left in the middle
        "progress": None,
        "fingerprint": work.evaluated.definition.definition_hash,
        "current_template_id": template_id,
        "requires": sorted(work.evaluated.requires),
        "resource_metadata": metadata_after(work.row, work.evaluated, work.plugin, is_new=False),
        "deletion_policy": work.evaluated.definition.deletion_policy,
        "made_from": work.evaluated.made_from,
        **({"properties_data": dict(work.evaluated.properties)} if sight_of(work.row).properties else {}),
    }


def deleted() -> Changes:
    """Return the row of a completed deletion. It stays until its hook is cleared, since clients find the hook by it."""
    return {
        "action": Action.DELETE,
        "status": Status.COMPLETE,
        "status_reason": STATE_CHANGED,
        "physical_resource_id": None,
        "progress": None,
        "due_at": None,
        "attempts": 0,
    }


def metadata_after(
    row: ResourceRecord, evaluated: Evaluated, plugin: type[Resource] | None, *, is_new: bool
) -> Changes:
    """Return the metadata after an action: the template's, with two exceptions.

    An update keeps metadata that signals wrote, and an adopted resource has the metadata that it came with.
    """
    adopted = (row.adopted or {}).get("metadata") if is_new else None
    keeps = plugin is not None and plugin.keeps_metadata and not is_new
    adopted = adopted if isinstance(adopted, Mapping) else None
    return dict(adopted or (row.resource_metadata if keeps else evaluated.metadata) or {})


def failed(work: Work, failure: Failed) -> Changes:
    """Return the row of a failed action. ``progress`` keeps what changed, for the repair.

    An action that a restriction forbids leaves the row as it was.
    """
    if work.row_unchanged:
        return as_before(work, work.row.replaced_by)
    found_damage = work.action is Action.CHECK and work.refusal is None and not isinstance(failure, TimedOut)
    found = {DAMAGED: True} if found_damage else {}
    return {
        "action": work.action,
        "status": Status.FAILED,
        "status_reason": failure.reason,
        "physical_resource_id": failure.physical_id,
        "resource_data": failure.data,
        "attr_data": shown_after(work, failure),
        "progress": {**unfinished(work), **found} or None,
        "due_at": None,
        "attempts": 0,
        "made_from": None,
    }


def shown_after(work: Work, failure: Failed) -> Changes | None:
    """Return what a template reads of a failed resource: its present attributes, or at least its reference."""
    before = work.row.attr_data
    if work.action not in (*MAKING, Action.UPDATE):
        return before
    if failure.shown is not None:
        return {"reference": failure.shown.reference, "attributes": failure.shown.attributes}
    return before or {"reference": failure.physical_id or work.row.name, "attributes": {}}


def as_before(work: Work, replaced_by: int | None) -> Changes:
    """Return the row as it was before the action, which turned out to need a replacement."""
    return {
        "action": work.row.action,
        "status": work.row.status,
        "status_reason": work.row.status_reason,
        "progress": None,
        "due_at": None,
        "replaced_by": replaced_by,
    }


def happening(work: Work, status: Status, reason: str = STATE_CHANGED, physical_id: str | None = None) -> Happening:
    """Return the event that this work's action reaches a status. Without an id yet, it has the physical name."""
    definition = work.evaluated.definition if work.evaluated else None
    is_its = definition is not None and (work.action in MAKING or definition.type == work.row.type)
    type_name = definition.written_type if definition is not None and is_its else work.row.type
    physical = physical_id or work.row.physical_resource_id or work.physical_name
    said = work.event_reason if work.event_reason and status is Status.FAILED else reason
    return Happening(work.row.name, type_name, physical, work.action, status, said, work.engine_id)


@dataclass(frozen=True)
class Ending:
    """Work that is over. ``outcome`` is None where nothing was done; Failed, where the traversal goes on past that.

    ``follows_on``: its node was never claimed; what it follows is done in the same transaction.
    """

    work: Work
    outcome: Done | Failed | None
    follows_on: bool = False

    @property
    def fails(self) -> bool:
        return isinstance(self.outcome, Failed) or isinstance(self.work.decision, decide.Unmet)

    @property
    def requires_recheck(self) -> bool:
        """Tell whether the node must be claimed again: an earlier action is complete, but more is wanted."""
        ends = isinstance(self.outcome, Done)
        return ends and (isinstance(self.work.decision, decide.Resume) or is_stale(self.work))

    @property
    def may_pause(self) -> bool:
        """Whether a hook after what was done is reached."""
        return isinstance(self.outcome, Done) and not self.requires_recheck

    @property
    def removes(self) -> bool:
        """Tell whether the row is to be deleted."""
        return isinstance(self.work.decision, decide.Delete | decide.Forget)

    def changes(self, template_id: int) -> Changes | None:
        """Column → value of its row, unless that goes; None where nothing is written."""
        work = self.work
        match work.decision, self.outcome:
            case decide.Keep(), _:
                return kept(work, template_id)
            case ((decide.Perform() | decide.Resume()), Done() as done):
                return visited(work, done)
            case decide.Collect(), Done() as done:
                return collected(work, done)
            case _, Failed() as failure:
                return failed(work, failure)
            case _, Done() as done:
                return made(work, done, template_id)
        return None

    def row_after(self, template_id: int) -> ResourceRecord | None:
        """Return the row as it will be; None for a deleted row."""
        if self.removes:
            return None
        row, changes = self.work.row, self.changes(template_id)
        if changes is None:
            return row
        written = {**changes, "engine_id": None, "atomic_key": row.atomic_key + 1}
        if "requires" in written:
            written["requires"] = tuple(written["requires"])
        return dataclasses.replace(row, **written)
