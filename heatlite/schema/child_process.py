"""A process of this one's own, for work that nothing else bounds: it can be ended, which a thread can't.

::

    this process ──a question──▶ child      one line of JSON each way, one question at a time
                 ◀──an answer───
                 └─ no answer in time: kill it; the next question starts another

Each question has a limit, and all that are asked for one call of a client may have one together (``allowed``).
The child is a module run by the same interpreter, started at the first question. It ends when its input does: with
the process that started it, however that ends.
"""

from __future__ import annotations

import contextlib
import contextvars
import json
import resource
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

MOST_MEMORY = 512 * 1024 * 1024
"""Bytes of address space that a child may have."""

STARTS_WITHIN = 30
"""Seconds that the start of a child may take."""


@dataclass
class Allowance:
    """The seconds that are left for all questions together."""

    left: float

    @contextlib.contextmanager
    def spent(self) -> Iterator[None]:
        """Take the time that passes meanwhile from what is left."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.left -= time.monotonic() - began


_ALLOWANCE: contextvars.ContextVar[Allowance | None] = contextvars.ContextVar("allowance", default=None)


@contextlib.contextmanager
def allowed(seconds: float) -> Iterator[Allowance]:
    """So much time for all questions that this thread asks meanwhile, whatever each of them may take."""
    allowance = Allowance(seconds)
    token = _ALLOWANCE.set(allowance)
    try:
        yield allowance
    finally:
        _ALLOWANCE.reset(token)


class ChildProcess:
    """Asks a module that ends with ``serve``; safe to share between threads, which take turns."""

    def __init__(self, module: str) -> None:
        self._module = module
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None

    def ask(self, question: Mapping[str, Any], seconds: float) -> dict[str, Any] | None:
        """The answer, or ``None`` where the child takes longer or dies of the question, or no time is left."""
        line = json.dumps(question).encode() + b"\n"
        allowance = _ALLOWANCE.get() or Allowance(seconds)
        limit = min(seconds, allowance.left)
        if limit <= 0:
            return None
        with self._lock:
            child = self._child = self._child if self._child and self._child.poll() is None else self._start()
            with allowance.spent():
                found = _answer(child, line, limit)
            if not found:
                self.stop()
                return None
        answer: dict[str, Any] = json.loads(found)
        return answer

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


def _answer(child: subprocess.Popen[bytes], line: bytes, seconds: float) -> bytes:
    """The line that the child gives for a line; empty where there is none in time."""
    assert child.stdin is not None, "it was started with pipes"
    assert child.stdout is not None, "it was started with pipes"
    try:
        child.stdin.write(line)
        child.stdin.flush()
        ready = select.select([child.stdout], [], [], seconds)[0]
        return child.stdout.readline() if ready else b""
    except OSError:
        return b""


def serve(answer: Callable[[Mapping[str, Any]], dict[str, Any]]) -> None:
    """Be such a child: answer each line of standard input until there are no more."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)
