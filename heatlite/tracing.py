"""What a thread works on: its place in a trace, and its subject in the log.

Traces are written with osprofiler, when it is on: how long each part of an operation took, across all processes.

    heat-api ──trace_info──▶ rpc ──▶ the stack's row ──▶ check_resource ──▶ resource ──▶ db
                              │        (its origin)        any engine, however it got the node
                              └──trace_info──▶ rpc …       an operation on a nested stack

A call carries its place in the trace in its context, under ``trace_info``, as in all OpenStack services. The stack's
row then stores the place, because a message to the workers may be lost, and an engine may find a node without a
message.

osprofiler is loaded only after a call of ``use``. Until then each function of traces costs one comparison.

The log has the *subject*: the stack and resource that a thread works on, and the caller. Each entry point of an engine
(a call, a message, a step, a timer) sets it once, in ``engine.definitions.log_context``. It holds for everything that
runs inside, in this thread or green thread::

    with about(request_id="req-1", stack_name="shop"):
        with about(resource_name="web"):
            LOG.warning("It is late")         # [req-1] [stack shop, resource web] It is late

Setting a subject takes a microsecond or two. It is read only when a line is logged: see ``heatlite.cmd.logs``.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from contextlib import AbstractContextManager
from contextvars import ContextVar, Token
from dataclasses import asdict, dataclass
from types import MappingProxyType, TracebackType
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


@dataclass(frozen=True, slots=True)
class Subject:
    """The stack, resource and request that a thread works on. A field is empty when it isn't known or doesn't apply."""

    request_id: str = ""
    project_id: str = ""
    user_name: str = ""
    stack_name: str = ""
    stack_id: str = ""
    traversal_id: str = ""
    resource_name: str = ""
    action: str = ""

    def __str__(self) -> str:
        """Write ``[stack shop 5ee… update 81b…, resource web] ``, or an empty text when nothing is known."""
        stack = " ".join(filter(None, (self.stack_name, self.stack_id, self.action.lower(), self.traversal_id)))
        parts = ((stack and f"stack {stack}"), (self.resource_name and f"resource {self.resource_name}"))
        told = ", ".join(filter(None, parts))
        return f"[{told}] " if told else ""

    def to_dict(self) -> dict[str, Any]:
        """Return all fields by name, empty ones too."""
        return asdict(self)


NO_SUBJECT = Subject()
_CURRENT: ContextVar[Mapping[str, str]] = ContextVar("subject", default=MappingProxyType({}))
"""The known fields. A reader builds the ``Subject`` from them, because reads are rare."""


def subject() -> Subject:
    """Return this thread's subject."""
    known = _CURRENT.get()
    return Subject(**known) if known else NO_SUBJECT


class about:
    """A ``with`` block that sets fields of this thread's subject. Other fields keep their values."""

    __slots__ = ("_known", "_token")

    def __init__(self, **known: str) -> None:
        """Take the fields of ``Subject`` to set."""
        self._known: Mapping[str, str] = known
        self._token: Token[Mapping[str, str]] | None = None

    def __enter__(self) -> None:
        self._token = _CURRENT.set({**_CURRENT.get(), **self._known})

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._token is not None:
            _CURRENT.reset(self._token)
