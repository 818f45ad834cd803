"""Notifications: what happens to stacks, on oslo.messaging's notifier, with Heat's names and payload.

::

    orchestration.stack.create.start   .end   .error        and of each other action
    orchestration.autoscaling.start    .end   .error

They are sent where ``[oslo_messaging_notifications] driver`` says how.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import oslo_messaging
from oslo_config import cfg

SERVICE = "orchestration"
SUFFIXES = {"IN_PROGRESS": "start", "COMPLETE": "end", "FAILED": "error"}
ERROR = "error"
SCALING = "AUTOSCALING"
"""The action under which a scaling is noted; it isn't one of a stack's."""


@dataclass(frozen=True)
class Notification:
    """What is told: on behalf of whom, of what, and all that is said of it."""

    event_type: str
    is_error: bool
    context: Mapping[str, Any] = field(repr=False)
    body: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Told:
    """The stack that something is told of."""

    id: str
    name: str
    project_id: str
    username: str | None
    description: str
    tags: Sequence[str]
    created_at: datetime.datetime | None
    updated_at: datetime.datetime | None


def notification(
    stack: Told, action: str, status: str, reason: str, details: Mapping[str, Any] | None = None
) -> Notification:
    """What is told of a stack whose action has come to a status, or of a group in it that is scaled.

    :param details: of a scaling: ``adjustment``, ``adjustment_type``, ``capacity``, ``groupname``, ``message``
    """
    suffix = SUFFIXES.get(status, ERROR)
    of = "autoscaling" if action == SCALING else f"stack.{action.lower()}"
    body = {
        "tenant_id": stack.project_id,
        "user_id": stack.username,
        "user_identity": stack.username,
        "username": stack.username,
        "stack_identity": stack.id,
        "stack_name": stack.name,
        "state": f"{action}_{status}",
        "state_reason": reason,
        "create_at": isotime(stack.created_at),
        "updated_at": isotime(stack.updated_at),
        "description": stack.description,
        "tags": list(stack.tags),
        **(details or {}),
    }
    context = {"project_id": stack.project_id, "tenant": stack.project_id, "username": stack.username}
    return Notification(f"{SERVICE}.{of}.{suffix}", suffix == ERROR, context, body)


def isotime(moment: datetime.datetime | None) -> str | None:
    """A moment, UTC without saying so, as Heat writes it."""
    return None if moment is None else f"{moment:%Y-%m-%dT%H:%M:%S}Z"


class Notifier(Protocol):
    """Where notifications go."""

    def send(self, notification: Notification) -> None:
        """Send one; it may take as long as the broker is away."""


class BusNotifier:
    """Sends over oslo.messaging.

    :param level: of what isn't an error, in the words of oslo.messaging's notifier
    """

    def __init__(self, notifier: oslo_messaging.Notifier, level: str) -> None:
        self._notifier = notifier
        self._level = level

    def send(self, notification: Notification) -> None:
        """Send one."""
        tell = getattr(self._notifier, ERROR if notification.is_error else self._level)
        tell(dict(notification.context), notification.event_type, dict(notification.body))


def configured(conf: cfg.ConfigOpts, host: str) -> Notifier | None:
    """The notifier that the configuration asks for; None where nobody is to be told."""
    transport = oslo_messaging.get_notification_transport(conf)
    publisher = conf.default_publisher_id or f"{SERVICE}.{host}"
    notifier = oslo_messaging.Notifier(transport, publisher_id=publisher)
    drivers = set(conf.oslo_messaging_notifications.driver) - {"noop"}
    return BusNotifier(notifier, conf.default_notification_level.lower()) if drivers else None
