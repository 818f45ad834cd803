"""Handle exceptions of plugins. A plugin is third-party code; its errors may fail only its own resource.

``heatlite.resources.steps`` turns the exceptions of a step into outcomes. This module handles those raised outside a
step, by a constructor or by code that reads properties and attributes. It also tells them from the engine's own
problems, such as an unreachable database, which must not fail a resource.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable

import oslo_messaging

from heatlite.db.records import ResourceRecord
from heatlite.db.refusals import is_refusal
from heatlite.db.retry import DATABASE_ERRORS
from heatlite.exception import ResourceFailed
from heatlite.resources.jsonable import bounded_repr
from heatlite.resources.nested.port import Unavailable
from heatlite.resources.outcomes import Failed

LOG = logging.getLogger(__name__)

OUR_TROUBLE = (*DATABASE_ERRORS, oslo_messaging.MessagingException, Unavailable)
"""Errors of an unreachable database or broker; a retry may succeed. A value that the database refuses raises one of
these classes, too, but fails the resource: see ``is_ours``."""


def is_ours(error: Exception) -> bool:
    """Tell whether an exception is the engine's own problem, and not the plugin's fault."""
    return isinstance(error, OUR_TROUBLE) and not is_refusal(error)


def failure(mask: Callable[[str], str], row: ResourceRecord, error: BaseException) -> Failed:
    """Build the outcome of a step that ended in an exception. It keeps the id and data that the row has."""
    return Failed(reason(mask, row.name, error), row.physical_resource_id, dict(row.resource_data or {}))


def reason(mask: Callable[[str], str], name: str, error: BaseException) -> str:
    """Log an exception that a plugin may not raise, and return the reason of the failure, without hidden values."""
    trace = mask("".join(traceback.format_exception(error)).rstrip())
    LOG.error("The plugin of %s raised an exception outside a step\n%s", name, trace)
    try:
        text = str(error) or bounded_repr(error)
    except Exception:
        text = bounded_repr(error)
    return mask(str(ResourceFailed(error_class=type(error).__name__, name=name, reason=text)))
