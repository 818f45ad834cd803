"""What a sweep costs: statements and rows read, with a thousand nodes in flight and with ten thousand.

pytest --all -s tests/functional/db/test_sweep_cost.py      prints the numbers of doc/load.md
"""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa

from heatlite.convergence.model import NodeState
from heatlite.db import gauges, models, resources, services, stacks, sync_points
from heatlite.db.api import Context, Database
from tests.functional.db.build import add_engine, add_resources, add_stack, update
from tests.functional.db.conftest import on_mariadb
from tests.functional.db.recording import recorded
from tests.functional.db.rows_read import handler_reads, rows_read

STACKS = 20
ENGINES = ("e1", "e2")
NOW = 1000.0
PAGE = 2000


@dataclass(frozen=True)
class Look:
    """One look of a sweep, as the engine ``e1`` does it.

    :param statements: how many statements it takes
    :param rows: how many rows and index entries it has to look at, of a thousand nodes in flight
    """

    name: str
    ask: Callable[[Context], Any]
    statements: int
    rows: int


def first_project(context: Context) -> str:
    """Return the first project with queued nodes."""
    return sync_points.next_queued_project(context, "") or ""


def nested_ids() -> list[str]:
    """Return ten ids, as an engine has those of the nested stacks that it waits for."""
    return [str(uuid.UUID(int=number)) for number in range(10)]


LOOKS = (
    Look("dead engines", lambda context: (services.leases(context), services.gone(context)), 2, rows=1004),
    Look("lost claims", lambda context: sync_points.claims_of(context, "e1", "", PAGE), 1, rows=200),
    Look("lost locks", lambda context: resources.locked_ids(context, "e1", 0, PAGE), 1, rows=300),
    Look("lost requests", lambda context: resources.requested_locks(context, "e1", 500), 1, rows=300),
    Look("lost wakes", lambda context: sync_points.blocked_on_free_rows(context, 500), 1, rows=400),
    Look("lost ends", lambda context: stacks.busy_among(context, nested_ids()), 1, rows=10),
    Look("lost casts", lambda context: sync_points.due(context, NOW, 200), 1, rows=0),
    Look("overdue stacks", lambda context: stacks.overdue(context, NOW, 200), 1, rows=0),
    Look("queued nodes", lambda context: sync_points.oldest_queued(context, first_project(context), 40), 2, rows=41),
    # The gauges count all ready nodes, by a column that no index has: MariaDB's planner may as well read every node.
    Look("gauges", lambda context: gauges.read(context, NOW), 4, rows=5022),
)


def in_flight(context: Context, nodes: int) -> None:
    """So many nodes: two in five RUNNING with their locks, one BLOCKED, one held, one cast a moment ago.

    Beside them there are four times as many that WAIT for others, and five times as many resources at rest.
    """
    for engine in ENGINES:
        add_engine(context, engine)
    for number in range(STACKS * 25):  # of the few stacks that there'd be else, a planner reads all
        add_stack(context, f"without any {number}", status="COMPLETE", deadline=NOW / 2)
    for number in range(STACKS * 5):  # and what is at rest, which no look may go through
        add_resources(
            context, add_stack(context, f"at rest {number}", status="COMPLETE", deadline=NOW / 2), nodes // STACKS
        )
    for number in range(STACKS):
        stack_id = add_stack(context, f"stack-{number}", tenant=f"project-{number % 4}", deadline=NOW * 2)
        rows = add_resources(context, stack_id, nodes // STACKS)
        sync_points.insert(context, stack_id, f"t{number}", {update(row): 0 for row in rows}, NOW + 10)
        waiting = add_resources(context, stack_id, 4 * len(rows))
        sync_points.insert(context, stack_id, f"t{number}", {update(row): 1 for row in waiting}, NOW - 10)
        part = len(rows) // 5
        engine = ENGINES[number % 2]
        for at in range(0, 2 * part, 20):
            batch = rows[at : at + 20]
            sync_points.claim(context, f"t{number}", [update(row) for row in batch], engine, f"c{number:02}-{at:04}")
        lock(context, rows[: 3 * part], engine)
        block(context, f"t{number}", rows[2 * part : 3 * part])
        for at in range(3 * part, 4 * part, 100):
            nodes_held = [update(row) for row in rows[at : min(at + 100, 4 * part)]]
            sync_points.queue(context, f"t{number}", nodes_held, f"project-{number % 4}")


def lock(context: Context, rows: list[int], engine: str) -> None:
    """Rows that an engine holds."""
    row = models.resource
    with context.database.writer(context) as connection:  # type: ignore[attr-defined]
        connection.execute(sa.update(row).where(row.c.id.in_(rows)).values(engine_id=engine))


def block(context: Context, traversal_id: str, rows: list[int]) -> None:
    """Nodes that wait for a lock."""
    node = models.sync_point
    named = (node.c.traversal_id == traversal_id, node.c.resource_id.in_(rows))
    with context.database.writer(context) as connection:  # type: ignore[attr-defined]
        connection.execute(sa.update(node).where(*named).values(state=NodeState.BLOCKED))


def whole_tables(database: Database, context: Context, statement: str, parameters: Any) -> list[str]:
    """The steps in which SQLite would go through a whole table, or a whole index of one."""
    with database.writer(type(context)(database)) as connection:
        steps = [it.detail for it in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    return [step for step in steps if re.match(r"SCAN (sync_point|resource|stack)\b", step)]


def analyzed(database: Database, context: Context) -> None:
    """The planner knows what is in the tables; SQLite's would read ones as small as these whole, and isn't told."""
    with database.writer(type(context)(database)) as connection:
        match database.engine.dialect.name:
            case "postgresql":
                connection.exec_driver_sql("ANALYZE")
            case "mysql" | "mariadb":
                connection.exec_driver_sql("ANALYZE TABLE sync_point, resource, stack, service")


def test_each_look_of_a_sweep_is_answered_from_indexes_by_few_statements(context: Context, database: Database) -> None:
    in_flight(context, 1_000)
    analyzed(database, context)
    for look in LOOKS:
        with recorded(database, "SELECT") as statements:
            look.ask(context)
        assert len(statements) == look.statements, (look.name, statements)
        if database.engine.dialect.name == "sqlite":
            assert not [found for it in statements for found in whole_tables(database, context, *it)], look.name
        else:
            read = sum(rows_read(database, context, *it) for it in statements)
            assert read <= 1.25 * look.rows + 20, (look.name, read, statements)


@on_mariadb
@pytest.mark.slow
def test_what_a_sweep_reads_with_ten_thousand_nodes_in_flight(context: Context, database: Database) -> None:
    in_flight(context, 10_000)
    analyzed(database, context)
    total = 0
    for look in LOOKS:
        one = type(context)(database)
        with database.writer(one) as connection:  # which the look joins, so that this connection's counters tell
            look.ask(one)
            before = handler_reads(connection)
            begun = time.perf_counter()
            answer = look.ask(one)
            took = time.perf_counter() - begun
            read = handler_reads(connection) - before
        total += read if look.name != "gauges" else 0  # which isn't a sweep's, and may read every node
        print(f"{look.name:16} {look.statements} statements {read:6} rows read {took * 1000:7.1f} ms")
        assert answer is not None
    assert total < 60_000
