"""Slips with services that don't answer at once, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from heatlite.resources import steps
from heatlite.resources.outcomes import Done
from tests.simulator.mutations.base import Patch, mutation


@mutation(50)
def give_up_at_a_service_that_is_busy() -> Sequence[Patch]:
    def later(resource: Any, error: Exception, left: Any, tries: int, *more: Any) -> Any:
        raise error

    return [(steps, "later", later)]


@mutation(500)
def tell_no_plugin_that_it_repeats_a_call() -> Sequence[Patch]:
    real = steps.begin

    def begin(resource: Any, action: str, given: Any) -> Any:
        resource.is_repeated = False
        return real(resource, action, given)

    return [(steps, "begin", begin)]


@mutation(50)
def take_a_call_without_an_answer_for_done() -> Sequence[Patch]:
    def later(resource: Any, error: Exception, left: Any, tries: int, *more: Any) -> Any:
        return Done(resource.resource_id, {}, dict(resource.data), None)

    return [(steps, "later", later)]
