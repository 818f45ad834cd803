"""Turn the filters of a client's list call into conditions on columns. Pure: words in, SQLAlchemy expressions out.

    {"status": "CREATE_FAILED", "name": ["a", "b"]}   ──▶   action = 'CREATE' AND status = 'FAILED' AND name IN (…)

A filter that no column stands for is refused: without it the reply would hold more than the client asked for.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from heatlite.convergence.model import Status
from heatlite.db import models
from heatlite.engine.api import paging
from heatlite.engine.api.arguments import flag, invalid, mapping, tag_list, whole_number
from heatlite.engine.api.paging import Order
from heatlite.rpc.queries import EventQuery, StackQuery

Condition = sa.ColumnElement[bool]
Words = Mapping[str, sa.Column[Any]]

STACK, EVENT, TAG = models.stack.c, models.event.c, models.stack_tag.c

STACK_FILTERS: Words = {
    "id": STACK.id,
    "name": STACK.name,
    "stack_name": STACK.name,
    "action": STACK.action,
    "stack_action": STACK.action,
    "status": STACK.status,
    "stack_status": STACK.status,
    "status_reason": STACK.status_reason,
    "stack_status_reason": STACK.status_reason,
    "tenant": STACK.tenant,
    "username": STACK.username,
    "stack_owner": STACK.username,
    "owner_id": STACK.owner_id,
    "parent": STACK.owner_id,
    "timeout": STACK.timeout,
    "timeout_mins": STACK.timeout,
    "disable_rollback": STACK.disable_rollback,
}
STACK_SORT_KEYS: Words = {
    "stack_name": STACK.name,
    "stack_status": STACK.status,
    "creation_time": STACK.created_at,
    "updated_time": STACK.updated_at,
}
STACK_INDEXES = {
    (True, (STACK.deleted_at, STACK.owner_id)): "ix_stack_roots",
    (True, (STACK.deleted_at,)): "ix_stack_tenant",
    (False, (STACK.deleted_at, STACK.owner_id)): "ix_stack_deleted_at",
}
"""(Is the list of one project, the columns that are NULL in it) → the index that holds these stacks by time."""
EVENT_FILTERS: Words = {
    "uuid": EVENT.uuid,
    "resource_name": EVENT.resource_name,
    "resource_type": EVENT.resource_type,
    "resource_action": EVENT.resource_action,
    "resource_status": EVENT.resource_status,
    "physical_resource_id": EVENT.physical_resource_id,
}
EVENT_SORT_KEYS: Words = {"event_time": EVENT.id, "resource_type": EVENT.resource_type}
"""Client's sort key → column. Events are sorted by id and not by time: ids follow the order in which events were
written, while the clocks of two engines differ. An index holds the events of a stack by id."""


MOST_VALUES = 1000
"""Number of values that one filter may have. Each value makes the SQL statement and its query plan larger."""


def stack_conditions(query: StackQuery, project_id: str | None, hidden_tags: Sequence[str] = ()) -> list[Condition]:
    """Return the conditions that select the stacks of a query.

    :param project_id: the project whose stacks are listed; None for those of every project
    :param hidden_tags: stacks with one of these tags are left out, unless the query asks for hidden ones
    :raises Invalid: when a filter or a tag is invalid
    """
    conditions: list[Condition] = [] if project_id is None else [STACK.tenant == project_id]
    if not query.show_deleted:
        conditions.append(STACK.deleted_at.is_(None))
    if not query.show_nested:
        conditions.append(STACK.owner_id.is_(None))
    if hidden_tags and not query.show_hidden:
        conditions.append(sa.not_(tagged(hidden_tags)))
    return [*conditions, *filters(query.filters, STACK_FILTERS, STACK.action, STACK.status), *tag_conditions(query)]


def stack_order(query: StackQuery, project_id: str | None) -> Order:
    """Return the order of a query's stacks, and the index to read them by.

    :param project_id: the project whose stacks are listed; None for those of every project
    :raises Invalid: when the order is invalid
    """
    found = paging.order(query.sort_keys, query.sort_dir, STACK_SORT_KEYS, models.stack)
    hidden = {STACK.deleted_at: query.show_deleted, STACK.owner_id: query.show_nested}
    within = tuple(column for column, shows in hidden.items() if not shows)
    index = STACK_INDEXES.get((project_id is not None, within))
    chosen = index if found.columns[0] is STACK.created_at and not query.filters else None
    return dataclasses.replace(found, within=within, index=chosen)


def event_order(query: EventQuery, stack_ids: Sequence[str]) -> Order:
    """Return the order of a query's events, by default the newest first, and the index to read them by.

    :raises Invalid: when the order is invalid
    """
    found = paging.order(query.sort_keys, query.sort_dir, EVENT_SORT_KEYS, models.event, EVENT.id)
    has_index = found.columns[0] is EVENT.id and len(stack_ids) == 1 and not query.filters
    return dataclasses.replace(found, index="ix_event_stack_id" if has_index else None)


def event_conditions(stack_ids: Sequence[str], wanted: Any) -> list[Condition]:
    """Return the conditions that select the wanted events of these stacks.

    :raises Invalid: when a filter is invalid
    """
    by_filter = filters(wanted, EVENT_FILTERS, EVENT.resource_action, EVENT.resource_status)
    of_stacks = EVENT.stack_id == stack_ids[0] if len(stack_ids) == 1 else EVENT.stack_id.in_(stack_ids)
    return [of_stacks, *by_filter]


def filters(wanted: Any, words: Words, action: sa.Column[Any], status: sa.Column[Any]) -> list[Condition]:
    """Return a condition for each filter; a list means any of its values.

    :raises Invalid: when there is no such filter, its value is of a wrong type, or it has more than ``MOST_VALUES``
        values
    """
    conditions = []
    for word, value in mapping("filters", wanted).items():
        column = words.get(word)
        if column is None:
            raise invalid(f'there is no filter "{word}"; those are {", ".join(words)}')
        if value is None:
            continue
        listed = value if isinstance(value, list) else [value]
        if len(listed) > MOST_VALUES:
            raise invalid(f'the filter "{word}" may have at most {MOST_VALUES} values, and has {len(listed)}')
        values = list(dict.fromkeys(column_value(word, column, each) for each in listed))
        is_state = column is status
        conditions.append(any_state(values, action, status) if is_state else column.in_(values))
    return conditions


def column_value(word: str, column: sa.Column[Any], value: Any) -> Any:
    """Return a filter's value, in the type of its column.

    :raises Invalid: when the value can't be of that type
    """
    if isinstance(column.type, sa.Boolean):
        return flag(word, value)
    if isinstance(column.type, sa.Integer):
        return whole_number(word, value)
    if not isinstance(value, str) or "\x00" in value:
        raise invalid(f'the filter "{word}" takes a string or a list of them, not {value!r:.80}')
    return value


def any_state(values: Sequence[str], action: sa.Column[Any], status: sa.Column[Any]) -> Condition:
    """Return the condition that the status is one of these values: ``FAILED``, or with an action ``CREATE_FAILED``."""
    alternatives: list[Condition] = [sa.false()]
    for value in values:
        act, stat = split_state(value)
        alternatives.append(sa.and_(action == act, status == stat) if act else status == stat)
    return sa.or_(*alternatives)


def split_state(state: str) -> tuple[str, str]:
    """Split ``CREATE_IN_PROGRESS`` into ``("CREATE", "IN_PROGRESS")``; where there is no action, it is ``""``."""
    for status in Status:
        if state.endswith(f"_{status}"):
            return state.removesuffix(f"_{status}"), status
    return "", state


def tag_conditions(query: StackQuery) -> list[Condition]:
    """Require all of ``tags``, any of ``tags_any``, not all of ``not_tags``, none of ``not_tags_any``.

    :raises Invalid: when one of them isn't a list of tags
    """
    wanted = {name: getattr(query, name) for name in ("tags", "tags_any", "not_tags", "not_tags_any")}
    given = {name: tag_list(name, value) for name, value in wanted.items() if value}
    conditions: list[Condition] = [tagged_with_all(given["tags"])] if "tags" in given else []
    if "tags_any" in given:
        conditions.append(tagged(given["tags_any"]))
    if "not_tags" in given:
        conditions.append(sa.not_(tagged_with_all(given["not_tags"])))
    if "not_tags_any" in given:
        conditions.append(sa.not_(tagged(given["not_tags_any"])))
    return conditions


def tagged(tags: Sequence[str]) -> Condition:
    """Return the condition that the stack has at least one of these tags."""
    return sa.exists().where(TAG.stack_id == STACK.id, TAG.tag.in_(tags))


def tagged_with_all(tags: Sequence[str]) -> Condition:
    """Return the condition that the stack has all of these tags. One sub-query counts them, however many there are."""
    if len(tags) == 1:
        return tagged(tags)
    having = sa.select(sa.func.count(TAG.tag.distinct())).where(TAG.stack_id == STACK.id, TAG.tag.in_(tags))
    return having.scalar_subquery() == len(tags)
