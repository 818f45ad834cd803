"""Lost answers: a commit is done, and nobody hears of it. What a client asked for has begun once, and he learns it."""

from __future__ import annotations

import contextlib
import pathlib
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from heatlite import exception
from heatlite.db import models
from heatlite.db.api import Settings as DatabaseSettings
from tests.functional.engine.breaking import BreakingDatabase
from tests.functional.engine.endpoint import Endpoint
from tests.functional.engine.living import DatabaseAway, at_each_statement

TEMPLATE = {
    "heat_template_version": "2021-04-16",
    "resources": {"a": {"type": "OS::Heat::TestResource", "properties": {"value": "1"}}},
}
OTHER = {**TEMPLATE, "description": "the second"}


@pytest.fixture
def endpoint(schema: pathlib.Path, tmp_path: pathlib.Path) -> Iterator[Endpoint]:
    path = shutil.copy(schema, tmp_path)
    yield (made := Endpoint(BreakingDatabase(DatabaseSettings(f"sqlite:///{path}"))))
    made.database.dispose()


def breaks_after(endpoint: Endpoint, action: str) -> None:
    """Lose the answer to the commit that makes some stack be at this action."""
    database: Any = endpoint.database
    database.break_after(lambda: action in states(endpoint))


def states(endpoint: Endpoint) -> list[str]:
    database: Any = endpoint.database
    return [row[0] for row in database.all(sa.select(models.stack.c.action))]


def begun(endpoint: Endpoint, action: str) -> int:
    """How many operations of a kind have begun."""
    database: Any = endpoint.database
    event = models.event.c
    where = (event.resource_action == action, event.resource_status == "IN_PROGRESS")
    return len(database.all(sa.select(event.id).where(*where, event.resource_type == "OS::Heat::Stack")))


def test_a_creation_is_told_of_and_goes_on_at_once(endpoint: Endpoint) -> None:
    breaks_after(endpoint, "CREATE")
    identity = endpoint.created("web", TEMPLATE)
    assert endpoint.show(identity)["stack_status"] == "COMPLETE"
    assert endpoint.rows()["stack"] == 1
    assert begun(endpoint, "CREATE") == 1


def test_a_name_that_is_taken_is_another_matter(endpoint: Endpoint) -> None:
    endpoint.created("web", TEMPLATE)
    with pytest.raises(exception.StackExists):
        endpoint.create("web", TEMPLATE)


OPERATIONS: dict[str, Callable[[Endpoint, Any], object]] = {
    "UPDATE": lambda endpoint, identity: endpoint.update(identity, OTHER),
    "DELETE": lambda endpoint, identity: endpoint.call("delete_stack", stack_identity=identity),
    "SUSPEND": lambda endpoint, identity: endpoint.call("stack_suspend", stack_identity=identity),
    "CHECK": lambda endpoint, identity: endpoint.call("stack_check", stack_identity=identity),
    "SNAPSHOT": lambda endpoint, identity: endpoint.call("stack_snapshot", stack_identity=identity, name="s"),
}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_operation_begins_once_and_goes_on_at_once(endpoint: Endpoint, operation: str) -> None:
    identity = endpoint.created("web", TEMPLATE)
    breaks_after(endpoint, operation)
    OPERATIONS[operation](endpoint, identity)
    endpoint.settle()
    shown = endpoint.show(identity)
    assert (shown["stack_action"], shown["stack_status"]) == (operation, "COMPLETE")
    assert begun(endpoint, operation) == 1


def test_a_stack_of_nothing_is_deleted_and_told_of(endpoint: Endpoint) -> None:
    """Its deletion ends within the call."""
    identity = endpoint.created("web", {**TEMPLATE, "resources": {}})
    breaks_after(endpoint, "DELETE")
    endpoint.call("delete_stack", stack_identity=identity)
    assert begun(endpoint, "DELETE") == 1


def test_an_abandoned_stack_is_told_of_to_whoever_is_to_adopt_it(endpoint: Endpoint) -> None:
    identity = endpoint.created("web", TEMPLATE)
    breaks_after(endpoint, "DELETE")
    data = endpoint.call("abandon_stack", stack_identity=identity)
    assert data["resources"]["a"]["resource_id"]
    assert endpoint.rows()["resource"] == 0


@contextlib.contextmanager
def away(endpoint: Endpoint, after: int = 0) -> Iterator[None]:
    """A block in which the database answers so many statements, and then none."""
    left = [after]

    def answer(statement: str) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise DatabaseAway("disk I/O error")

    with at_each_statement(endpoint.database, answer):
        yield


@pytest.mark.parametrize("after", range(12))
def test_a_call_in_an_outage_is_told_the_truth_wherever_it_was(
    endpoint: Endpoint, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Either it fails by name, and nothing has begun; or it says that it doesn't know."""
    monkeypatch.setattr("heatlite.engine.operations.idempotent_start.PAUSES", (0.0,))
    identity = endpoint.created("web", TEMPLATE)
    with away(endpoint, after), pytest.raises(exception.Error) as caught:
        endpoint.update(identity, OTHER)
    assert "disk I/O error" in str(caught.value)
    assert "SELECT" not in str(caught.value)
    assert "UPDATE " not in str(caught.value)
    if "was not carried out" in str(caught.value):
        assert begun(endpoint, "UPDATE") == 0
