"""The examples of third-party plugins, as their users have them: packages of their own, installed, run by an engine."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

EXAMPLES = pathlib.Path(__file__).parents[3] / "examples"
EXAMPLE, OF_CLOUD = EXAMPLES / "heatlite-plugin-file", EXAMPLES / "heatlite-plugin-cloud"
WITHOUT_NETWORK = ("--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check", "--quiet")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a process that has the example beside this environment's own packages."""
    directory = tmp_path_factory.mktemp("example")
    site, sources = directory / "site", [directory / example.name for example in (EXAMPLE, OF_CLOUD)]
    for example, source in zip((EXAMPLE, OF_CLOUD), sources, strict=True):
        shutil.copytree(example, source)  # building leaves things behind
    command = [sys.executable, "-m", "pip", "install", *WITHOUT_NETWORK, "--target", str(site), *map(str, sources)]
    finished = subprocess.run(command, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
    return {**os.environ, "PYTHONPATH": str(site), "PYTHONWARNINGS": "ignore"}


@pytest.mark.parametrize("example", [EXAMPLE, OF_CLOUD], ids=lambda it: it.name)
def test_its_own_tests_pass(installed: dict[str, str], tmp_path: pathlib.Path, example: pathlib.Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(example / "tests")]
    finished = subprocess.run(command, capture_output=True, text=True, env=installed, cwd=tmp_path)
    assert finished.returncode == 0, finished.stdout
    assert "6 passed" in finished.stdout


def test_an_engine_makes_a_stack_of_it_and_sees_its_drift(installed: dict[str, str], tmp_path: pathlib.Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    environment = {**installed, "HEATLITE_STATE_DIR": str(tmp_path / "state"), "HEATLITE_FILE_ROOT": str(files)}

    def heatlite(*arguments: str, status: int = 0) -> str:
        command = [sys.executable, "-m", "heatlite.cmd.cli", *arguments]
        finished = subprocess.run(command, capture_output=True, text=True, env=environment)
        assert finished.returncode == status, finished.stderr
        return finished.stdout

    heatlite("stack", "create", "-t", str(EXAMPLE / "motd.yaml"), "motd")
    (file,) = files.iterdir()
    assert file.read_text() == "Good morning."
    file.write_text("defaced")
    drift = json.loads(heatlite("stack", "drift", "motd", "--detailed-exitcode", "-f", "json", status=2))
    assert "another content" in drift[0]["details"]
    heatlite("stack", "delete", "--yes", "motd")
    assert list(files.iterdir()) == []
