"""Round: the steps of several nested stacks' resources, taken one after another on one thread, share their look-ups.

::

    open     one SELECT reads all the children            each step sees its own child as it was then
    step     templates of equal content are stored once   members of a group are mostly alike
    close    one message begins the children              of a hundred, in place of a hundred messages

A round changes no decision. A look at a child is as good as a moment earlier or later, and a message is a hint. A step
outside of a round, or whose resource the round doesn't know, asks the database by itself.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from heatlite.db.bulk import pieces
from heatlite.db.records import StackRecord
from heatlite.rpc.messages import MOST_CHILDREN, BeginChild
from heatlite.rpc.worker_client import Wakes

LOG = logging.getLogger(__name__)


@dataclass
class Round:
    """The values that the steps of one round share.

    :param children: the id of each child → its row, None if there is none
    :param gathers: whether operations are sent together. An operation that was sent before goes out alone: whatever
        kept the first message from having an effect may have been one of the siblings
    """

    children: Mapping[str, StackRecord | None]
    gathers: bool
    stored: dict[tuple[str, str], int] = field(default_factory=dict)
    """Text of a template, and of the environment stored with it → its id in the database."""
    loaded: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """Text of a template → the template."""
    _sent: dict[str, tuple[dict[str, Any], list[BeginChild]]] = field(default_factory=dict)

    def send(self, owner_id: str, request: dict[str, Any], message: BeginChild) -> None:
        """Send an operation at the end of the round, together with those of the same owner."""
        self._sent.setdefault(owner_id, (request, []))[1].append(message)

    def close(self, wakes: Wakes) -> None:
        """Send what the steps had to send: one message for the children of one owner."""
        for request, siblings in self._sent.values():
            for piece in pieces(siblings, MOST_CHILDREN):
                send(wakes, request, piece)


_present: ContextVar[Round | None] = ContextVar("round", default=None)


def send(wakes: Wakes, request: dict[str, Any], siblings: Sequence[BeginChild]) -> None:
    """Cast operations on children of one owner to any engine."""
    try:
        if len(siblings) == 1:
            wakes.begin(request, siblings[0])
        else:
            wakes.begin_all(request, siblings)
    except Exception:
        LOG.exception("Operations on %d nested stacks can't be sent now; they will be sent again", len(siblings))


def present() -> Round | None:
    """Return the round of this thread, or green thread; None outside of one."""
    return _present.get()


@contextmanager
def together(children: Mapping[str, StackRecord | None], wakes: Wakes, *, gathers: bool) -> Iterator[None]:
    """Let the steps within this block be a round."""
    opened = Round(children, gathers)
    token = _present.set(opened)
    try:
        yield
    finally:
        _present.reset(token)
        opened.close(wakes)
