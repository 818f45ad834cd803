"""Creations of one type that begin at once are prepared together, where their type wants it."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from heatlite.resources.base import Resource
from tests.functional.engine.fleet import Fleet, ThreadedResource
from tests.functional.engine.mishaps import e0_dies
from tests.functional.engine.templates import stores, template

SOCIABLE = "Test::Sociable"


class Sociable(ThreadedResource):
    """Notes with whom it begins, and whether its creation is repeated."""

    creates_together = True
    fails = False
    groups: list[list[str]] = []
    repeated: dict[str, bool] = {}

    @classmethod
    def create_together(cls, resources: Sequence[Resource]) -> None:
        cls.groups.append(sorted(it.name for it in resources))
        if cls.fails:
            raise ValueError("who knows what was done")

    def handle_create(self) -> Any:
        self.repeated[self.name] = self.is_repeated
        return super().handle_create()


@pytest.fixture
def fleet(schema: pathlib.Path, tmp_path: pathlib.Path) -> Iterator[Fleet]:
    """Engines that know the type."""
    Sociable.groups, Sociable.repeated, Sociable.fails = [], {}, False
    fleet = Fleet(schema, tmp_path / "heatlite.sqlite3", **{SOCIABLE: Sociable})
    yield fleet
    fleet.database.dispose()


def sociable(*names: str, after: str | None = None) -> Any:
    follows = {} if after is None else {"depends_on": after}
    first = {name: {**stores("x"), "type": SOCIABLE} for name in names}
    return template(first | ({"z": {**stores("x"), "type": SOCIABLE, **follows}} if after else {}))


def test_those_that_begin_at_once_are_prepared_together_and_one_alone_is_not(fleet: Fleet) -> None:
    fleet.create(sociable("a", "b", "c", after="a"))
    fleet.settle()
    assert fleet.state() == "CREATE_COMPLETE"
    assert Sociable.groups == [["a", "b", "c"]]
    assert Sociable.repeated == dict.fromkeys("abcz", False)


def test_a_preparation_that_fails_may_have_been_done(fleet: Fleet) -> None:
    Sociable.fails = True
    fleet.create(sociable("a", "b"))
    fleet.settle()
    assert fleet.state() == "CREATE_COMPLETE"
    assert Sociable.repeated == {"a": True, "b": True}


def test_what_a_dead_engine_began_is_prepared_by_nobody(fleet: Fleet) -> None:
    fleet.create(sociable("a", "b"))
    fleet.message()
    fleet.engines[0].work()
    e0_dies(fleet)
    Sociable.groups, Sociable.repeated = [], {}
    fleet.sweep("dead_engines")
    fleet.settle()
    assert fleet.state() == "CREATE_COMPLETE"
    assert Sociable.groups == []


def test_an_update_that_changes_several_prepares_nothing(fleet: Fleet) -> None:
    fleet.create(sociable("a", "b"))
    fleet.settle()
    Sociable.groups = []
    fleet.update(template({name: {**stores("y"), "type": SOCIABLE} for name in "ab"}))
    fleet.settle()
    assert fleet.state() == "UPDATE_COMPLETE"
    assert Sociable.groups == []
