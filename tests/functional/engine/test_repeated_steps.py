"""A step that somebody may have taken before is marked as repeated: whatever it asks for may have been done."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.functional.engine.fleet import Fleet, ThreadedResource
from tests.functional.engine.mishaps import SHORT, e0_dies
from tests.functional.engine.templates import stores, template

ATTENTIVE = "Test::Attentive"


class Attentive(ThreadedResource):
    """Notes which of its steps were repeated. An action takes two checks."""

    noted: list[tuple[str, bool]] = []

    def handle_create(self) -> Any:
        self._note("create")
        super().handle_create()
        return {"looked": 0}

    def handle_update(self, prop_diff: Mapping[str, Any]) -> Any:
        self._note("update")
        super().handle_update(prop_diff)
        return {"looked": 0}

    def check_create_complete(self, progress: Any) -> bool:
        return self._looks(progress)

    def check_update_complete(self, progress: Any) -> bool:
        return self._looks(progress)

    def _looks(self, progress: Any) -> bool:
        self._note("check")
        if progress is None or progress["looked"] == 1:
            return True
        progress["looked"] = 1
        self.poll_in(SHORT)
        return False

    def _note(self, call: str) -> None:
        self.noted.append((call, self.is_repeated))


@pytest.fixture
def fleet(schema: pathlib.Path, tmp_path: pathlib.Path) -> Iterator[Fleet]:
    """Engines that know the type."""
    Attentive.noted = []
    fleet = Fleet(schema, tmp_path / "heatlite.sqlite3", **{ATTENTIVE: Attentive})
    yield fleet
    fleet.database.dispose()


def attentive(value: str) -> Any:
    return template({"a": {**stores(value), "type": ATTENTIVE}})


def test_no_step_is_repeated_where_nothing_goes_wrong(fleet: Fleet) -> None:
    fleet.create(attentive("1"))
    fleet.settle()
    fleet.update(attentive("2"))
    fleet.settle()
    assert fleet.state() == "UPDATE_COMPLETE"
    assert Attentive.noted == [(call, False) for call in ("create", "check", "check", "update", "check", "check")]


@pytest.mark.parametrize("action", ["create", "update"])
def test_the_step_at_which_an_engine_died_is_repeated(fleet: Fleet, action: str) -> None:
    fleet.create(attentive("1"))
    if action == "update":
        fleet.settle()
        fleet.update(attentive("2"))
        Attentive.noted.clear()
    fleet.message()
    fleet.engines[0].work()
    assert Attentive.noted == [(action, False), ("check", False)]
    e0_dies(fleet)
    fleet.sweep("dead_engines")
    fleet.settle()
    assert fleet.state() == f"{action.upper()}_COMPLETE"
    assert Attentive.noted[2:] == [("check", True)]
