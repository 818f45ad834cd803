"""Notifications of stack actions, sent by oslo.messaging's notifier with Heat's names and payload.

::

    orchestration.stack.create.start   .end   .error        likewise for each other action
    orchestration.autoscaling.start    .end   .error

They are sent only when ``[oslo_messaging_notifications] driver`` names a driver.
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
"""The action name of a scaling notification. It isn't an action of a stack."""


@dataclass(frozen=True)
class Notification:
    """One notification: its event type, its payload, and the context that it is sent under."""

    event_type: str
    is_error: bool
    context: Mapping[str, Any] = field(repr=False)
    body: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Told:
    """The facts about a stack that its notifications contain."""

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
    """Build the notification for a stack whose action reached a status, or for a scaled group in the stack.

    :param details: for a scaling: ``adjustment``, ``adjustment_type``, ``capacity``, ``groupname``, ``message``
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
    """Write a moment as Heat does. The moment is UTC without a time zone."""
    return None if moment is None else f"{moment:%Y-%m-%dT%H:%M:%S}Z"


class Notifier(Protocol):
    """A destination for notifications."""

    def send(self, notification: Notification) -> None:
        """Send one notification. This blocks for as long as the broker is away."""


class BusNotifier:
    """A notifier that sends over oslo.messaging.

    :param level: the level of notifications that report no error, one of the level names of oslo.messaging's notifier
    """

    def __init__(self, notifier: oslo_messaging.Notifier, level: str) -> None:
        self._notifier = notifier
        self._level = level

    def send(self, notification: Notification) -> None:
        """Send one notification."""
        tell = getattr(self._notifier, ERROR if notification.is_error else self._level)
        tell(dict(notification.context), notification.event_type, dict(notification.body))


def configured(conf: cfg.ConfigOpts, host: str) -> Notifier | None:
    """Build the notifier that the configuration asks for. Return None when no driver is configured."""
    transport = oslo_messaging.get_notification_transport(conf)
    publisher = conf.default_publisher_id or f"{SERVICE}.{host}"
    notifier = oslo_messaging.Notifier(transport, publisher_id=publisher)
    drivers = set(conf.oslo_messaging_notifications.driver) - {"noop"}
    return BusNotifier(notifier, conf.default_notification_level.lower()) if drivers else None
