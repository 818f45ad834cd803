"""Access paths: a batch looks at its own nodes, whatever else is in the table and in the same state.

A planner that knows nothing of a table's contents (SQLite), or that trusts an estimate of them, would rather take the
index on ``state``: the larger the graph, the more a batch would read, and what other stacks' batches hold would lock.
"""

from __future__ import annotations

from heatlite.context import EngineContext
from heatlite.convergence.model import NodeState
from heatlite.db import sync_points
from heatlite.db.api import Database
from tests.functional.db.build import add_nodes, cleanup, update
from tests.functional.db.conftest import on_mariadb, on_postgresql, on_sqlite
from tests.functional.db.recording import Executed, recorded

SIZE = 2_000
BATCH = [node for row in range(10, 20) for node in (update(row), cleanup(row))]
ONE_KIND = [update(row) for row in range(20, 30)]
BY_STATE = "ix_sync_point_state_held_for"


def life_of_batches(context: EngineContext, database: Database) -> Executed:
    """Everything that the engine does to nodes by their names, in a large traversal."""
    waiting = {node: count for row in range(SIZE) for node, count in ((update(row), 0), (cleanup(row), 2))}
    add_nodes(context, waiting)
    due = sync_points.due(context, 1e12, 5)
    with recorded(database, "sync_point") as statements:
        sync_points.postpone(context, due, dict.fromkeys(due, 1e13))
        for nodes in (BATCH, ONE_KIND):
            sync_points.claim(context, "t", nodes, "e1", "c1")
            sync_points.claimed(context, "t", nodes, "c1")
            sync_points.acting(context, "t", nodes)
            sync_points.arrive(context, "t", dict.fromkeys(nodes, 1), 50.0)
            sync_points.hand_back(context, "t", nodes[:2], NodeState.SCHEDULED, 50.0, ["c1"])
            sync_points.finish(context, "t", nodes[2:], "e1", ["c1"])
    assert len(statements) > 10
    return statements


@on_sqlite
def test_on_sqlite_a_batch_is_found_by_its_nodes(context: EngineContext, database: Database) -> None:
    statements = life_of_batches(context, database)
    with database.reader(context) as connection:
        for statement, parameters in statements:
            steps = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plan = next(step.detail for step in steps if "sync_point" in step.detail)
            assert BY_STATE not in plan, statement
            assert "resource_id=?" in plan or "engine_id=?" in plan, (statement, plan)


@on_mariadb
def test_on_mariadb_a_batch_is_found_by_its_nodes(context: EngineContext, database: Database) -> None:
    statements = life_of_batches(context, database)
    with database.reader(context) as connection:
        connection.exec_driver_sql("ANALYZE TABLE sync_point")
        for statement, parameters in statements:
            plan = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).mappings()
            step = next(step for step in plan if step["table"] in ("sync_point", None))
            assert step["key"] != BY_STATE, statement
            assert int(step["rows"] or 0) <= len(BATCH), (statement, dict(step))


@on_postgresql
def test_on_postgresql_a_batch_is_found_by_its_nodes(context: EngineContext, database: Database) -> None:
    statements = life_of_batches(context, database)
    with database.reader(context) as connection:
        connection.exec_driver_sql("ANALYZE sync_point")
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # it may read all of a table that is small
        for statement, parameters in statements:
            plan = "\n".join(step[0] for step in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters))
            assert BY_STATE not in plan, (statement, plan)
