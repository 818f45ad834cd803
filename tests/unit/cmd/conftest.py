"""A command line against an engine in memory."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from heatlite.cmd.cli import HeatliteApp
from heatlite.cmd.session import Clock
from tests.unit.cmd.fake_engine import FakeClock, FakeEngine, FakeSession


class Answer(io.StringIO):
    """A terminal, and what somebody types there."""

    def isatty(self) -> bool:
        return True


class Shell:
    """Runs commands as a user would; keeps engine, clock and sessions from one command to the next."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.engine = FakeEngine(self.clock)
        self.sessions: list[FakeSession] = []
        self.embedded = self.terminal = False
        self.stdin = io.StringIO()
        self.out = self.err = ""

    def connect(self, config_files: list[str]) -> FakeSession:
        self.sessions.append(FakeSession(self.engine, self.embedded))
        return self.sessions[-1]

    def run(self, *arguments: str) -> int:
        """Run one command; its output is in ``out`` and ``err``."""
        stdout, stderr = io.StringIO(), Answer() if self.terminal else io.StringIO()
        clock = Clock(self.clock.monotonic, self.clock.sleep)
        app = HeatliteApp(self.connect, clock, stdin=self.stdin, stdout=stdout, stderr=stderr)
        try:
            return app.run(list(arguments))
        finally:
            self.out, self.err = stdout.getvalue(), stderr.getvalue()

    def json(self, *arguments: str) -> Any:
        """Run one command that must succeed and return its output, read as JSON."""
        assert self.run(*arguments, "-f", "json") == 0, self.err
        return json.loads(self.out)


@pytest.fixture
def shell() -> Shell:
    return Shell()


@pytest.fixture
def template(tmp_path):
    """A function that writes a template of resources ``name=seconds`` and returns its path."""

    def write(failures: dict[str, str] | None = None, **seconds: float) -> str:
        resources = {
            name: {"type": "OS::Heat::TestResource", "properties": {"seconds": value}}
            for name, value in seconds.items()
        }
        for name, reason in (failures or {}).items():
            resources.setdefault(name, {"type": "OS::Heat::TestResource", "properties": {}})
            resources[name]["properties"]["fail"] = reason
        path = tmp_path / "template.yaml"
        path.write_text(json.dumps({"heat_template_version": "2021-04-16", "resources": resources}))
        return str(path)

    return write
