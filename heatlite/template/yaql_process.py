"""Evaluate yaql in a process of its own, because nothing else bounds its time.

::

    engine ──{"expression", "data", limits}──▶ child      one line of JSON each way
           ◀──{"value"} or {"error"}──────────
           └─ no answer in time: kill it; the next question starts another

The library bounds how many items an expression goes through and how much memory it believes to use, but a regular
expression that backtracks, in C, knows no limit. The child is started at the first expression, serves one at a time,
and ends when its input does: with the process that started it, however that ends.
"""

from __future__ import annotations

import contextlib
import json
import select
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Limits:
    """What one expression may cost. ``memory``: bytes, as yaql counts them."""

    iterations: int = 200
    memory: int = 10000
    seconds: float = 5.0


class BadExpression(Exception):
    """An expression that isn't one, failed, or took too long; the message says which."""


class Evaluator:
    """Asks a child process, one question at a time."""

    def __init__(self, limits: Limits = Limits()) -> None:
        self.limits = limits
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None

    def check(self, expression: str) -> None:
        """Whether this is an expression at all.

        :raises BadExpression: saying what it isn't
        """
        self._ask({"expression": expression})

    def evaluate(self, expression: str, data: Any) -> Any:
        """The expression's value, as JSON.

        :raises BadExpression: where it has none within the limits
        """
        return self._ask({"expression": expression, "data": data})

    def _ask(self, question: dict[str, Any]) -> Any:
        limits = {"iterations": self.limits.iterations, "memory": self.limits.memory}
        line = json.dumps({**question, **limits}).encode() + b"\n"
        with self._lock:
            answer = self._answer(line)
        if "error" in answer:
            raise BadExpression(answer["error"])
        return answer["value"]

    def _answer(self, line: bytes) -> dict[str, Any]:
        child = self._child = self._child if self._child and self._child.poll() is None else _start()
        assert child.stdin is not None, "it was started with pipes"
        assert child.stdout is not None, "it was started with pipes"
        try:
            child.stdin.write(line)
            child.stdin.flush()
            found = select.select([child.stdout], [], [], self.limits.seconds)[0] and child.stdout.readline()
        except OSError:
            found = b""
        if not found:
            self.stop()
            return {"error": f"that takes more than {self.limits.seconds:g} seconds, or too much memory"}
        answer: dict[str, Any] = json.loads(found)
        return answer

    def stop(self) -> None:
        """End the child, if there is one."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.communicate()


def _start() -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "heatlite.template.yaql_child"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


EVALUATOR = Evaluator()
"""The one of this process; ``limits`` may be set as it starts."""


@contextlib.contextmanager
def limited_to(limits: Limits) -> Any:
    """For a while, other limits."""
    before, EVALUATOR.limits = EVALUATOR.limits, limits
    try:
        yield
    finally:
        EVALUATOR.limits = before
