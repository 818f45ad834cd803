"""Slips in what an engine does for those that died, and in what it believes of itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from heatlite.convergence.decide import Create
from heatlite.db import resources, services
from heatlite.engine.definitions import work as engine_work
from heatlite.engine.membership.engine_claims import Claims
from heatlite.engine.membership.lease import Lease
from heatlite.engine.membership.liveness import LeaseWatch
from tests.simulator.mutations.base import Patch, mutation


@mutation(3000)
def start_steps_without_a_lease() -> Sequence[Patch]:
    return [(Lease, "is_valid", property(lambda self: True))]


@mutation(20)
def declare_dead_whoever_is_slow_to_count() -> Sequence[Patch]:
    def look(self: LeaseWatch) -> dict[str, int]:
        from heatlite.context import EngineContext

        return services.leases(EngineContext(self._database))

    return [(LeaseWatch, "look", look)]


@mutation(50)
def take_over_nodes_but_not_locks() -> Sequence[Patch]:
    return [(resources, "locked_by", lambda context, engine_ids, limit: [])]


@mutation(50)
def believe_that_every_claim_is_at_work() -> Sequence[Patch]:
    return [
        (Claims, "__contains__", lambda self, claim_id: True),
        (Claims, "locks", lambda self, row_id: True),
    ]


@mutation(1000)
def make_again_without_looking_what_exists() -> Sequence[Patch]:
    real = engine_work.first_step

    def first_step(work: Any, instance: Any) -> Any:
        import dataclasses

        if "token" in (work.row.progress or {}):
            return real(work, instance)
        fresh = dataclasses.replace(work, is_retry=False)
        return real(dataclasses.replace(fresh, decision=Create()), instance)

    return [(engine_work, "first_step", first_step)]
