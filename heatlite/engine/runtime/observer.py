"""The observer: goes round the root stacks at the operator's pace, and records what was changed outside.

::

    turn   stopped? ─▶ pace ─▶ due stack ─▶ claim ─▶ look (one list a type and project) ─▶ record ─▶ keep ─▶ release
                                              │                                              │
      one engine at a time; an engine that dies loses it with its lease       events and a notification: one transaction

The pace is the deployment's: a look moves the time of the next one by what it costs, whichever engine takes it. Nothing
of the stack itself is written: neither its status nor its rows. Only ``Keeping`` begins an operation, if the stack asks
for it.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from heatlite import exception
from heatlite.clients.meter import metered
from heatlite.convergence.model import Action, Status
from heatlite.db import events, notifications, observations, outage, resources, stacks
from heatlite.db.events import Happening
from heatlite.db.observations import ObservationRecord, ObserverRecord
from heatlite.db.records import StackRecord
from heatlite.db.retry import retried
from heatlite.engine.common import executors
from heatlite.engine.common.counts import Count
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.decision import observing
from heatlite.engine.decision.observing import Changes, Drift
from heatlite.engine.operations import reality
from heatlite.engine.operations.keeping import Keeping, Outcome
from heatlite.engine.operations.lifecycle import Lifecycle
from heatlite.engine.operations.reality import Seen
from heatlite.engine.shared import Shared
from heatlite.engine.traversal.transactions import write_events_of
from heatlite.template import Mask

LOG = logging.getLogger(__name__)

IDLE = 5.0
"""Seconds between two turns, at most: by then an operator's start is noticed, and a new stack."""
CANDIDATES = 20
NEW_AT_ONCE = 500
NEW_EVERY = 60.0
"""Seconds between two looks for stacks that have no row yet, while others are due all the time."""
MOST_IN_TURN = 5.0
"""Seconds that a look waits between two requests, at most."""
NOTIFIED_AS = "DRIFT"
"""The action of notifications of drift. It isn't an action of a stack."""


class Meter:
    """Counts the requests of one look, and keeps them apart as the limit on requests demands."""

    def __init__(self, inputs: Inputs, per_second: float) -> None:
        self._inputs = inputs
        self._pause = min(1 / per_second, MOST_IN_TURN) if per_second else 0.0
        self._next = inputs.monotonic()
        self.requests = 0

    def __call__(self) -> None:
        """Wait until the next request may be sent, and count it."""
        self.requests += 1
        now = self._inputs.monotonic()
        if self.requests > 1 and now < self._next:
            self._inputs.sleep(self._next - now)
        self._next = max(now, self._next) + self._pause


class Observer:
    """Looks at stacks, one after the other, until it is stopped."""

    def __init__(self, shared: Shared, lifecycle: Lifecycle) -> None:
        self._shared = shared
        self._settings = shared.settings.observer
        self._keeping = Keeping(shared, lifecycle)
        self._is_ready = False
        self._look_for_new_at = float("-inf")
        self._failing: dict[str, bool] = {}
        """Stack, or "" for the turn itself, whose failure was logged and hasn't ended."""
        self._thread = executors.BackgroundThread("observer", self._run)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self, seconds: float = 5) -> None:
        """End the thread. A look that doesn't end in time is another engine's when this one is gone."""
        self._thread.end(seconds)

    def _run(self) -> None:
        while not self._thread.ended.is_set():
            try:
                pause = self.turn()
                self._failing.pop("", None)
            except Exception as error:
                pause = IDLE
                self._log("", error, "The observer can't go on now")
            self._thread.ended.wait(min(pause, IDLE))

    def turn(self) -> float:
        """Look at the next stack, if one is due and the pace allows it. Return the seconds until the next turn."""
        context, now = self._shared.context(), self._shared.inputs.now()
        if not self._is_ready:
            observations.ensure(context)
            self._is_ready = True
        state = observations.state(context)
        if state.stopped or not self._shared.lease.is_valid:
            return IDLE
        if state.free_at > now:
            return state.free_at - now
        self._transact(observations.free_lost, self._shared.lease.engine_id)
        due = observations.due(context, now, CANDIDATES)
        if not due or self._shared.inputs.monotonic() >= self._look_for_new_at:
            self._look_for_new_at = self._shared.inputs.monotonic() + NEW_EVERY
            self._transact(observations.add_new, now, NEW_AT_ONCE)
        if not due:
            following = observations.next_due(context)
            return IDLE if following is None else max(0.0, following - now)
        for record in observing.in_turn(due, self._shared.inputs.random):
            claimed = self._claim(record, state, now)
            if claimed is not None:
                self._look(claimed, self._expected(record))
                return 0.0
            state = observations.state(context)
            if state.stopped or state.free_at > now:
                break
        return 0.0

    # --- one look -----------------------------------------------------------------------------------------------

    def _expected(self, record: ObservationRecord) -> float:
        return observing.cost(record.seen + record.unseen, record.requests, self._settings)

    @retried
    def _claim(self, record: ObservationRecord, state: ObserverRecord, now: float) -> ObservationRecord | None:
        """Claim a stack and take its part of the pace. Return its row; None when another engine was quicker."""
        context, engine_id = self._shared.context(), self._shared.lease.engine_id
        with self._shared.database.writer(context):
            if not observations.take_pace(context, state, now + self._expected(record)):
                return None
            return observations.claim(context, record, engine_id)  # None: its part of the pace is lost, for a pause

    def _look(self, record: ObservationRecord, expected: float) -> None:
        """Look at a claimed stack. Whatever fails is this stack's trouble, unless the database is away."""
        meter = Meter(self._shared.inputs, self._settings.requests_per_second)
        looked = 0
        try:
            with metered(meter):
                looked = self._observed(record, meter)
            self._failing.pop(record.stack_id, None)
        except Exception as error:
            if outage.is_outage(error):
                raise
            self._log(record.stack_id, error, f"Stack {record.stack_id} can't be looked at now")
            self._release(record, {})
        took = observing.cost(looked, meter.requests, self._settings)
        if took != expected:
            self._transact(observations.add_pace, took - expected)

    def _observed(self, record: ObservationRecord, meter: Meter) -> int:
        """Look at a claimed stack, record it, and repair it where it asks for that. Return how many were looked at."""
        shared, context = self._shared, self._shared.context()
        stack = stacks.get(context, record.stack_id)
        if stack is None or stack.deleted_at is not None:
            self._transact(observations.remove, record)
            return 0
        if stack.is_in_progress or stack.action is Action.DELETE:
            self._release(record, {})
            return 0
        seen = reality.see(shared, context, stack)
        looked = seen.number + len(seen.unseen)
        shared.counts.add(Count.OBSERVED, looked)
        kept = self._record(record, stack, seen, meter)
        if kept is None:
            return looked  # another engine has taken over the claim, and looks at the stack itself
        outcome = self._keeping.repair(kept, stack, seen)
        self._conclude(kept, stack, outcome)
        return looked

    @retried
    def _record(
        self, record: ObservationRecord, stack: StackRecord, seen: Seen, meter: Meter
    ) -> ObservationRecord | None:
        """Write down what was seen, with its events. Return the row as it is then; None when the claim was lost."""
        shared, context, now = self._shared, self._shared.context(), self._shared.inputs.now()
        before = observing.read(record.drift)
        with shared.database.writer(context):
            unchanged = self._unchanged(context, seen)
            found = {row_id: it for row_id, it in self._found(seen, now).items() if row_id in unchanged}
            changes = observing.changes(before, found, seen.alike & unchanged, seen.active)
            after = dataclasses.replace(
                record,
                looked_at=now,
                seen=seen.number,
                unseen=len(seen.unseen),
                requests=meter.requests,
                drifted=len(changes.now),
                drift=observing.stored(changes.now),
                tries=observing.tries_after(record, differs=bool(changes.now)),
            )
            names = ("looked_at", "seen", "unseen", "requests", "drifted", "drift", "tries")
            if not observations.write(context, record, {name: getattr(after, name) for name in names}):
                return None
            self._tell(context, stack, changes)
        return after

    def _unchanged(self, context: Any, seen: Seen) -> frozenset[int]:
        """Return the rows that no operation has worked on since they were read for the look."""
        read = {row.id: row.atomic_key for row, _ in seen.differing.values()}
        now = {row.id: row.atomic_key for row in resources.light_by_ids(context, list(read))} if read else {}
        return seen.alike | {row_id for row_id, key in read.items() if now.get(row_id) == key}

    def _found(self, seen: Seen, now: float) -> dict[int, Drift]:
        with_values = not self._shared.database.vault.encrypts
        masks = {it.id: self._mask(it) for it in seen.stacks}
        return {
            row_id: Drift(
                row.stack_id,
                row.name,
                row.type,
                row.physical_resource_id,
                observing.words(sight, row.properties_data or {}, masks[row.stack_id], with_values=with_values),
                now,
            )
            for row_id, (row, sight) in seen.differing.items()
        }

    def _mask(self, stack: StackRecord) -> Mask:
        traversal = self._shared.library.traversal(self._shared.context(), stack.current_traversal)
        return traversal.mask if traversal is not None else self._shared.library.mask(self._shared.context(), stack)

    def _tell(self, context: Any, stack: StackRecord, changes: Changes) -> None:
        """Write the events of what began, changed or ended, and a notification if somebody listens."""
        shared, engine_id = self._shared, self._shared.lease.engine_id
        told = [(it.stack_id, event(it, Status.FAILED, it.words, engine_id)) for it in changes.begun]
        told += [(it.stack_id, event(it, Status.COMPLETE, why, engine_id)) for it, why in changes.over]
        if not told:
            return
        write_events_of(context, shared.inputs, told)
        self._purge(context, {stack_id for stack_id, _ in told})
        if shared.database.notifies:
            status = Status.FAILED if changes.now else Status.COMPLETE
            said = (NOTIFIED_AS, str(status), observing.summary(changes.now))
            notifications.insert(context, stack.id, [said], shared.inputs.now())

    def _purge(self, context: Any, stack_ids: set[str]) -> None:
        most = self._shared.settings.max_events_per_stack
        for stack_id in sorted(stack_ids) if most >= 0 else ():
            events.purge(context, stack_id, most)

    def _conclude(self, record: ObservationRecord, stack: StackRecord, outcome: Outcome) -> None:
        """Release a stack after its look. Why it is left alone is told once, at the resources that are the reason."""
        told: list[tuple[str, Happening]] = []
        if outcome.left_alone and outcome.left_alone != record.left_alone:
            LOG.info("Stack %s asks to be kept, and isn't repaired: %s", stack.id, outcome.left_alone)
            drift = {(it.stack_id, it.name): it for it in observing.read(record.drift).values()}
            for it in outcome.blamed:
                of = drift.get((it.stack_id, it.name))
                if of is not None:
                    why = f"it isn't repaired: {outcome.left_alone}"
                    told.append((of.stack_id, event(of, Status.FAILED, why, self._shared.lease.engine_id)))
        self._release(record, {"left_alone": outcome.left_alone or None}, told)

    @retried
    def _release(
        self, record: ObservationRecord, values: Mapping[str, Any], told: Sequence[tuple[str, Happening]] = ()
    ) -> bool:
        """End the claim. Return False when it was lost; then nothing is written."""
        context, now = self._shared.context(), self._shared.inputs.now()
        following = {"engine_id": None, "next_look_at": now + self._settings.interval}
        with self._shared.database.writer(context):
            is_written = observations.write(context, record, {**values, **following})
            if is_written and told:
                write_events_of(context, self._shared.inputs, told)
            return is_written

    @retried
    def _transact(self, write: Any, *given: Any) -> Any:
        return write(self._shared.context(), *given)

    def _log(self, key: str, error: Exception, text: str) -> None:
        """Log a failure once until it ends."""
        if not self._failing.get(key):
            if isinstance(error, exception.HeatliteError):
                LOG.warning("%s: %s", text, error)
            else:
                outage.log_failure(LOG, error, text)
        self._failing[key] = True


def event(drift: Drift, status: Status, why: str, engine_id: str) -> Happening:
    """Return the event of a resource that is found to differ, or no longer to."""
    physical = drift.physical_id
    return Happening(drift.name, drift.type, physical, Action.CHECK, status, f"Drift: {why}", engine_id)
