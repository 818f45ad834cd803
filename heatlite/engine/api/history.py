"""The history of one operation on a stack: its events, with engine and exact time, from which a timeline is drawn.

::

    events of the stack itself    ─▶  the operations, newest last; the client asks for one
    events of its resources       ─▶  those since the operation began, also of nested stacks
    template and rows             ─▶  which name requires which

A reply has at most ``max_listed`` events. If more exist, it has ``next_marker``, from which ``list_events`` goes on in
ascending order. Times are seconds since the epoch, to the millisecond; they are read from the events' ids.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from heatlite import exception
from heatlite.context import RequestContext
from heatlite.convergence.model import Action, Status
from heatlite.db import events, models, resources
from heatlite.db.records import EventRecord, StackRecord
from heatlite.engine.api import nesting, paging
from heatlite.engine.api.arguments import whole_number
from heatlite.engine.api.queries import Condition
from heatlite.engine.api.replies import Reply
from heatlite.engine.common.inputs import time_of
from heatlite.engine.shared import Shared

EVENT = models.event.c


def history(shared: Shared, context: RequestContext, stack: StackRecord, depth: Any, back: Any) -> Reply:
    """Return one operation: ``action``, ``began``, ``ended`` (None while it runs), ``stacks`` and ``events``.

    ``whole`` is False when its first events have been purged; ``began`` is then the time of the oldest event left.
    ``next_marker`` is the id of the last event in the reply if ``max_listed`` leaves out later ones; else None.

    :param depth: how many levels of nested stacks to include
    :param back: 0 for the latest operation, 1 for the one before, and so on
    :raises Invalid: when one of them isn't a number from 0 up
    :raises NotFound: when no event belongs to such an operation
    """
    of_itself = [EVENT.stack_id == stack.id, EVENT.physical_resource_id == stack.id]
    page = paging.page(None, shared.settings.max_listed)
    newest, has_older = read_events(context, of_itself, paging.Order((EVENT.id,), descending=True), page)
    own = newest[::-1]
    begins = [event for event in own if event.resource_status == Status.IN_PROGRESS]
    begins = begins or events.listed(context, [EVENT.stack_id == stack.id], [EVENT.id], 1)  # the oldest are purged
    steps = whole_number("back", back) or 0
    if steps >= len(begins):
        older = f" One call doesn't read older events (option max_listed, {page.most})." if has_older else ""
        told_of = f"The events of stack {stack.name} show only {len(begins)} operation(s).{older}"
        raise exception.NotFound(msg_fmt=told_of)
    begin = begins[-1 - steps]
    following = begins[len(begins) - steps] if steps else None
    ends = [event for event in own if event.id > begin.id and event.resource_status != Status.IN_PROGRESS]
    end = next((event for event in ends if following is None or event.id < following.id), following)
    family = nesting.with_nested(context, stack, depth, shared.settings.max_nested_stack_depth)
    since = [EVENT.stack_id.in_([each.id for each in family]), EVENT.id >= begin.id]
    found, is_cut = read_events(context, since, paging.Order((EVENT.id,), descending=False), page)
    of_resources = [event for event in found if event.physical_resource_id != event.stack_id]
    return {
        "stack_name": stack.name,
        "action": begin.resource_action,
        "status": "SUPERSEDED" if end and end is following else end.resource_status if end else "IN_PROGRESS",
        "began": exact(begin),
        "whole": begin in own,
        "cleans_last": begin.resource_action != Action.DELETE and not stack.disable_rollback,
        "ended": exact(end) if end else None,
        "follows": exact(following) if following else None,
        "now": shared.inputs.now(),
        "stacks": [_stack(shared, context, each) for each in family],
        "events": [_event(event) for event in of_resources],
        paging.NEXT_MARKER: found[-1].uuid if is_cut else None,
    }


def requirements(shared: Shared, context: RequestContext, stack: StackRecord, depth: Any) -> list[Reply]:
    """Return which name requires which, for a stack and its nested stacks.

    :raises Invalid: when the depth isn't a number from 0 up
    """
    family = nesting.with_nested(context, stack, depth, shared.settings.max_nested_stack_depth)
    return [_stack(shared, context, each) for each in family]


def read_events(
    context: RequestContext, conditions: list[Condition], order: paging.Order, page: paging.Page
) -> tuple[Sequence[EventRecord], bool]:
    """Return a page of events, and whether the engine's limits left others out."""

    def fetch(more: list[Condition], number: int) -> list[EventRecord]:
        return events.listed(context, [*conditions, *more], order.clauses(), number, order.index)

    return paging.read(page, order, fetch, lambda event: len(event.resource_status_reason))


def exact(event: EventRecord) -> float:
    """Return the time of an event; exact only to the second if its id is of an older kind."""
    precise = time_of(event.uuid)
    return event.created_at.replace(tzinfo=datetime.UTC).timestamp() if precise is None else precise


def _event(event: EventRecord) -> Reply:
    return {
        "stack_id": event.stack_id,
        "name": event.resource_name,
        "type": event.resource_type,
        "action": event.resource_action,
        "status": event.resource_status,
        "reason": event.resource_status_reason if event.resource_status == Status.FAILED else "",
        "engine_id": event.engine_id,
        "at": exact(event),
    }


def _stack(shared: Shared, context: RequestContext, stack: StackRecord) -> Reply:
    """Return a stack's place in the tree, and name → the names it requires, by the template and the rows together."""
    template, _ = shared.library.readable(context, stack)
    requires = {name: set(definition.requires) for name, definition in template.resources.items()}
    rows = resources.listed(context, stack.id)
    names = {row.id: row.name for row in rows}
    for row in rows:
        requires.setdefault(row.name, set()).update(names[each] for each in row.requires if each in names)
    return {
        "stack_id": stack.id,
        "owner_id": stack.owner_id,
        "parent_resource": stack.parent_resource_name,
        "requires": {name: sorted(required - {name}) for name, required in requires.items()},
    }
