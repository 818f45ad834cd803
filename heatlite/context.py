"""The caller's identity, and the database transaction that a piece of work runs in.

A ``RequestContext`` comes with every call of the client API: it holds Heat's keys, as heat-api sends them. Work that an
engine starts by itself (a node, a sweep) runs under a plain ``EngineContext``. Both carry an enginefacade transaction,
so that functions which are given the same context join one transaction.

``message_id`` tells which message a call came with. The same message may arrive twice, at two engines at once: a
client's library publishes again a message that it isn't sure of, and a broker hands out again a message that wasn't
acknowledged. oslo.messaging gives each message an id, but each process remembers only its own last few ids. So an
engine records the id in the database (``heatlite.db.client_calls``), for all engines.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from oslo_db.sqlalchemy import enginefacade

if TYPE_CHECKING:
    from heatlite.db.api import Database
import contextlib
import contextvars
import uuid
from collections.abc import Iterator


@enginefacade.transaction_context_provider
class EngineContext:
    """The context of work that no client asked for. Make a new one for each piece of work: they are cheap."""

    if TYPE_CHECKING:
        connection: Any

    def __init__(self, database: Database) -> None:
        self.database = database


class RequestContext(EngineContext):
    """The context of a client's call, as heat-api sends it.

    :param wire: the keys of Heat's ``RequestContext.to_dict()``; keys that heatlite doesn't know are kept
    """

    def __init__(self, database: Database, wire: Mapping[str, Any]) -> None:
        super().__init__(database)
        self.wire = dict(wire)

    @property
    def project_id(self) -> str:
        """The project that the request is for. Every query is limited to it."""
        return str(self.wire.get("project_id") or self.wire.get("tenant_id") or self.wire.get("tenant") or "")

    @property
    def username(self) -> str | None:
        return self.wire.get("username") or self.wire.get("user")

    @property
    def user_id(self) -> str | None:
        """The user's id. heat-api sends it as ``user``, together with ``username``.

        Without ``username``, ``user`` is a name.
        """
        if "user_id" in self.wire:
            return self.wire["user_id"] or None
        user, username = self.wire.get("user"), self.wire.get("username")
        return user if user and username and user != username else None

    @property
    def is_admin(self) -> bool:
        """Whether heat-api sent ``is_admin`` as True itself: no other value that counts as true is accepted."""
        return self.wire.get("is_admin") is True

    @property
    def request_id(self) -> str | None:
        return self.wire.get("request_id")


_message: contextvars.ContextVar[str | None] = contextvars.ContextVar("message", default=None)


def message_id() -> str | None:
    """Return the id of the message that this thread answers, a UUID.

    Return None when there is none, or it has no id.
    """
    return _message.get()


@contextlib.contextmanager
def answering(message_id: str | None) -> Iterator[None]:
    """Set the id of the message that is answered, for the block."""
    token = _message.set(message_id)
    try:
        yield
    finally:
        _message.reset(token)


def id_of_message(incoming: Any) -> str | None:
    """Return the id of an incoming message. Return None for a driver that gives messages no id."""
    try:
        return str(uuid.UUID(incoming.unique_id))
    except (AttributeError, TypeError, ValueError):
        return None
