"""Profiling: traces as osprofiler writes them. Loaded only where ``[profiler] enabled`` says so.

A trace is told to whatever ``[profiler] connection_string`` names. Of a statement it tells the text, never its values:
these are what templates, parameters and credentials are made of.
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
    """A tracer of ``heatlite.tracing``.

    :param keys: the secrets by which a caller shows that it may ask for a trace; the first is for calls from here
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = tuple(keys)

    def from_wire(self, trace_info: Any) -> Place | None:
        """The place that a call came with; None where it has none, or none of the keys."""
        said = trace_info if isinstance(trace_info, Mapping) else {}
        base, parent = said.get("base_id"), said.get("parent_id")
        if said.get("hmac_key") not in self._keys or not isinstance(base, str) or not isinstance(parent, str):
            return None
        return {"base_id": base, "parent_id": parent}

    def to_wire(self) -> dict[str, str] | None:
        """This thread's place, for a call to another process."""
        place = self.here()
        return None if place is None else {"hmac_key": self._keys[0], **place}

    def here(self) -> Place | None:
        """This thread's place."""
        current = profiler.get()
        return None if current is None else {"base_id": current.get_base_id(), "parent_id": current.get_id()}

    @contextmanager
    def span(self, place: Place | None, name: str, about: Mapping[str, Any]) -> Iterator[None]:
        """A part of the thread's trace, or of the one at ``place``, which the thread leaves again at the end."""
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
            ended = {"etype": type(error).__name__}  # and not its text, which may have values in it
            raise
        finally:
            profiler.stop(info=ended)
            if is_new:
                profiler.clean()


def set_up(conf: cfg.ConfigOpts, host: str, **driver: Any) -> None:
    """Have this process write traces, as its configuration says.

    :param driver: what else osprofiler's driver takes
    """
    opts.set_defaults(conf)
    keys = [key for key in conf.profiler.hmac_keys.split(",") if key]
    if not keys:
        LOG.warning("[profiler] hmac_keys is empty: nobody can ask for a trace")
        return
    told = {"context": {}, "project": "heatlite", "service": "engine", "host": host, "conf": conf}
    notifier.set(Guarded(notifier.create(conf.profiler.connection_string, **told, **driver)))
    tracing.use(OsTracer(keys))


class Guarded:
    """A notifier that fails nobody's work: what it can't tell is lost, and that is said once until it can again."""

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
    """Have each statement be a part of the trace that its thread is in."""
    event.listen(engine, "before_cursor_execute", _begins)
    event.listen(engine, "after_cursor_execute", _ended)
    event.listen(engine, "handle_error", _failed)


def _begins(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
    profiler.start("db", info={"db": {"statement": statement}})


def _ended(*_: Any) -> None:
    profiler.stop()


def _failed(trouble: sa.engine.ExceptionContext) -> None:
    if trouble.execution_context is not None:  # else it was never sent
        profiler.stop(info={"etype": type(trouble.original_exception).__name__})
