"""Queries: what clients filter lists by, as conditions on columns. Pure: words in, SQLAlchemy expressions out.

    {"status": "CREATE_FAILED", "name": ["a", "b"]}   ──▶   action = 'CREATE' AND status = 'FAILED' AND name IN (…)

A word that no column stands for is refused: leaving it out would answer more than was asked.
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
"""Of one project or of all, and with which columns NULL → what has these stacks by their time."""
EVENT_FILTERS: Words = {
    "uuid": EVENT.uuid,
    "resource_name": EVENT.resource_name,
    "resource_type": EVENT.resource_type,
    "resource_action": EVENT.resource_action,
    "resource_status": EVENT.resource_status,
    "physical_resource_id": EVENT.physical_resource_id,
}
EVENT_SORT_KEYS: Words = {"event_time": EVENT.id, "resource_type": EVENT.resource_type}
"""Ids are given as events are written, and two engines' clocks differ; an index has the events of a stack by id."""


MOST_VALUES = 1000
"""Values that one filter may have: each makes the statement longer, and its plan."""


def stack_conditions(query: StackQuery, project_id: str | None, hidden_tags: Sequence[str] = ()) -> list[Condition]:
    """Which stacks a query asks for.

    :param project_id: whose stacks; None for everybody's
    :param hidden_tags: stacks with one of these tags are left out, unless hidden ones are asked for
    :raises Invalid: where a filter or a tag makes no sense
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
    """In which order, and by which index.

    :param project_id: whose stacks; None for everybody's
    :raises Invalid: where it makes no sense
    """
    found = paging.order(query.sort_keys, query.sort_dir, STACK_SORT_KEYS, models.stack)
    hidden = {STACK.deleted_at: query.show_deleted, STACK.owner_id: query.show_nested}
    within = tuple(column for column, shows in hidden.items() if not shows)
    index = STACK_INDEXES.get((project_id is not None, within))
    chosen = index if found.columns[0] is STACK.created_at and not query.filters else None
    return dataclasses.replace(found, within=within, index=chosen)


def event_order(query: EventQuery, stack_ids: Sequence[str]) -> Order:
    """In which order, by default the newest first; and by which index.

    :raises Invalid: where it makes no sense
    """
    found = paging.order(query.sort_keys, query.sort_dir, EVENT_SORT_KEYS, models.event, EVENT.id)
    has_index = found.columns[0] is EVENT.id and len(stack_ids) == 1 and not query.filters
    return dataclasses.replace(found, index="ix_event_stack_id" if has_index else None)


def event_conditions(stack_ids: Sequence[str], wanted: Any) -> list[Condition]:
    """Which events of these stacks a client asks for.

    :raises Invalid: where a filter makes no sense
    """
    by_filter = filters(wanted, EVENT_FILTERS, EVENT.resource_action, EVENT.resource_status)
    of_stacks = EVENT.stack_id == stack_ids[0] if len(stack_ids) == 1 else EVENT.stack_id.in_(stack_ids)
    return [of_stacks, *by_filter]


def filters(wanted: Any, words: Words, action: sa.Column[Any], status: sa.Column[Any]) -> list[Condition]:
    """A condition for each filter; a list means any of its values.

    :raises Invalid: where there is no such filter, or its value is of the wrong kind; or where it has more than
        ``MOST_VALUES``
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
            raise invalid(f'the filter "{word}" may have {MOST_VALUES} values, and has {len(listed)}')
        values = list(dict.fromkeys(column_value(word, column, each) for each in listed))
        is_state = column is status
        conditions.append(any_state(values, action, status) if is_state else column.in_(values))
    return conditions


def column_value(word: str, column: sa.Column[Any], value: Any) -> Any:
    """A filter's value, as the column has it.

    :raises Invalid: where it can't be one
    """
    if isinstance(column.type, sa.Boolean):
        return flag(word, value)
    if isinstance(column.type, sa.Integer):
        return whole_number(word, value)
    if not isinstance(value, str) or "\x00" in value:
        raise invalid(f'the filter "{word}" takes a string or a list of them, not {value!r:.80}')
    return value


def any_state(values: Sequence[str], action: sa.Column[Any], status: sa.Column[Any]) -> Condition:
    """The status is one of these: ``FAILED``, or with its action ``CREATE_FAILED``."""
    alternatives: list[Condition] = [sa.false()]
    for value in values:
        act, stat = split_state(value)
        alternatives.append(sa.and_(action == act, status == stat) if act else status == stat)
    return sa.or_(*alternatives)


def split_state(state: str) -> tuple[str, str]:
    """``CREATE_IN_PROGRESS`` is ``("CREATE", "IN_PROGRESS")``; without an action, that is ``""``."""
    for status in Status:
        if state.endswith(f"_{status}"):
            return state.removesuffix(f"_{status}"), status
    return "", state


def tag_conditions(query: StackQuery) -> list[Condition]:
    """All of ``tags``, any of ``tags_any``, not all of ``not_tags``, none of ``not_tags_any``.

    :raises Invalid: where one isn't a list of tags
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
    """The stack has at least one of these tags."""
    return sa.exists().where(TAG.stack_id == STACK.id, TAG.tag.in_(tags))


def tagged_with_all(tags: Sequence[str]) -> Condition:
    """The stack has each of these tags: counted in one sub-query, however many they are."""
    if len(tags) == 1:
        return tagged(tags)
    having = sa.select(sa.func.count(TAG.tag.distinct())).where(TAG.stack_id == STACK.id, TAG.tag.in_(tags))
    return having.scalar_subquery() == len(tags)
