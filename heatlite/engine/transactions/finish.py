"""Finish: work is done. Record it, count its arrivals, and schedule what became ready.

    sync_point   own nodes RUNNING → DONE; which of them survived?       a superseded traversal's are deleted
    sync_point   successors of those: remaining - n, and at 0 SCHEDULED
    resource     results, and the lock released
    event        what happened

A superseded finisher still records its rows and releases them, propagates nothing, and answers whom to wake: a newer
traversal may wait for the lock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from heatlite.convergence import decide
from heatlite.convergence.model import Action, Node, NodeState, Status
from heatlite.convergence.sync import arrivals
from heatlite.db import resources, sync_points
from heatlite.db.api import Context
from heatlite.db.events import Happening
from heatlite.engine import row_changes
from heatlite.engine.inputs import Inputs
from heatlite.engine.row_changes import Changes
from heatlite.engine.transactions import Defeat, write_events
from heatlite.engine.traversals import Traversal
from heatlite.engine.work import Work
from heatlite.resources.outcomes import Done


@dataclass(frozen=True)
class Finished:
    """What finishing came to: nodes that became ``ready``, and ``wakes``, row → traversal that waits for its lock."""

    ready: tuple[Node, ...] = ()
    wakes: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Ending:
    """Work that is over. ``done`` is None where there was nothing to do."""

    work: Work
    done: Done | None


def finish(
    context: Context,
    inputs: Inputs,
    traversal: Traversal,
    endings: Sequence[Ending],
    *,
    recast_after: float,
) -> Finished:
    """Record work that is over, and let what follows it go on.

    Rows that the work holds are released; rows that it never locked are written as they were seen.

    :raises Defeat: where a lock was lost, or taken by another, for any of the rows
    """
    if not endings:
        return Finished()
    assert traversal.graph is not None, "a traversal without a graph has no nodes of resources"
    again = [ending.work for ending in endings if ending.done and row_changes.is_stale(ending.work)]
    over = [ending.work for ending in endings if ending.work not in again]
    engine_id, next_cast_at = endings[0].work.engine_id, inputs.now() + recast_after
    survivors = sync_points.finish(
        context, traversal.id, [work.node for work in over], engine_id, sorted({work.claim_id for work in over})
    ) if over else set()  # fmt: skip
    ready = sync_points.arrive(context, traversal.id, arrivals(traversal.graph, survivors), next_cast_at)
    look_again = _look_again(context, traversal, again, next_cast_at)
    ready += look_again
    _write_rows(context, inputs, traversal, endings)
    write_events(context, inputs, traversal.stack.id, _happenings(endings))
    superseded = [ending.work for ending in endings if ending.work.node not in {*survivors, *look_again}]
    return Finished(tuple(ready), _waiters(context, traversal, superseded) if superseded else {})


def _waiters(context: Context, traversal: Traversal, works: Sequence[Work]) -> dict[int, str]:
    """Which newer traversal waits for each of these rows; a deleted one is asked for by way of the nodes that wait."""
    gone = [work.row.id for work in works if isinstance(work.decision, decide.Delete | decide.Forget)]
    waiters = resources.wanted(context, [work.row.id for work in works])
    return waiters | (sync_points.blocked_on(context, traversal.stack.id, gone) if gone else {})


def _look_again(context: Context, traversal: Traversal, works: Sequence[Work], next_cast_at: float) -> list[Node]:
    """What a dead engine had begun is complete, but isn't what is wanted now: its nodes are ready once more.

    :returns: those nodes; none where the traversal was superseded, which leaves no node of it
    """
    if not works:
        return []
    nodes, claims = [work.node for work in works], sorted({work.claim_id for work in works})
    kept = sync_points.hand_back(context, traversal.id, nodes, NodeState.SCHEDULED, next_cast_at, claims)
    return nodes if kept else []


def _write_rows(context: Context, inputs: Inputs, traversal: Traversal, endings: Sequence[Ending]) -> None:
    template_id = traversal.stack.raw_template_id
    made, kept, collected, gone = {}, {}, {}, []
    for ending in endings:
        match ending.work.decision, ending.done:
            case ((decide.Delete() | decide.Forget()), _):
                gone.append(ending.work)
            case decide.Keep(), _:
                kept[ending.work] = row_changes.kept(ending.work, template_id)
            case decide.Collect(), Done() as done:
                collected[ending.work] = row_changes.collected(ending.work, done)
            case _, Done() as done:
                made[ending.work] = row_changes.made(ending.work, done, template_id)
    for changes in (made, kept, collected):
        for holder in {work.row.engine_id for work in changes}:
            _write(context, inputs, holder, {w: c for w, c in changes.items() if w.row.engine_id == holder})
    for holder in {work.row.engine_id for work in gone}:
        keys = {work.row.id: work.row.atomic_key for work in gone if work.row.engine_id == holder}
        if resources.remove(context, keys, held_by=holder) != len(keys):
            raise Defeat


def _write(context: Context, inputs: Inputs, holder: str | None, changes: Mapping[Work, Changes]) -> None:
    keys = {work.row.id: work.row.atomic_key for work in changes}
    by_id = {work.row.id: values for work, values in changes.items()}
    if resources.write(context, keys, by_id, inputs.utcnow(), held_by=holder, hold_as=None) != len(keys):
        raise Defeat


def _happenings(endings: Sequence[Ending]) -> list[Happening]:
    """The events of these endings; work that began in this very transaction has its beginning told too."""
    told = []
    for ending in endings:
        if ending.done is not None:
            physical_id = None if ending.work.action is Action.DELETE else ending.done.physical_id
            if ending.work.row.engine_id is None:
                told.append(row_changes.happening(ending.work, Status.IN_PROGRESS))
            told.append(row_changes.happening(ending.work, Status.COMPLETE, physical_id=physical_id))
    return told
