"""The endpoint for nested stacks: topic ``engine_nested``. No client can reach it.

::

    heat-api ──engine──▶ the client API           accepts clients' arguments, refuses engines' arguments by name
    engine ──engine_nested──▶ begin_child         accepts an operation that the owner's row has recorded
                              begin_children      the same, of several nested stacks of one owner

Engines of every role serve it. So an engine that requests an operation on a nested stack can also begin it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

import oslo_messaging

from heatlite import exception
from heatlite.context import RequestContext
from heatlite.db.outage import brief, is_outage
from heatlite.db.retry import DATABASE_ERRORS
from heatlite.engine.definitions import log_context
from heatlite.engine.nested.begin import Children
from heatlite.rpc import messages
from heatlite.rpc.internal_methods import internal_method

LOG = logging.getLogger(__name__)


class NestedEndpoint:
    """Receives ``begin_child`` and ``begin_children``. Errors go to the log, since the sender waits for no reply.

    :param make_context: builds the request's context of the parent's operation from the message's context
    """

    target = oslo_messaging.Target(version=messages.NESTED_VERSION)

    def __init__(self, children: Children, make_context: Callable[[dict[str, Any]], RequestContext]) -> None:
        self._children = children
        self._make_context = make_context

    @internal_method
    def begin_child(self, context: dict[str, Any], operation: Any) -> None:
        """Begin an operation on a nested stack, if its owner's row has recorded it."""
        sender, message = messages.sender(context), messages.BeginChild.from_wire(operation)
        self._begin("begin_child", sender, [message])

    @internal_method
    def begin_children(self, context: dict[str, Any], operations: Any) -> None:
        """Begin operations on nested stacks of one owner, each if the owner's row has recorded it."""
        sender, siblings = messages.sender(context), messages.BeginChild.all_from_wire(operations)
        self._begin("begin_children", sender, siblings)

    def _begin(self, method: str, sender: dict[str, Any], siblings: Sequence[messages.BeginChild]) -> None:
        request = self._make_context(sender)
        named = ", ".join(it.child_id for it in siblings[:3]) + (", …" if len(siblings) > 3 else "")
        with log_context.asked(request, method, {}):
            try:
                self._children.receive(request, siblings)
            except exception.HeatliteError as error:
                LOG.warning("Operations on the nested stacks %s can't be begun now: %s", named, error)
            except DATABASE_ERRORS as error:
                if not is_outage(error):
                    raise
                LOG.debug("Nested stacks %s aren't begun; their owner will ask again: %s", named, brief(error))
