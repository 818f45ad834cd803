"""Guests: plugins are code of strangers, and run in the engine's house. What one of them breaks is its own resource.

A step's exceptions are values already (``heatlite.resources.steps``). Here is the rest: what is raised where no step
runs, by a constructor or by what reads properties and attributes; and how to tell that from the engine's own trouble,
which is no reason to fail anything.
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
from heatlite.resources.jsonable import shown
from heatlite.resources.nested.port import Unavailable
from heatlite.resources.outcomes import Failed

LOG = logging.getLogger(__name__)

OUR_TROUBLE = (*DATABASE_ERRORS, oslo_messaging.MessagingException, Unavailable)
"""A database or a broker that is away: whoever does the work again may have more luck. What the database never takes is
among its errors too, and fails the resource: see ``is_ours``."""


def is_ours(error: Exception) -> bool:
    """Whether an exception is the engine's own trouble, and no guest's fault."""
    return isinstance(error, OUR_TROUBLE) and not is_refusal(error)


def failure(mask: Callable[[str], str], row: ResourceRecord, error: BaseException) -> Failed:
    """What becomes of a step that ended in an exception; what the row knows of is kept."""
    return Failed(reason(mask, row.name, error), row.physical_resource_id, dict(row.resource_data or {}))


def reason(mask: Callable[[str], str], name: str, error: BaseException) -> str:
    """What a resource fails for, whose plugin raised this where nothing may be raised, without hidden values."""
    trace = mask("".join(traceback.format_exception(error)).rstrip())
    LOG.error("The plugin of %s raised what it shouldn't have\n%s", name, trace)
    try:
        text = str(error) or shown(error)
    except Exception:
        text = shown(error)
    return mask(str(ResourceFailed(error_class=type(error).__name__, name=name, reason=text)))
