"""Calls from an engine for a nested stack: Heat's methods, called by the parent's step instead of by a client."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from heatlite import exception
from heatlite.context import RequestContext
from heatlite.engine.nested.begin import Children
from heatlite.rpc.messages import BeginChild

Method = TypeVar("Method", bound=Callable[..., Any])


class HasChildren(Protocol):
    """An endpoint that begins operations on nested stacks."""

    children: Children


def or_nested(method: Method) -> Method:
    """Mark a method that a parent may call too: what its ``args`` say then is all that counts.

    :raises Invalid: where that can't be read
    """
    signature = inspect.signature(method)

    @functools.wraps(method)
    def call(self: HasChildren, context: RequestContext, *args: Any, **kwargs: Any) -> Any:
        message = nested_operation(signature.bind(self, context, *args, **kwargs).arguments.get("args"))
        if message is None:
            return method(self, context, *args, **kwargs)
        self.children.receive(context, message)
        return None

    return call  # type: ignore[return-value]


def nested_operation(args: Any) -> BeginChild | None:
    """What the parent of a nested stack asks for; None where a client asks.

    :raises Invalid: where it can't be read
    """
    try:
        return BeginChild.from_args(args)
    except ValueError as error:
        raise exception.Invalid(reason=str(error)) from None
