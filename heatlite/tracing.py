"""Tracing with osprofiler, when it is on: how long each part of an operation took, across all processes.

    heat-api ──trace_info──▶ rpc ──▶ the stack's row ──▶ check_resource ──▶ resource ──▶ db
                              │        (its origin)        any engine, however it got the node
                              └──trace_info──▶ rpc …       an operation on a nested stack

A call carries its place in the trace in its context, under ``trace_info``, as in all OpenStack services. The stack's
row then stores the place, because a message to the workers may be lost, and an engine may find a node without a
message.

osprofiler is loaded only after a call of ``use``. Until then each function here costs one comparison.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

Place = Mapping[str, str]
"""A place in a trace: ``base_id`` is the trace's id, ``parent_id`` is the id of the enclosing span."""
TRACE_INFO = "trace_info"
"""The context key that holds a place, with ``hmac_key``: a secret that shows that the caller may ask for a trace."""

NOTHING: AbstractContextManager[None] = contextlib.nullcontext()


class Tracer(Protocol):
    """A writer of traces."""

    def from_wire(self, trace_info: Any) -> Place | None:
        """Return the place that a call came with. Return None when it has none, or an unknown ``hmac_key``."""

    def to_wire(self) -> dict[str, str] | None:
        """Return this thread's place, in the form that a call to another process carries."""

    def current_place(self) -> Place | None:
        """Return this thread's place in its trace."""

    def span(self, place: Place | None, name: str, about: Mapping[str, Any]) -> AbstractContextManager[None]:
        """Open a span in this thread's trace, or in the trace at ``place`` when the thread is in none."""


_tracer: Tracer | None = None


def use(tracer: Tracer | None) -> None:
    """Write traces with this tracer from now on; None stops tracing."""
    global _tracer
    _tracer = tracer


def is_on() -> bool:
    """Tell whether tracing is on."""
    return _tracer is not None


def received(wire: Mapping[str, Any], name: str, **about: Any) -> AbstractContextManager[None]:
    """Open a span for a received call, in the trace that the call's context names."""
    if _tracer is None or not (place := _tracer.from_wire(wire.get(TRACE_INFO))):
        return NOTHING
    return _tracer.span(place, name, about)


def span(name: str, place: Place | None = None, **about: Any) -> AbstractContextManager[None]:
    """Open a span in this thread's trace, or in the trace at ``place`` when the thread is in none."""
    return NOTHING if _tracer is None else _tracer.span(place, name, about)


def current_place() -> Place | None:
    """Return this thread's place, so that the work can be continued elsewhere."""
    return None if _tracer is None else _tracer.current_place()


def outgoing() -> dict[str, Any]:
    """Return the keys to add to the context of a call to another process: ``trace_info``, or none."""
    place = None if _tracer is None else _tracer.to_wire()
    return {} if place is None else {TRACE_INFO: place}
