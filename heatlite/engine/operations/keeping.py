"""Keeping: repair a stack that asks for it by a tag, within limits that a wrong observer can't overstep.

::

    tags ─▶ state ─▶ limits ─▶ is the look believed? ─▶ plan ─▶ count the repair ─▶ begin the update
      │       │        │             │                   │          └─ stopped, or another engine was quicker: not now
      └───────┴────────┴─────────────┴───────────────────┴─▶ left alone, and why

The plan is the one that ``stack plan --existing --refresh`` shows. The update is begun with what was seen, and only if
the stack's operation is the one that was planned for. Without the flags for more, its traversal is *in place*: what
turns out to be irreparable meanwhile fails, and nothing is created, replaced or deleted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from heatlite import exception
from heatlite import template as language
from heatlite.db import observations, stacks
from heatlite.db.observations import ObservationRecord
from heatlite.db.records import StackRecord
from heatlite.db.retry import retried
from heatlite.engine.common.counts import Count
from heatlite.engine.decision import observing
from heatlite.engine.decision.observing import Asked, Blamed
from heatlite.engine.operations import planning
from heatlite.engine.operations.lifecycle import Lifecycle
from heatlite.engine.operations.reality import Seen
from heatlite.engine.operations.validation import Submission
from heatlite.engine.shared import Shared


@dataclass(frozen=True)
class Outcome:
    """The outcome of an attempt to repair a stack.

    ``begun``: an update has begun. ``left_alone``: why a stack that asks to be kept isn't repaired. ``blamed``: the
    resources that its plan would replace, create or delete.
    """

    begun: bool = False
    left_alone: str = ""
    blamed: Sequence[Blamed] = ()


class Keeping:
    """Repairs stacks that ask for it."""

    def __init__(self, shared: Shared, lifecycle: Lifecycle) -> None:
        self._shared = shared
        self._lifecycle = lifecycle
        self._settings = shared.settings.observer

    def repair(self, record: ObservationRecord, stack: StackRecord, seen: Seen) -> Outcome:
        """Begin an update that repairs what was seen to differ, if all of the above allows it.

        :param record: the stack's row, which this engine has claimed
        :param stack: as it was before the look
        """
        context, now = self._shared.context(), self._shared.inputs.now()
        wanted = observing.asked(stacks.tags(context, [stack.id]).get(stack.id, ()), self._settings)
        if not wanted.keeps or not record.drifted:
            return Outcome()
        state = observations.state(context)
        gone = sum(sight.is_gone for _, sight in seen.differing.values())
        held = observing.held_by_state(stack, seen.stacks)
        held = held or observing.held_by_limits(record, state.repairs, now, self._settings)
        held = held or observing.held_by_doubt(gone, seen.number)
        held = held or ("" if seen.differing else "what differs couldn't be looked at now")
        if held:
            return Outcome(left_alone=held)
        try:
            blamed = self._blamed(stack, seen, wanted)
            if blamed:
                return Outcome(left_alone=observing.plan_words(blamed, wanted, self._settings), blamed=blamed)
            if not self._count(record, state, now):
                return Outcome()  # it is looked at again, and found in the same state
            reason = f"Stack UPDATE started by the observer, to repair {len(seen.differing)} resource(s)"
            self._lifecycle.keep(stack, seen, reason, in_place=not wanted.replaces)
        except exception.PlanOutdated:
            return Outcome()
        except exception.HeatliteError as error:
            return Outcome(left_alone=str(error))
        self._shared.counts.add(Count.REPAIRS)
        return Outcome(begun=True)

    def _blamed(self, stack: StackRecord, seen: Seen, wanted: Asked) -> Sequence[Blamed]:
        shared, context = self._shared, self._shared.context()
        stored = shared.library.record(context, stack.raw_template_id)
        environment = language.Environment.parse(stored.environment)
        submission = Submission(stored.template, stored.files, environment)
        planned = planning.plan(shared, context, stack, submission, seen)
        return observing.held_by_plan(planned["changes"], stack.id, replaces=wanted.replaces)

    @retried
    def _count(self, record: ObservationRecord, state: observations.ObserverRecord, now: float) -> bool:
        """Count a repair before it begins, so that one that is lost in a crash counts, too.

        Return False when it may not begin: the observer was stopped, another engine counted one, or has the claim.
        """
        context, of_all = self._shared.context(), [*observing.recent(state.repairs, now), now]
        with self._shared.database.writer(context):
            own: Mapping[str, object] = {
                "repairs": [*observing.recent(record.repairs, now), now],
                "tries": record.tries + 1,
            }
            return observations.count_repair(context, state, of_all) and observations.write(context, record, own)
