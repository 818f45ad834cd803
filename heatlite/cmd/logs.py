"""Logging with the thread's subject, from ``heatlite.tracing``, in each line.

::

    2026-11-21 13:05:11.402 4711 WARNING heatlite.engine.traversal.result_recorder [req-5c… ann demo - - - -]
        [stack shop 6f0… create 1d9…, resource web] The lock of web was taken over

With ``use_json`` the subject is under ``context``: ``request_id``, ``project_id``, ``user_name``, ``stack_name``,
``stack_id``, ``traversal_id``, ``action``, ``resource_name``. An operator's own format strings may use these names too.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from oslo_config import cfg
from oslo_log import log

from heatlite import tracing

PREFIX = "%(asctime)s.%(msecs)03d %(process)d %(levelname)s %(name)s "
FORMATS = {
    "logging_context_format_string": PREFIX + "[%(request_id)s %(user_identity)s] %(subject)s%(message)s",
    "logging_default_format_string": PREFIX + "[-] %(subject)s%(message)s",
}
FIELDS = tuple(tracing.NO_SUBJECT.to_dict())


def register(conf: cfg.ConfigOpts) -> None:
    """Register the logging options with the formats above, also for the command line."""
    log.register_options(conf)
    for name, text in FORMATS.items():
        conf.set_default(name, text)


def set_up(conf: cfg.ConfigOpts) -> None:
    """Start logging as configured."""
    log.setup(conf, "heatlite")
    for handler in _handlers():
        handler.addFilter(tell_subject)
        if handler.formatter is not None:
            handler.setFormatter(OnlyWhatIsSaid(handler.formatter))
        if (fields := getattr(handler, "custom_fields", None)) is not None:  # systemd's journal
            handler.custom_fields = tuple(dict.fromkeys([*fields, *FIELDS]))  # type: ignore[attr-defined]


class OnlyWhatIsSaid(logging.Formatter):
    """A formatter that formats as another one does, without exceptions that the log call didn't ask for.

    oslo.log adds the exception in progress to each warning. That could reveal text which the caller has masked or left
    out.
    """

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self.inner = inner

    def format(self, record: logging.LogRecord) -> str:
        """Format a record, with an exception only if the log call passed one."""
        if record.exc_info:
            return self.inner.format(record)
        try:
            raise KeyError  # oslo.log doesn't add an exception of this class
        except KeyError:
            return self.inner.format(record)


def _handlers() -> Iterator[logging.Handler]:
    """Yield the handlers of all existing loggers: an operator's configuration may add handlers to any of them."""
    loggers = [logging.getLogger(), *map(logging.getLogger, logging.Logger.manager.loggerDict)]
    for logger in loggers:
        yield from logger.handlers


def tell_subject(record: logging.LogRecord) -> bool:
    """Add the thread's subject to a record without one.

    This is a handler's filter, so it runs in the logging thread.
    """
    if "context" not in record.__dict__:
        record.context = described(tracing.subject())
    return True


def described(it: tracing.Subject) -> dict[str, Any]:
    """Return a subject in the form that oslo.log's formatters use."""
    return {**it.to_dict(), "subject": str(it), "user": it.user_name, "project": it.project_id}
