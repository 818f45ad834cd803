"""How many files of heatlite a call passes through, at the engine: the fewer, the sooner a reader has seen its path.

Two runs of the same come first, so that imports and caches aren't counted. The client and its transport aren't, either.
"""

from __future__ import annotations

import pathlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import heatlite
from tests.functional.engine.fleet import Fleet
from tests.functional.engine.templates import stores, template

ROOT = pathlib.Path(heatlite.__file__).parent
MOST_OF_A_CREATE, MOST_OF_AN_UPDATE = 90, 60
TWO = template({"one": stores("1"), "two": stores({"get_attr": ["one", "output"]})})


@contextmanager
def files_passed() -> Iterator[set[str]]:
    """The files of heatlite of which functions are called within the block."""
    found: set[str] = set()

    def note(frame: Any, event: str, argument: Any) -> None:
        if event == "call":
            found.add(frame.f_code.co_filename)

    sys.setprofile(note)
    try:
        yield found
    finally:
        sys.setprofile(None)
        ours = {str(pathlib.Path(name).relative_to(ROOT)) for name in found if name.startswith(f"{ROOT}/")}
        found.clear()
        found |= ours


def measured(fleet: Fleet, act: Callable[[], None]) -> set[str]:
    with files_passed() as found:
        act()
        fleet.settle()
    assert fleet.state().endswith("COMPLETE")
    return found


def created(schema: pathlib.Path, path: pathlib.Path) -> tuple[Fleet, set[str]]:
    fleet = Fleet(schema, path)
    return fleet, measured(fleet, lambda: fleet.create(TWO))


def told(found: set[str]) -> str:
    return f"{len(found)} files:\n" + "\n".join(sorted(found))


@pytest.fixture
def fleet(schema: pathlib.Path, tmp_path: pathlib.Path) -> Iterator[tuple[Fleet, set[str]]]:
    """A stack of two resources, and the files that its creation passed through, at the second time."""
    first, _ = created(schema, tmp_path / "first.sqlite3")
    first.update(TWO)
    first.database.dispose()
    fleet, found = created(schema, tmp_path / "second.sqlite3")
    yield fleet, found
    fleet.database.dispose()


def test_a_create_of_two_resources_passes_through_few_files(fleet: tuple[Fleet, set[str]]) -> None:
    _, found = fleet
    assert len(found) <= MOST_OF_A_CREATE, told(found)


def test_an_update_that_changes_nothing_passes_through_few_files(fleet: tuple[Fleet, set[str]]) -> None:
    engines, _ = fleet
    found = measured(engines, lambda: engines.update(TWO))
    assert len(found) <= MOST_OF_AN_UPDATE, told(found)
