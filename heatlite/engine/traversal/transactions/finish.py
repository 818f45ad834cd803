"""Finish: work is done. Record it, count its arrivals, and schedule what became ready.

    sync_point   own nodes RUNNING → DONE; which of them survived?       a superseded traversal's are deleted
                 (FAILED, where the traversal goes on past failures: they count as arrivals all the same)
                 (PAUSED with a hook after what was done: nothing follows yet)
    sync_point   what followed only those and is done as well: WAITING → DONE, see ``convergence.graph.onward``
    sync_point   successors of all those: remaining - n, and at 0 SCHEDULED
    resource     results, and the lock released
    event        what happened

A superseded finisher still records its rows and releases them, propagates nothing, and answers whom to wake: a newer
traversal may wait for the lock.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from heatlite.convergence import decide
from heatlite.convergence.graph import arrivals, complete
from heatlite.convergence.model import Action, Node, NodeState, Status
from heatlite.db import resources, sync_points
from heatlite.db.api import Context
from heatlite.db.events import Happening
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.decision import row_changes
from heatlite.engine.decision.breakpoints import after, reached
from heatlite.engine.decision.row_changes import Changes, Ending
from heatlite.engine.definitions.traversals import Traversal
from heatlite.engine.definitions.work import Work
from heatlite.engine.traversal.transactions import ConflictError, write_events
from heatlite.engine.traversal.unadopted_events import left_as_it_was
from heatlite.resources.outcomes import Failed


@dataclass(frozen=True)
class Finished:
    """The result of ``finish``: nodes that became ``ready``, and ``wakes``, row → traversal that waits for its lock.

    ``is_late``: some of the work was recorded after its traversal had ended or was superseded.
    """

    ready: tuple[Node, ...] = ()
    wakes: Mapping[int, str] = field(default_factory=dict)
    is_late: bool = False


def finish(
    context: Context,
    inputs: Inputs,
    traversal: Traversal,
    endings: Sequence[Ending],
) -> Finished:
    """Record work that is over, and let what follows it go on.

    Rows that the work holds are released; rows that it never locked are written as they were seen.

    :raises ConflictError: where a lock was lost, or taken by another, for any of the rows; or the traversal was
        superseded before what follows on could be
    """
    if not endings:
        return Finished()
    assert traversal.graph is not None, "a traversal without a graph has no nodes of resources"
    again = [ending.work for ending in endings if ending.requires_recheck]
    at_hook = {it.work: hook for it in endings if it.may_pause and (hook := after(it.work))}
    own = [ending for ending in endings if not ending.follows_on]
    over = [ending for ending in own if ending.work not in again and ending.work not in at_hook]
    next_cast_at = inputs.next_cast_at()
    survivors = _end_nodes(context, traversal, [it.work for it in over if not it.fails], NodeState.DONE)
    survivors |= _end_nodes(context, traversal, [it.work for it in over if it.fails], NodeState.FAILED)
    survivors |= _pass(context, traversal, [it.work.node for it in endings if it.follows_on], survivors)
    seen = arrivals(traversal.graph, survivors)
    ready = sync_points.arrive(context, traversal.id, seen, next_cast_at, complete(traversal.graph, seen))
    look_again = _look_again(context, traversal, again, next_cast_at)
    ready += look_again
    waiting = {
        w: hook for w, hook in at_hook.items() if sync_points.pause(context, traversal.id, w.node, hook, w.claim_id)
    }
    write_results(context, inputs, [(traversal, endings)], waiting)
    write_events(context, inputs, traversal.stack.id, happenings(endings))
    write_events(context, inputs, traversal.stack.id, [reached(w, hook, done=True) for w, hook in waiting.items()])
    goes_on = {*survivors, *look_again, *(work.node for work in waiting)}
    superseded = [ending.work for ending in endings if ending.work.node not in goes_on]
    waiters = _waiters(context, traversal, superseded) if superseded else {}
    return Finished(tuple(ready), waiters, is_late=bool(superseded))


def _end_nodes(context: Context, traversal: Traversal, works: Sequence[Work], state: NodeState) -> set[Node]:
    """End nodes, and return those that this engine still had claimed."""
    if not works:
        return set()
    nodes, claims = [work.node for work in works], sorted({work.claim_id for work in works})
    return sync_points.finish(context, traversal.id, nodes, works[0].engine_id, claims, state)


def _pass(context: Context, traversal: Traversal, nodes: Sequence[Node], survivors: Collection[Node]) -> set[Node]:
    """Mark successors that this transaction completed.

    :raises ConflictError: where one of them isn't as it must be then: the traversal was superseded
    """
    if nodes:
        assert traversal.graph is not None, "nodes that follow others are of a graph"
        now = {*survivors, *nodes}
        waited_for = {node: len(now.intersection(traversal.graph.predecessors(node))) for node in nodes}
        if sync_points.finish_inline(context, traversal.id, waited_for) != len(nodes):
            raise ConflictError
    return set(nodes)


def _waiters(context: Context, traversal: Traversal, works: Sequence[Work]) -> dict[int, str]:
    """Which newer traversal waits for each of these rows; a deleted one is asked for by way of the nodes that wait."""
    gone = [work.row.id for work in works if isinstance(work.decision, decide.Delete | decide.Forget)]
    waiters = resources.waiting_traversals(context, [work.row.id for work in works])
    return waiters | (sync_points.blocked_on(context, traversal.stack.id, gone) if gone else {})


def _look_again(context: Context, traversal: Traversal, works: Sequence[Work], next_cast_at: float) -> list[Node]:
    """Make nodes ready once more whose finished action isn't all that is wanted now.

    :returns: those nodes; none if the traversal was superseded
    """
    if not works:
        return []
    nodes, claims = [work.node for work in works], sorted({work.claim_id for work in works})
    kept = sync_points.hand_back(context, traversal.id, nodes, NodeState.SCHEDULED, next_cast_at, claims)
    return nodes if kept else []


def write_results(
    context: Context,
    inputs: Inputs,
    results: Iterable[tuple[Traversal, Sequence[Ending]]],
    waiting: Collection[Work] = (),
) -> None:
    """Write what became of rows: those to which the same columns are written together.

    :param results: traversals, each with its endings
    :raises ConflictError: where a lock was lost, or taken by another, for any of the rows
    """
    alike: dict[tuple[str | None, tuple[str, ...]], dict[Work, Changes]] = {}
    gone: dict[str | None, dict[int, int]] = {}
    for traversal, endings in results:
        for ending in endings:
            work = ending.work
            holder = work.row.engine_id
            if ending.removes and work not in waiting:
                gone.setdefault(holder, {})[work.row.id] = work.row.atomic_key
                continue
            changes = row_changes.deleted() if ending.removes else ending.changes(traversal.stack.raw_template_id)
            if changes is not None:
                alike.setdefault((holder, tuple(changes)), {})[work] = changes
    for (holder, _), by_work in alike.items():
        _write(context, inputs, holder, by_work)
    for holder, keys in gone.items():
        if resources.remove(context, keys, locked_by=holder) != len(keys):
            raise ConflictError


def _write(context: Context, inputs: Inputs, holder: str | None, changes: Mapping[Work, Changes]) -> None:
    keys = {work.row.id: work.row.atomic_key for work in changes}
    by_id = {work.row.id: values for work, values in changes.items()}
    if resources.write(context, keys, by_id, inputs.utcnow(), locked_by=holder, lock_for=None) != len(keys):
        raise ConflictError


def happenings(endings: Sequence[Ending]) -> list[Happening]:
    """Return the events of these results. Work that began in this transaction also has its begin event."""
    told = []
    for ending in endings:
        work, outcome = ending.work, ending.outcome
        if outcome is None:
            continue
        if isinstance(work.decision, decide.Retain) and work.row.adopted is not None:
            told += left_as_it_was(work.row.name, {"type": work.row.type, **work.row.adopted})
        if isinstance(work.decision, decide.Leave):
            continue
        if work.row.engine_id is None:
            told.append(row_changes.happening(work, Status.IN_PROGRESS))
        if isinstance(outcome, Failed):
            told.append(row_changes.happening(work, Status.FAILED, outcome.reason, outcome.physical_id))
        else:
            physical_id = None if work.action is Action.DELETE else outcome.physical_id
            told.append(row_changes.happening(work, Status.COMPLETE, physical_id=physical_id))
    return told
