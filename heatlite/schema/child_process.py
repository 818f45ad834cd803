"""A process of this one's own, for work that nothing else bounds: it can be ended, which a thread can't.

::

    this process ──a question──▶ child      one line of JSON each way, one question at a time
                 ◀──an answer───
                 └─ no answer in time: kill it; the next question starts another

The child is a module run by the same interpreter, started at the first question. It ends when its input does: with
the process that started it, however that ends.
"""

from __future__ import annotations

import json
import resource
import select
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any

MOST_MEMORY = 512 * 1024 * 1024
"""Bytes of address space that a child may have."""

STARTS_WITHIN = 30
"""Seconds that the start of a child may take."""


class ChildProcess:
    """Asks a module that ends with ``serve``; safe to share between threads, which take turns."""

    def __init__(self, module: str) -> None:
        self._module = module
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None

    def ask(self, question: Mapping[str, Any], seconds: float) -> dict[str, Any] | None:
        """The answer, or ``None`` where the child takes longer or dies of the question."""
        line = json.dumps(question).encode() + b"\n"
        with self._lock:
            found = self._answer(line, seconds)
            if not found:
                self.stop()
                return None
        answer: dict[str, Any] = json.loads(found)
        return answer

    def _answer(self, line: bytes, seconds: float) -> bytes:
        child = self._child = self._child if self._child and self._child.poll() is None else self._start()
        assert child.stdin is not None, "it was started with pipes"
        assert child.stdout is not None, "it was started with pipes"
        try:
            child.stdin.write(line)
            child.stdin.flush()
            ready = select.select([child.stdout], [], [], seconds)[0]
            return child.stdout.readline() if ready else b""
        except OSError:
            return b""

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", self._module]
        pipe = subprocess.PIPE
        child = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)
        assert child.stdout is not None, "it was started with pipes"
        if select.select([child.stdout], [], [], STARTS_WITHIN)[0]:
            child.stdout.readline()  # so that a busy machine's slow start isn't held against the first question
        return child

    def stop(self) -> None:
        """End the child, if there is one."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.communicate()


def serve(answer: Callable[[Mapping[str, Any]], dict[str, Any]]) -> None:
    """Be such a child: answer each line of standard input until there are no more."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)
