"""Slips with nested stacks."""

from __future__ import annotations

from collections.abc import Sequence

from heatlite.engine.nested.begin import Children
from heatlite.resources import stack_resource
from heatlite.resources.stack_resource import StackResource
from tests.simulator.mutations.base import Patch, mutation


@mutation(300)
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


@mutation(500)
def begin_no_deletion_of_a_nested_stack_that_was_never_made() -> Sequence[Patch]:
    return [(Children, "_bury", lambda self, stack, adopts: None)]


@mutation(100)
def pass_over_nested_stacks_in_a_visit() -> Sequence[Patch]:
    return [(StackResource, "_visit", lambda self, verb: None)]


class NoSending:
    """A port that sends nothing."""

    def __init__(self, port: object) -> None:
        self._port = port

    def __getattr__(self, name: str) -> object:
        return (lambda begin: None) if name == "send" else getattr(self._port, name)


CHECK = StackResource._check
