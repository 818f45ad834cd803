"""Tracing: what an operation took its time for, over all processes that had a part in it. By osprofiler, if it is on.

    heat-api ──trace_info──▶ rpc ──▶ the stack's row ──▶ check_resource ──▶ resource ──▶ db
                              │        (its origin)        any engine, however it came by the node
                              └──trace_info──▶ rpc …       an operation on a nested stack

The place in the trace goes with a call in its context, under ``trace_info``, as all OpenStack services have it. From
then on it is in the stack's row: a message to the workers may be lost, or a node be found without one.

Nothing of osprofiler is loaded unless ``use`` was called; until then each function here is one comparison.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

Place = Mapping[str, str]
"""A place in a trace: ``base_id``, the trace's own id, and ``parent_id``, that of what this is a part of."""
TRACE_INFO = "trace_info"
"""The key in a request's context that holds a place, with ``hmac_key``: a secret that shows who may ask for a trace."""

NOTHING: AbstractContextManager[None] = contextlib.nullcontext()


class Tracer(Protocol):
    """What writes traces."""

    def from_wire(self, trace_info: Any) -> Place | None:
        """The place that a call came with; None where it has none, or can't show that it may."""

    def to_wire(self) -> dict[str, str] | None:
        """This thread's place, for a call to another process."""

    def here(self) -> Place | None:
        """This thread's place in the trace that it is in."""

    def span(self, place: Place | None, name: str, about: Mapping[str, Any]) -> AbstractContextManager[None]:
        """A part of the trace that this thread is in, or, where it isn't in any, of the one at ``place``."""


_tracer: Tracer | None = None


def use(tracer: Tracer | None) -> None:
    """From now on, write traces by this; None: write none."""
    global _tracer
    _tracer = tracer


def is_on() -> bool:
    """Whether traces are written at all."""
    return _tracer is not None


def received(wire: Mapping[str, Any], name: str, **about: Any) -> AbstractContextManager[None]:
    """What is done for a call, whose context this is, is a part of its trace."""
    if _tracer is None or not (place := _tracer.from_wire(wire.get(TRACE_INFO))):
        return NOTHING
    return _tracer.span(place, name, about)


def part(name: str, place: Place | None = None, **about: Any) -> AbstractContextManager[None]:
    """What is done within this is a part of the trace that the thread is in, or else of the one at ``place``."""
    return NOTHING if _tracer is None else _tracer.span(place, name, about)


def here() -> Place | None:
    """This thread's place, for whoever goes on with the work later."""
    return None if _tracer is None else _tracer.here()


def sent() -> dict[str, Any]:
    """What is to be among the context of a call to another process: nothing, or ``trace_info``."""
    told = None if _tracer is None else _tracer.to_wire()
    return {} if told is None else {TRACE_INFO: told}
