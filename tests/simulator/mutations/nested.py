"""Slips with nested stacks."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from heatlite.engine.nested.begin import Children
from heatlite.resources import stack_resource
from heatlite.resources.nested.decision import Send, Wait
from heatlite.resources.stack_resource import StackResource
from tests.simulator.mutations.base import Patch, mutation


@mutation(100)
def leave_what_nested_stacks_kept_for_a_rollback() -> Sequence[Patch]:
    return [(StackResource, "handle_collect", lambda self: None)]


@mutation(100)
def trust_that_an_operation_on_a_nested_stack_arrives() -> Sequence[Patch]:
    """A second message is never sent."""

    def check(self: StackResource, progress: stack_resource.Progress) -> bool:
        if progress.get("was_sent"):
            before, self._nested = self._nested, NoSending(self._nested)
            try:
                return CHECK(self, progress)
            finally:
                self._nested = before
        is_sent = progress["recorded"]
        outcome = CHECK(self, progress)
        progress["was_sent"] = is_sent
        return outcome

    return [(StackResource, "_check", check)]


@mutation(100)
def begin_no_deletion_of_a_nested_stack_that_was_never_made() -> Sequence[Patch]:
    return [(Children, "_bury", lambda self, stack: None)]


@mutation(100)
def pass_over_nested_stacks_in_a_visit() -> Sequence[Patch]:
    return [(StackResource, "_visit", lambda self, verb: None)]


@mutation(2000)
def supersede_what_a_nested_stack_is_at_by_a_visit() -> Sequence[Patch]:
    """Half of it is COMPLETE then."""

    def decide(verb: Any, operation_id: str, follows: str | None, view: Any) -> Any:
        decision = DECIDE(verb, operation_id, follows, view)
        is_early = verb.is_visit and isinstance(decision, Wait) and view.operation_id == follows
        return Send() if is_early else decision

    return [(stack_resource, "decide", decide)]


@mutation(2000)
def believe_that_a_visit_made_the_template_true() -> Sequence[Patch]:
    def is_at(self: StackResource, child: Any, goal: Any) -> bool:
        if child.action in ("SUSPEND", "RESUME", "CHECK"):
            child = dataclasses.replace(child, action="UPDATE")
        return IS_AT(self, child, goal)

    return [(StackResource, "_is_at", is_at)]


class NoSending:
    """A port that sends nothing."""

    def __init__(self, port: object) -> None:
        self._port = port

    def __getattr__(self, name: str) -> object:
        return (lambda begin: None) if name == "send" else getattr(self._port, name)


CHECK, IS_AT, DECIDE = StackResource._check, StackResource._is_at, stack_resource.decide
