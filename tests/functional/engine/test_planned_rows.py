"""A plan reads only the rows that were written since this process read them, and sees what all rows would tell."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from heatlite.convergence.model import Action, Status
from heatlite.db import models, resources, stacks
from heatlite.engine.traversal.transactions import begin
from tests.functional.engine.endpoint import Endpoint, opened
from tests.functional.engine.templates import Template, stores, template

NUMBER = resources.MANY + 20


@pytest.fixture
def engine(schema: pathlib.Path, tmp_path: pathlib.Path) -> Iterator[Endpoint]:
    with opened(schema, tmp_path / "planned.sqlite3", local_hops=20) as endpoint:
        yield endpoint


def many(**others: Template) -> Template:
    return template({**{f"r{at}": stores("x") for at in range(NUMBER)}, **others})


def updated(engine: Endpoint, identity: dict[str, Any], wanted: Template) -> list[str]:
    """Update the stack; the statements that read rows as plans do."""
    with engine.statements() as made:
        engine.update(identity, wanted)
    engine.settle()
    return [it for it in made if it.startswith("SELECT resource.id") and "resource.requires" in it]


def assert_same(engine: Endpoint, identity: dict[str, Any]) -> None:
    """What is kept and what the rows say are the same."""
    context, stack_id = engine.shared.context(), identity["stack_id"]
    assert resources.to_plan_again(context, stack_id) == resources.to_plan(context, stack_id)


def test_an_update_reads_what_was_written_since(engine: Endpoint) -> None:
    identity = engine.created("web", many())
    assert len(updated(engine, identity, many())) == 1
    assert updated(engine, identity, many()) == []
    assert updated(engine, identity, many(r7=stores("y"))) == []
    [read] = updated(engine, identity, many(r7=stores("y")))
    assert "resource.id IN (?)" in read, "one row was written"


def test_nothing_is_kept_of_a_stack_that_is_deleted(engine: Endpoint) -> None:
    kept, never_kept = engine.created("kept", many()), engine.created("never", many())
    updated(engine, kept, many())
    planned = engine.shared.database.planned
    assert len(planned.get(kept["stack_id"])) == NUMBER
    for identity in (kept, never_kept):
        engine.call("delete_stack", stack_identity=identity)
        engine.settle()
        assert planned.get(identity["stack_id"]) == {}


def test_whatever_happens_to_rows_is_seen(engine: Endpoint) -> None:
    identity = engine.created("web", many())
    replaced = stores("x", properties={"update_replace_value": "new"})
    gone = {name: it for name, it in many()["resources"].items() if name not in ("r3", f"r{NUMBER - 1}")}
    for wanted in (many(), many(r5=replaced), many(r5=replaced, r6=stores("z")), template(gone), many()):
        updated(engine, identity, wanted)
        assert_same(engine, identity)
    assert engine.show(identity)["stack_status"] == "COMPLETE"


def test_an_id_that_sqlite_uses_twice_is_another_row(engine: Endpoint) -> None:
    identity = engine.created("web", many())
    updated(engine, identity, many())
    with engine.database.engine.begin() as connection:
        table = models.resource
        last = connection.execute(sa.select(table).order_by(table.c.id.desc()).limit(1)).one()._mapping
        connection.execute(sa.delete(table).where(table.c.id == last["id"]))
        connection.execute(sa.insert(table).values(**{**last, "uuid": "another", "name": "other"}))
    assert_same(engine, identity)


def test_what_another_process_writes_is_seen(engine: Endpoint) -> None:
    identity = engine.created("web", many())
    updated(engine, identity, many())
    context, stack_id = engine.shared.context(), identity["stack_id"]
    row = resources.to_plan(context, stack_id)[4]
    changed = {row.id: {"status_reason": "unhealthy", "made_from": None}}
    assert resources.write(
        context, {row.id: row.atomic_key}, changed, engine.shared.inputs.utcnow(), locked_by=None, lock_for=None
    )
    assert_same(engine, identity)


def test_what_an_update_that_is_undone_wrote_is_not_kept(engine: Endpoint) -> None:
    identity = engine.created("web", many())
    updated(engine, identity, many())
    shared, stack_id = engine.shared, identity["stack_id"]
    context, inputs = shared.context(), shared.inputs
    row, stack = resources.to_plan(context, stack_id)[4], stacks.get(context, stack_id)
    assert stack is not None

    def write(progress: Any) -> int:
        changes, now = {row.id: {"progress": progress}}, inputs.utcnow()
        return resources.write(context, {row.id: row.atomic_key}, changes, now, locked_by=None, lock_for=None)

    def update_and_undo() -> None:
        columns = {"current_traversal": inputs.new_id(), "action": Action.UPDATE, "status": Status.IN_PROGRESS}
        with shared.database.writer(context):
            assert begin.supersede(context, inputs, stack, columns, [], also=lambda: write({"seen": {"gone": True}}))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        update_and_undo()
    assert write({"changed": ["value"]}) == 1  # which brings the row to the version that was undone
    assert_same(engine, identity)
