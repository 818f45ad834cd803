"""Claim: ready nodes become this engine's work.

    sync_point   SCHEDULED → RUNNING, for as many of the batch as are still to be had
    (read)       their rows, and the rows that their definitions read
    (decide)     what each has to do
    sync_point   whose row another holds: BLOCKED, and the row says who waits; which is at a hook: PAUSED

The rows themselves are locked by whoever writes what comes of the decision: ``begin_actions`` here, or ``finish``,
where the action is over within the same transaction.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from heatlite.convergence import decide
from heatlite.convergence.model import Action, Node, NodeKind, NodeState, Status
from heatlite.convergence.visits import follows_a_failure
from heatlite.db import resources, sync_points
from heatlite.db.api import Context
from heatlite.db.records import NodeRecord, ResourceRecord
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.decision import breakpoints, resource_decision, row_changes
from heatlite.engine.decision.evaluate import Claim, Evaluator
from heatlite.engine.definitions.traversals import Traversal
from heatlite.engine.definitions.work import Work, weight_of
from heatlite.engine.traversal.transactions import ConflictError, write_events
from heatlite.resources.outcomes import Waiting

BATCH_BYTES = 8 * 1024 * 1024
"""Characters that the properties and metadata of one batch's nodes may have; one node may have more by itself."""


READ_BYTES = 16 * 1024 * 1024
"""Characters of recorded attributes that the definitions of one batch, or of one resource, may read."""


class Overweight(Exception):
    """A batch is too much for one transaction, and is to be taken in parts."""


@dataclass(frozen=True)
class Taken:
    """What a claim got.

    ``work`` is to be done; ``free_again`` are nodes whose lock was released while we asked for it; ``held`` are the
    rows that others hold, whose holders are to be told.
    """

    work: tuple[Work, ...] = ()
    free_again: tuple[Node, ...] = ()
    held: tuple[ResourceRecord, ...] = ()


def take(
    context: Context,
    inputs: Inputs,
    evaluator: Evaluator,
    traversal: Traversal,
    nodes: Collection[Node],
    claim: Claim,
) -> Taken:
    """Claim nodes, read their rows and decide.

    :raises Overweight: where several nodes' definitions come to more than ``BATCH_BYTES``, or what they read does
    """
    if not sync_points.claim(context, traversal.id, nodes, claim.engine_id, claim.claim_id):
        return Taken()
    records = completed(context, sync_points.claimed(context, traversal.id, nodes, claim.claim_id))
    required = required_by(context, evaluator, traversal, records)
    skipped = after_failures(context, traversal, [record.node for record in records])
    works: list[Work] = []
    left = BATCH_BYTES
    for record in records:
        if record.node in skipped:
            works.append(evaluator.skipped(traversal, record, claim))
            continue
        work = evaluator.work(traversal, record, required, claim)
        works.append(work)
        left -= weight_of(work)
        if left < 0 and len(records) > 1:
            raise Overweight
    works = without_deletions_of_others(context, traversal, works)
    blocked = [work for work in works if isinstance(work.decision, decide.Blocked)]
    free_again = [node for work in blocked for node in wait_for_lock(context, inputs, traversal, work)]
    free = [work for work in works if not isinstance(work.decision, decide.Blocked)]
    ready = [work for work in free if not wait_at_hook(context, inputs, traversal, work)]
    held = tuple(work.row for work in blocked if work.node not in free_again)
    return Taken(tuple(replaced(context, inputs, traversal, ready)), tuple(free_again), held)


def completed(context: Context, records: Sequence[NodeRecord]) -> list[NodeRecord]:
    """Return the records with their rows whole: the large values that the claim held back are read now.

    :raises Overweight: where several rows hold more than ``BATCH_BYTES``
    """
    held_back = {it.resource.id: it.resource.held_back for it in records if it.resource and it.resource.held_back}
    if not held_back:
        return list(records)
    if len(records) > 1 and sum(held_back.values()) > BATCH_BYTES:
        raise Overweight
    whole = {row.id: row for row in resources.by_ids(context, held_back)}
    return [
        dataclasses.replace(it, resource=whole.get(it.resource.id)) if it.resource and it.resource.held_back else it
        for it in records
    ]


def required_by(
    context: Context,
    evaluator: Evaluator,
    traversal: Traversal,
    records: Sequence[NodeRecord],
    known: Collection[Node] = (),
) -> dict[int, NodeRecord]:
    """Return id → the acting row of each node that these records' definitions require.

    A row that only has to be there comes without its large attributes. A row that a definition reads comes with them,
    unless one definition alone reads more than ``READ_BYTES``: its evaluation refuses what is held back.

    :param known: nodes whose rows the caller has
    :raises Overweight: when several definitions read more than ``READ_BYTES`` together
    """
    nodes = [it for it in evaluator.required(traversal, records) if it not in known]
    found = {record.node.resource_id: record for record in acting(context, traversal, nodes)}
    read = {node.resource_id for node in evaluator.read(traversal, records)}
    rows = {key: it.resource for key, it in found.items() if key in read and it.resource is not None}
    if sum(row.held_back for row in rows.values()) > READ_BYTES:
        if len(records) > 1:
            raise Overweight
        return found
    whole = resources.with_attributes(context, rows.values())
    return found | {key: dataclasses.replace(found[key], resource=whole[row.id]) for key, row in rows.items()}


def acting(context: Context, traversal: Traversal, needed: Sequence[Node]) -> list[NodeRecord]:
    """Return the acting rows of these nodes, with their results. Nodes that the traversal leaves out have their own."""
    graph = traversal.graph or ()
    visited = [node for node in needed if node in graph]
    left_out = [node for node in needed if node not in graph]
    found = sync_points.acting_results(context, traversal.id, visited) if visited else []
    rows = resources.results_by_ids(context, [node.resource_id for node in left_out]) if left_out else []
    return [*found, *(NodeRecord(Node(row.id, NodeKind.UPDATE), row.id, 0, row) for row in rows)]


def without_deletions_of_others(context: Context, traversal: Traversal, works: Sequence[Work]) -> list[Work]:
    """Return the work, in which a row is only forgotten if its physical resource is another row's by now.

    That happens where ids are names, or are given again: the old one had gone before the new one was made.
    """
    deleting = [it for it in works if isinstance(it.decision, decide.Delete)]
    ids = {other for it in deleting for other in (it.row.replaced_by, it.row.replaces) if other is not None}
    others = resources.by_ids(context, ids) if ids else []
    taken_over = {it.row.id for it in deleting if resource_decision.belongs_to_other_row(it, others, traversal.serves)}
    return [dataclasses.replace(it, decision=decide.Forget()) if it.row.id in taken_over else it for it in works]


def after_failures(context: Context, traversal: Traversal, nodes: Sequence[Node]) -> set[Node]:
    """Of these nodes, those that follow one that failed, where the traversal goes on past failures."""
    if traversal.stack.action is not Action.CHECK or traversal.graph is None:
        return set()
    before = {node for it in nodes for node in traversal.graph.predecessors(it)}
    failed = sync_points.failed_among(context, traversal.id, before) if before else set()
    return {node for node in nodes if follows_a_failure(traversal.graph, node, failed)}


def wait_at_hook(context: Context, inputs: Inputs, traversal: Traversal, work: Work) -> bool:
    """Let a node wait for somebody, where its resource has a hook before what is to be done: whether it does."""
    hook = breakpoints.before(work)
    if hook is None:
        return False
    if sync_points.pause(context, traversal.id, work.node, hook, work.claim_id):
        write_events(context, inputs, traversal.stack.id, [breakpoints.reached(work, hook, done=False)])
    return True


def wait_for_lock(context: Context, inputs: Inputs, traversal: Traversal, work: Work) -> Sequence[Node]:
    """Let a node wait for its row's lock: BLOCKED, and the holder is told.

    :returns: the node, where nobody held the row any more by then, so that it is to be tried again at once
    """
    held = resources.request_lock(context, work.row.id, traversal.id)
    state = NodeState.BLOCKED if held else NodeState.SCHEDULED
    sync_points.hand_back(context, traversal.id, [work.node], state, inputs.now(), [work.claim_id])
    return [] if held else [work.node]


def replaced(context: Context, inputs: Inputs, traversal: Traversal, works: Sequence[Work]) -> list[Work]:
    """Return the work with each replacement turned into the creation of a new row.

    :raises ConflictError: where a row to be replaced was locked or changed meanwhile
    """
    replacing = [work for work in works if isinstance(work.decision, decide.Replace)]
    if not replacing:
        return list(works)
    new_rows = insert_replacements(context, inputs, traversal, replacing)
    written = resources.write(
        context,
        {work.row.id: work.row.atomic_key for work in replacing},
        {work.row.id: {"replaced_by": new_rows[work.row.id].id} for work in replacing},
        inputs.utcnow(),
        locked_by=None,
        lock_for=None,
    )
    if written != len(replacing):
        raise ConflictError
    return [
        made_anew(work, new_rows[work.row.id]) if isinstance(work.decision, decide.Replace) else work for work in works
    ]


def made_anew(work: Work, new_row: ResourceRecord) -> Work:
    """Return a replacement as the creation of its new row, or, with an external id, as an adoption."""
    if work.evaluated is not None and work.evaluated.external_id is not None:
        return dataclasses.replace(work, row=new_row, decision=decide.Adopt(), action=Action.ADOPT, changed=())
    return dataclasses.replace(work, row=new_row, decision=decide.Create(), changed=())


def insert_replacements(
    context: Context, inputs: Inputs, traversal: Traversal, works: Sequence[Work]
) -> dict[int, ResourceRecord]:
    """Insert new rows that act for the rows which they replace, and return id of the old → new row."""
    uuids = {work.row.id: inputs.new_id() for work in works}
    values = [
        new_row(traversal.stack.id, uuids[work.row.id], work.row.name, definition_type(work), work.row.id)
        for work in works
    ]
    ids = resources.insert(context, [{**row, "created_at": inputs.utcnow()} for row in values])
    sync_points.act_by(context, traversal.id, {work.node.resource_id: ids[uuids[work.row.id]] for work in works})
    rows = {row.replaces: row for row in resources.by_ids(context, ids.values())}
    return {work.row.id: rows[work.row.id] for work in works}


def definition_type(work: Work) -> str:
    """Return the type that the template gives the work's resource."""
    return work.evaluated.definition.type if work.evaluated else work.row.type


def new_row(stack_id: str, uuid: str, name: str, type_name: str, replaces: int | None = None) -> dict[str, object]:
    """Return the columns of a resource in its first state."""
    return {
        "stack_id": stack_id,
        "uuid": uuid,
        "name": name,
        "type": type_name,
        "action": Action.INIT,
        "status": Status.COMPLETE,
        "status_reason": "",
        "atomic_key": 0,
        "attempts": 0,
        "requires": [],
        "replaces": replaces,
    }


def begin_actions(
    context: Context, inputs: Inputs, traversal: Traversal, begun: Sequence[tuple[Work, Waiting | None]]
) -> list[Work]:
    """Lock the rows of work that goes on after this transaction, and answer it with its rows as written.

    :param begun: work, and where its first step left it if that has run already
    :raises ConflictError: where one of the rows was locked or changed meanwhile
    """
    if not begun:
        return []
    now = inputs.now()
    changes = {work.row.id: row_changes.begun(work, waiting, now=now) for work, waiting in begun}
    keys = {work.row.id: work.row.atomic_key for work, _ in begun}
    holder = begun[0][0].engine_id
    if resources.write(context, keys, changes, inputs.utcnow(), locked_by=None, lock_for=holder) != len(begun):
        raise ConflictError
    write_events(
        context,
        inputs,
        traversal.stack.id,
        [row_changes.happening(work, Status.IN_PROGRESS) for work, _ in begun],
    )
    return [held(work, changes[work.row.id]) for work, _ in begun]


def held(work: Work, changes: row_changes.Changes) -> Work:
    """Work whose row has just been written.

    ``action``, ``status`` and what it was made from stay those of before the action, which may have to be restored.
    """
    kept = {name: changes[name] for name in ("progress", "physical_resource_id", "resource_data", "attempts")}
    if isinstance(work.decision, decide.Create):
        kept |= {"type": changes["type"], "properties_data": changes["properties_data"]}
    return work.with_row(atomic_key=work.row.atomic_key + 1, engine_id=work.engine_id, **kept)
