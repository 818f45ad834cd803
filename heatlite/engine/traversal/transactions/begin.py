"""Begin: a stack gets a new traversal.

    stack        compare-and-swap from the traversal that was seen to a new one, IN_PROGRESS
    sync_point   the old traversal's are deleted
    (read)       the rows, only now: whatever the old traversal still wrote is among them
    (plan)       which row serves which name; the graph
    resource     new rows
    sync_point   one for each node of the graph
    event        the stack's

After the commit the roots are cast. A traversal that is begun within another transaction (a rollback) gets by with
the first two steps and one PLAN node; whoever takes that node does the rest.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from heatlite.convergence.graph import Graph, waiting_counts
from heatlite.convergence.model import PLAN, VISITS, Action, Node, ResourceView, Status, Wanted
from heatlite.convergence.plan import Assignment, arrange, assign, leave_out
from heatlite.convergence.visits import arrange_visits
from heatlite.db import resources, stacks, sync_points
from heatlite.db.api import Context
from heatlite.db.records import ResourceRecord, StackRecord
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.definitions import traversals
from heatlite.engine.traversal.transactions import stack_event, write_events
from heatlite.engine.traversal.transactions.claim import new_row

Unchanged = Callable[[Mapping[str, ResourceRecord]], Collection[str]]
"""Of the rows that serve names, those that are what is wanted as long as what they require is."""


def nothing_unchanged(serving: Mapping[str, ResourceRecord]) -> Collection[str]:
    """Every node is visited."""
    return ()


@dataclass(frozen=True)
class Begun:
    """A traversal that has begun: its id, and the nodes that are ready at once.

    ``types``: of all rows of the stack, those that it makes anew included; None if nobody has read them.
    """

    traversal_id: str
    ready: tuple[Node, ...]
    types: frozenset[str] | None = None


def create(
    context: Context,
    inputs: Inputs,
    stack: StackRecord,
    wanted: Sequence[Wanted],
    tags: Sequence[str],
) -> Begun:
    """Create a stack and its first traversal.

    :raises oslo_db.exception.DBDuplicateEntry: where a live stack of the project has the name
    """
    values = {name: getattr(stack, name) for name in StackRecord.__dataclass_fields__}
    live_name = stack.name if stack.owner_id is None else None
    stacks.insert(context, {**values, "live_name": live_name, "root_id": stack.root_id or stack.id}, tags)
    write_events(context, inputs, stack.id, [started(stack)])
    return lay_out(context, inputs, stack, wanted)


def lay_out_again(context: Context, inputs: Inputs, stack: StackRecord, wanted: Sequence[Wanted]) -> Begun:
    """Plan the first traversal of a stack again, whose new rows have been written to in this transaction.

    Rows that take something over may have to be replaced, so each needs a node that deletes what is replaced.
    """
    sync_points.delete_all(context, stack.id)
    return lay_out(context, inputs, stack, wanted, has_written=True)


def record_ended(context: Context, inputs: Inputs, stack: StackRecord) -> None:
    """Record a new nested stack whose operation has ended already: refused, or deleted before it was created.

    :raises oslo_db.exception.DBDuplicateEntry: where there is a stack of this id
    """
    stacks.insert(context, {name: getattr(stack, name) for name in StackRecord.__dataclass_fields__})
    write_events(context, inputs, stack.id, [stack_event(stack, stack.action, stack.status, stack.status_reason)])


def supersede(
    context: Context,
    inputs: Inputs,
    seen: StackRecord,
    changes: Mapping[str, Any],
    wanted: Sequence[Wanted],
    *,
    unchanged: Unchanged = nothing_unchanged,
    also: Callable[[], None] | None = None,
    in_place: bool = False,
) -> Begun | None:
    """Begin a new traversal of an existing stack; return None if the stack has another one than was seen.

    :param changes: columns of the stack, ``current_traversal`` and ``action`` among them
    :param unchanged: tells which rows the traversal leaves out; called after they were read
    :param also: writes more to the rows before they are read
    :param in_place: the traversal creates, replaces and deletes nothing
    """
    if seen.returns_to != seen.prev_raw_template_id:
        changes = {**changes, "prev_raw_template_id": seen.returns_to}
    if not stacks.supersede(context, seen.id, seen.current_traversal, {**changes, "current_deps": None}):
        return None
    sync_points.delete_all(context, seen.id)
    if also is not None:
        also()
    stack = dataclasses.replace(seen, **changes)
    write_events(context, inputs, stack.id, [started(stack)])
    has_written = also is not None
    return lay_out(context, inputs, stack, wanted, unchanged=unchanged, has_written=has_written, in_place=in_place)


def plan(
    context: Context,
    inputs: Inputs,
    stack: StackRecord,
    wanted: Sequence[Wanted],
    *,
    unchanged: Unchanged = nothing_unchanged,
) -> Begun:
    """Do the work of a PLAN node: plan the graph of a traversal that began without one."""
    sync_points.delete_all(context, stack.id)
    return lay_out(context, inputs, stack, wanted, unchanged=unchanged)


def plan_later(context: Context, inputs: Inputs, stack_id: str, traversal_id: str) -> None:
    """Leave the planning to whoever takes the one node that this writes."""
    sync_points.insert(context, stack_id, traversal_id, {PLAN: 0}, inputs.next_cast_at())


def lay_out(
    context: Context,
    inputs: Inputs,
    stack: StackRecord,
    wanted: Sequence[Wanted],
    *,
    unchanged: Unchanged = nothing_unchanged,
    has_written: bool = False,
    in_place: bool = False,
) -> Begun:
    """Plan the stack's current traversal and write it down: rows, graph, sync points.

    :param has_written: this transaction has written to rows, so that they aren't kept for the next plan
    """
    existing = (
        resources.to_plan(context, stack.id)
        if has_written
        else resources.to_plan_again(context, stack.id, keeps=stack.action is not Action.DELETE)
    )
    views = [row.view for row in existing]
    assignment = assign(wanted, views, stack.prev_raw_template_id, visits=stack.action in VISITS)
    serving = {name: view.id for name, view in assignment.serving.items()}
    serving |= _insert_missing(context, inputs, stack, wanted, assignment)
    if stack.action in VISITS:
        graph = arrange_visits([row.view for row in resources.to_plan(context, stack.id)], stack.action)
    else:
        left_out = _left_out(wanted, existing, assignment, unchanged)
        graph = _arrange(context, stack, wanted, serving, views, assignment, left_out)
    deps = traversals.encode(graph, serving, in_place=in_place)
    stacks.advance(context, stack.id, stack.current_traversal, {"current_deps": deps})
    next_cast_at = inputs.next_cast_at()
    sync_points.insert(context, stack.id, stack.current_traversal, waiting_counts(graph), next_cast_at)
    types = frozenset([*(row.type for row in existing), *(want.type for want in wanted)])
    return Begun(stack.current_traversal, tuple(graph.roots()), types)


def _arrange(
    context: Context,
    stack: StackRecord,
    wanted: Sequence[Wanted],
    serving: Mapping[str, int],
    existing: Sequence[ResourceView],
    assignment: Assignment,
    left_out: Collection[int],
) -> Graph[Node]:
    if assignment.returned:
        resources.clear_replaced_by(context, [view.id for view in assignment.returned])
    return arrange(
        wanted,
        serving,
        _as_planned(existing, assignment) if collects(stack) else [],
        collect_after_commit=not stack.disable_rollback and stack.action is not Action.DELETE,
        commits=stack.action is not Action.DELETE,
        left_out=left_out,
    )


def _left_out(
    wanted: Sequence[Wanted], existing: Sequence[ResourceRecord], assignment: Assignment, unchanged: Unchanged
) -> Collection[int]:
    """Return the rows that the traversal leaves out. If a name has several rows, it leaves out none of them."""
    rows: dict[str, list[ResourceRecord]] = {}
    for row in existing:
        rows.setdefault(row.name, []).append(row)
    only = {name: rows[name][0] for name in assignment.serving if len(rows[name]) == 1}
    return {only[name].id for name in leave_out(wanted, unchanged(only))}


def collects(stack: StackRecord) -> bool:
    """Whether the traversal deletes what isn't used any more; for a nested stack, its root may say when."""
    return not (stack.is_nested and stack.leaves_garbage)


def _as_planned(views: Sequence[ResourceView], assignment: Assignment) -> list[ResourceView]:
    returned = {view.id for view in assignment.returned}
    return [dataclasses.replace(view, replaced_by=None) if view.id in returned else view for view in views]


def _insert_missing(
    context: Context, inputs: Inputs, stack: StackRecord, wanted: Sequence[Wanted], assignment: Assignment
) -> dict[str, int]:
    missing = set(assignment.missing)
    names = {want.name: inputs.new_id() for want in wanted if want.name in missing}
    types = {want.name: want.type for want in wanted}
    now = inputs.utcnow()
    rows = [{**new_row(stack.id, uuid, name, types[name]), "created_at": now} for name, uuid in names.items()]
    ids = resources.insert(context, rows) if rows else {}
    return {name: ids[uuid] for name, uuid in names.items()}


def started(stack: StackRecord) -> Any:
    """Return the event that a stack's operation has started."""
    return stack_event(stack, stack.action, Status.IN_PROGRESS, stack.status_reason)
