"""Engines' own rows: how to get into each state of the table that isn't final, and out of it."""

from __future__ import annotations

from heatlite.db import services
from tests.functional.engine.fleet import Fleet
from tests.functional.engine.mishaps import after, between_two_steps, e0_dies, e0_leaves, e1_dies, running
from tests.functional.engine.states import NO_SWEEP, Case, counters


def is_alive(fleet: Fleet) -> bool:
    return fleet.first in counters(fleet)


def e0_falls_silent(fleet: Fleet) -> None:
    fleet.engines[0].is_silent = True
    fleet.pass_time(fleet.settings.lease_seconds / 2)


def is_silent(fleet: Fleet) -> bool:
    return counters(fleet).get(fleet.first) == 0


def e0_comes_back(fleet: Fleet) -> None:
    fleet.engines[0].is_silent = False
    fleet.engines[0].shared.lease.renew()


def it_is_declared_dead(fleet: Fleet) -> None:
    fleet.sweep("dead_engines")
    assert fleet.first not in counters(fleet)


def believes_in_a_lost_lease(fleet: Fleet) -> bool:
    return fleet.engines[0].id not in counters(fleet)


def e0_leaves_a_step_behind(fleet: Fleet) -> None:
    """Its step takes longer than it may wait for when it is told to stop."""
    e0 = fleet.engines[0]
    e0.runner.drain()
    e0.shared.lease.release()
    e0.die()


def is_gone_and_holds(fleet: Fleet) -> bool:
    return fleet.first in services.gone(fleet.context())


CASES = {
    "service: alive": Case(between_two_steps, is_alive, e0_leaves, {"dead_engines": e0_dies}),
    "service: silent": Case(
        after(between_two_steps, e0_falls_silent), is_silent, e0_comes_back, {"dead_engines": e0_dies}
    ),
    "service: declared dead": Case(
        after(between_two_steps, e0_falls_silent, it_is_declared_dead),
        believes_in_a_lost_lease,
        e0_comes_back,
        {NO_SWEEP: e0_dies},
    ),
    "service: gone but still holding": Case(
        after(running, e0_leaves_a_step_behind), is_gone_and_holds, "dead_engines", {"dead_engines": e1_dies}
    ),
}
