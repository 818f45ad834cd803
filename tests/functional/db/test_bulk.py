"""Many rows, different values, one statement: each row gets its own, to the type."""

import pytest
import sqlalchemy as sa

from heatlite.context import EngineContext
from heatlite.convergence.model import Status
from heatlite.db import bulk, resources
from tests.functional.db.build import NOW, add_resources, add_stack


@pytest.fixture
def rows(context):
    return add_resources(context, add_stack(context, id="s"), 3)


def written(context, column, values):
    """What the rows have in a column after an update that gives each its own value."""
    with context.database.writer(context):
        changes = {row: {column: value} for row, value in values.items()}
        assert bulk.compare_and_swap(context, dict.fromkeys(values, 0), changes, {}, None) == len(values)
    return {it.id: getattr(it, column) for it in resources.by_ids(context, values)}


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("physical_resource_id", ["a", "b", "c"]),
        ("physical_resource_id", ["same", "same", "same"]),
        ("physical_resource_id", [None, None, None]),
        ("physical_resource_id", [None, "b", None]),
        ("physical_resource_id", ["a", None, "größer 💡 \\ '%s' :x"]),
        ("replaces", [None, 2**40, 7]),
        ("attempts", [1, 0, 2]),
        ("due_at", [None, 1893466245.123456, 0.0]),
        ("status", [Status.COMPLETE, Status.FAILED, Status.COMPLETE]),
        ("updated_at", [NOW, None, NOW]),
        ("progress", [{"a": [1]}, None, {}]),
        ("progress", [None, None, None]),
        ("properties_data", [{"x": 1}, {"x": "1"}, {"x": None}]),
        ("properties_data", [{"same": [1, {}]}] * 3),
    ],
)
def test_each_row_gets_its_own_value(context, rows, column, values):
    wanted = dict(zip(rows, values, strict=True))

    assert written(context, column, wanted) == wanted


def test_values_that_are_equal_but_not_the_same_are_not_mixed_up(context, rows):
    """1 == True == 1.0 in Python, inside dicts too; three resources of a batch can differ in nothing else."""
    values = [{"x": 1}, {"x": True}, {"x": 1.0}]

    found = written(context, "properties_data", dict(zip(rows, values, strict=True)))

    assert [type(found[row]["x"]) for row in rows] == [int, bool, float]


def test_a_batch_is_one_statement(context, rows):
    statements = []
    engine = context.database.engine

    def note(connection, cursor, statement, *_):
        statements.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        changes = {row: {"attempts": row, "progress": {"row": row}} for row in rows}
        resources.write(context, dict.fromkeys(rows, 0), changes, NOW, locked_by=None, lock_for="e1")
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)

    assert len([it for it in statements if it.startswith("UPDATE")]) == 1
    assert len(statements) <= 2  # BEGIN is a statement where heatlite has to say it


def test_pieces_lose_nothing():
    assert [list(piece) for piece in bulk.pieces(range(5), 2)] == [[0, 1], [2, 3], [4]]
    assert list(bulk.pieces([])) == []


def test_the_largest_batch_is_within_every_database_limits(database):
    """500 nodes a batch: more parameters than SQLite took for long, and a CASE of 500 branches in four columns."""
    context = EngineContext(database)
    rows = add_resources(context, add_stack(context), 500)
    changes = {
        row: {"attempts": row, "progress": {"row": row}, "status_reason": str(row), "due_at": row / 3} for row in rows
    }

    keys = dict.fromkeys(rows, 0)
    assert resources.write(context, keys, changes, NOW, locked_by=None, lock_for="e1") == 500
    assert all(it.due_at == it.id / 3 for it in resources.by_ids(context, rows))
