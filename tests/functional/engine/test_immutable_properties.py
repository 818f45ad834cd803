"""A property that can't change, and what an update says that would change it."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator

import pytest

from heatlite.resources.base import Resource
from heatlite.resources.schema import Property, Type
from tests.functional.engine.fleet import Fleet
from tests.story import hot


class Fixed(Resource):
    """A type whose size can't change."""

    properties_schema = {"size": Property(Type.INTEGER, immutable=True)}


@pytest.fixture
def fleet(schema: pathlib.Path, tmp_path: pathlib.Path) -> Iterator[Fleet]:
    fleet = Fleet(schema, tmp_path / "fleet.sqlite3", **{"Test::Fixed": Fixed})
    yield fleet
    fleet.database.dispose()


def test_what_is_not_allowed_is_said_once(fleet: Fleet) -> None:
    fleet.create(hot(a={"type": "Test::Fixed", "properties": {"size": 1}}))
    fleet.settle()
    fleet.update(hot(a={"type": "Test::Fixed", "properties": {"size": 2}}))
    fleet.settle()
    said = "NotSupported: resources.a: Update to properties size of a (Test::Fixed) is not supported."
    assert fleet.state() == "UPDATE_FAILED"
    assert fleet.stack().status_reason == f"Resource UPDATE failed: {said}"


def test_what_failed_is_replaced_by_the_next_update_that_changes_it(fleet: Fleet) -> None:
    fleet.create(hot(a={"type": "Test::Fixed", "properties": {"size": 1}}))
    fleet.settle()
    for _ in range(2):
        fleet.update(hot(a={"type": "Test::Fixed", "properties": {"size": 2}}))
        fleet.settle()
    told = [
        (it["resource_action"], it["resource_status"])
        for it in fleet.call("list_events", fleet.identity)
        if it["resource_name"] == "a"
    ]
    assert fleet.state() == "UPDATE_COMPLETE"
    assert told.count(("CREATE", "COMPLETE")) == 2
    assert told.count(("DELETE", "COMPLETE")) == 1
