"""Methods that engines call on one another. A message that no engine would send is logged and dropped."""

from __future__ import annotations

import functools
import inspect
import logging
from collections.abc import Callable
from typing import Any

from heatlite.rpc.messages import InvalidMessage

LOG = logging.getLogger(__name__)

Method = Callable[..., Any]


def internal_method(method: Method) -> Method:
    """Mark a method of an internal topic: drop messages with missing, unknown or invalid arguments.

    The method raises InvalidMessage for an argument of a wrong type. The reply to a dropped message is None.
    """
    signature = inspect.signature(method)

    @functools.wraps(method)
    def receive(endpoint: Any, context: Any, *given: Any, **named: Any) -> Any:
        try:
            signature.bind(endpoint, context, *given, **named)
        except TypeError as error:
            LOG.warning("An invalid message is dropped: %s: %s", method.__name__, error)
            return None
        try:
            return method(endpoint, context, *given, **named)
        except InvalidMessage as error:
            LOG.warning("An invalid message is dropped: %s", error)
            return None

    return receive
