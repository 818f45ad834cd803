"""The database transactions of a traversal's life, one module each.

    begin    a stack gets a new traversal: rows, graph, sync points
    claim    ready nodes become this engine's work
    finish   work is done: record it, count arrivals, schedule what became ready
    fail     a resource failed: so did the stack, or it begins to roll back
    end      commit point and epilogue
    release  give back, wake, take over

Each takes its locks in one order: stack, then sync_point, then resource. Each can be run again whole, and is: the
callers in ``heatlite.engine`` open the transaction and retry it, and cast only after its commit. A conditional write
that changes fewer rows than it should is an answer; where it means that the lock was lost, ``ConflictError`` is raised,
which undoes the transaction.
"""

from __future__ import annotations

from collections.abc import Sequence

from heatlite.db import events, notifications, stacks
from heatlite.db.api import Context
from heatlite.db.events import Happening
from heatlite.db.records import StackRecord
from heatlite.engine.common.inputs import Inputs

STACK_TYPE = "OS::Heat::Stack"


class ConflictError(Exception):
    """Somebody else was quicker with one row of a batch: undo all of it, and try its nodes one by one."""


def write_events(context: Context, inputs: Inputs, stack_id: str, happenings: Sequence[Happening]) -> None:
    """Write events, each with an id of its own, which tells its time more exactly than ``created_at`` does.

    Where anybody listens, what is to be told of the stack itself is noted beside them.
    """
    write_events_of(context, inputs, [(stack_id, it) for it in happenings])


def write_events_of(context: Context, inputs: Inputs, happenings: Sequence[tuple[str, Happening]]) -> None:
    """Write events of several stacks, each with its stack's id."""
    if happenings:
        now = inputs.now()
        ids = [inputs.new_timed_id(now) for _ in happenings]
        events.insert_all(context, happenings, ids, inputs.utcnow())
    if context.database.notifies:
        for stack_id, it in happenings:
            if it.resource_type == STACK_TYPE and it.physical_resource_id == stack_id:
                notifications.insert(context, stack_id, [(it.action, it.status, it.reason)], inputs.now())


def stack_event(stack: StackRecord, action: str, status: str, reason: str) -> Happening:
    """Return an event of the stack itself. Its list of events shows the stack as a resource of type OS::Heat::Stack."""
    return Happening(stack.name, STACK_TYPE, stack.id, action, status, reason)


__all__ = ["ConflictError", "stack_event", "stacks", "write_events"]
