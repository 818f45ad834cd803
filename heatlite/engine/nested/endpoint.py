"""The endpoint for nested stacks: topic ``engine_nested``, with one method. No client can reach it.

::

    heat-api ──engine──▶ the client API           accepts clients' arguments, refuses engines' arguments by name
    engine ──engine_nested──▶ begin_child         accepts an operation that the owner's row has recorded

Engines of every role serve it. So an engine that requests an operation on a nested stack can also begin it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
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
    """Receives ``begin_child``. Errors go to the log, since the sender waits for no reply.

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
        request = self._make_context(sender)
        with log_context.asked(request, "begin_child", {}):
            try:
                self._children.receive(request, message)
            except exception.HeatliteError as error:
                LOG.warning("%s of nested stack %s can't be begun now: %s", message.verb, message.child_id, error)
            except DATABASE_ERRORS as error:
                if not is_outage(error):
                    raise
                LOG.debug("Nested stack %s isn't begun; its owner will ask again: %s", message.child_id, brief(error))
