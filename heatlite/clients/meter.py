"""Meter: what is told before each request to a service, within a block of code and in its thread only."""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Callable, Iterator

_before: contextvars.ContextVar[Callable[[], None] | None] = contextvars.ContextVar("before", default=None)


@contextlib.contextmanager
def metered(before: Callable[[], None]) -> Iterator[None]:
    """Call ``before`` before each request that the block sends. It may count the request, or wait."""
    token = _before.set(before)
    try:
        yield
    finally:
        _before.reset(token)


def tick() -> None:
    """Tell that a request is about to be sent."""
    before = _before.get()
    if before is not None:
        before()
