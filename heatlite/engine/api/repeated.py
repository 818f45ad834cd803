"""Repeated: a call whose message came twice. What it asks for has begun; whoever is second says what the first did.

    first    begins, notes the message's id in the same transaction, replies
    second   is refused by what the first began, or finds the id noted ──▶ the same reply

A client hears whichever comes first; so the second must not say that the call was refused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from heatlite.db import client_calls, snapshots, stacks
from heatlite.db.api import Context
from heatlite.db.client_calls import ClientCall
from heatlite.db.retry import DATABASE_ERRORS
from heatlite.engine.api import replies
from heatlite.rpc import delivery


def _identity(context: Context, call: ClientCall) -> Any:
    stack = stacks.get(context, call.stack_id)
    return None if stack is None else replies.identity(stack)


def _snapshot(context: Context, call: ClientCall) -> Any:
    record = snapshots.get(context, call.stack_id, call.traversal_id)
    return None if record is None else replies.snapshot(record)


REPLIES: dict[str, Callable[[Context, ClientCall], Any]] = {
    "create_stack": _identity,
    "update_stack": _identity,
    "stack_snapshot": _snapshot,
}
"""What methods reply that begin an operation; the others reply nothing."""


def begun_before(context: Context) -> ClientCall | None:
    """What the call that is being answered has begun already, here or elsewhere; None where it hasn't."""
    call_id = delivery.current()
    try:
        return None if call_id is None else client_calls.get(context, call_id)
    except DATABASE_ERRORS:  # then it is said as it is: what is refused now can't be known to have begun
        return None


def reply(context: Context, method: str, call: ClientCall) -> Any:
    """What whoever began it replied."""
    return REPLIES[method](context, call) if method in REPLIES else None
