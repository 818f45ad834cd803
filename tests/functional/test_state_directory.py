"""What the embedded engine keeps is for its owner's eyes only, whatever the umask is and an earlier version left."""

from __future__ import annotations

import os
import pathlib
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator

import pytest

from heatlite.engine.runtime import state_directory
from tests.deployment import in_process
from tests.story import Story, hot, resource


@pytest.fixture(autouse=True)
def careless() -> Iterator[None]:
    """A umask that leaves everything open to everybody."""
    before = os.umask(0)
    yield
    os.umask(before)


def modes(directory: pathlib.Path) -> dict[str, int]:
    found = {path.name: stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()}
    return {".": stat.S_IMODE(directory.stat().st_mode), **found}


def closed(directory: pathlib.Path) -> set[str]:
    """The files of a directory, none of which others may read."""
    found = modes(directory)
    assert found.pop(".") == 0o700
    assert set(found.values()) == {0o600}, found
    return set(found)


def test_all_that_a_working_engine_makes_is_closed_to_others(tmp_path: pathlib.Path) -> None:
    directory = tmp_path / "state" / "heatlite"
    engine = in_process(directory)
    try:
        story = Story(engine)
        story.create(hot(a=resource()))
        story.settle("CREATE_COMPLETE")
        names = closed(directory)
    finally:
        engine.stop()
    assert {"heatlite.sqlite3", "heatlite.sqlite3-wal", "heatlite.sqlite3-shm", "migration.lock"} < names
    assert any(name.startswith("engine-") for name in names)
    assert closed(directory)


def test_what_an_earlier_version_left_open_is_closed_while_others_use_it(tmp_path: pathlib.Path) -> None:
    tmp_path.chmod(0o755)
    file = tmp_path / "heatlite.sqlite3"
    other = sqlite3.connect(file)
    other.execute("PRAGMA journal_mode = WAL")
    other.execute("CREATE TABLE left_open (a)")
    other.commit()
    for name in ("heatlite.sqlite3-wal", "heatlite.sqlite3-shm"):
        assert (tmp_path / name).exists()
    (tmp_path / "engine-1.lock").touch()
    (tmp_path / "notes.txt").touch()
    assert modes(tmp_path)["heatlite.sqlite3-wal"] == 0o644
    state_directory.prepare(tmp_path)
    assert modes(tmp_path).pop("notes.txt") == 0o666, "what isn't heatlite's stays as it is"
    (tmp_path / "notes.txt").unlink()
    assert "heatlite.sqlite3-wal" in closed(tmp_path)
    other.close()


def test_a_directory_that_is_closed_further_stays_so(tmp_path: pathlib.Path) -> None:
    directory = tmp_path / "state"
    state_directory.prepare(directory)
    (directory / "heatlite.sqlite3").chmod(0o400)
    if os.geteuid() == 0:  # root opens it all the same
        state_directory.prepare(directory)
        assert modes(directory)["heatlite.sqlite3"] == 0o400


def test_a_command_leaves_nothing_open(tmp_path: pathlib.Path) -> None:
    environment = {**os.environ, "HEATLITE_STATE_DIR": str(tmp_path / "home"), "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-m", "heatlite.cmd.cli", "stack", "list"]
    subprocess.run(command, env=environment, check=True, capture_output=True, umask=0)
    assert "heatlite.sqlite3" in closed(tmp_path / "home")
