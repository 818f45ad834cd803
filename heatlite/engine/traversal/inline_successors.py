"""InlineSuccessors: what follows nodes that are done in this transaction is done in it, too, as long as nothing blocks.

    claimed   a ─▶ b ─▶ c ─▶ d          a, b and c are of plugins without I/O: one transaction, in place of three
                                        d isn't: it becomes ready, as ever

A chain of such resources then costs what as many that follow nothing cost. What is special in any way (a failure, a
hook, a replacement, a row that another holds, large values, something to wait for) isn't done here: it becomes ready
and is claimed, and whoever claims it sees to it. So nothing is lost but time where this gives up at any node.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence

from heatlite.context import EngineContext
from heatlite.convergence import decide
from heatlite.convergence.graph import onward
from heatlite.convergence.model import OF_ROWS, Action, Node, NodeKind
from heatlite.db import sync_points
from heatlite.db.records import NodeRecord, ResourceRecord
from heatlite.engine.decision import breakpoints
from heatlite.engine.decision.evaluate import Claim, Evaluator
from heatlite.engine.decision.row_changes import Ending
from heatlite.engine.definitions import log_context
from heatlite.engine.definitions import work as steps_of
from heatlite.engine.definitions.provider import is_immediate
from heatlite.engine.definitions.traversals import Traversal
from heatlite.engine.definitions.work import Outcome, Work, left_alone, weight_of
from heatlite.engine.ports import plugin_errors
from heatlite.engine.shared import Shared
from heatlite.engine.traversal.transactions.claim import BATCH_BYTES, Overweight, required_by
from heatlite.resources.outcomes import Done
from heatlite.resources.registry import Registry

UNSTEPPED = (decide.Keep, decide.Nothing, decide.Forget)
STEPPED = (decide.Create, decide.UpdateInPlace, decide.Delete, decide.Perform)
FirstStep = Callable[[Traversal, Work], Outcome]


def is_done(ending: Ending) -> bool:
    """Whether what follows may go on: nothing failed, and nobody has to look again or waits at a hook."""
    waits = ending.may_pause and breakpoints.after(ending.work) is not None
    return not (ending.fails or ending.requires_recheck or waits)


def suits(registry: Registry, traversal: Traversal, node: Node) -> bool:
    """Whether a node may be of a plugin without I/O: where the template defines it, the plugin says so."""
    if node.kind is not NodeKind.UPDATE:
        return node.kind in (NodeKind.CLEANUP, NodeKind.VISIT)
    definition = traversal.template.resources[traversal.names[node.resource_id]]
    return is_immediate(registry, definition.type)


def first_step(shared: Shared, traversal: Traversal, work: Work) -> Outcome:
    """Run the first step of work without I/O; a mistake of the plugin is a failure."""
    try:
        instance = shared.evaluator.instance_for(traversal, work)
        with log_context.at(traversal, work):
            return steps_of.first_step(work, instance)
    except Exception as error:
        if plugin_errors.is_ours(error):
            raise
        return plugin_errors.failure(traversal.mask, work.row, error)


class InlineSuccessors:
    """Goes on from one batch of endings."""

    def __init__(self, registry: Registry, evaluator: Evaluator, first_step: FirstStep) -> None:
        """:param first_step: begins work, and says what came of it"""
        self._registry = registry
        self._evaluator = evaluator
        self._first_step = first_step

    def follow(
        self, context: EngineContext, traversal: Traversal, endings: Sequence[Ending], claim: Claim, most: int
    ) -> list[Ending]:
        """Return the results of successors that can be done inline, ``most`` at most. Nothing is written here."""
        done = [ending for ending in endings if is_done(ending)]
        if not done or traversal.graph is None or traversal.stack.action is Action.CHECK:
            return []
        nodes = onward(
            traversal.graph,
            [ending.work.node for ending in done],
            most,
            lambda node: suits(self._registry, traversal, node),
        )
        return self._ends(context, traversal, done, nodes, claim) if nodes else []

    def whole(self, traversal: Traversal, rows: Sequence[ResourceRecord], claim: Claim) -> list[Ending] | None:
        """Return the results of all resources of a stack that this transaction has inserted. Nothing is written here.

        None: one of them can't be done inline, so that the stack goes on in the usual way.
        """
        assert traversal.graph is not None, "a new stack's graph is known"
        records = {row.id: row for row in rows}
        state, endings = State(traversal.stack.raw_template_id), list[Ending]()
        left = BATCH_BYTES
        for node in traversal.graph.order():
            if node.kind not in OF_ROWS:
                continue
            record = NodeRecord(node, node.resource_id, 0, records[node.resource_id])
            work = self._evaluator.work(traversal, record, state.required, claim)
            ending = self._ending(traversal, work)
            left -= weight_of(work)
            if ending is None or not is_done(ending) or not state.add(ending) or left < 0:
                return None
            endings.append(ending)
        return endings

    def _ends(
        self,
        context: EngineContext,
        traversal: Traversal,
        done: Sequence[Ending],
        nodes: Mapping[Node, Sequence[Node]],
        claim: Claim,
    ) -> list[Ending]:
        """:param nodes: each with those that it follows here, in order"""
        acting = sync_points.acting(context, traversal.id, nodes)
        records = {it.node: it for it in acting if it.resource is None or not it.resource.held_back}
        state = State(traversal.stack.raw_template_id)
        for ending in done:
            state.add(ending)
        try:
            state.required |= required_by(context, self._evaluator, traversal, list(records.values()), state.done)
        except Overweight:
            return []
        found: list[Ending] = []
        left = BATCH_BYTES - sum(weight_of(ending.work) for ending in done)
        for node, followed in nodes.items():
            if left < 0:
                break
            if node in records and state.done.issuperset(followed):
                work = self._evaluator.work(traversal, state.as_it_is(records[node]), state.required, claim)
                follower = self._ending(traversal, work)
                if follower is not None and state.add(follower):
                    found.append(follower)
                    left -= weight_of(work)
        return found

    def _ending(self, traversal: Traversal, work: Work) -> Ending | None:
        """Return the result of a node, or None if it can't be done inline."""
        if work.refusal is not None or breakpoints.before(work) or breakpoints.after(work):
            return None
        decision = type(work.decision)
        if decision in UNSTEPPED:
            return Ending(work, None, follows_on=True)
        if decision is decide.Retain:
            return Ending(work, left_alone(work), follows_on=True)
        if decision not in STEPPED or not work.is_immediate:
            return None
        outcome = self._first_step(traversal, work)
        return Ending(work, outcome, follows_on=True) if isinstance(outcome, Done) else None


class State:
    """What the transaction has come to so far, none of which has been written yet."""

    def __init__(self, template_id: int) -> None:
        self._template_id = template_id
        self._rows: dict[int, ResourceRecord | None] = {}
        self._written: set[int] = set()
        self.done: set[Node] = set()
        self.required: dict[int, NodeRecord] = {}
        """For each node that definitions may require, its row as it is by then."""

    def add(self, ending: Ending) -> bool:
        """Add a result, and return False if its row is written already: a transaction writes a row once."""
        work, row = ending.work, ending.row_after(self._template_id)
        if row is not work.row:
            if work.row.id in self._written:
                return False
            self._written.update(it for it in (work.row.id, work.row.replaces) if it is not None)
        self.done.add(work.node)
        self._rows[work.row.id] = row
        if work.node.kind is NodeKind.UPDATE:
            self.required[work.node.resource_id] = NodeRecord(work.node, work.row.id, 0, row)
        return True

    def as_it_is(self, record: NodeRecord) -> NodeRecord:
        """Return a node's record with its row as the transaction leaves it."""
        if record.acting_id not in self._rows:
            return record
        return dataclasses.replace(record, resource=self._rows[record.acting_id])
