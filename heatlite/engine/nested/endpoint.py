"""The nested stacks' endpoint: topic ``engine_nested``, one method. No client reaches it.

::

    heat-api ──engine──▶ the client API           takes a client's arguments, and refuses an engine's by name
    engine ──engine_nested──▶ begin_child         takes an operation that the owner's row has recorded

Every engine serves it, of whichever role: so whoever sends for a nested stack's operation can also begin it.
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

LOG = logging.getLogger(__name__)


class NestedEndpoint:
    """Receives ``begin_child``. What is wrong with a message is told in the log: nobody waits for a reply.

    :param make_context: makes the context of whoever asked for the parent's operation, from the message's
    """

    target = oslo_messaging.Target(version=messages.NESTED_VERSION)

    def __init__(self, children: Children, make_context: Callable[[dict[str, Any]], RequestContext]) -> None:
        self._children = children
        self._make_context = make_context

    def begin_child(self, context: dict[str, Any], operation: Any) -> None:
        """Begin an operation on a nested stack, if its owner's row has recorded it."""
        try:
            message = messages.BeginChild.from_wire(operation)
        except ValueError as error:
            LOG.warning("A message that makes no sense is dropped: %s", error)
            return
        request = self._make_context(context)
        with log_context.asked(request, "begin_child", {}):
            try:
                self._children.receive(request, message)
            except exception.HeatliteError as error:
                LOG.warning("%s of nested stack %s can't be begun now: %s", message.verb, message.child_id, error)
            except DATABASE_ERRORS as error:
                if not is_outage(error):
                    raise
                LOG.debug("Nested stack %s is left for its owner to ask again: %s", message.child_id, brief(error))
