"""What a step keeps with ``data_set`` is in the database before the next one, also where the progress is the same."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator

import pytest

from tests.functional.engine.fleet import Fleet, ThreadedResource
from tests.functional.engine.states import row
from tests.functional.engine.templates import stores, template

CLAIMING = "Test::Claiming"


class Claiming(ThreadedResource):
    """Waits, then claims something by its data alone, and is complete when it finds that claim as a step begins."""

    looks = 0

    def handle_create(self) -> dict[str, str]:
        return {}

    def check_create_complete(self, progress: dict[str, str]) -> bool:
        Claiming.looks += 1
        if "claimed" in self.data:
            return True
        if Claiming.looks > 1:
            self.data_set("claimed", Claiming.looks)
        assert Claiming.looks < 10, "the claim is forgotten at each step"
        return False


@pytest.fixture
def fleet(schema: pathlib.Path, tmp_path: pathlib.Path) -> Iterator[Fleet]:
    """Engines that know the type."""
    Claiming.looks = 0
    fleet = Fleet(schema, tmp_path / "heatlite.sqlite3", **{CLAIMING: Claiming})
    yield fleet
    fleet.database.dispose()


def test_data_are_written_where_the_progress_has_not_changed(fleet: Fleet) -> None:
    fleet.create(template({"a": {**stores("1"), "type": CLAIMING}}))
    fleet.settle()
    assert fleet.state() == "CREATE_COMPLETE", fleet.stack().status_reason
    assert row(fleet, "a").resource_data == {"claimed": 2}
    assert Claiming.looks == 3
