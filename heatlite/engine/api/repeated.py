"""Answer a call whose message was delivered twice. The second delivery gets the same reply as the first.

    first    begins the operation, records the message's id in the same transaction, replies
    second   is refused because of that operation, or finds the recorded id ──▶ the same reply

The client gets whichever reply is sent first, so the second must not say that the call was refused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from heatlite.context import message_id
from heatlite.db import client_calls, snapshots, stacks
from heatlite.db.api import Context
from heatlite.db.client_calls import ClientCall
from heatlite.db.retry import DATABASE_ERRORS
from heatlite.engine.api import replies
from heatlite.engine.api.arguments import identity


def _identity(context: Context, call: ClientCall) -> Any:
    stack = stacks.get(context, call.stack_id)
    return None if stack is None else identity(stack)


def _snapshot(context: Context, call: ClientCall) -> Any:
    record = snapshots.get(context, call.stack_id, call.traversal_id)
    return None if record is None else replies.snapshot(record)


REPLIES: dict[str, Callable[[Context, ClientCall], Any]] = {
    "create_stack": _identity,
    "update_stack": _identity,
    "stack_snapshot": _snapshot,
}
"""Method that begins an operation → how its reply is built again. Other such methods reply None."""


def begun_before(context: Context) -> ClientCall | None:
    """Return the record of the current call if an earlier delivery, on any engine, has begun it; else None."""
    call_id = message_id()
    try:
        return None if call_id is None else client_calls.get(context, call_id)
    except DATABASE_ERRORS:  # whether it has begun can't be known now, so the client gets the error as it is
        return None


def reply(context: Context, method: str, call: ClientCall) -> Any:
    """Return the reply that the first delivery got."""
    return REPLIES[method](context, call) if method in REPLIES else None
