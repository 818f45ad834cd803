"""What the proof of concept left to be done, and no other test holds; and that the documentation names real tests.

The whole list, with the test that holds each item, is doc/proof-of-concept.md.
"""

from __future__ import annotations

import ast
import functools
import inspect
import pathlib
import re
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from heatlite.convergence.model import NodeKind, NodeState
from heatlite.db import models
from heatlite.engine.api import service
from heatlite.engine.runtime import worker
from heatlite.resources.builtin.test_resource import TestResource
from tests.functional.engine.fleet import Fleet
from tests.functional.engine.states import held_by, is_unfinished, row, stands
from tests.functional.engine.templates import Template, stores, template

ROOT = pathlib.Path(__file__).parents[3]
DOCUMENTS = sorted((ROOT / "doc").glob("*.md"))
REFERENCE = re.compile(r"(tests/[\w/]+\.py)::(\w+)")
ITEMS = 16
LEFT_TO_OTHERS = {"transactions", "sync_points", "resources", "events", "evaluate", "work"}
MOST_STATEMENTS = 14
"""In a method of an endpoint, before which it is arguments, whom to ask, and the reply."""


class Recording(TestResource):
    """Remembers which of its resources were asked for an attribute."""

    asked: list[str] = []

    def resolve_attribute(self, name: str) -> Any:
        self.asked.append(self.name)
        return super().resolve_attribute(name)


@pytest.fixture
def fleet(schema: pathlib.Path, tmp_path: pathlib.Path) -> Iterator[Fleet]:
    Recording.asked = []
    fleet = Fleet(schema, tmp_path / "heatlite.sqlite3", **{"Test::Recording": Recording})
    yield fleet
    fleet.database.dispose()


def slow(value: str = "1") -> Template:
    """A resource whose creation takes a minute."""
    return stores(value, properties={"action_wait_secs": {"create": 60}})


def chain(others: int = 0) -> Template:
    """``b`` reads ``a``; the others have nothing to do with either."""
    more = {f"other{number:03}": stores() for number in range(others)}
    reads = {"value": {"get_attr": ["a", "output"]}}
    recording = {"type": "Test::Recording"}
    return template({"a": {**recording, "properties": {"value": "1"}}, "b": {**recording, "properties": reads}, **more})


@pytest.mark.parametrize("others", [0, 100])
def test_converging_a_resource_reads_its_row_and_those_it_reads_however_large_the_stack_is(
    fleet: Fleet, others: int
) -> None:
    fleet.create(chain(others))
    while not stands(NodeKind.UPDATE, NodeState.SCHEDULED, "b")(fleet):
        fleet.message()
    while len(fleet.bus.casts) > 1:
        fleet.message()
    read = rows_read(fleet, "resource")
    fleet.message(to=1)
    assert read == [1, 1]  # its own; then the one that it reads
    fleet.settle()
    assert fleet.state() == "CREATE_COMPLETE"


def rows_read(fleet: Fleet, table: str) -> list[int]:
    """From now on, how many rows each query of a table reads: each is asked twice, the second time to be counted."""
    counts: list[int] = []

    def count(connection: sa.Connection, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("SELECT") and re.search(rf"\b(FROM|JOIN) {table}\b", statement):
            again = connection.connection.cursor()
            counts.append(len(again.execute(statement, parameters).fetchall()))

    sa.event.listen(fleet.database.engine, "after_cursor_execute", count)
    return counts


def test_an_attribute_that_another_reads_comes_from_what_was_recorded_when_it_was_made(fleet: Fleet) -> None:
    fleet.create(chain())
    fleet.message(to=0)
    assert Recording.asked == ["a"]
    fleet.message(to=1)
    assert Recording.asked == ["a", "b"]


def test_what_another_engine_began_is_gone_on_with_from_what_it_recorded(fleet: Fleet) -> None:
    fleet.create(template({"a": slow()}))
    fleet.message()
    begun = row(fleet)
    fleet.engines[0].leave()
    fleet.work()
    found = row(fleet)
    assert begun is not None
    assert found is not None
    assert held_by(fleet) == fleet.engines[1].id
    assert found.progress == begun.progress
    assert found.physical_resource_id == begun.physical_resource_id is not None


def test_an_engine_that_never_saw_a_stack_converges_one_of_its_resources(fleet: Fleet) -> None:
    fleet.create(template({name: stores() for name in "ab"} | {"c": stores(depends_on=["a", "b"])}))
    fleet.message(to=0)
    fleet.engines[0].die()
    traversal_id, (node,) = fleet.bus.casts.popleft()
    fleet.start()
    fleet.engines[-1].checker.check(traversal_id, [node])
    assert fleet.state() == "CREATE_COMPLETE"


def test_every_operation_has_an_id_that_no_other_had(fleet: Fleet) -> None:
    fleet.create(template({"a": stores("1")}))
    seen = [fleet.stack().current_traversal]
    fleet.settle()
    for value, fails in (("1", False), ("2", False), ("3", True)):
        fleet.update(template({"a": stores(value, properties={"fail": fails})}), disable_rollback=False)
        seen.append(fleet.stack().current_traversal)
        fleet.settle()
    assert fleet.state() == "ROLLBACK_COMPLETE"
    seen.append(fleet.stack().current_traversal)
    fleet.delete()
    seen.append(fleet.stack().current_traversal)
    assert len(set(seen)) == len(seen) == 6


@pytest.mark.parametrize("operation", ["update", "delete"])
def test_a_request_is_answered_while_a_resource_is_held_and_nothing_is_converged_for_it(
    fleet: Fleet, operation: str
) -> None:
    fleet.create(template({"a": slow()}))
    fleet.message()
    before = fleet.clock.now
    if operation == "update":
        fleet.update(template({"a": slow("2")}))
    else:
        fleet.delete()
    assert fleet.state() == f"{operation.upper()}_IN_PROGRESS"
    assert is_unfinished(fleet)
    assert held_by(fleet) == fleet.first
    assert not fleet.engines[0].steps.waiting
    assert fleet.clock.now == before


def test_states_of_the_graph_are_integers_in_the_database_and_an_enum_outside_of_it(fleet: Fleet) -> None:
    fleet.create(chain())
    found = fleet.database.all(sa.select(models.sync_point.c.state, models.sync_point.c.kind))
    assert all(isinstance(models.sync_point.c[name].type, sa.SmallInteger) for name in ("state", "kind"))
    assert {type(value) for line in found for value in line} == {int}
    assert {NodeState(state) for state, _ in found} == {NodeState.SCHEDULED, NodeState.WAITING}
    assert {NodeKind(kind) for _, kind in found} == {NodeKind.UPDATE, NodeKind.EPILOGUE}


def test_no_table_locks_a_stack() -> None:
    """Heat's ``stack_lock`` says which engine works on a stack; here an operation is a value in the stack's own row."""
    assert not [name for name in models.metadata.tables if "lock" in name]
    assert "engine_id" not in models.stack.c


@pytest.mark.parametrize("module", [service, worker], ids=lambda module: module.__name__)
def test_an_endpoint_only_delegates(module: Any) -> None:
    tree = ast.parse(inspect.getsource(module))
    imported = {
        name
        for statement in ast.walk(tree)
        if isinstance(statement, ast.Import | ast.ImportFrom)
        for name in [*(getattr(statement, "module", None) or "").split("."), *(it.name for it in statement.names)]
    }
    functions = [it for it in ast.walk(tree) if isinstance(it, ast.FunctionDef)]
    assert functions
    assert not imported & LEFT_TO_OTHERS
    assert not [it for it in ast.walk(tree) if isinstance(it, ast.Attribute) and it.attr == "writer"]
    assert {it.name: statements(it) for it in functions if statements(it) > MOST_STATEMENTS} == {}


def statements(function: ast.FunctionDef) -> int:
    """How many statements a function has, without its docstring."""
    return sum(isinstance(it, ast.stmt) for it in ast.walk(function)) - 1 - (ast.get_docstring(function) is not None)


def references(document: pathlib.Path) -> list[tuple[str, str]]:
    """The tests that a page names: file and function."""
    return REFERENCE.findall(document.read_text())


@functools.cache
def known_tests(file: str) -> frozenset[str]:
    """The tests that a file has; none where there is no such file."""
    path = ROOT / file
    tree = ast.parse(path.read_text()) if path.exists() else ast.Module([], [])
    return frozenset(it.name for it in tree.body if isinstance(it, ast.FunctionDef) and it.name.startswith("test_"))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_every_test_that_the_documentation_names_exists(document: pathlib.Path) -> None:
    missing = [f"{file}::{name}" for file, name in references(document) if name not in known_tests(file)]
    assert missing == []


def test_every_item_of_the_list_names_a_test() -> None:
    _, *items = re.split(r"^## ", (ROOT / "doc" / "proof-of-concept.md").read_text(), flags=re.MULTILINE)
    without = [item.splitlines()[0] for item in items if not REFERENCE.search(item)]
    assert len(items) == ITEMS
    assert without == []
