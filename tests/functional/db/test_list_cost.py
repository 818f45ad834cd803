"""Lists: a page costs the rows that are on it, whatever else is in the table. Rows that are read are counted, not time.

stack    most of a project's are nested or deleted, and another project has more
event    most are of other stacks, older and newer ones
"""

from __future__ import annotations

import datetime
import functools
import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from heatlite.context import EngineContext
from heatlite.db import bulk, events, models, stacks
from heatlite.db.api import Database
from heatlite.engine.api import queries
from heatlite.rpc.queries import EventQuery, StackQuery
from tests.functional.db.build import NOW, add_stack, template_of
from tests.functional.db.conftest import on_mariadb, on_postgresql
from tests.functional.db.recording import recorded

MANY, HAPPENED, PAGE = 2_000, 500, 20
FEW = 3 * PAGE
"""Rows that may be read for a page: those on it, and a few that say where it begins or that there are more."""
PROJECT = "mine"
KINDS: tuple[dict[str, Any], ...] = (
    {},
    {"owner_id": "parent", "nested_depth": 1},
    {"deleted_at": NOW},
    {"tenant": "another"},
)
_numbers = itertools.count(1)


def add_stacks(context: EngineContext) -> None:
    """Stacks of each kind, in turn, each a second newer than the one before."""
    common = {
        "tenant": PROJECT,
        "raw_template_id": template_of(context),
        "action": "CREATE",
        "status": "COMPLETE",
        "status_reason": "",
        "disable_rollback": True,
        "nested_depth": 0,
        "live_name": None,
        "owner_id": None,
        "deleted_at": None,
    }
    rows = []
    for at in range(MANY * len(KINDS)):
        own = {"id": f"s{at:06}", "name": f"n{at}", "current_traversal": f"t{at}"}
        time = NOW + datetime.timedelta(seconds=at)
        rows.append({**common, **KINDS[at % len(KINDS)], **own, "created_at": time})
    with context.database.writer(context):
        bulk.insert(context, models.stack, rows)


def add_events(context: EngineContext, stack_id: str, number: int) -> None:
    happened = [events.Happening("web", "Server", None, "CREATE", "COMPLETE", "")] * number
    events.insert(context, stack_id, happened, [f"e{next(_numbers)}" for _ in happened], NOW)


def fill(context: EngineContext, database: Database) -> str:
    """The tables; the id of the stack that has events."""
    add_stacks(context)
    one, another = add_stack(context, "one", tenant="events"), add_stack(context, "two", tenant="events")
    for stack_id, number in ((another, 2 * MANY), (one, HAPPENED), (another, 2 * MANY)):
        add_events(context, stack_id, number)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        is_mariadb = database.engine.dialect.name in ("mysql", "mariadb")
        connection.exec_driver_sql("ANALYZE TABLE stack, event" if is_mariadb else "ANALYZE stack, event")
    return one


def list_stacks(
    context: EngineContext, query: StackQuery, project: str | None, after: Any = None, limit: int = PAGE
) -> Sequence[Any]:
    """A page as the API lists it."""
    order = queries.stack_order(query, project)
    conditions = queries.stack_conditions(query, project, ["hidden"])
    marked = [*conditions, *([order.after(after)] if after else [])]
    return stacks.listed(context, marked, order.clauses(), limit, order.index)


def list_events(
    context: EngineContext, stack_id: str, query: EventQuery, after: Any = None, limit: int = PAGE
) -> Sequence[Any]:
    """The same of a stack's events."""
    order = queries.event_order(query, [stack_id])
    conditions = queries.event_conditions([stack_id], query.filters)
    marked = [*conditions, *([order.after(after)] if after else [])]
    return events.listed(context, marked, order.clauses(), limit, order.index)


WAYS = ("asc", "desc")
STACK_QUERIES = [
    *((StackQuery(sort_dir=way, show_nested=nested), PROJECT) for way in WAYS for nested in (False, True)),
    *((StackQuery(sort_dir=way), None) for way in WAYS),
]
EVENT_QUERIES = [EventQuery(sort_dir=way, sort_keys=keys) for way in WAYS for keys in (None, ["event_time"])]


def pages(context: EngineContext, stack_id: str) -> Iterator[tuple[object, Callable[[], Sequence[Any]]]]:
    """Every kind of list, its first page and one in its middle: what is asked, and what asks it."""
    for stack_query, project in STACK_QUERIES:
        ask = functools.partial(list_stacks, context, stack_query, project)
        yield (stack_query, project), ask
        yield (stack_query, project, "later"), functools.partial(ask, ask(limit=MANY // 2)[-1])
    for event_query in EVENT_QUERIES:
        tell = functools.partial(list_events, context, stack_id, event_query)
        yield event_query, tell
        yield (event_query, "later"), functools.partial(tell, tell(limit=HAPPENED // 2)[-1])


@on_mariadb
def test_on_mariadb_a_page_reads_the_rows_that_are_on_it(context: EngineContext, database: Database) -> None:
    stack_id = fill(context, database)
    for asked, ask in pages(context, stack_id):
        with database.reader(context) as connection:
            asking = -rows_read(connection) + rows_read(connection)
            before = rows_read(connection)
            assert len(ask()) == PAGE
            read = rows_read(connection) - before - asking
        assert read <= FEW, (asked, read)


def rows_read(connection: sa.Connection) -> int:
    """How many rows this connection has read so far, in any way, those that this question reads included."""
    return sum(int(row[1]) for row in connection.exec_driver_sql("SHOW SESSION STATUS LIKE 'Handler_read%%'"))


@on_postgresql
def test_on_postgresql_a_page_reads_the_rows_that_are_on_it(context: EngineContext, database: Database) -> None:
    stack_id = fill(context, database)
    for asked, ask in pages(context, stack_id):
        with recorded(database, "ORDER BY") as statements:
            assert len(ask()) == PAGE
        ((statement, parameters),) = statements
        with database.reader(context) as connection:
            explained = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters)
            plan = explained.scalar_one()
        plan = json.loads(plan) if isinstance(plan, str) else plan
        assert most_rows(plan[0]["Plan"]) <= FEW, (asked, plan)


def most_rows(plan: dict[str, Any]) -> int:
    """Of a plan that has been run, the rows of the step that saw most of them."""
    own = plan["Actual Rows"] * plan["Actual Loops"] + plan.get("Rows Removed by Filter", 0)
    return max([int(own), *(most_rows(step) for step in plan.get("Plans", ()))])
