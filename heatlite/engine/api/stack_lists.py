"""Lists of stacks, as a client's query asks for them, with what else a method demands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from heatlite.context import RequestContext
from heatlite.db import stacks
from heatlite.db.records import StackRecord
from heatlite.engine.api import finding, paging, queries, replies
from heatlite.engine.api.queries import Condition
from heatlite.engine.api.replies import Reply
from heatlite.engine.shared import Shared
from heatlite.rpc.queries import StackQuery


def conditions(shared: Shared, context: RequestContext, query: StackQuery) -> list[Condition]:
    """Return the conditions that select the stacks of a query, of those that the caller may see.

    :raises Invalid: when a part of the query is invalid
    """
    return queries.stack_conditions(query, finding.project_filter(context), shared.settings.hidden_stack_tags)


def page(shared: Shared, limit: Any) -> paging.Page:
    """Return how many stacks, or events, a call lists.

    :raises Invalid: when the limit isn't a number from 0 up
    """
    return paging.page(limit, shared.settings.max_listed)


def read(
    context: RequestContext, wanted: list[Condition], order: paging.Order, page: paging.Page
) -> tuple[Sequence[StackRecord], bool]:
    """Return a page of stacks, and whether the engine's limits left others out."""

    def fetch(more: list[Condition], number: int) -> list[StackRecord]:
        return stacks.listed(context, [*wanted, *more], order.clauses(), number, order.index)

    return paging.read(page, order, fetch, lambda stack: len(stack.status_reason))


def listed(shared: Shared, context: RequestContext, query: StackQuery, *also: Condition) -> list[Reply]:
    """Return the stacks that a query matches, and that meet the other conditions. An unknown marker is ignored.

    :raises Invalid: when a part of the query is invalid
    """
    wanted = [*conditions(shared, context, query), *also]
    order = queries.stack_order(query, finding.project_filter(context))
    most, marker = page(shared, query.limit), paging.marker_id(query.marker)
    if marker and (last := finding.visible(context, stacks.get(context, marker))):
        wanted.append(order.after(last))
    found, is_cut = read(context, wanted, order, most)
    tags = stacks.tags(context, [stack.id for stack in found]) if found else {}
    summaries = [replies.stack_summary(stack, tags.get(stack.id)) for stack in found]
    return paging.with_next_marker(summaries, found[-1].id) if is_cut else summaries
