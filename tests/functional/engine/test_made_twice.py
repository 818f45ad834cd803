"""A creation that is sent after another engine has taken the row over: whoever knows what it makes deletes it."""

from __future__ import annotations

import pathlib
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from heatlite.engine.traversal.made_twice import is_nobodys
from tests.functional.engine.fleet import Fleet, ThreadedResource
from tests.functional.engine.states import row
from tests.functional.engine.templates import stores, template


class Guest(ThreadedResource):
    """Its physical side is ``there``: id → the uuid of the row that it was made for."""

    there: ClassVar[dict[str, str]] = {}
    before: ClassVar[list[Callable[[], object]]] = []
    """What happens before the next creations are sent."""
    waits: ClassVar[bool] = False
    deleted: ClassVar[list[str]] = []

    def handle_create(self) -> Any:
        if Guest.before:
            Guest.before.pop()()
        self.resource_id_set(f"id-{len(self.there)}")
        self.there[str(self.resource_id)] = self.uuid
        return {"looks": 1 if self.waits else 0}

    def check_create_complete(self, progress: Any) -> bool:
        progress["looks"] -= 1
        return bool(progress["looks"] < 0)

    def handle_delete(self) -> Any:
        self.deleted.append(str(self.resource_id))
        self.there.pop(str(self.resource_id), None)

    def find(self) -> list[str]:
        return [it for it, uuid in self.there.items() if uuid == self.uuid]


class Unmarked(Guest):
    """Its objects have no mark, so nobody can tell whose one is."""

    def find(self) -> list[str]:
        return []


@pytest.fixture
def fleet(schema: pathlib.Path, tmp_path: pathlib.Path) -> Iterator[Fleet]:
    """Engines that know the types."""
    Guest.there.clear()
    Guest.before.clear()
    Guest.deleted.clear()
    Guest.waits = False
    fleet = Fleet(schema, tmp_path / "heatlite.sqlite3", **{"Test::Guest": Guest, "Test::Unmarked": Unmarked})
    yield fleet
    fleet.database.dispose()


def created_by_an_engine_that_stands_still(fleet: Fleet, meanwhile: Callable[[], object], kind: str = "Guest") -> None:
    """Create a stack by the first engine, which stands still just before it sends the creation."""

    def stands_still() -> None:
        fleet.engines[0].is_silent = True
        fleet.sweep("dead_engines")
        meanwhile()
        fleet.engines[0].is_silent = False
        fleet.engines[0].shared.lease.renew()

    Guest.before.append(stands_still)
    fleet.create(template({"a": {**stores("1"), "type": f"Test::{kind}"}}))
    fleet.settle()


@pytest.mark.parametrize("waits", [False, True], ids=["done at once", "to be waited for"])
def test_what_was_made_after_another_engine_had_made_it_is_deleted(fleet: Fleet, *, waits: bool) -> None:
    Guest.waits = waits
    created_by_an_engine_that_stands_still(fleet, fleet.settle)
    assert fleet.state() == "CREATE_COMPLETE"
    assert Guest.deleted == ["id-1"]
    assert [*Guest.there] == [row(fleet, "a").physical_resource_id] == ["id-0"]


def test_what_was_made_after_the_stack_was_deleted_goes_too(fleet: Fleet) -> None:
    def deleted() -> None:
        fleet.settle()
        fleet.delete()
        fleet.settle()

    created_by_an_engine_that_stands_still(fleet, deleted)
    assert fleet.state() == "DELETE_COMPLETE"
    assert Guest.deleted == ["id-0", "id-0"]
    assert not Guest.there


def test_what_has_no_mark_of_the_row_is_left_alone(fleet: Fleet) -> None:
    created_by_an_engine_that_stands_still(fleet, fleet.settle, "Unmarked")
    assert fleet.state() == "CREATE_COMPLETE"
    assert not Guest.deleted


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (None, True),
        (SimpleNamespace(physical_resource_id=None), False),
        (SimpleNamespace(physical_resource_id="made"), False),
        (SimpleNamespace(physical_resource_id="MADE"), False),
        (SimpleNamespace(physical_resource_id="other"), True),
    ],
    ids=["no row", "somebody creates", "its own", "the same by another name", "another"],
)
def test_only_what_no_row_will_know_is_nobodys(now: Any, *, expected: bool) -> None:
    assert is_nobodys("made", now, str.lower) is expected
