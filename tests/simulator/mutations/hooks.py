"""Slips at hooks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from heatlite.engine.decision import breakpoints
from heatlite.engine.signals import hooks
from tests.simulator.mutations.base import Patch, mutation


@mutation(100)
def pass_a_hook_without_waiting() -> Sequence[Patch]:
    return [(breakpoints, "before", lambda work: None)]


@mutation(100)
def forget_which_hooks_are_cleared() -> Sequence[Patch]:
    return [(breakpoints, "uncleared", lambda hooks, cleared: hooks)]


@mutation(700)
def clear_a_hook_and_tell_nobody() -> Sequence[Patch]:
    real = hooks._clear

    def clear(shared: Any, stack: Any, resource_name: str, hook: Any) -> list[Any]:
        real(shared, stack, resource_name, hook)
        return []

    return [(hooks, "_clear", clear)]
