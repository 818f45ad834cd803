"""Delivery: which message a thread is answering. The same message may come twice, to two engines at once.

A client's library publishes again what it isn't sure of; a broker hands out again what it wasn't told of as received.
oslo.messaging gives each message an id, and knows in one process the last few that came; what is written down under
that id (``heatlite.db.client_calls``) is known to all.
"""

from __future__ import annotations

import contextlib
import contextvars
import uuid
from collections.abc import Iterator
from typing import Any

_current: contextvars.ContextVar[str | None] = contextvars.ContextVar("delivery", default=None)


def current() -> str | None:
    """The id of the message that is being answered, a UUID; None where there is none, or it has no id."""
    return _current.get()


@contextlib.contextmanager
def answering(message_id: str | None) -> Iterator[None]:
    """A block in which a message is answered."""
    token = _current.set(message_id)
    try:
        yield
    finally:
        _current.reset(token)


def id_of(incoming: Any) -> str | None:
    """The id of an incoming message; None of a driver that gives it none."""
    try:
        return str(uuid.UUID(incoming.unique_id))
    except (AttributeError, TypeError, ValueError):
        return None
