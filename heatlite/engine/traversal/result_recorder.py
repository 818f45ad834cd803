"""Conclude: what steps came to is recorded, and whatever follows from it is set going.

settle      results of steps ──▶ finish, fail, go on waiting, or replace
propagate   ready nodes ──▶ cast; rows that are waited for ──▶ wake
of_stack    commit point, epilogue and plan: the stack's own nodes, done here and now, without a message
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence

from heatlite import exception
from heatlite.convergence.graph import chunks
from heatlite.convergence.model import OF_ROWS, Action, Node, NodeKind
from heatlite.db import events, outage, stacks, templates
from heatlite.db.bulk import in_pieces
from heatlite.db.records import ResourceRecord, StackRecord
from heatlite.db.refusals import REFUSING, is_refusal
from heatlite.db.refusals import reason as reason_of
from heatlite.db.retry import retried
from heatlite.engine.common.counts import Count
from heatlite.engine.decision import row_changes
from heatlite.engine.decision.row_changes import Ending
from heatlite.engine.definitions import traversals
from heatlite.engine.definitions.provider import are_quick
from heatlite.engine.definitions.traversals import Traversal
from heatlite.engine.definitions.work import Settled, TimedOut, Work, goes_on_past_failures
from heatlite.engine.shared import Shared
from heatlite.engine.traversal import keystone_cleanup, made_twice, snapshot_plugins
from heatlite.engine.traversal.given_up import GivenUp
from heatlite.engine.traversal.nested_family import Family
from heatlite.engine.traversal.transactions import ConflictError, begin, end, fail, finish, progress, release
from heatlite.engine.traversal.transactions.finish import Finished
from heatlite.exception import ResourceFailed
from heatlite.resources.outcomes import Done, Failed, Replace, Waiting
from heatlite.schema.sizes import weight

LOG = logging.getLogger(__name__)

NOT_TAKEN = "the database does not take what is to be written"
PIECE_BYTES = 8 * 1024 * 1024
"""Characters of what results are written together; one that has more is written by itself."""


def time_out_reason(stack: StackRecord) -> str:
    """Why an operation failed whose time is over, for people."""
    return f"{Action(stack.action).capitalize()} timed out"


def goes_on_past(work: Work, failure: Failed) -> bool:
    """Whether the traversal goes on where this fails. Where its time is over, nothing does."""
    return goes_on_past_failures(work) and not isinstance(failure, TimedOut)


class ResultRecorder:
    """Writes down what work came to, and sets going what follows."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self.family = Family(shared)

    def settle(self, traversal: Traversal, settled: Sequence[Settled]) -> None:
        """Record what steps of this traversal came to; their rows are held by this engine.

        The claims are settled whatever happens: what could not be recorded is found by the sweep and given back.
        """
        try:
            endings = [Ending(it.work, it.outcome) for it in settled if isinstance(it.outcome, Done)]
            failed = [(it.work, it.outcome) for it in settled if isinstance(it.outcome, Failed)]
            passed = [(work, failure) for work, failure in failed if goes_on_past(work, failure)]
            endings += [Ending(work, failure) for work, failure in passed]
            failed = [each for each in failed if each not in passed]
            failures = [(work, failure) for work, failure in failed if not row_changes.is_of_another_time(work)]
            for piece in endings_in_pieces(endings):
                self.propagate(traversal, self._finish_all(traversal, piece))
            for it in settled:
                if isinstance(it.outcome, Replace):
                    self.propagate(traversal, self._shared.transact(progress.replace, traversal, it.work))
            for work, failure in failed:
                if row_changes.is_of_another_time(work):
                    self.propagate(traversal, self._shared.transact(fail.fail_stale, traversal, work, failure))
            if failures:
                self.failed(traversal, failures)
        finally:
            self._shared.claims.settle([it.work.claim_id for it in settled])

    def _finish_all(self, traversal: Traversal, endings: Sequence[Ending]) -> Finished:
        try:
            return self._shared.transact(finish.finish, traversal, endings)
        except ConflictError:
            if len(endings) > 1:
                return together([self._finish_all(traversal, [ending]) for ending in endings])
            LOG.warning("The lock of %s was taken over: what it came to is dropped", endings[0].work.row.name)
            self._drop(traversal, endings[0].work, endings[0].outcome)
            return Finished()
        except REFUSING as error:
            if not is_refusal(error):
                raise
            if len(endings) > 1:
                return together([self._finish_all(traversal, [ending]) for ending in endings])
            self._fail_unwritten(traversal, endings[0].work, endings[0].outcome, error)
            return Finished()

    def _drop(self, traversal: Traversal, work: Work, outcome: object) -> None:
        """Let go of what a step came to whose lock is lost; others know the row, but maybe not what was created."""
        try:
            made_twice.delete_made_twice(self._shared, traversal, work, outcome)
        except Exception as error:
            outage.log_failure(LOG, error, "What %s created, if anything, can't be looked at now", work.row.name)

    def _fail_unwritten(
        self, traversal: Traversal, work: Work, outcome: Done | Failed | Waiting | None, error: Exception
    ) -> None:
        """End the traversal with a resource of which the database doesn't take what its step came to."""
        failure = unwritten(work, outcome, error)
        LOG.error("What %s came to can't be written, and never will: %s", work.row.name, failure.reason)
        self.failed(traversal, [(work, failure)])

    def keep_waiting(self, traversal: Traversal, waits: Sequence[tuple[Work, Waiting]]) -> list[Work]:
        """Record the progress of actions that aren't complete; the work as written, without what was lost.

        What the database never takes fails its resource.
        """
        try:
            written = self._shared.transact(progress.record, waits)
            if not written:  # the lock of the only one was lost
                self._drop(traversal, *waits[0])
            return written
        except ConflictError:
            return [work for wait in waits for work in self.keep_waiting(traversal, [wait])]
        except REFUSING as error:
            if not is_refusal(error):
                raise
            if len(waits) > 1:
                return [work for wait in waits for work in self.keep_waiting(traversal, [wait])]
            self._fail_unwritten(traversal, *waits[0], error)
            return []

    def failed(self, traversal: Traversal, failures: Sequence[tuple[Work, Failed]], reason: str = "") -> None:
        """End the traversal because of these failures, and roll back where that is on."""
        if any(isinstance(failure, TimedOut) for _, failure in failures):
            self.timed_out(traversal, failures)
            return
        summary = reason or (f"Resource {failures[0][0].action} failed: {failures[0][1].reason}" if failures else "")
        end_child = (lambda child: self.ended(child, reason)) if reason else None
        self._fail_or_roll_back(traversal, failures, summary, end_child)

    def timed_out(self, traversal: Traversal, failures: Sequence[tuple[Work, Failed]] = ()) -> None:
        """End the traversal because its time is over, and roll back where that is on.

        What its resources still wait for, and those of the stacks in it, is let go of, and they are FAILED.
        """
        reason = time_out_reason(traversal.stack)
        self._fail_or_roll_back(traversal, failures, reason, self.timed_out, lets_go=True)

    def _fail_or_roll_back(
        self,
        traversal: Traversal,
        failures: Sequence[tuple[Work, Failed]],
        reason: str,
        end_child: Callable[[Traversal], None] | None,
        *,
        lets_go: bool = False,
    ) -> None:
        """:param end_child: ends an operation on a stack in it; None: each goes on to its own end"""
        rollback = self._rollback_plan(traversal) if fail.may_roll_back(traversal.stack) else None
        try:
            ended = self._shared.transact(fail.fail, traversal.stack, reason, failures, rollback, lets_go=lets_go)
        except ConflictError:
            LOG.warning("The lock of %s was taken over: that it failed is dropped", failures[0][0].row.name)
            for work, failure in failures:
                self._drop(traversal, work, failure)
            return
        except REFUSING as error:
            if not is_refusal(error):
                raise
            bare = [(work, without_values(work, failure)) for work, failure in failures]
            ended = self._shared.transact(fail.fail, traversal.stack, reason, bare, rollback, lets_go=lets_go)
        self.wake(ended.wakes)
        self._tell_holders(ended.holders, traversal.id)
        self.given_up(ended.abandoned)
        if ended.rollback is not None:
            if end_child is not None:
                self.family.end_below(traversal, end_child, ended.rollback)
            self.plan(ended.rollback)
            return
        self._purge_events(traversal)
        if ended.is_over:
            self._end_family(traversal, end_child)
        else:  # the operation had ended before, and the stack above has recorded the outputs of that time
            self.family.ended(traversal.stack)

    def ended(self, traversal: Traversal, reason: str) -> None:
        """End the traversal where it is, FAILED, and leave it at that."""
        ended = self._shared.transact(fail.fail, traversal.stack, reason, [], None)
        self.given_up(ended.abandoned)
        if ended.is_over:
            self._end_family(traversal, lambda child: self.ended(child, reason))

    def end_unreadable(self, traversal_id: str) -> bool:
        """End an operation that no engine can go on with, since its template can't be read, or its values don't fit.

        :returns: whether it was one
        """
        context = self._shared.context()
        try:
            self._shared.library.traversal(context, traversal_id)
            return False
        except exception.InvalidEncryptionKey:
            return False  # that is for the engine to mend
        except exception.HeatliteError as error:
            reason = f"The template can't be read: {error}"
        found = stacks.by_traversal(context, traversal_id)
        if found is None:
            return False
        stack, _ = found
        LOG.warning("The %s of stack %s can't be gone on with: %s", stack.action, stack.name, reason)
        self.failed(Traversal(traversal_id, stack, *traversals.nothing_wanted(stack), None, {}), [], reason)
        return True

    def _end_family(self, traversal: Traversal, end_child: Callable[[Traversal], None] | None) -> None:
        """After the end of an operation: its owner looks, and what is under way below ends as well, if it is to."""
        if end_child is not None:
            self.family.end_below(traversal, end_child)
        self.family.ended(traversal.stack)

    def _rollback_plan(self, traversal: Traversal) -> fail.RollbackPlan:
        shared, limit = self._shared, traversal.stack.timeout
        seconds = limit * 60 if limit else shared.settings.stack_action_timeout
        return fail.RollbackPlan(shared.inputs.new_id(), self.empty_template(), shared.inputs.now() + seconds)

    def empty_template(self) -> int:
        """Return the id of the empty template, which a stack has when nothing is left of it."""
        return templates.stored(self._shared.context(), traversals.EMPTY_TEMPLATE, {}, {}, self._shared.inputs.utcnow())

    def give_back(self, traversal_id: str, works: Sequence[Work]) -> None:
        """Return work that this engine won't end, for others to go on with.

        What can't be given back now is found by the sweep, since its claims are settled whatever happens.
        """
        try:
            released = self._shared.transact(release.give_back, traversal_id, works)
            self._shared.counts.add(Count.GIVEN_BACK, len(works))
            self.announce(released.ready)
            self.wake(released.wakes)
            self.given_up(released.abandoned)
        except Exception as error:
            outage.log_failure(
                LOG, error, "%d pieces of work can't be given back or announced now: the sweep will", len(works)
            )
        finally:
            self._shared.claims.settle([work.claim_id for work in works])

    def propagate(self, traversal: Traversal, finished: Finished) -> None:
        """Set going what became ready, and wake who waits for released locks.

        What ended after its stack's operation may still change the outputs that the stack above has recorded.
        """
        if finished.ready:
            self.announce({traversal.id: finished.ready}, traversal.stack.tenant)
        self.wake(finished.wakes)
        if finished.is_late:
            self.family.ended(traversal.stack)

    def wake(self, wakes: Mapping[int, str]) -> None:
        """Schedule the nodes that wait for these rows, and announce them."""
        if wakes:
            self.announce(self._shared.transact(release.wake, wakes))

    def given_up(self, stack_ids: Collection[str]) -> None:
        """Tell the plugins of these stacks' abandoned rows. If that is lost, the next operation goes on from there."""
        for stack_id in stack_ids:
            try:
                for wakes in GivenUp(self._shared).tell(stack_id):
                    self.wake(wakes)
            except Exception as error:
                outage.log_failure(LOG, error, "The plugins of stack %s can't be told what was given up", stack_id)

    def announce(
        self,
        ready: Mapping[str, Sequence[Node]],
        project: str | None = None,
        *,
        spreads: bool = True,
        begins: bool = False,
    ) -> None:
        """Cast ready nodes in batches, in their project's turn; do the stacks' own at once. A cast may be lost.

        :param project: whose they are, where the caller knows
        :param spreads: also a few nodes are for several engines
        :param begins: an operation begins with them, whose template this engine has just read: what is one batch stays
            here, since a message would make another engine read it again
        """
        quota = self._shared.quota
        for traversal_id, nodes in ready.items():
            own = sorted(node for node in nodes if node.kind in OF_ROWS)
            batches = chunks(own, self._shared.settings.batch_size, self._shared.liveness.alive if spreads else 1)
            try:
                in_turn = quota.admitted(traversal_id, batches, project) if quota else batches
                here = begins and len(batches) == 1 and self._shared.settings.local_hops > 0
                self._shared.wakes.check(traversal_id, in_turn, here=here)
            except Exception as error:
                outage.log_failure(LOG, error, "Ready nodes can't be cast now: the sweep will")
            for node in nodes:
                if node not in own:
                    self._do_now(traversal_id, node)

    def announce_begun(self, begun: begin.Begun, project: str | None = None) -> None:
        """Announce the first nodes of an operation that this engine has begun.

        :param project: whose they are, where the caller knows
        """
        spreads = begun.types is None or not are_quick(self._shared.registry, begun.types)
        self.announce({begun.traversal_id: begun.ready}, project, spreads=spreads, begins=True)

    def _tell_holders(self, engines: Collection[str], traversal_id: str) -> None:
        """Tell engines that the time of a traversal is over. If that is lost, each knows by its own clock."""
        for engine_id in engines:
            try:
                self._shared.wakes.over(engine_id, traversal_id)
            except Exception as error:
                outage.log_failure(LOG, error, "Engine %s can't be told now that an operation is over", engine_id)

    def request_release(self, rows: Sequence[ResourceRecord], traversal_id: str) -> None:
        """Tell rows' holders that a newer traversal waits. If that is lost, the holder's next sweep sees it."""
        held: dict[str, list[int]] = {}
        for row in rows:
            if row.engine_id is not None:
                held.setdefault(row.engine_id, []).append(row.id)
        for engine_id, resource_ids in held.items():
            try:
                self._shared.wakes.ask(engine_id, resource_ids, traversal_id)
            except Exception as error:
                outage.log_failure(LOG, error, "Engine %s can't be told now that it is waited for", engine_id)

    def _do_now(self, traversal_id: str, node: Node) -> None:
        """Do a stack's own node. One that can't be done is left for a sweep: what came before it is written, and the
        nodes of other stacks that are announced with it have nothing to do with it."""
        try:
            traversal = self._shared.library.traversal(self._shared.context(), traversal_id)
            if traversal is not None:
                self.of_stack(traversal, node)
        except Exception as error:
            outage.log_failure(
                LOG, error, "The %s of traversal %s can't be done now: the sweep will", node.kind.name, traversal_id
            )

    def of_stack(self, traversal: Traversal, node: Node) -> None:
        """Do one of the stack's own nodes; where the database never takes what comes of it, the operation fails."""
        try:
            self._of_stack(traversal, node)
        except REFUSING as error:
            if not is_refusal(error):
                raise
            LOG.error("What comes of %s of stack %s can't be written: %s", node, traversal.stack.name, reason_of(error))
            self.ended(traversal, f"Stack {traversal.stack.action} failed: {NOT_TAKEN}: {reason_of(error)}")

    def _of_stack(self, traversal: Traversal, node: Node) -> None:
        match node.kind:
            case NodeKind.PLAN:
                self.plan(traversal.id)
            case NodeKind.COMMIT:
                engine_id, claim_id = self._shared.lease.engine_id, self._shared.inputs.new_id()
                ready = self._shared.transact(end.commit, traversal, engine_id, claim_id)
                self.announce({traversal.id: ready}, traversal.stack.tenant)
            case NodeKind.EPILOGUE:
                if not self._parts(traversal):
                    return
                abandoned = self._shared.transact(end.epilogue, traversal)
                if abandoned is not None:
                    self.given_up(abandoned)
                    self.family.ended(traversal.stack)
                    self._purge_events(traversal)

    def _parts(self, traversal: Traversal) -> bool:
        """Delete what belongs to a stack that is about to be gone: False where that failed, and the deletion too."""
        shared, stack = self._shared, traversal.stack
        deletes = stack.action is Action.DELETE
        reason = (
            (snapshot_plugins.forget_all(shared, stack) or keystone_cleanup.say(shared, stack)) if deletes else None
        )
        if reason is not None:
            self.ended(traversal, f"Resource DELETE failed: {reason}")
        return reason is None

    @retried
    def _purge_events(self, traversal: Traversal) -> None:
        """After an operation, and not in its course: what it wrote is still counted when it is all there."""
        most = self._shared.settings.max_events_per_stack
        if most >= 0:
            events.purge(self._shared.context(), traversal.stack.id, most)

    def plan(self, traversal_id: str) -> None:
        """Plan a traversal that was begun without a graph, and set its first nodes going."""
        begun = self._plan(traversal_id)
        if begun is not None:
            self.announce_begun(begun)

    @retried
    def _plan(self, traversal_id: str) -> begin.Begun | None:
        shared, context = self._shared, self._shared.context()
        with shared.database.writer(context):
            found = stacks.by_traversal(context, traversal_id)
            if found is None or not stacks.take_planning(context, found[0].id, traversal_id):
                return None
            stack = found[0]
            is_delete = stack.action is Action.DELETE
            template, values = (shared.library.readable if is_delete else shared.library.parameters)(context, stack)
            wanted = traversals.goal(Action(stack.action), shared.linked(template, values))
            unchanged = shared.unchanged(template, values, stack) if wanted else begin.nothing_unchanged
            return begin.plan(context, shared.inputs, stack, wanted, unchanged=unchanged)


def endings_in_pieces(endings: Sequence[Ending]) -> list[list[Ending]]:
    """Cut what is written in one transaction by what it weighs."""
    sizes = [outcome_weight(ending.outcome) for ending in endings]
    return [[ending for _, ending in piece] for piece in in_pieces(endings, sizes, PIECE_BYTES)]


def outcome_weight(outcome: object) -> int:
    """About how many characters an outcome takes."""
    return weight([outcome.attributes, outcome.data]) if isinstance(outcome, Done) else 1


def together(parts: Sequence[Finished]) -> Finished:
    """Join the results of several transactions."""
    ready = tuple(node for part in parts for node in part.ready)
    wakes = {row: waiter for part in parts for row, waiter in part.wakes.items()}
    return Finished(ready, wakes, is_late=any(part.is_late for part in parts))


def unwritten(work: Work, outcome: Done | Failed | Waiting | None, error: Exception) -> Failed:
    """Return the failure of a step whose outcome the database refuses. It keeps the physical resource id only."""
    text = f"{NOT_TAKEN}: {reason_of(error)}"
    reason = str(ResourceFailed(error_class=type(error).__name__, name=work.row.name, reason=text))
    physical_id = work.row.physical_resource_id if outcome is None else outcome.physical_id
    return Failed(reason, physical_id, dict(work.row.resource_data or {}))


def without_values(work: Work, failure: Failed) -> Failed:
    """Return the failure with the row's present values in place of those that were to be written."""
    return Failed(failure.reason, work.row.physical_resource_id, dict(work.row.resource_data or {}))
