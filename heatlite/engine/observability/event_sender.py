"""Send the events of stacks to the queues that their environments name as ``event_sinks``.

::

    events of a root stack and those in it ──▶ claim its sink ─▶ POST to the queue, as the stack's user ─▶ record
                                                     │ the engine dies, or Zaqar is away
                                                     └─▶ sent again, by any engine

So an event is sent at least once. It is given up when Zaqar refuses it, or when its time in the queue would be over.
The credentials of a deleted stack stay until its last event is sent.
"""

from __future__ import annotations

import dataclasses
import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from heatlite import exception
from heatlite.db import event_sinks, stacks, templates, user_creds
from heatlite.db.event_sinks import SinkRecord
from heatlite.db.records import EventRecord, StackRecord
from heatlite.db.retry import retried
from heatlite.db.user_creds import Credentials
from heatlite.engine.observability.sender import Sender
from heatlite.engine.ports.clouds import Clouds
from heatlite.engine.shared import Shared
from heatlite.engine.traversal import credentials
from heatlite.resources.builtin.mailbox import QueueBox
from heatlite.template.environment import targets

LOG = logging.getLogger(__name__)

AT_A_TIME = 100
"""Sinks in one look, and events in one claim."""
MOST_IN_A_REQUEST, MOST_BYTES = 10, 64 * 1024
"""Events in one request. Zaqar takes 20 messages and 256 KiB unless it is told otherwise."""
CLAIMED_FOR = 60.0
"""Seconds that an engine has to send the events of one claim."""
AGAIN_AFTER = 10.0
"""Seconds until the next try while Zaqar can't be reached."""
PAUSE = 2.0
USUAL_TTL = 3600
"""Seconds that a message stays in its queue, as with Heat."""
VERSION = "0.1"


class EventSender(Sender):
    """Sends the events of stacks with sinks."""

    def __init__(self, shared: Shared, clouds: Clouds, pause: float = PAUSE) -> None:
        self._shared = shared
        self._clouds = clouds
        super().__init__("events to sinks", pause)

    def tell(self) -> int:
        """Look once at all sinks that are due; return how many events were sent."""
        sent, now = 0, self._shared.inputs.now()
        for record in event_sinks.due(self._shared.context(), now, AT_A_TIME):
            if self.is_ending:
                break
            claimed = self._claim(record, now + CLAIMED_FOR)
            try:
                sent += self._serve(claimed) if claimed is not None else 0
            except exception.HeatliteError as error:  # its template or its credentials can't be read: no other's fault
                LOG.warning("The events of stack %s can't be sent to %s: %s", record.stack_id, record.target, error)
        return sent

    @retried
    def _claim(self, record: SinkRecord, until: float) -> SinkRecord | None:
        return event_sinks.claim(self._shared.context(), record, until)

    def _serve(self, record: SinkRecord) -> int:
        stack, ttl = self._found(record)
        if stack is None:
            self._forget(record)
            return 0
        events = event_sinks.unsent(self._shared.context(), record, AT_A_TIME)
        alive = [it for it in events if self._age(it) < ttl]
        if len(alive) < len(events):
            LOG.warning("%d events of stack %s are too old for %s", len(events) - len(alive), stack.id, record.target)
        try:
            queue = QueueBox(self._clouds.of_stack(stack), record.target, stack.id)
            for some in batches([message(it) for it in alive]):
                queue.post(some, ttl)
        except exception.CloudUnavailable as error:
            LOG.info("Events of stack %s can't be sent to %s now: %s", stack.id, record.target, error)
            self._record(event_sinks.put_off, record, self._shared.inputs.now() + AGAIN_AFTER)
            return 0
        except exception.HeatliteError as error:
            LOG.warning("%d events of stack %s aren't sent to %s: %s", len(alive), stack.id, record.target, error)
        ids = [it.id for it in events]
        now = self._shared.inputs.now()
        is_settled = not events and all(at <= now - event_sinks.SETTLES for at in record.recent.values())
        if stack.deleted_at is not None and is_settled:
            self._forget(record)
        else:
            self._record(event_sinks.advance, record, ids, now, stack.user_creds_id)
        return len(alive)

    def _found(self, record: SinkRecord) -> tuple[StackRecord | None, int]:
        """Return a sink's stack, with its credentials, and the seconds that a message stays; None: nobody wants any."""
        context = self._shared.context()
        with self._shared.database.reader(context):
            stack = stacks.get(context, record.stack_id)
            found = None if stack is None else templates.get(context, stack.raw_template_id)
        wanted = {} if found is None else targets(found.environment.get("event_sinks") or [])
        if stack is None or record.target not in wanted:
            return None, USUAL_TTL
        ttl = wanted[record.target]
        stack = dataclasses.replace(stack, user_creds_id=stack.user_creds_id or record.user_creds_id)
        return stack, ttl if isinstance(ttl, int) else USUAL_TTL

    def _age(self, event: EventRecord) -> float:
        return (self._shared.inputs.utcnow() - event.created_at).total_seconds()

    def _forget(self, record: SinkRecord) -> None:
        """Forget a sink, and with the last one of a deleted stack the stack's credentials."""
        found = self._removed(record)
        if found is not None:
            credentials.revoke(self._shared, found.trust_id)

    @retried
    def _removed(self, record: SinkRecord) -> Credentials | None:
        context = self._shared.context()
        with self._shared.database.writer(context):
            event_sinks.remove(context, record.id)
            stack, user_creds_id = stacks.get(context, record.stack_id), record.user_creds_id
            if user_creds_id is None or (stack is not None and stack.deleted_at is None):
                return None
            found = user_creds.get(context, user_creds_id)
            return found if user_creds.remove(context, user_creds_id) else None

    @retried
    def _record(self, write: Callable[..., bool], *given: Any) -> bool:
        return write(self._shared.context(), *given)


def batches(bodies: Sequence[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    """Divide messages into those of one request each."""
    some: list[Mapping[str, Any]] = []
    size = 0
    for body in bodies:
        length = len(json.dumps(body))
        if some and (len(some) == MOST_IN_A_REQUEST or size + length > MOST_BYTES):
            yield some
            some, size = [], 0
        some.append(body)
        size += length
    if some:
        yield some


def message(event: EventRecord) -> dict[str, Any]:
    """Return an event as Heat sends it."""
    return {
        "timestamp": event.created_at.isoformat(),
        "version": VERSION,
        "type": "os.heat.event",
        "id": event.uuid,
        "payload": {
            "resource_name": event.resource_name,
            "physical_resource_id": event.physical_resource_id,
            "stack_id": event.stack_id,
            "resource_action": event.resource_action,
            "resource_status": event.resource_status,
            "resource_status_reason": event.resource_status_reason,
            "resource_type": event.resource_type,
            "resource_properties": {},
            "version": VERSION,
        },
    }
