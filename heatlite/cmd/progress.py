"""Waiting for an operation: poll, report, pause, until the stack is no longer in progress.

    watch ──▶ show_stack ──▶ judge ──▶ an outcome, or None: still in progress
      ▲                        │
      └── pause ◀── reporter ──┘      a live display on a terminal, event lines elsewhere

The decisions are pure (``judge``, ``pause``). The clock and the reporter are arguments.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from heatlite import exception

if TYPE_CHECKING:
    from heatlite.cmd.session import Clock
    from heatlite.rpc.engine_client import Context, EngineClient, Identity, Record

SHORTEST_PAUSE = 0.05  # seconds; an operation in memory may take no longer
BEAT = 0.25  # seconds between two refreshes of a live display


@dataclass(frozen=True)
class Outcome:
    """The end of an operation: the final state of its stack."""

    stack_name: str
    expected: str
    action: str
    status: str
    reason: str

    @property
    def succeeded(self) -> bool:
        """Whether *this* operation completed, and not a rollback or one that superseded it."""
        return (self.action, self.status) == (self.expected, "COMPLETE")

    @property
    def line(self) -> str:
        """``Stack web CREATE_COMPLETE``."""
        return f"Stack {self.stack_name} {self.action}_{self.status}"

    def check(self) -> None:
        """Raise ``CommandError`` with the engine's reason, unless the operation succeeded."""
        if not self.succeeded:
            own = self.action in (self.expected, "ROLLBACK")
            superseded = "" if own else f" instead of {self.expected}"
            raise exception.CommandError(reason=f"{self.line}{superseded}: {self.reason}")


def judge(expected: str, stack: Record) -> Outcome | None:
    """Return how the operation ``expected`` ended, from the engine's record of its stack, or ``None`` while it runs."""
    if stack["stack_status"] == "IN_PROGRESS":
        return None
    return Outcome(
        stack["stack_name"],
        expected,
        stack["stack_action"],
        stack["stack_status"],
        stack.get("stack_status_reason") or "no reason given",
    )


def pause(elapsed: float, took: float, longest: float) -> float:
    """Return the seconds until the next poll: a tenth of the time waited so far, at most ``longest``.

    A poll that itself ``took`` long (a large stack, a busy engine) is followed by a pause of nine times as long. So
    polling takes at most a tenth of the engine's time.
    """
    return max(min(longest, max(SHORTEST_PAUSE, elapsed / 10)), 9 * took)


@dataclass(frozen=True)
class Target:
    """An operation on one stack to wait for. A deleted stack has no events and no resources."""

    client: EngineClient
    context: Context
    identity: Identity
    action: str
    marker: str | None = None  # the last event before the operation
    nested_depth: int = 0  # levels of nested stacks to report too

    def stack(self) -> Record:
        """Return the engine's record of the stack. When a DELETE has removed it, return a record of DELETE_COMPLETE."""
        try:
            return self.client.show_stack(self.context, self.identity, resolve_outputs=False)[0]
        except exception.EntityNotFound:
            if self.action != "DELETE":
                raise
            return {
                "stack_name": self.identity["stack_name"],
                "stack_action": "DELETE",
                "stack_status": "COMPLETE",
            }

    def events(self, marker: str | None) -> list[Record]:
        """List the events after ``marker``, oldest first."""
        from heatlite.rpc.queries import EventQuery

        query = EventQuery(marker=marker, sort_dir="asc", nested_depth=self.nested_depth or None)
        try:
            return self.client.list_events(self.context, self.identity, query)
        except exception.EntityNotFound:
            return []

    def resources(self) -> list[Record]:
        """List the stack's resources, and those of nested stacks down to the wanted depth."""
        try:
            return self.client.list_stack_resources(self.context, self.identity, self.nested_depth)
        except exception.EntityNotFound:
            return []


class Reporter(Protocol):
    """A display of progress for the user, used as a context manager around the whole wait."""

    def __enter__(self) -> Any: ...

    def __exit__(self, *error: object) -> None: ...

    def look(self, now: float) -> None:
        """Fetch the news and show them. ``now`` is in seconds of the wait's clock."""

    def beat(self, now: float) -> None:
        """Update the displayed seconds, without a call to the engine."""

    def trouble(self, error: Exception) -> None:
        """Report that a poll failed and will be repeated."""

    def finish(self, outcome: Outcome) -> None:
        """Show the outcome."""


def watch(target: Target, reporter: Reporter, clock: Clock, poll: float) -> Outcome:
    """Wait until the operation has ended. ``poll`` is the longest pause between two polls, in seconds.

    An engine that doesn't answer is asked again, because the operation runs without it. Other errors are raised.
    """
    began = clock.monotonic()
    with reporter:
        while True:
            started = clock.monotonic()
            try:
                outcome = judge(target.action, target.stack())
                reporter.look(clock.monotonic())
            except exception.NoAnswer as error:
                reporter.trouble(error)
                outcome = None
            if outcome:
                reporter.finish(outcome)
                return outcome
            now = clock.monotonic()
            rest(clock, reporter, now + pause(now - began, now - started, poll))


def rest(clock: Clock, reporter: Reporter, until: float) -> None:
    """Sleep until a moment of the clock, and refresh the display meanwhile."""
    while (left := until - clock.monotonic()) > 0:
        clock.sleep(min(left, BEAT))
        reporter.beat(clock.monotonic())
