"""Signals: what somebody outside tells a resource, as one step whose answer is a value.

::

    signal ─▶ handle_signal(details) ─┬─▶ Signalled    what becomes of the resource, and what is told of it
                                      └─▶ an error     for whoever sent it; nothing changes

The engine writes what a plugin set if nobody else changed the resource meanwhile, and else asks a new object again, so
that of two signals at once both count. For that ``handle_signal`` may be called more than once for one signal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from heatlite import exception
from heatlite.resources.base import NoActionRequired, Resource
from heatlite.resources.nested.port import Unavailable
from heatlite.resources.siblings import AskAgain

ALARM = ("previous", "current", "reason")


@dataclass(frozen=True, slots=True)
class Signalled:
    """The resource's metadata and data after the signal; ``told`` is the event's reason, None for no event."""

    metadata: dict[str, Any]
    data: dict[str, Any]
    told: str | None


def signal(resource: Resource, details: Any) -> Signalled:
    """Hand a signal to a resource.

    :param details: what was sent: a map, a text or None
    :raises ResourceActionNotSupported: where the type takes no signals
    :raises AskAgain: where it is to be handed to a new object
    :raises Invalid: where the plugin finds nothing in it that it can use, with what the plugin says of it
    :raises HeatliteError: where the plugin refuses it: its own error, or ResourceFailure with what it raised
    """
    try:
        told = resource.handle_signal(details)
    except NoActionRequired:
        return Signalled(dict(resource.metadata), dict(resource.data), None)
    except (exception.HeatliteError, AskAgain, Unavailable):
        raise
    except ValueError as error:
        raise exception.Invalid(reason=f"resources.{resource.name}: {error}") from error
    except Exception as error:
        path: list[str | int] = ["resources", resource.name]
        raise exception.ResourceFailure(type(error).__name__, path, str(error)) from error
    reason = f"Signal: {told}" if told else described(details)
    return Signalled(dict(resource.metadata), dict(resource.data), reason)


def described(details: Any) -> str:
    """A signal as its event tells of it."""
    if details is None:
        return "No signal details provided"
    if isinstance(details, str):
        return details
    if isinstance(details, Mapping) and all(key in details for key in ALARM):
        before, now, reason = (details[key] for key in ALARM)
        return f"alarm state changed from {before} to {now} ({reason})"
    return "Unknown"
