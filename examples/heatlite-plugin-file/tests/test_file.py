"""The file type by itself: every action is driven as an engine drives it, without an engine."""

from __future__ import annotations

import pathlib

import pytest
from heatlite_file import disk
from heatlite_file.file import File

from heatlite.resources.outcomes import Done, Failed, Waiting
from heatlite.resources.registry import Registry
from heatlite.resources.testing import FakeClock, carried, drive, instance_of, walk


@pytest.fixture(autouse=True)
def root(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    monkeypatch.setenv(disk.ROOT, str(tmp_path))
    return tmp_path


def made(root, **properties):
    instance = instance_of(File, {"name": "motd", "content": "hello", **properties})
    outcome = drive(File, "CREATE", instance=instance)
    assert isinstance(outcome, Done)
    return carried(instance, outcome), outcome


def test_engines_find_it_by_its_name():
    assert Registry.load().get("Example::Disk::File") is File


def test_a_file_lives_and_goes(root):
    instance, created = made(root)
    (path,) = root.iterdir()
    assert path.read_text() == "hello"
    assert created.attributes["path"] == created.physical_id == str(path)
    updated = drive(File, "UPDATE", {"name": "motd", "content": "bye"}, instance=instance)
    assert isinstance(updated, Done)
    assert path.read_text() == "bye"
    assert updated.attributes["sha256"] != created.attributes["sha256"]
    assert isinstance(drive(File, "DELETE", instance=instance), Done)
    assert list(root.iterdir()) == []
    assert isinstance(drive(File, "DELETE", instance=instance), Done)


def test_a_creation_that_is_repeated_makes_one_file_and_it_is_found(root):
    instance, _ = made(root)
    again = drive(File, "CREATE", instance=instance)
    assert isinstance(again, Done)
    assert File(instance).find() == [again.physical_id]


def test_it_settles_without_a_waiting_thread(root):
    clock = FakeClock()
    instance = instance_of(File, {"name": "motd", "settle_seconds": 5}, clock)
    steps = walk(File, "CREATE", instance)
    first = next(steps)
    assert isinstance(first, Waiting)
    assert first.poll_after == 5
    clock.advance(5)
    assert isinstance(next(steps), Done)


def test_a_check_tells_what_is_wrong(root):
    instance, _ = made(root)
    (path,) = root.iterdir()
    path.write_text("changed behind our back")
    differs = drive(File, "CHECK", instance=instance)
    assert isinstance(differs, Failed)
    assert "another content" in differs.reason
    path.unlink()
    gone = drive(File, "CHECK", instance=instance)
    assert isinstance(gone, Failed)
    assert "is gone" in gone.reason


def test_half_a_write_is_removed_too(root):
    instance, _ = made(root)
    (path,) = root.iterdir()
    path.with_name(f"{path.name}.part").write_text("ha")
    drive(File, "DELETE", instance=instance)
    assert list(root.iterdir()) == []
