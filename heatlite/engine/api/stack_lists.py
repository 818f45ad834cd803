"""Lists of stacks, as a client's query asks for them, with what else a method demands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from heatlite.context import RequestContext
from heatlite.db import stacks
from heatlite.db.records import StackRecord
from heatlite.engine.api import paging, queries, visibility
from heatlite.engine.api.queries import Condition
from heatlite.engine.api.stack_summary import Reply, stack_summary
from heatlite.rpc.queries import StackQuery


class ListSettings(Protocol):
    """The settings that a list needs; those of an engine have them."""

    @property
    def max_listed(self) -> int:
        """The largest number of stacks that one call lists."""

    @property
    def hidden_stack_tags(self) -> Sequence[str]:
        """Tags whose stacks are left out of lists that don't ask for hidden ones."""


def conditions(settings: ListSettings, context: RequestContext, query: StackQuery) -> list[Condition]:
    """Return the conditions that select the stacks of a query, of those that the caller may see.

    :raises Invalid: when a part of the query is invalid
    """
    return queries.stack_conditions(query, visibility.project_filter(context), settings.hidden_stack_tags)


def page(settings: ListSettings, limit: Any) -> paging.Page:
    """Return how many stacks, or events, a call lists.

    :raises Invalid: when the limit isn't a number from 0 up
    """
    return paging.page(limit, settings.max_listed)


def read(
    context: RequestContext, wanted: list[Condition], order: paging.Order, page: paging.Page
) -> tuple[Sequence[StackRecord], bool]:
    """Return a page of stacks, and whether the engine's limits left others out."""

    def fetch(more: list[Condition], number: int) -> list[StackRecord]:
        return stacks.listed(context, [*wanted, *more], order.clauses(), number, order.index)

    return paging.read(page, order, fetch, lambda stack: len(stack.status_reason))


def listed(settings: ListSettings, context: RequestContext, query: StackQuery, *also: Condition) -> list[Reply]:
    """Return the stacks that a query matches, and that meet the other conditions. An unknown marker is ignored.

    :raises Invalid: when a part of the query is invalid
    """
    wanted = [*conditions(settings, context, query), *also]
    order = queries.stack_order(query, visibility.project_filter(context))
    most, marker = page(settings, query.limit), paging.marker_id(query.marker)
    if marker and (last := visibility.visible(context, stacks.get(context, marker))):
        wanted.append(order.after(last))
    found, is_cut = read(context, wanted, order, most)
    tags = stacks.tags(context, [stack.id for stack in found]) if found else {}
    summaries = [stack_summary(stack, tags.get(stack.id)) for stack in found]
    return paging.with_next_marker(summaries, found[-1].id) if is_cut else summaries
