"""Check: converge a batch of nodes. Load, decide, act, record, propagate.

    message ──▶ check ──▶ claim ─┬─▶ immediate: act ─▶ finish      one transaction for the whole batch
                                 └─▶ the others: lock ──▶ runner   steps on threads and timers, then ``settle``

A batch that loses a race for one of its rows is undone and taken node by node. A message is only a hint: whatever is
wrong with it, the rows say what there is to do.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol

from heatlite.context import EngineContext
from heatlite.convergence import decide
from heatlite.convergence.model import OF_ROWS, Node
from heatlite.db.records import ResourceRecord
from heatlite.db.refusals import REFUSING, is_refusal
from heatlite.db.refusals import reason as reason_of
from heatlite.db.retry import retried
from heatlite.engine.common.counts import Count
from heatlite.engine.decision.evaluate import Claim
from heatlite.engine.decision.row_changes import Ending
from heatlite.engine.definitions import log_context
from heatlite.engine.definitions import work as steps_of
from heatlite.engine.definitions.traversals import Traversal
from heatlite.engine.definitions.work import Settled, Work
from heatlite.engine.shared import Shared
from heatlite.engine.traversal.inline_successors import InlineSuccessors, first_step, suits
from heatlite.engine.traversal.result_recorder import NOT_TAKEN, ResultRecorder
from heatlite.engine.traversal.transactions import ConflictError, claim, finish
from heatlite.engine.traversal.transactions.claim import Overweight
from heatlite.engine.traversal.transactions.finish import Finished
from heatlite.resources.outcomes import Done, Failed, Replace, Waiting

LOG = logging.getLogger(__name__)


class Runner(Protocol):
    """Who takes over work that isn't done within the claim."""

    def run(self, traversal: Traversal, works: Sequence[Work]) -> None:
        """Run the first steps of these on threads."""

    def wait(self, traversal: Traversal, work: Work, waiting: Waiting) -> None:
        """Look again later."""

    def is_full(self, project: str) -> bool:
        """Whether as many steps of a project wait for a thread here as may."""


@dataclass
class Batch:
    """What became of a claim: what is left to do after its transaction."""

    finished: Finished = field(default_factory=Finished)
    waiting: list[tuple[Work, Waiting]] = field(default_factory=list)
    to_run: list[Work] = field(default_factory=list)
    settled: list[Settled] = field(default_factory=list)
    free_again: Sequence[Node] = ()
    held: Sequence[ResourceRecord] = ()

    @property
    def going_on(self) -> int:
        return len(self.waiting) + len(self.to_run) + len(self.settled)


class Checker:
    """Converges nodes on this engine."""

    def __init__(self, shared: Shared, recorder: ResultRecorder, runner: Runner) -> None:
        self._shared = shared
        self._recorder = recorder
        self._runner = runner
        self._first_step = partial(first_step, shared)
        self._inline = InlineSuccessors(shared.registry, shared.evaluator, self._first_step)

    def check(self, traversal_id: str, nodes: Collection[Node]) -> None:
        """Converge these nodes of this traversal, as far as they still need it."""
        traversal = self._shared.library.traversal(self._shared.context(), traversal_id)
        if traversal is None:
            LOG.debug("Traversal %s is over, superseded or not visible yet", traversal_id)
            return
        with log_context.on(traversal, "check_resource"):
            self._check(traversal, nodes)

    def _check(self, traversal: Traversal, nodes: Collection[Node]) -> None:
        own = [node for node in nodes if node.kind in OF_ROWS]
        for node in nodes:
            if node not in own:
                self._recorder.of_stack(traversal, node)
        if not own or traversal.graph is None:
            return
        if self._shared.quota is not None and self._runner.is_full(traversal.stack.tenant):
            self._shared.quota.queue(traversal.id, own, traversal.stack.tenant)
            return
        self._converge(traversal, own)

    def _converge(self, traversal: Traversal, nodes: Sequence[Node]) -> None:
        """Converge nodes, and go on with what becomes ready by it, if that is little: a message would cost more than
        it does. Only so far that others get their turn."""
        for _ in range(self._shared.settings.local_hops + 1):
            nodes = self._converge_once(traversal, nodes)
            if not nodes:
                return
        self._recorder.announce({traversal.id: nodes})

    def _converge_once(
        self, traversal: Traversal, nodes: Sequence[Node], *, follows: bool = True, refusal: str | None = None
    ) -> Sequence[Node]:
        """Claim nodes, and do what can be done at once.

        :param follows: whether what follows these nodes may be done with them
        :param refusal: why they fail, since the database didn't take what they came to
        """
        mark = Claim(self._shared.lease.engine_id, self._shared.inputs.new_id())
        self._shared.claims.register(mark.claim_id)
        try:
            at_once = follows and self._shared.settings.local_hops > 0
            batch = self._take(traversal, nodes, mark, follows=at_once, refusal=refusal)
            self._shared.claims.hold(mark.claim_id, batch.going_on)
        except ConflictError:
            if follows:
                return self._converge_once(traversal, nodes, follows=False)
            if len(nodes) > 1:
                for node in nodes:
                    self._converge(traversal, [node])
            else:
                self._recorder.announce({traversal.id: nodes})
            return ()
        except Overweight:
            half = len(nodes) // 2
            self._converge(traversal, nodes[:half])
            self._converge(traversal, nodes[half:])
            return ()
        except REFUSING as error:
            if not is_refusal(error):
                raise
            return self._refused(traversal, nodes, error, follows=follows, again=refusal is not None)
        finally:
            self._shared.claims.settle([mark.claim_id])
        return self._after(traversal, batch)

    def _refused(
        self, traversal: Traversal, nodes: Sequence[Node], error: Exception, *, follows: bool, again: bool
    ) -> Sequence[Node]:
        """Find out of which node the database doesn't take what it came to, and fail that one.

        Each is tried by itself first: what the database refuses may have been another's, or have been made so by a
        transaction that ran beside this one.
        """
        if again:
            self._recorder.ended(traversal, f"Stack {traversal.stack.action} failed: {NOT_TAKEN}: {reason_of(error)}")
            return ()
        if follows:
            return self._converge_once(traversal, nodes, follows=False)
        if len(nodes) > 1:
            for node in nodes:
                self._converge(traversal, [node])
            return ()
        reason = f"{type(error).__name__}: {NOT_TAKEN}: {reason_of(error)}"
        LOG.error("What %s of stack %s came to can't be written: %s", nodes[0], traversal.stack.name, reason)
        return self._converge_once(traversal, nodes, follows=False, refusal=reason)

    @retried
    def _take(
        self, traversal: Traversal, nodes: Sequence[Node], mark: Claim, *, follows: bool, refusal: str | None
    ) -> Batch:
        """Run the transaction of a claim."""
        shared, context, batch = self._shared, self._shared.context(), Batch()
        with shared.database.writer(context):
            taken = claim.take(context, shared.inputs, shared.evaluator, traversal, nodes, mark)
            batch.free_again, batch.held = taken.free_again, taken.held
            works = [replace(work, refusal=refusal) for work in taken.work] if refusal else taken.work
            if works:
                self._act(context, traversal, works, batch, mark if follows else None)
        return batch

    def _act(
        self,
        context: EngineContext,
        traversal: Traversal,
        works: Collection[Work],
        batch: Batch,
        mark: Claim | None,
    ) -> None:
        endings: list[Ending] = []
        later: list[tuple[Work, Waiting | None]] = []
        failures: dict[int, Failed] = {}
        for work in works:
            if work.refusal is not None and work.row.attempts >= self._shared.settings.max_attempts:
                self._shared.counts.add(Count.WORN_OUT)
            if isinstance(work.decision, decide.Keep | decide.Nothing | decide.Forget | decide.Unmet):
                endings.append(Ending(work, None))
            elif isinstance(work.decision, decide.Retain) and work.refusal is None:
                endings.append(Ending(work, steps_of.left_alone(work)))
            elif work.refusal is None and not work.is_immediate:
                later.append((work, None))
            else:
                self._sort(work, self._first_step(traversal, work), endings, later, failures)
        if mark is not None:
            endings += self._inline.follow(context, traversal, endings, mark, self._shared.settings.batch_size)
        batch.finished = finish.finish(context, self._shared.inputs, traversal, endings)
        waits = {work.row.id: waiting for work, waiting in later if waiting is not None}
        if later:
            self._shared.claims.lock(later[0][0].claim_id, [work.row.id for work, _ in later])
        for work in claim.begin_actions(context, self._shared.inputs, traversal, later):
            if work.row.id in failures:
                batch.settled.append(Settled(work, failures[work.row.id]))
            elif work.row.id in waits:
                batch.waiting.append((work, waits[work.row.id]))
            else:
                batch.to_run.append(work)

    def _sort(
        self,
        work: Work,
        outcome: steps_of.Outcome,
        endings: list[Ending],
        later: list[tuple[Work, Waiting | None]],
        failures: dict[int, Failed],
    ) -> None:
        match outcome:
            case Done():
                endings.append(Ending(work, outcome))
            case Waiting():
                later.append((work, outcome))
            case Failed() if steps_of.goes_on_past_failures(work):
                endings.append(Ending(work, outcome))
            case Failed():  # a failure begins with the stack's row, so it has a transaction of its own
                later.append((work, None))
                failures[work.row.id] = outcome
            case Replace():  # to be found out again, on a thread: this transaction has made its decision
                later.append((work, None))

    def _after(self, traversal: Traversal, batch: Batch) -> Sequence[Node]:
        """Act on a batch after its commit, and begin with what can't fail: claimed work must have an owner.

        :returns: ready nodes that this engine continues with
        """
        if batch.to_run:
            self._runner.run(traversal, batch.to_run)
        for work, waiting in batch.waiting:
            self._runner.wait(traversal, work, waiting)
        if batch.settled:
            self._recorder.settle(traversal, batch.settled)
        here = self._to_go_on_with(traversal, batch)
        cast = replace(batch.finished, ready=()) if here else batch.finished
        self._recorder.propagate(traversal, cast)
        if batch.free_again:
            self._recorder.announce({traversal.id: batch.free_again})
        self._recorder.request_release(batch.held, traversal.id)
        return here

    def _to_go_on_with(self, traversal: Traversal, batch: Batch) -> Sequence[Node]:
        """One node; or a batch without I/O, after another such, which would gain nothing by being done by several."""
        ready, settings = batch.finished.ready, self._shared.settings
        if not settings.local_hops or not OF_ROWS.issuperset(node.kind for node in ready):
            return ()
        if len(ready) == 1:
            return ready
        is_quick = not batch.going_on and len(ready) <= settings.batch_size
        return ready if is_quick and all(suits(self._shared.registry, traversal, node) for node in ready) else ()
