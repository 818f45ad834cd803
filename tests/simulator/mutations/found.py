"""Slips that were really made, and found by the simulator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from heatlite.db import bulk, sync_points, templates
from heatlite.engine.definitions import work as engine_work
from heatlite.engine.runtime.recovery import Sweeper
from heatlite.engine.traversal.step_runner import Pending, StepRunner
from tests.simulator.mutations.base import Patch, mutation


@mutation(500)
def keep_locks_that_nobody_works_on() -> Sequence[Patch]:
    return [(Sweeper, "lost_locks", lambda self: None)]


@mutation(100)
def go_on_with_the_steps_of_a_former_life() -> Sequence[Patch]:
    def step(self: StepRunner, pending: Any) -> None:
        if not self._shared.lease.is_valid:
            self._timers.add(1.0, pending)
            return
        outcome = self._outcome(pending)
        settled = engine_work.Settled(pending.work, outcome)
        self._outbox.put(pending.traversal.id, Pending(pending.traversal, pending.work, None, settled))

    return [(StepRunner, "_step", step)]


@mutation(1500)
def store_the_empty_template_without_trying_twice() -> Sequence[Patch]:
    return [(templates, "stored", templates.store)]


@mutation(4000)
def forget_who_waits_for_a_row_that_is_deleted() -> Sequence[Patch]:
    return [(sync_points, "blocked_on", lambda context, stack_id, acting_ids: {})]


@mutation(1000)
def begin_a_creation_twice() -> Sequence[Patch]:
    return [(engine_work, "Continue", type("Never", (), {})), (engine_work, "was_begun", lambda work: work.is_retry)]


@mutation(50)
def never_cast_again() -> Sequence[Patch]:
    return [(sync_points, "due", lambda context, now, limit: [])]


@mutation(20)
def give_an_action_up_with_its_progress() -> Sequence[Patch]:
    def per_row(column: Any, key: Any, values: Mapping[int, Any]) -> Any:
        kept = {row: None if column.name == "physical_resource_id" else value for row, value in values.items()}
        return REAL_PER_ROW(column, key, kept)

    return [(bulk, "per_row", per_row)]


REAL_PER_ROW = bulk.per_row
