"""The ``openstack`` client as it is driven here: by one process that has imported all of it (see client.py)."""

from __future__ import annotations

import contextlib
import json
import pathlib
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

CLIENT = pathlib.Path(__file__).with_name("client.py")
Done = subprocess.CompletedProcess[str]


class OpenStack:
    """Runs commands, one after the other."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(self, *words: str) -> Done:
        """What ``openstack WORDS`` ends with and says."""
        assert self._process.stdin is not None
        print(json.dumps(words), file=self._process.stdin, flush=True)
        said = json.loads(self._answer())
        return subprocess.CompletedProcess(("openstack", *words), said["status"], said["stdout"], said["stderr"])

    def listed(self, *words: str) -> Any:
        """What a command tells, as JSON; an empty list where it tells nothing."""
        return json.loads(self.run(*words, "-f", "json").stdout or "[]")

    def _answer(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"the client's process has ended with {self._process.wait()}"
        return line


@contextlib.contextmanager
def openstack(venv: pathlib.Path, environment: Mapping[str, str], directory: pathlib.Path) -> Iterator[OpenStack]:
    """The client that is installed in a venv, with an environment that says as whom, in a directory."""
    command: Sequence[str] = [str(venv / "bin/python"), "-P", "-W", "ignore", str(CLIENT)]
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=directory, env=environment, **pipes) as process:
        client = OpenStack(process)
        assert client._answer() == "ready\n"
        yield client
        assert process.stdin is not None
        process.stdin.close()
