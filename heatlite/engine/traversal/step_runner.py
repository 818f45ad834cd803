"""Run: drive plugins' steps. Threads for steps, timers for what is waited for, nothing for what just waits.

    run ──▶ thread: first step ──┬─ Done, Failed, Replace ──▶ outbox ──▶ settle (one transaction for many)
                                 └─ Waiting ──▶ progress recorded ──▶ timer ──▶ thread: next step ──▶ …

The steps of nested stacks' resources ask nothing but the engine: those of one batch are a round on one thread.

Where services announce what they have done, an announcement takes the place of the timer: see ``announcements``.

Before each step the lease is looked at: an engine that may be thought dead starts nothing, and asks again in a while.
"""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import cachetools

from heatlite.convergence.interrupts import yields
from heatlite.db import outage, stacks
from heatlite.db.bulk import pieces
from heatlite.db.retry import DATABASE_ERRORS
from heatlite.engine.decision.evaluate import NOT_IN_PLACE
from heatlite.engine.definitions import log_context
from heatlite.engine.definitions import work as steps_of
from heatlite.engine.definitions.traversals import Traversal
from heatlite.engine.definitions.work import Outcome, Settled, Work, begins_together
from heatlite.engine.ports import plugin_errors, rounds
from heatlite.engine.shared import Shared
from heatlite.engine.traversal.announcements import Announcements
from heatlite.engine.traversal.fair_thread_pool import StepPool
from heatlite.engine.traversal.outbox import Outbox
from heatlite.engine.traversal.refresh import refresh_released
from heatlite.engine.traversal.result_recorder import ResultRecorder
from heatlite.engine.traversal.step_watchdog import StepWatchdog
from heatlite.engine.traversal.timers import Timers
from heatlite.resources.base import Resource
from heatlite.resources.outcomes import Failed, Replace, Waiting
from heatlite.resources.stack_resource import StackResource
from heatlite.resources.steps import create_together

LOG = logging.getLogger(__name__)

FIRST = object()
LEASE_PAUSE = 1.0
SETTLED_AT_ONCE = 100
ENDS_KEPT = 1000


@dataclass(frozen=True, eq=False)
class Pending:
    """A step to be run: the first, or the next one from ``progress``.

    ``prepared``: the plugin's object, if its creation was prepared together with others. ``begun``: when the step was
    taken. ``waits_for``: the ids whose announcement is a reason to take it; ``relies``: its timer is set for long,
    because one is expected; ``is_woken``: one came.
    """

    traversal: Traversal
    work: Work
    progress: Any = FIRST
    prepared: Resource | None = field(default=None, compare=False)
    settled: Settled | None = field(default=None, compare=False)
    begun: float = math.inf
    waits_for: frozenset[str] = frozenset()
    relies: bool = False
    is_woken: bool = False

    @property
    def kind(self) -> Hashable:
        """Its plugin and action: the same services announce the end of all waits of a kind."""
        return self.work.plugin, self.work.action


class StepRunner:
    """Runs steps on this engine.

    :param timers: what hands on, later, what is waited for; from a clock, and whom to hand it
    :param announcements: what services announce; None: nobody listens to them
    """

    def __init__(
        self,
        shared: Shared,
        recorder: ResultRecorder,
        pool: StepPool,
        timers: Callable[[Callable[[], float], Callable[[Sequence[Pending]], None]], Timers[Pending]] = Timers,
        announcements: Announcements | None = None,
    ) -> None:
        self._shared = shared
        self._recorder = recorder
        self._pool = pool
        self._draining = False
        self._woken: set[int] = set()
        self._over: cachetools.LRUCache[str, bool] = cachetools.LRUCache(ENDS_KEPT)
        self._over_lock = threading.Lock()
        self._timers = timers(shared.inputs.monotonic, self._when_due)
        self.watchdog = StepWatchdog(shared.inputs.monotonic, shared.settings.step_time_limit)
        self._outbox: Outbox[Pending] = Outbox(pool.submit, self._settle, SETTLED_AT_ONCE)
        self._announcements = announcements
        if announcements is not None:
            announcements.serve(self._timers.has_name, self.announced)

    def start(self) -> None:
        """Start the timers' thread."""
        self._timers.start()

    def run(self, traversal: Traversal, works: Sequence[Work]) -> None:
        """Run the first steps of these on threads."""
        self._submit_steps([Pending(traversal, work) for work in works])

    def wait(self, traversal: Traversal, work: Work, waiting: Waiting, begun: float = math.inf) -> None:
        """Look again after ``waiting.poll_after`` seconds; where the engine is leaving, give it back instead.

        The look at the end of the operation's time is the last one: see ``_take_step``.

        :param begun: when the step was taken that has to wait
        """
        if self._draining:
            self._recorder.give_back(traversal.id, [work])
            return
        pending = Pending(traversal, work, waiting.progress)
        pause = min(waiting.poll_after, max(0.0, self._time_left(traversal)))
        if self._announcements is None or not waiting.wake_ids:
            self._timers.add(pause, pending)
        else:
            self._wait_to_hear(pending, waiting, begun, self._announcements)
        if work.row.id in self._woken:  # looked at after the timer is set: one of the two sees the other
            self.woken({work.row.id})

    def _wait_to_hear(self, pending: Pending, waiting: Waiting, begun: float, heard: Announcements) -> None:
        """Look again after an announcement of one of the ids; or when the timer ends, which may be set for longer."""
        pause = heard.pause(pending.kind, waiting.poll_after)
        names = waiting.wake_ids
        item = replace(pending, waits_for=names, relies=pause > waiting.poll_after)
        self._timers.add(min(pause, max(0.0, self._time_left(pending.traversal))), item, names)
        if heard.came_since(names, begun):  # while the step ran; looked at after the timer is set, as above
            heard.gather(names)

    def announced(self, ids: Collection[str]) -> int:
        """Check what waits for these physical ids now, and return how many that are."""
        waiting = self._timers.take_named(ids)
        if waiting:
            if self._shared.clouds is not None:
                self._shared.clouds.announced({it for pending in waiting for it in pending.waits_for})
            self._when_due([replace(it, is_woken=True) for it in waiting])
        return len(waiting)

    def deafened(self) -> None:
        """Check what relies on announcements now: they can't be heard any more, or some may have been missed."""
        waiting = self._timers.take(lambda it: it.relies)
        if waiting:
            self._when_due(waiting)

    def woken(self, resource_ids: Collection[int]) -> None:
        """Check these rows now: what they wait for may be over. A row whose step is running is checked after it.

        A row that this engine has released by now is refreshed: its last step may have read the attributes too early.
        """
        self._woken |= set(resource_ids)
        waiting = self._timers.take(lambda it: it.work.row.id in resource_ids)
        self._woken -= {pending.work.row.id for pending in waiting}
        if waiting:
            self._when_due(waiting)
        self._refresh({row for row in resource_ids if not self._shared.claims.locks(row)})

    def waiting_owners(self, seconds: float) -> dict[str, int]:
        """Return stack id → row id of the nested stacks whose owners' next look is more than ``seconds`` away."""
        return {
            it.work.row.uuid: it.work.row.id
            for it in self._timers.due_later(seconds)
            if it.work.plugin is not None and issubclass(it.work.plugin, StackResource)
        }

    def _refresh(self, released: Collection[int]) -> None:
        """Refresh those of these rows that this engine was woken for."""
        woken = self._woken & set(released)
        self._woken -= woken
        if woken:
            try:
                refresh_released(self._shared, woken)
            except Exception as error:
                outage.log_failure(LOG, error, "The attributes of %d resources can't be read again now", len(woken))

    def over(self, traversal_id: str) -> None:
        """Release the waiting rows of a traversal whose time limit is over; a row whose step is running, after it.

        The stack's row must say so too: a message alone ends no traversal.
        """
        found = stacks.by_traversal(self._shared.context(), traversal_id)
        if found is not None and found[0].is_in_progress:
            LOG.info("The time of traversal %s isn't over, whoever says so", traversal_id)
            return
        with self._over_lock:
            self._over[traversal_id] = True
        taken = self._timers.take(lambda it: it.traversal.id == traversal_id)
        if taken:
            self._when_due(taken)

    def drop(self) -> None:
        """Forget everything that waits: this engine was declared dead, and others have taken it over."""
        self._timers.take_all()

    def asked(self, resource_ids: Collection[int], traversal_id: str) -> None:
        """Release the rows that a newer traversal shouldn't wait for.

        This releases only rows between two steps. The next sweep finds those whose step is running. A traversal that
        was superseded, or whose operation has ended, waits for nothing any more.
        """
        context = self._shared.context()
        found = stacks.by_traversal(context, traversal_id)
        if found is None or not found[0].is_in_progress:
            return
        wanting = self._shared.library.traversal(context, traversal_id)
        if wanting is None:
            return
        let_go: dict[str, list[Work]] = {}
        for pending in self._timers.take(lambda it: it.work.row.id in resource_ids and gives_way(it.work, wanting)):
            let_go.setdefault(pending.traversal.id, []).append(pending.work)
        for superseded_id, works in let_go.items():
            self._recorder.give_back(superseded_id, works)

    def drain(self) -> None:
        """Give back what waits, now and from now on; steps that run go on to their end."""
        self._draining = True
        self._timers.stop()
        waiting: dict[str, list[Work]] = {}
        for pending in self._timers.take_all():
            waiting.setdefault(pending.traversal.id, []).append(pending.work)
        for traversal_id, works in waiting.items():
            self._recorder.give_back(traversal_id, works)

    def _when_due(self, due: Sequence[Pending]) -> None:
        """Immediate plugins' steps do no I/O: all that are due run one after the other, in one go."""
        immediate = [pending for pending in due if pending.work.is_immediate]
        if immediate:
            self._pool.submit(lambda: self._step_each(immediate))
        self._submit_steps([pending for pending in due if not pending.work.is_immediate])

    def _step_each(self, pendings: Sequence[Pending]) -> None:
        for pending in pendings:
            self._put(pending.traversal, [self._step(pending)])

    def _submit_steps(self, pendings: Sequence[Pending], *, gathers: bool = False) -> None:
        """Run steps, each on a thread; those of nested stacks' resources in rounds, some creations prepared together.

        :param gathers: whether these steps follow at once upon those that chose the operations: see ``Round``
        """
        rounds_of: dict[str, list[Pending]] = {}
        alike: dict[Any, list[Pending]] = {}
        for pending in pendings:
            if steps_together(pending.work):
                rounds_of.setdefault(pending.traversal.id, []).append(pending)
            else:
                place = pending.work.plugin if pending.progress is FIRST and begins_together(pending.work) else pending
                alike.setdefault((pending.traversal.id, place), []).append(pending)
        for beginning in alike.values():
            run = self._step_each if len(beginning) == 1 else self._begin_together
            self._pool.submit(partial(run, beginning), beginning[0].traversal.stack.tenant)
        for siblings in rounds_of.values():
            for piece in pieces(siblings, self._shared.settings.batch_size):
                self._pool.submit(partial(self._step_round, piece, gathers=gathers), piece[0].traversal.stack.tenant)

    def _begin_together(self, pendings: Sequence[Pending]) -> None:
        """Prepare creations that begin at once, then run each on a thread."""
        with log_context.on(pendings[0].traversal, "step"):
            for pending in self._prepared(pendings):
                self._pool.submit(partial(self._step_each, [pending]), pending.traversal.stack.tenant)

    def _prepared(self, pendings: Sequence[Pending]) -> Sequence[Pending]:
        """Return the same steps with the objects of their plugins, prepared; or as they are, if nothing may begin."""
        first, lease = pendings[0], self._shared.lease
        mine = all(it.work.engine_id == lease.engine_id for it in pendings)
        if self._draining or not lease.is_valid or not mine or self._time_left(first.traversal) <= 0:
            return pendings
        try:
            found = [replace(it, prepared=self._object_of(it)) for it in pendings]
            with self.watchdog.watching(first.work):
                create_together([it.prepared for it in found if it.prepared is not None])
        except Exception as error:  # each step finds the same, and tells it
            LOG.debug("%d creations can't be prepared together: %s", len(pendings), error)
            return pendings
        return found

    def _object_of(self, pending: Pending) -> Resource:
        instance = self._shared.evaluator.instance_for(pending.traversal, pending.work)
        return steps_of.plugin_object(pending.work, instance)

    def _step_round(self, pendings: Sequence[Pending], *, gathers: bool) -> None:
        """Take the steps of several nested stacks' resources of one traversal, and have them recorded together."""
        child_ids = [pending.work.row.uuid for pending in pendings]
        try:
            found = stacks.by_ids(self._shared.context(), child_ids)
        except DATABASE_ERRORS:
            self._step_each(pendings)  # each finds the same, and is tried again later
            return
        children = {child_id: found.get(child_id) for child_id in child_ids}
        with rounds.together(children, self._shared.wakes, gathers=gathers):
            steps = [self._step(pending) for pending in pendings]
        self._put(pendings[0].traversal, steps)

    def _put(self, traversal: Traversal, steps: Sequence[Pending | None]) -> None:
        """Have the outcomes of steps recorded."""
        settled = [step for step in steps if step is not None]
        if settled:
            self._outbox.put(traversal.id, *settled)

    def is_full(self, project: str) -> bool:
        """Whether as many steps of a project wait for a thread here as may: more is left in the database."""
        return self._pool.is_full(project)

    def _step(self, pending: Pending) -> Pending | None:
        """Take a step, and return it with its outcome; None if there is nothing to record."""
        with log_context.on(pending.traversal, "step"), log_context.at(pending.traversal, pending.work):
            return self._take_step(pending)

    def _take_step(self, pending: Pending) -> Pending | None:
        lease, work, begun = self._shared.lease, pending.work, self._shared.inputs.monotonic()
        if work.engine_id != lease.engine_id:  # claimed in a former life: whoever found this engine dead has it now
            self._shared.claims.settle([work.claim_id])
            return None
        if self._draining:  # it waited for a thread, and is nowhere begun
            self._recorder.give_back(pending.traversal.id, [work])
            return None
        if not lease.is_valid:
            self._timers.add(LEASE_PAUSE, pending)
            return None
        try:
            with self.watchdog.watching(work):
                outcome = self._outcome(pending)
        except Exception as error:  # nobody looks at a thread's exceptions: what has no outcome would wait for ever
            if plugin_errors.is_ours(error):
                level = logging.DEBUG if outage.is_outage(error) else logging.WARNING
                LOG.log(level, "The step of %s will be run again: %s", work.row.name, error)
                self._again(pending)
                return None
            outcome = plugin_errors.failure(pending.traversal.mask, work.row, error)
        if self._announcements is not None and pending.waits_for:
            over, relied = not waits_still(outcome, pending), pending.relies
            self._announcements.learn(pending.kind, is_over=over, was_woken=pending.is_woken, relied=relied)
        if isinstance(outcome, Waiting) and says_nothing_new(outcome, pending):
            self.wait(pending.traversal, pending.work, outcome, begun)
            return None
        return Pending(pending.traversal, pending.work, None, settled=Settled(pending.work, outcome), begun=begun)

    def _time_left(self, traversal: Traversal) -> float:
        """Seconds until the time of a traversal is over; it is so for each of its steps, whatever became of others."""
        if traversal.id in self._over:
            return 0.0
        deadline = traversal.stack.deadline
        return math.inf if deadline is None else deadline - self._shared.inputs.now()

    def _again(self, pending: Pending) -> None:
        """Run the same step again in a while; where the engine is leaving, somebody else does."""
        if self._draining:
            self._recorder.give_back(pending.traversal.id, [pending.work])
        else:
            self._timers.add(LEASE_PAUSE, pending)

    def _outcome(self, pending: Pending) -> Outcome:
        work, traversal = pending.work, pending.traversal
        instance = self._shared.evaluator.instance_for(traversal, work)
        if self._time_left(traversal) <= 0:
            left = steps_of.step_left(work) if pending.progress is FIRST else {"token": pending.progress}
            return steps_of.timed_out(work, traversal.stack, instance, left)
        if pending.progress is FIRST:
            outcome = steps_of.first_step(work, instance, pending.prepared)
            if traversal.in_place and isinstance(outcome, Replace):
                return Failed(NOT_IN_PLACE, work.row.physical_resource_id, work.row.resource_data or {})
            return outcome
        return steps_of.next_step(work, instance, pending.progress)

    def _settle(self, traversal_id: str, gathered: Sequence[Pending]) -> None:
        with log_context.on(gathered[0].traversal, "settle"):
            self._settle_all(gathered[0].traversal, gathered)

    def _settle_all(self, traversal: Traversal, gathered: Sequence[Pending]) -> None:
        settled = [pending.settled for pending in gathered if pending.settled is not None]
        waits = [(it.work, it.outcome) for it in settled if isinstance(it.outcome, Waiting)]
        begun = {pending.work.row.id: pending.begun for pending in gathered}
        over = [it for it in settled if not isinstance(it.outcome, Waiting)]
        if over:
            self._record(len(over), lambda: self._recorder.settle(traversal, over))
            self._refresh([it.work.row.id for it in over])
        if waits:
            self._record(len(waits), lambda: self._keep_waiting(traversal, waits, begun))

    def _record(self, steps: int, record: Callable[[], None]) -> None:
        """Each of the two by itself: what one can't record must not keep the other from letting go of its claims."""
        try:
            record()
        except Exception as error:
            outage.log_failure(
                LOG, error, "What %d steps came to could not be recorded: they will be taken up again", steps
            )

    def _keep_waiting(
        self, traversal: Traversal, waits: Sequence[tuple[Work, Waiting]], begun: Mapping[int, float]
    ) -> None:
        outcomes = {work.row.id: waiting for work, waiting in waits}
        lost = {work.row.id: work.claim_id for work, _ in waits}
        at_once: list[Pending] = []
        try:
            for work in self._recorder.keep_waiting(traversal, waits):
                del lost[work.row.id]
                outcome = outcomes[work.row.id]
                if outcome.poll_after <= 0 and steps_together(work) and not self._draining:
                    at_once.append(Pending(traversal, work, outcome.progress))
                else:
                    self.wait(traversal, work, outcome, begun[work.row.id])
        finally:
            self._shared.claims.settle(lost.values())
            self._submit_steps(at_once, gathers=True)


def gives_way(work: Work, wanting: Traversal) -> bool:
    """Whether work is let go of for another traversal."""
    kind = wanting.kind_for(work.row.id)
    preemptible = work.plugin is not None and work.plugin.preemptible
    return work.traversal_id != wanting.id and yields(work.action, wanting.stack.action, kind, preemptible=preemptible)


def steps_together(work: Work) -> bool:
    """Whether one thread takes this step with those of siblings, one after another."""
    return work.plugin is not None and work.plugin.steps_together


def says_nothing_new(outcome: Waiting, pending: Pending) -> bool:
    """Whether a step has come to what the row says already: its progress, its physical id and its data."""
    row = pending.work.row
    known = (pending.progress, row.physical_resource_id, row.resource_data or {})
    return (outcome.progress, outcome.physical_id, outcome.data) == known


def waits_still(outcome: Outcome, pending: Pending) -> bool:
    """Whether a step has come to nothing but the wait that it was taken from."""
    before = pending.waits_for, pending.progress
    return isinstance(outcome, Waiting) and (outcome.wake_ids, outcome.progress) == before
