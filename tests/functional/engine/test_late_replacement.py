"""A plugin that finds only while it updates that it has to be replaced, and a newer operation that waits for the row.

older    update begins ─────────────▶ "replace me": the row is as before, and let go of
newer    update of the same: BLOCKED ░░░░░░░░░░░░░░└─▶ woken
"""

from __future__ import annotations

import pathlib
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from heatlite.cmd.plans import Plan
from heatlite.resources.base import UpdateReplace
from tests.functional.engine.fleet import Fleet, ThreadedResource
from tests.functional.engine.planned_lives import Life
from tests.functional.engine.templates import Template, stores, template

STUBBORN = "Test::Stubborn"


class Stubborn(ThreadedResource):
    """Takes no change of its value, and says so when it is to be made."""

    replaced_if = "its value changes"

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Any:
        if "value" in prop_diff:
            raise UpdateReplace
        return super().handle_update(prop_diff)


@pytest.fixture
def fleet(schema: pathlib.Path, tmp_path: pathlib.Path) -> Iterator[Fleet]:
    """Engines that know the type."""
    fleet = Fleet(schema, tmp_path / "heatlite.sqlite3", **{STUBBORN: Stubborn})
    yield fleet
    fleet.database.dispose()


def stubborn(value: str) -> Template:
    """A stack of one such resource."""
    return template({"a": {**stores(value), "type": STUBBORN}})


def test_a_plan_says_that_an_update_may_turn_into_a_replacement(fleet: Fleet) -> None:
    fleet.create(stubborn("1"))
    fleet.settle()
    life = Life(fleet, 0)
    [planned] = life.insight("plan_update", **life.request(stubborn("2")))["changes"]
    assert (planned["fate"], planned["replaced_if"]) == ("updated", "its value changes")
    assert Plan({}, {}, [planned], "").text().startswith("~ a  Test::Stubborn  update in place; replaced if its value")
    [planned] = life.insight("plan_update", **life.request(stubborn("1")))["changes"]
    assert "replaced_if" not in planned


def test_who_waits_for_a_row_that_turns_out_to_need_a_replacement_is_woken(fleet: Fleet) -> None:
    fleet.create(stubborn("1"))
    fleet.settle()
    fleet.update(stubborn("2"))
    assert fleet.message()  # the update's step waits for a thread
    fleet.update(stubborn("3"))
    assert fleet.message()  # and so the newer update waits for the row
    assert not fleet.bus.casts
    fleet.settle()  # without any sweep
    assert fleet.state() == "UPDATE_COMPLETE"
    shown = fleet.call("describe_stack_resource", fleet.identity, "a")
    assert shown["attributes"]["output"] == "3"
