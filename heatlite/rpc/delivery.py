"""The id of the message that a thread answers. The same message may arrive twice, at two engines at once.

A client's library publishes again a message that it isn't sure of. A broker hands out again a message that wasn't
acknowledged. oslo.messaging gives each message an id, but each process remembers only its own last few ids. So an
engine records the id in the database (``heatlite.db.client_calls``), for all engines.
"""

from __future__ import annotations

import contextlib
import contextvars
import uuid
from collections.abc import Iterator
from typing import Any

_current: contextvars.ContextVar[str | None] = contextvars.ContextVar("delivery", default=None)


def current() -> str | None:
    """Return the id of the message that this thread answers, a UUID.

    Return None when there is none, or it has no id.
    """
    return _current.get()


@contextlib.contextmanager
def answering(message_id: str | None) -> Iterator[None]:
    """Set the id of the message that is answered, for the block."""
    token = _current.set(message_id)
    try:
        yield
    finally:
        _current.reset(token)


def id_of(incoming: Any) -> str | None:
    """Return the id of an incoming message. Return None for a driver that gives messages no id."""
    try:
        return str(uuid.UUID(incoming.unique_id))
    except (AttributeError, TypeError, ValueError):
        return None
