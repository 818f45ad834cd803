"""Keys from outside: what daemons and ``heatlite-manage`` say of them, and the one that a directory makes itself."""

from __future__ import annotations

import os
import pathlib
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from heatlite import exception
from heatlite.context import EngineContext
from heatlite.db import templates
from heatlite.db.api import Database, Settings
from heatlite.db.crypt import Vault
from heatlite.engine.runtime import state_directory
from tests.functional.db.build import NOW
from tests.waiting import PATIENCE

OLD, NEW = "o" * 32, "n" * 32
HOT = {"parameters": {"password": {"type": "string", "hidden": True}}}
ENVIRONMENT = {"parameters": {"password": "hunter2"}}


@dataclass(frozen=True)
class Place:
    """A configuration, and a database beside it."""

    directory: pathlib.Path

    @property
    def url(self) -> str:
        return f"sqlite:///{self.directory}/heatlite.sqlite3"

    def run(self, program: str, *arguments: str, keys: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
        """Run a program with these keys configured."""
        lines = ["transport_url = fake:/", *(f"auth_encryption_key = {key}" for key in keys)]
        config = self.directory / "heatlite.conf"
        config.write_text("\n".join(["[DEFAULT]", *lines, "[database]", f"connection = {self.url}", ""]))
        command = [sys.executable, "-m", f"heatlite.cmd.{program}", "--config-file", str(config), *arguments]
        quiet = {**os.environ, "PYTHONWARNINGS": "ignore"}
        return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, env=quiet, check=False)

    def environment(self, template_id: int, *keys: str) -> dict[str, object]:
        """A stored environment, as an engine with these keys reads it."""
        database = Database(Settings(self.url), Vault(keys))
        try:
            return templates.get(EngineContext(database), template_id).environment
        finally:
            database.dispose()


@pytest.fixture
def place(tmp_path: pathlib.Path) -> Place:
    return Place(tmp_path)


@pytest.mark.parametrize(
    ("keys", "complaint"),
    [
        ((), "heatlite-engine: auth_encryption_key isn't set: make one of 32 characters"),
        (("too short",), "heatlite-engine: auth_encryption_key must have 32 ASCII characters"),
        ((OLD, "too short"), "heatlite-engine: auth_encryption_key number 2 must have 32 ASCII characters"),
    ],
)
def test_a_daemon_without_good_keys_does_not_start_and_says_what_to_do(place, keys, complaint):
    done = place.run("engine", keys=keys)
    assert done.returncode == 1
    assert done.stderr.startswith(complaint)
    assert "openssl rand -hex 16" in done.stderr
    assert "too short" not in done.stderr


WITHOUT_ANY = ("resource", "user_creds", "snapshot", "software_config", "software_deployment", "stack")


def test_an_operator_encrypts_changes_the_key_and_decrypts(place):
    assert place.run("manage", "db_sync").returncode == 0
    database = Database(Settings(place.url))
    template = templates.store(EngineContext(database), HOT, {}, ENVIRONMENT, NOW)
    database.dispose()

    encrypted = place.run("manage", "update_params", "encrypt", keys=(OLD,))
    assert encrypted.stdout.splitlines() == [
        f"{name}: {count} rows written" for name, count in [("raw_template", 1), *((name, 0) for name in WITHOUT_ANY)]
    ], encrypted.stderr
    with pytest.raises(exception.InvalidEncryptionKey):
        place.environment(template, NEW)

    changed = place.run("manage", "update_params", "encrypt", OLD, "--verbose-update-params", keys=(NEW,))
    assert "raw_template: 1 rows are written" in changed.stdout, changed.stderr
    assert place.environment(template, NEW) == ENVIRONMENT

    assert place.run("manage", "update_params", "decrypt", keys=(NEW,)).returncode == 0
    assert place.environment(template) == ENVIRONMENT


@pytest.mark.parametrize(
    ("keys", "previous", "complaint"),
    [
        ((), (), "ERROR: auth_encryption_key isn't set"),
        ((OLD,), ("short",), "ERROR: auth_encryption_key number 2 must have 32 ASCII characters"),
    ],
)
def test_update_params_without_good_keys_says_so_and_does_nothing(place, keys, previous, complaint):
    done = place.run("manage", "update_params", "encrypt", *previous, keys=keys)
    assert done.returncode == 1
    assert done.stderr.startswith(complaint)
    assert not (place.directory / "heatlite.sqlite3").exists()


def test_a_directory_makes_its_key_once_for_its_owner_only(tmp_path):
    first = state_directory.key(tmp_path)

    assert state_directory.key(tmp_path) == first
    assert len(first) == 32
    assert [path.name for path in tmp_path.iterdir()] == [state_directory.KEY_FILE]
    assert stat.S_IMODE((tmp_path / state_directory.KEY_FILE).stat().st_mode) == 0o600


def test_processes_that_start_at_once_have_one_key(tmp_path):
    with ThreadPoolExecutor(2) as pool:
        command = [
            sys.executable,
            "-c",
            (
                "import pathlib, sys\nfrom heatlite.engine.runtime import state_directory\n"
                "print(state_directory.key(pathlib.Path(sys.argv[1])))"
            ),
            str(tmp_path),
        ]
        found = set(pool.map(lambda _: subprocess.check_output(command, text=True), range(4)))
    assert len(found) == 1


def test_the_key_of_another_process_is_taken_where_it_was_quicker(tmp_path):
    def slow() -> str:
        (tmp_path / state_directory.KEY_FILE).write_text(OLD)
        return NEW

    assert state_directory.key(tmp_path, slow) == OLD


def test_an_empty_key_file_is_not_taken_for_a_key(tmp_path):
    (tmp_path / state_directory.KEY_FILE).write_text("\n")
    with pytest.raises(exception.ConfigurationError, match="auth_encryption_key is empty"):
        state_directory.key(tmp_path)
