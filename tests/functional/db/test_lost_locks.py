"""A step that fails after its row's lock was lost says nothing: whoever holds the row knows what becomes of it.

Each is tried on every kind of database.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest

from heatlite.context import EngineContext
from heatlite.db import resources, stacks
from heatlite.db.api import Database
from heatlite.engine.decision.evaluate import Claim
from heatlite.engine.definitions.work import Work
from heatlite.engine.traversal.transactions import ConflictError, claim, fail
from heatlite.resources.outcomes import Failed
from tests.functional.engine.endpoint import Endpoint
from tests.functional.engine.templates import stores, template

OTHER = "another engine"


@pytest.fixture
def engine(database: Database) -> Endpoint:
    return Endpoint(database)


def begun(engine: Endpoint) -> tuple[EngineContext, Any, list[Work]]:
    """Begin to create two resources, and lock their rows: a context, their traversal and the work."""
    engine.create("web", template({"a": stores(), "b": stores()}))
    [(traversal_id, nodes)] = engine.announcements.waiting
    shared, context = engine.shared, engine.shared.context()
    traversal = shared.library.traversal(context, traversal_id)
    assert traversal is not None
    with shared.database.writer(context):
        mark = Claim(shared.lease.engine_id, shared.inputs.new_id())
        taken = claim.take(context, shared.inputs, shared.evaluator, traversal, nodes, mark)
        works = claim.begin_actions(context, shared.inputs, traversal, [(work, None) for work in taken.work])
    return context, traversal, works


def take_over(context: EngineContext, engine: Endpoint, works: Collection[Work]) -> None:
    """Let another engine lock these rows, as it may once this one is thought dead."""
    for work in works:
        keys, now = {work.row.id: work.row.atomic_key}, engine.shared.inputs.utcnow()
        written = resources.write(
            context, keys, {work.row.id: {"attempts": 1}}, now, locked_by=work.engine_id, lock_for=OTHER
        )
        assert written == 1


def end(context: EngineContext, engine: Endpoint, traversal: Any, works: Collection[Work]) -> fail.Ended:
    failures = [(work, Failed("it broke", None, {})) for work in works]
    with engine.shared.database.writer(context):
        return fail.fail(context, engine.shared.inputs, traversal.stack, "it broke", failures, None)


def state(context: EngineContext, traversal: Any) -> str:
    stack = stacks.get(context, traversal.stack.id)
    assert stack is not None
    return str(stack.status)


def test_a_stack_does_not_fail_for_rows_that_are_all_anothers(engine: Endpoint) -> None:
    context, traversal, works = begun(engine)
    take_over(context, engine, works)
    before = resources.light(context, traversal.stack.id)
    with pytest.raises(ConflictError):
        end(context, engine, traversal, works)
    assert state(context, traversal) == "IN_PROGRESS"
    assert resources.light(context, traversal.stack.id) == before
    assert {row.engine_id for row in before} == {OTHER}


def test_a_row_that_is_anothers_stays_as_it_is_when_the_stack_fails_for_the_other(engine: Endpoint) -> None:
    context, traversal, works = begun(engine)
    take_over(context, engine, works[:1])
    assert end(context, engine, traversal, works).is_over
    assert state(context, traversal) == "FAILED"
    rows = {row.id: (row.engine_id, str(row.status)) for row in resources.light(context, traversal.stack.id)}
    assert rows == {works[0].row.id: (OTHER, "IN_PROGRESS"), works[1].row.id: (None, "FAILED")}
