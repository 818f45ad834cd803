"""Write traces with osprofiler. This module is imported only if ``[profiler] enabled`` is on.

Traces go to the driver that ``[profiler] connection_string`` names. A trace has the text of SQL statements, but never
their values, since these contain templates, parameters and credentials.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from oslo_config import cfg
from osprofiler import notifier, opts, profiler
from sqlalchemy import event

from heatlite import tracing
from heatlite.tracing import Place

LOG = logging.getLogger(__name__)


class OsTracer:
    """The tracer of ``heatlite.tracing`` for osprofiler.

    :param keys: the HMAC keys by which a caller proves that it may request a trace; the first signs calls from here
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = tuple(keys)

    def from_wire(self, trace_info: Any) -> Place | None:
        """Return the trace's place that a call carries; None if it has none, or none of the keys."""
        sent = trace_info if isinstance(trace_info, Mapping) else {}
        base, parent = sent.get("base_id"), sent.get("parent_id")
        if sent.get("hmac_key") not in self._keys or not isinstance(base, str) or not isinstance(parent, str):
            return None
        return {"base_id": base, "parent_id": parent}

    def to_wire(self) -> dict[str, str] | None:
        """Return this thread's place in its trace, for a call to another process."""
        place = self.current_place()
        return None if place is None else {"hmac_key": self._keys[0], **place}

    def current_place(self) -> Place | None:
        """Return this thread's place in its trace."""
        current = profiler.get()
        return None if current is None else {"base_id": current.get_base_id(), "parent_id": current.get_id()}

    @contextmanager
    def span(self, place: Place | None, name: str, about: Mapping[str, Any]) -> Iterator[None]:
        """Record the block as a part of this thread's trace, or of the trace at ``place``, which it joins meanwhile."""
        is_new = profiler.get() is None
        if is_new and not place:
            yield
            return
        if is_new and place:
            profiler.init(self._keys[0], **place)
        profiler.start(name, info=dict(about))
        ended: dict[str, Any] = {}
        try:
            yield
        except BaseException as error:
            ended = {"etype": type(error).__name__}  # without its text, which may hold values
            raise
        finally:
            profiler.stop(info=ended)
            if is_new:
                profiler.clean()


def set_up(conf: cfg.ConfigOpts, host: str, **driver: Any) -> None:
    """Make this process write traces, as configured.

    :param driver: further arguments for osprofiler's driver
    """
    opts.set_defaults(conf)
    keys = [key for key in conf.profiler.hmac_keys.split(",") if key]
    if not keys:
        LOG.warning("[profiler] hmac_keys is empty: no caller can request a trace")
        return
    options = {"context": {}, "project": "heatlite", "service": "engine", "host": host, "conf": conf}
    notifier.set(Guarded(notifier.create(conf.profiler.connection_string, **options, **driver)))
    tracing.use(OsTracer(keys))


class Guarded:
    """A notifier that never raises: what it can't send is lost, with one warning until it works again."""

    def __init__(self, notify: Callable[..., None]) -> None:
        self._notify = notify
        self._fails = False

    def __call__(self, info: dict[str, Any]) -> None:
        try:
            self._notify(info)
        except Exception as error:
            if not self._fails:
                LOG.warning("Parts of traces are lost: %s", error)
            self._fails = True
        else:
            self._fails = False


def trace_statements(engine: sa.Engine) -> None:
    """Record each statement as a part of its thread's trace."""
    event.listen(engine, "before_cursor_execute", _begins)
    event.listen(engine, "after_cursor_execute", _ended)
    event.listen(engine, "handle_error", _failed)


def _begins(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
    profiler.start("db", info={"db": {"statement": statement}})


def _ended(*_: Any) -> None:
    profiler.stop()


def _failed(trouble: sa.engine.ExceptionContext) -> None:
    if trouble.execution_context is not None:  # else the statement was never sent
        profiler.stop(info={"etype": type(trouble.original_exception).__name__})
