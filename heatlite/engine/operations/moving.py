"""Move a resource to another stack, or to another name in its own, without touching its physical resource.

::

    stored templates ──▶ the definition moved, what refers to it renamed ──▶ a plan for each stack
                                                                               │ nothing would be done
                              one transaction: both stacks, the row, events ◀──┘

The plans are those of ``planning``, on the rows as they will be. So whatever keeps a resource from being the same in
the other stack (a parameter with another value, a reference that leads nowhere, a type that is mapped otherwise)
refuses the move. The row keeps its uuid, its physical id and its data.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from heatlite import exception
from heatlite import template as language
from heatlite.context import RequestContext
from heatlite.convergence.graph import Graph
from heatlite.convergence.model import Action, Status
from heatlite.convergence.serving import active_rows
from heatlite.db import resources, stacks, templates
from heatlite.db.api import Context
from heatlite.db.events import Happening
from heatlite.db.records import ResourceRecord, StackRecord
from heatlite.db.retry import retried
from heatlite.engine.decision.preview import Fate
from heatlite.engine.definitions import traversals
from heatlite.engine.definitions.unchanged import is_settled
from heatlite.engine.operations import moved_templates, planning
from heatlite.engine.operations.idempotent_start import certainly
from heatlite.engine.operations.moved_templates import Stored
from heatlite.engine.operations.validation import Identity, Submission
from heatlite.engine.shared import Shared
from heatlite.engine.traversal.transactions import ConflictError, write_events
from heatlite.resources.base import Resource
from heatlite.resources.cloud import USER_ID
from heatlite.resources.stack_resource import StackResource

MOST_TOLD = 5
AT_REST = frozenset({Action.CREATE, Action.UPDATE, Action.ADOPT, Action.RESUME, Action.CHECK, Action.RESTORE})


@dataclass(frozen=True)
class Side:
    """One of the two stacks: as it is, its stored template as it will be, and its rows as they are."""

    stack: StackRecord
    wanted: Stored
    rows: Sequence[ResourceRecord]

    @property
    def submission(self) -> Submission:
        """Return the submission of an update to the new template."""
        environment = language.Environment.parse(self.wanted.environment)
        return Submission(self.wanted.template, self.wanted.files, environment)


@dataclass(frozen=True)
class Move:
    """A move of a row to a name. ``sides``: the row's stack and, if it is another, the one that gets it."""

    sides: tuple[Side, ...]
    row: ResourceRecord
    name: str

    @property
    def source(self) -> StackRecord:
        return self.sides[0].stack

    @property
    def target(self) -> StackRecord:
        return self.sides[-1].stack

    def shown(self, stack_id: str, rows: Iterable[ResourceRecord]) -> list[ResourceRecord]:
        """Return the rows of a stack, of these or nested in one of them, as they will be."""
        others = [row for row in rows if row.id != self.row.id]
        moved = dataclasses.replace(self.row, stack_id=self.target.id, name=self.name)
        return [*others, moved] if stack_id == self.target.id else others


def move(
    shared: Shared, context: RequestContext, source: StackRecord, name: str, target: StackRecord, new_name: str
) -> None:
    """Move a resource.

    :param target: the stack that gets it; may be the same
    :raises ResourceNotFound: when the stack has no such resource
    :raises ActionInProgress: when an operation is in progress on one of the stacks, or an engine works on the resource
    :raises NotSupported: when the resource, or one of the stacks, is of a kind that can't be moved
    :raises Invalid: when the name is taken, or something would be done after the move; it says what
    """
    if (source.id, name) == (target.id, new_name):
        raise exception.Invalid(reason=f"{name} has this name in stack {source.name} already")
    if source.tenant != target.tenant:
        raise exception.NotSupported(feature="Moving a resource to a stack of another project")
    for stack in {source.id: source, target.id: target}.values():
        check_stack(stack)
    rows = resources.by_stack(context, source.id)
    row = active_rows(rows, source.raw_template_id).get(name)
    if row is None:
        raise exception.ResourceNotFound(resource_name=name, stack_name=source.name)
    check_row(shared, source, [it for it in rows if it.name == name], row)
    sides = _sides(context, source, rows, target, name, new_name)
    if any(it.name == new_name for it in sides[-1].rows):
        raise exception.Invalid(reason=f"Stack {target.name} has a resource {new_name} already, or a rest of one")
    found = Move(sides, row, new_name)
    with shared.on_behalf_of(context):
        check_plans(shared, context, found)
        changes = {side.stack.id: _after(shared, context, found, side) for side in sides}
    _carry_out(shared, found, changes)


def check_stack(stack: StackRecord) -> None:
    """Refuse a stack whose resources can't be moved now.

    :raises ActionInProgress: when an operation is in progress on it
    :raises NotSupported: when it is nested, or isn't a stack whose operation ended well
    """
    if stack.is_in_progress:
        raise exception.ActionInProgress(stack_name=stack.name, action=stack.action)
    if stack.is_nested:
        raise exception.NotSupported(feature=f"Moving a resource of {stack.name}, whose template its parent writes,")
    if stack.status is not Status.COMPLETE or stack.action not in AT_REST:
        raise exception.NotSupported(feature=f"Moving a resource while {stack.name} is {stack.action}_{stack.status}")


def check_row(shared: Shared, stack: StackRecord, same_name: Sequence[ResourceRecord], row: ResourceRecord) -> None:
    """Refuse a resource that isn't whole, or that others know by the names of its stack and its own.

    :raises ActionInProgress: when an engine works on it
    :raises NotSupported: when it can't be moved
    """
    if any(it.engine_id is not None for it in same_name):
        raise exception.ActionInProgress(stack_name=stack.name, action=row.action)
    if len(same_name) > 1 or not is_settled(row):
        raise exception.NotSupported(
            feature=f"Moving {row.name}, which isn't complete by itself: update the stack first;"
        )
    plugin = shared.registry.get(row.type)
    if issubclass(plugin, StackResource):
        raise exception.NotSupported(feature=f"Moving {row.name}, which is a stack: abandon and adopt it instead;")
    if plugin.handle_signal is not Resource.handle_signal or USER_ID in (row.resource_data or {}):
        raise exception.NotSupported(feature=f"Moving {row.name}, whose signals are sent to the names of its stack,")


def _sides(
    context: Context,
    source: StackRecord,
    rows: Sequence[ResourceRecord],
    target: StackRecord,
    name: str,
    new_name: str,
) -> tuple[Side, ...]:
    before = Stored.of(templates.get(context, source.raw_template_id))
    if source.id == target.id:
        return (Side(source, moved_templates.renamed(before, name, new_name), rows),)
    other = Stored.of(templates.get(context, target.raw_template_id))
    without, having = moved_templates.moved(before, name, other, new_name)
    return Side(source, without, rows), Side(target, having, resources.by_stack(context, target.id))


def check_plans(shared: Shared, context: RequestContext, move: Move) -> None:
    """Check that after the move an update would do to each other resource what it would do before, and nothing to this.

    :raises Invalid: when it would do anything else; it says what
    :raises HeatliteError: when one of the new templates is invalid: it refers to what was moved away, for example
    """
    wrong = []
    for side in move.sides:
        stored = Stored.of(templates.get(context, side.stack.raw_template_id))
        before = _fates(shared, context, dataclasses.replace(side, wanted=stored), planning.as_they_are)
        after = _fates(shared, context, side, move.shown)
        expected = {
            name: fate for name, fate in before.items() if name != move.row.name or side.stack.id != move.source.id
        }
        expected |= {move.name: (Fate.UNCHANGED, "")} if side.stack.id == move.target.id else {}
        differing = sorted(it for it in {*after, *expected} if after.get(it) != expected.get(it))
        wrong += [
            f"{it} in {side.stack.name} would be {' '.join(after.get(it, ('missing', ''))).strip()}" for it in differing
        ]
    if wrong:
        raise exception.Invalid(reason=f"{move.row.name} can't be moved as it is: {'; '.join(wrong[:MOST_TOLD])}")


def _fates(shared: Shared, context: RequestContext, side: Side, shown: planning.Shown) -> dict[str, tuple[str, str]]:
    found = planning.changes(shared, context, side.stack, side.submission, shown)
    return {it["resource_name"]: (it["fate"], f"({it['reason']})" if it["reason"] else "") for it in found}


# --- writing --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class After:
    """The columns that the move writes to one stack, and those that it writes to rows, by the rows' ids."""

    columns: Mapping[str, Any]
    rows: Mapping[int, Mapping[str, Any]]


def _after(shared: Shared, context: RequestContext, move: Move, side: Side) -> After:
    """Build what is written of one stack; its template is stored by now."""
    stack, wanted, submission = side.stack, side.wanted, side.submission
    parsed = language.parse(wanted.template, wanted.files, submission.environment.resource_registry)
    values = language.bind(parsed, submission.environment, Identity.of(stack).pseudo)
    linked = shared.linked(parsed.under(values), values)
    now = shared.inputs.utcnow()
    template_id = templates.stored(shared.context(), wanted.template, wanted.files, wanted.environment, now)
    rows: dict[int, Mapping[str, Any]] = {}
    if stack.id == move.target.id:
        definition = linked.resources[move.name]
        there = active_rows(move.shown(stack.id, side.rows), template_id)
        rows[move.row.id] = {
            "stack_id": stack.id,
            "name": move.name,
            "requires": sorted(there[it].id for it in definition.requires if it in there),
            "fingerprint": definition.definition_hash,
            "current_template_id": template_id,
            "replaces": None,
            "made_from": None,
        }
    if stack.id != move.target.id:
        tied = [it for it in side.rows if move.row.id in it.requires and it.id != move.row.id]
        rows |= {it.id: {"requires": [id_ for id_ in it.requires if id_ != move.row.id]} for it in tied}
    columns = {
        "current_traversal": shared.inputs.new_id(),
        "raw_template_id": template_id,
        "prev_raw_template_id": template_id,
        "current_deps": _deps(context, move, stack),
        "updated_at": now,
    }
    return After(columns, rows)


def _deps(context: RequestContext, move: Move, stack: StackRecord) -> dict[str, Any] | None:
    """Return the graph of a stack's last traversal, as it is after the move."""
    found = stacks.by_traversal(context, stack.current_traversal)
    deps = found[1] if found is not None else None
    if deps is None:
        return None
    serving = {name: id_ for name, id_ in deps["serving"].items() if id_ != move.row.id}
    graph = traversals.decode(deps)
    if stack.id == move.target.id:
        serving[move.name] = move.row.id
    else:
        kept = [node for node in graph if node.resource_id != move.row.id]
        graph = Graph({node: [it for it in graph.predecessors(node) if it.resource_id != move.row.id] for node in kept})
    return traversals.encode(graph, serving)


def _carry_out(shared: Shared, move: Move, changes: Mapping[str, After]) -> None:
    """Write all of it in one transaction, exactly once.

    :raises ActionInProgress: when something was done to one of the stacks, or to a row, in the meantime
    """

    def look_up() -> bool | None:
        now = stacks.get(shared.context(), move.target.id)
        new_id = changes[move.target.id].columns["current_traversal"]
        return True if now is not None and now.current_traversal == new_id else None

    try:
        certainly(shared.inputs, lambda: _write(shared, move, changes) or look_up() or False, look_up)
    except ConflictError:
        raise exception.ActionInProgress(stack_name=move.source.name, action=move.source.action) from None


@retried
def _write(shared: Shared, move: Move, changes: Mapping[str, After]) -> bool:
    context, inputs, keys = shared.context(), shared.inputs, {move.row.id: move.row.atomic_key}
    keys |= {row.id: row.atomic_key for side in move.sides for row in side.rows}
    with shared.database.writer(context):
        for side in sorted(move.sides, key=lambda it: it.stack.id):
            stack = side.stack
            if not stacks.supersede(context, stack.id, stack.current_traversal, changes[stack.id].columns):
                raise ConflictError
        written = {id_: it for after in changes.values() for id_, it in after.rows.items()}
        for id_, columns in sorted(written.items()):
            now = inputs.utcnow()
            if resources.write(context, {id_: keys[id_]}, {id_: columns}, now, locked_by=None, lock_for=None) != 1:
                raise ConflictError
        _tell(context, shared, move)
    return True


def _tell(context: Context, shared: Shared, move: Move) -> None:
    row, source, target = move.row, move.source, move.target
    told = Happening(row.name, row.type, row.physical_resource_id, row.action, row.status, "")
    left, came = f"Moved to {move.name} in stack {target.name}", f"Moved from {row.name} in stack {source.name}"
    write_events(context, shared.inputs, source.id, [dataclasses.replace(told, reason=left)])
    write_events(context, shared.inputs, target.id, [dataclasses.replace(told, resource_name=move.name, reason=came)])
