"""Held nodes: who holds, who takes, who is next; and that each question is a seek."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from heatlite.convergence.model import NodeState
from heatlite.db import sync_points
from heatlite.db.api import Context, Database
from tests.functional.db.build import add_nodes, add_stack, cleanup, together, update


def ready(context: Context, traversal_id: str, count: int, stack_id: str = "s") -> list[Any]:
    """So many ready nodes of a traversal."""
    nodes = [update(row) for row in range(1, count + 1)]
    add_nodes(context, dict.fromkeys(nodes, 0), traversal_id, stack_id)
    return nodes


def test_what_is_held_is_not_cast_again(context: Context) -> None:
    nodes = ready(context, "t", 3)
    assert sync_points.queue(context, "t", nodes[:2], "crowd") == 2
    assert [it.node for it in sync_points.due(context, 1e12, 10)] == nodes[2:]


def test_only_what_is_ready_is_held(context: Context) -> None:
    nodes = ready(context, "t", 2)
    add_nodes(context, {cleanup(1): 1})
    sync_points.claim(context, "t", nodes[:1], "e", "c")
    assert sync_points.queue(context, "t", [*nodes, cleanup(1)], "crowd") == 1
    assert sync_points.oldest_queued(context, "crowd", 10) == {"t": nodes[1:]}


def test_held_nodes_are_taken_once(context: Context) -> None:
    nodes = ready(context, "t", 3)
    sync_points.queue(context, "t", nodes, "crowd")
    assert sync_points.take_queued(context, "t", nodes[:2], "crowd", 200.0) == 2
    assert sync_points.take_queued(context, "t", nodes, "crowd", 300.0) == 1
    assert sync_points.take_queued(context, "t", nodes, "crowd", 300.0) == 0
    assert sorted(it.next_cast_at for it in sync_points.due(context, 1e12, 10)) == [200.0, 200.0, 300.0]


def test_of_many_engines_that_take_the_same_one_gets_it(context: Context, database: Database) -> None:
    nodes = ready(context, "t", 1)
    sync_points.queue(context, "t", nodes, "crowd")
    taken = together(
        8, lambda number: sync_points.take_queued(type(context)(database), "t", nodes, "crowd", 200.0 + number)
    )
    assert sorted(taken) == [0] * 7 + [1]


def test_projects_follow_one_another_in_order(context: Context) -> None:
    for project in ("b", "a", "c"):
        sync_points.queue(context, project, ready(context, project, 2), project)
    ready(context, "not held", 1)
    assert [sync_points.next_queued_project(context, after) for after in ("", "a", "b", "c")] == ["a", "b", "c", None]


def test_the_oldest_come_first(context: Context) -> None:
    for traversal_id, at in (("late", 300.0), ("early", 100.0)):
        sync_points.insert(context, "s", traversal_id, {update(1): 0}, at)
        sync_points.queue(context, traversal_id, [update(1)], "crowd")
    assert list(sync_points.oldest_queued(context, "crowd", 10)) == ["early", "late"]
    assert list(sync_points.oldest_queued(context, "crowd", 1)) == ["early"]


def test_what_is_under_way_is_counted_by_project_without_what_is_held_claimed_or_lost(context: Context) -> None:
    ours, theirs = (add_stack(context, tenant, tenant=tenant) for tenant in ("ours", "theirs"))
    nodes = ready(context, "t1", 5, ours)
    ready(context, "t2", 4, theirs)
    sync_points.queue(context, "t1", nodes[:2], "ours")
    sync_points.claim(context, "t1", nodes[2:3], "e", "c")
    assert sorted(sync_points.cast_by_project(context, 99.0)) == [("ours", 2), ("theirs", 4)]
    assert sync_points.cast_by_project(context, 101.0) == []


def test_whether_anything_is_held_and_whose_a_traversal_is(context: Context) -> None:
    stack_id = add_stack(context, tenant="ours", current_traversal="t")
    nodes = ready(context, "t", 1, stack_id)
    assert not sync_points.has_queued(context, "ours")
    sync_points.queue(context, "t", nodes, "ours")
    assert sync_points.has_queued(context, "ours")
    assert sync_points.project_of(context, "t") == "ours"
    assert sync_points.project_of(context, "another") is None


def test_what_is_held_can_be_claimed_by_whoever_hears_of_it_all_the_same(context: Context) -> None:
    nodes = ready(context, "t", 1)
    sync_points.queue(context, "t", nodes, "crowd")
    assert sync_points.claim(context, "t", nodes, "e", "c") == 1
    assert sync_points.next_queued_project(context, "") is None


CROWDED = 3_000


@pytest.fixture
def crowded(context: Context, database: Database) -> Context:
    """Thousands of nodes are held, for two projects; some are under way; most of the table is neither."""
    for number, project in enumerate(("a", "b", None)):
        stack_id = add_stack(context, f"stack-{number}", tenant=project or "c")
        nodes = [update(row) for row in range(CROWDED // (1 if project else 10))]
        sync_points.insert(context, stack_id, f"t{number}", dict.fromkeys(nodes, 0), 1e12)
        sync_points.insert(context, stack_id, f"t{number}", {cleanup(row): 1 for row in range(CROWDED)}, 1e12)
        for at in range(0, len(nodes) if project else 0, 500):
            sync_points.queue(context, f"t{number}", nodes[at : at + 500], project or "")
    return context


def test_each_question_reads_a_few_rows_of_an_index(crowded: Context, database: Database) -> None:
    statements: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool) -> None:
        statements.append((statement, parameters))

    sa.event.listen(database.engine, "before_cursor_execute", note)
    sync_points.next_queued_project(crowded, "a")
    sync_points.oldest_queued(crowded, "a", 20)
    sync_points.has_queued(crowded, "b")
    sync_points.cast_by_project(crowded, 100.0)
    sync_points.due(crowded, 100.0, 20)
    sa.event.remove(database.engine, "before_cursor_execute", note)
    questions = [it for it in statements if "sync_point" in it[0]]
    assert len(questions) == 5
    for statement, parameters in questions:
        plan = explained(database, crowded, statement, parameters)
        assert "ix_sync_point_state_held_for" in plan, (statement, plan)


def explained(database: Database, context: Context, statement: str, parameters: Any) -> str:
    """How the database would answer."""
    query = {"sqlite": "EXPLAIN QUERY PLAN ", "postgresql": "EXPLAIN ", "mysql": "EXPLAIN ", "mariadb": "EXPLAIN "}
    analyze = {"mysql": "ANALYZE TABLE sync_point", "mariadb": "ANALYZE TABLE sync_point"}
    name = database.engine.dialect.name
    with database.writer(type(context)(database)) as connection:
        connection.exec_driver_sql(analyze.get(name, "ANALYZE"))
        if name == "postgresql":
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # what is everywhere may be read anyhow
        return "\n".join(str(row) for row in connection.exec_driver_sql(query[name] + statement, parameters))


def test_a_ready_node_is_what_is_held(context: Context) -> None:
    nodes = ready(context, "t", 1)
    sync_points.queue(context, "t", nodes, "crowd")
    assert sync_points.state(context, "t", nodes[0]) is NodeState.SCHEDULED
