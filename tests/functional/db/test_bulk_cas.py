"""A compare-and-swap writes to each row its own values, and to no row that has changed."""

import pytest
import sqlalchemy as sa

from heatlite.convergence.model import Action, Status
from heatlite.db import bulk, models, resources
from tests.functional.db.build import LATER, NOW, add_resources, add_stack

TABLE = models.resource
ODD = {
    "physical_resource_id": ["a", None, "größer 💡 \\ '%s' :x ? %(y)s"],
    "replaces": [None, 2**40, 7],
    "due_at": [None, 1893466245.123456, 0.0],
    "status": [Status.COMPLETE, Status.FAILED, Status.COMPLETE],
    "action": [Action.CREATE] * 3,
    "progress": [{"a": [1]}, None, {}],
    "properties_data": [{"x": 1}, {"x": True}, {"x": 1.0}],
    "requires": [[], [1, 2], [3]],
    "type": ["T", "Ü", "%"],
    "status_reason": ["", "x" * 20_000, "\x00 and \ud800"],
}


@pytest.fixture
def rows(context):
    return add_resources(context, add_stack(context, id="s"), 6)


def test_each_row_gets_its_own_values_of_every_column(context, rows):
    """As one UPDATE for each row, made of expressions, would write them."""
    ours, others = rows[:3], rows[3:]
    with context.database.writer(context):
        changes = {row: {name: values[at] for name, values in ODD.items()} for at, row in enumerate(ours)}
        assert bulk.compare_and_swap(context, dict.fromkeys(ours, 0), changes, {"updated_at": NOW}, None) == 3
        for at, row in enumerate(others):
            values = {name: of[at] for name, of in ODD.items()}
            context.connection.execute(
                sa.update(TABLE).where(TABLE.c.id == row).values(**values, updated_at=NOW, atomic_key=1)
            )
    found = {it.id: it for it in resources.by_ids(context, rows)}
    for one, other in zip(ours, others, strict=True):
        for name in (*ODD, "atomic_key", "updated_at"):
            assert repr(getattr(found[one], name)) == repr(getattr(found[other], name)), name


@pytest.mark.parametrize(
    ("keys", "holder"), [((0, 0, 1), None), ((1, 1, 1), None), ((0, 0, 0), "e1"), ((None, 0, None), None)]
)
def test_only_rows_that_are_as_they_were_seen_are_written(context, rows, keys, holder):
    expected = sum(key == 0 for key in keys) if holder is None else 0
    changes = {row: {"attempts": 9} for row in rows[:3]}
    seen = dict(zip(rows, keys, strict=False))
    with context.database.writer(context):
        common = {"engine_id": "e2", "updated_at": LATER}
        assert bulk.compare_and_swap(context, seen, changes, common, holder) == expected
    written = [it for it in resources.by_ids(context, rows) if it.engine_id == "e2"]
    assert [(it.attempts, it.atomic_key, it.updated_at) for it in written] == [(9, 1, LATER)] * expected


def test_of_no_rows_none_is_written(context):
    assert bulk.compare_and_swap(context, {}, {}, {}, None) == 0
