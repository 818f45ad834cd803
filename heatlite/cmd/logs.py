"""Logs: each line says what its thread is at, which ``heatlite.subject`` knows. Whoever writes a line needn't say it.

::

    2026-11-21 13:05:11.402 4711 WARNING heatlite.engine.traversal.result_recorder [req-5c… ann demo - - - -]
        [stack shop 6f0… create 1d9…, resource web] The lock of web was taken over

With ``use_json`` it is under ``context``: ``request_id``, ``project_id``, ``user_name``, ``stack_name``, ``stack_id``,
``traversal_id``, ``action``, ``resource_name``. These may stand in an operator's own format strings too.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from oslo_config import cfg
from oslo_log import log

from heatlite import subject

PREFIX = "%(asctime)s.%(msecs)03d %(process)d %(levelname)s %(name)s "
FORMATS = {
    "logging_context_format_string": PREFIX + "[%(request_id)s %(user_identity)s] %(subject)s%(message)s",
    "logging_default_format_string": PREFIX + "[-] %(subject)s%(message)s",
}
FIELDS = tuple(subject.NOTHING.to_dict())


def register(conf: cfg.ConfigOpts) -> None:
    """Register the logging options, with the formats above; they are to be on the command line as well."""
    log.register_options(conf)
    for name, text in FORMATS.items():
        conf.set_default(name, text)


def set_up(conf: cfg.ConfigOpts) -> None:
    """Begin to log as the configuration says."""
    log.setup(conf, "heatlite")
    for handler in _handlers():
        handler.addFilter(tell_subject)
        if handler.formatter is not None:
            handler.setFormatter(OnlyWhatIsSaid(handler.formatter))
        if (fields := getattr(handler, "custom_fields", None)) is not None:  # systemd's journal
            handler.custom_fields = tuple(dict.fromkeys([*fields, *FIELDS]))  # type: ignore[attr-defined]


class OnlyWhatIsSaid(logging.Formatter):
    """Formats as another formatter does, without the text of an exception that a line doesn't speak of.

    oslo.log adds the exception that is being handled to each warning that is written meanwhile, and so tells what the
    line's writer has masked, or left out.
    """

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self.inner = inner

    def format(self, record: logging.LogRecord) -> str:
        """The line; with the exception that its writer has given, if any."""
        if record.exc_info:
            return self.inner.format(record)
        try:
            raise KeyError  # of this class, which is handled now, oslo.log doesn't tell
        except KeyError:
            return self.inner.format(record)


def _handlers() -> Iterator[logging.Handler]:
    """The handlers of all loggers that are there: an operator's logging configuration may give any of them some."""
    loggers = [logging.getLogger(), *map(logging.getLogger, logging.Logger.manager.loggerDict)]
    for logger in loggers:
        yield from logger.handlers


def tell_subject(record: logging.LogRecord) -> bool:
    """Give a line what it is about, unless its writer has. A handler's filter: it runs in the thread that writes."""
    if "context" not in record.__dict__:
        record.context = described(subject.current())
    return True


def described(it: subject.Subject) -> dict[str, Any]:
    """A subject as oslo.log's formatters take it."""
    return {**it.to_dict(), "subject": str(it), "user": it.user_name, "project": it.project_id}
