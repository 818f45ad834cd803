"""Send the notifications that are due, also those that other engines have stored.

::

    the transaction of a change ──▶ notification       a row beside the stack's event
    due: the oldest of each stack ─▶ claim ─▶ send ─▶ delete
                                       │ the engine dies, or the broker is unreachable for long
                                       └─▶ due again, for any engine

While the broker is unreachable, only this thread waits.
"""

from __future__ import annotations

import logging

from heatlite import notifications
from heatlite.context import EngineContext
from heatlite.db import notifications as unsent
from heatlite.db import stacks, templates
from heatlite.db.api import Database
from heatlite.db.notifications import NotificationRecord
from heatlite.db.records import StackRecord
from heatlite.db.retry import retried
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.observability.sender import Sender
from heatlite.exception import HeatliteError
from heatlite.notifications import Notifier, Told

LOG = logging.getLogger(__name__)

AT_A_TIME = 100
SENT_WITHIN = 60.0
"""Seconds that an engine has to send one notification, before another engine may send it."""
PAUSE = 1.0
NO_DESCRIPTION = "No description"


class NotificationSender(Sender):
    """Sends the due notifications."""

    def __init__(self, database: Database, inputs: Inputs, notifier: Notifier, pause: float = PAUSE) -> None:
        self._database = database
        self._inputs = inputs
        self._notifier = notifier
        super().__init__("notifications", pause)

    def tell(self) -> int:
        """Send the due notifications, and return how many were sent."""
        sent = 0
        for record in unsent.due(EngineContext(self._database), self._inputs.now(), AT_A_TIME):
            if self.is_ending:
                break
            if self._claim(record):
                self._send(record)
                unsent.remove(EngineContext(self._database), record.id)
                sent += 1
        return sent

    @retried
    def _claim(self, record: NotificationRecord) -> bool:
        return unsent.claim(EngineContext(self._database), record, self._inputs.now() + SENT_WITHIN)

    def _send(self, record: NotificationRecord) -> None:
        content = self._content(record.stack_id)
        if content is not None:  # else the stack has been purged
            self._notifier.send(
                notifications.notification(content, record.action, record.status, record.reason, record.details)
            )

    def _content(self, stack_id: str) -> Told | None:
        context = EngineContext(self._database)
        with self._database.reader(context):
            stack = stacks.get(context, stack_id)
            if stack is None:
                return None
            tags = stacks.tags(context, [stack_id]).get(stack_id, [])
        description = self._description(stack)
        return Told(
            stack.id,
            stack.name,
            stack.tenant,
            stack.username,
            description,
            tags,
            stack.created_at,
            stack.updated_at,
        )

    def _description(self, stack: StackRecord) -> str:
        """Return the description of a stack's template. One that can't be read stops no notification of any stack."""
        try:
            template = templates.get(EngineContext(self._database), stack.raw_template_id).template
        except HeatliteError:
            return NO_DESCRIPTION
        return str(template.get("description") or NO_DESCRIPTION)
