"""Slips when a stack is let go of, and taken over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from heatlite.engine.definitions import external
from heatlite.engine.heat_import import rows
from heatlite.engine.operations import adoption
from heatlite.resources.base import Resource
from tests.simulator.mutations.base import Patch, mutation


@mutation(500)
def hand_nothing_over() -> Sequence[Patch]:
    return [(adoption, "hand_over", lambda context, inputs, stack_id, data, **more: None)]


@mutation(200)
def make_what_is_to_be_adopted() -> Sequence[Patch]:
    return [
        (external, "is_taken_over", lambda stack_action, row, evaluated: False),
        (external, "adoption_pending", lambda row, evaluated, has_child: False),
    ]


@mutation(3000)
def hand_over_what_is_of_another_type() -> Sequence[Patch]:
    real = adoption.hand_over

    def hand_over(context: Any, inputs: Any, stack_id: str, data: Any, *, of_same_type: bool = False) -> None:
        real(context, inputs, stack_id, data)

    return [(adoption, "hand_over", hand_over)]


@mutation(100)
def abandon_nothing_but_the_root() -> Sequence[Patch]:
    from heatlite.db import stacks

    return [(stacks, "family", lambda context, stack: [stack])]


@mutation(300)
def adopt_without_an_id() -> Sequence[Patch]:
    return [(Resource, "handle_adopt", lambda self, resource_data: self.resource_id_set(None))]


@mutation(500)
def import_rows_without_what_exists() -> Sequence[Patch]:
    real = rows.resource_values
    return [(rows, "resource_values", lambda *given: {**real(*given), "physical_resource_id": None})]


@mutation(200)
def import_a_stack_as_if_nothing_had_been_made_of_it() -> Sequence[Patch]:
    real = rows.stack_values
    return [(rows, "stack_values", lambda *given: {**real(*given), "action": "INIT"})]
