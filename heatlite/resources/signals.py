"""Signals: messages from outside to a resource, handled in one step that returns a value.

::

    signal ─▶ handle_signal(details) ─┬─▶ Signalled    the resource's new metadata and data, and the event's reason
                                      └─▶ an error     returned to the sender; nothing changes

The engine writes the result only if nobody else changed the resource meanwhile. Otherwise it calls a new object, so
that of two simultaneous signals both count. Therefore ``handle_signal`` may be called more than once for one signal.
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
    """The resource's metadata and data after the signal; ``reason`` is the event's, None for no event."""

    metadata: dict[str, Any]
    data: dict[str, Any]
    reason: str | None


def signal(resource: Resource, details: Any) -> Signalled:
    """Pass a signal to a resource.

    :param details: the signal's body: a map, a text or None
    :raises ResourceActionNotSupported: if the type takes no signals
    :raises AskAgain: if the signal has to be passed to a new object
    :raises Invalid: if the plugin finds nothing usable in it; the message is the plugin's
    :raises HeatliteError: if the plugin refuses it: its own error, or ResourceFailure with what it raised
    """
    try:
        reason = resource.handle_signal(details)
    except NoActionRequired:
        return Signalled(dict(resource.metadata), dict(resource.data), None)
    except (exception.HeatliteError, AskAgain, Unavailable):
        raise
    except ValueError as error:
        raise exception.Invalid(reason=f"resources.{resource.name}: {error}") from error
    except Exception as error:
        path: list[str | int] = ["resources", resource.name]
        raise exception.ResourceFailure(type(error).__name__, path, str(error)) from error
    reason = f"Signal: {reason}" if reason else described(details)
    return Signalled(dict(resource.metadata), dict(resource.data), reason)


def described(details: Any) -> str:
    """Return the description of a signal for its event."""
    if details is None:
        return "No signal details provided"
    if isinstance(details, str):
        return details
    if isinstance(details, Mapping) and all(key in details for key in ALARM):
        before, now, reason = (details[key] for key in ALARM)
        return f"alarm state changed from {before} to {now} ({reason})"
    return "Unknown"
