"""Siblings: new nested stacks of one owner begin in one transaction. Those whose resources do no I/O also end in it.

    stack        all of them, IN_PROGRESS          the unique id decides where another engine begins one as well
    resource     the rows of all
    (converge)   which of them are done already: ``inline_successors``
    stack        graphs; COMPLETE where all is done
    sync_point   of those that go on
    resource     results
    event        of all

Nobody else knows these stacks before the commit, so no lock is asked for and no order of locks matters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from heatlite.convergence.graph import Graph, waiting_counts
from heatlite.convergence.model import Action, Node, Status, Wanted
from heatlite.convergence.plan import arrange, assign
from heatlite.db import resources, stacks, sync_points
from heatlite.db.api import Context
from heatlite.db.records import ResourceRecord, StackRecord
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.decision.row_changes import Ending
from heatlite.engine.definitions import traversals
from heatlite.engine.definitions.traversals import Traversal
from heatlite.engine.traversal.transactions import ConflictError, finish, stack_event, write_events_of
from heatlite.engine.traversal.transactions.begin import Begun, started
from heatlite.engine.traversal.transactions.claim import new_row
from heatlite.engine.traversal.transactions.end import completed_reason


@dataclass(frozen=True)
class Fresh:
    """A stack that this transaction has inserted, with its rows. Its graph isn't written yet."""

    stack: StackRecord
    graph: Graph[Node]
    rows: tuple[ResourceRecord, ...]

    @property
    def serving(self) -> dict[str, int]:
        """Name → id of its row."""
        return {row.name: row.id for row in self.rows}


def create(context: Context, inputs: Inputs, new: Sequence[tuple[StackRecord, Sequence[Wanted]]]) -> list[Fresh]:
    """Insert nested stacks and the rows of what they want.

    :raises oslo_db.exception.DBDuplicateEntry: where there is a stack of one of these ids
    """
    columns = StackRecord.__dataclass_fields__
    stacks.insert_nested(context, [{name: getattr(stack, name) for name in columns} for stack, _ in new])
    now = inputs.utcnow()
    rows_of: list[list[dict[str, object]]] = []
    for stack, wanted in new:
        missing = set(assign(wanted, [], stack.prev_raw_template_id, visits=False).missing)
        missed = [want for want in wanted if want.name in missing]
        rows_of.append([{**new_row(stack.id, inputs.new_id(), it.name, it.type), "created_at": now} for it in missed])
    every = [row for rows in rows_of for row in rows]
    ids = resources.insert(context, every) if every else {}
    return [_fresh(stack, wanted, rows, ids) for (stack, wanted), rows in zip(new, rows_of, strict=True)]


def _fresh(
    stack: StackRecord, wanted: Sequence[Wanted], rows: Sequence[dict[str, object]], ids: Mapping[str, int]
) -> Fresh:
    records = tuple(_record(ids[str(row["uuid"])], row) for row in rows)
    serving = {row.name: row.id for row in records}
    graph = arrange(wanted, serving, [], collect_after_commit=False)
    return Fresh(stack, graph, records)


def _record(row_id: int, values: Mapping[str, object]) -> ResourceRecord:
    """Return a row as a claim would read it."""
    empty = dict.fromkeys(ResourceRecord.__dataclass_fields__)
    known = {**empty, "held_back": 0, **values, "id": row_id, "requires": ()}
    return ResourceRecord(**known)  # type: ignore[arg-type]


def write(
    context: Context, inputs: Inputs, fresh: Sequence[Fresh], done: Mapping[str, tuple[Traversal, Sequence[Ending]]]
) -> list[Begun]:
    """Write what becomes of new stacks.

    :param done: id of each stack whose resources are all done → its traversal, and what they came to
    :returns: the traversals that go on
    """
    ended = [it for it in fresh if it.stack.id in done]
    begun = [it for it in fresh if it.stack.id not in done]
    _lay_out(context, ended, ends=True)
    _lay_out(context, begun, ends=False)
    waiting = [(it.stack.id, it.stack.current_traversal, waiting_counts(it.graph)) for it in begun]
    sync_points.insert_all(context, waiting, inputs.next_cast_at())
    finish.write_results(context, inputs, [(done[it.stack.id][0], done[it.stack.id][1]) for it in ended])
    happenings = []
    for it in fresh:
        stack = it.stack
        happenings.append((stack.id, started(stack)))
        if stack.id in done:
            happenings += [(stack.id, each) for each in finish.happenings(done[stack.id][1])]
            reason = completed_reason(stack)
            happenings.append((stack.id, stack_event(stack, stack.action, Status.COMPLETE, reason)))
    write_events_of(context, inputs, happenings)
    return [Begun(it.stack.current_traversal, tuple(it.graph.roots())) for it in begun]


def _lay_out(context: Context, fresh: Sequence[Fresh], *, ends: bool) -> None:
    if not fresh:
        return
    deps = {it.stack.id: traversals.encode(it.graph, it.serving) for it in fresh}
    values: dict[str, dict[str, object]] = {}
    if ends:
        assert all(it.stack.action is Action.CREATE for it in fresh), "only a creation ends as it begins"
        ended = {
            "status": lambda it: Status.COMPLETE,
            "status_reason": lambda it: completed_reason(it.stack),
            "deadline": lambda it: None,
            "prev_raw_template_id": lambda it: it.stack.raw_template_id,
            "collects_later": lambda it: False,
        }
        values = {name: {it.stack.id: of(it) for it in fresh} for name, of in ended.items()}
    if stacks.lay_out(context, deps, values) != len(fresh):
        raise ConflictError
