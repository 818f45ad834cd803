"""A process of this one's own, for work that nothing else bounds: it can be ended, which a thread can't.

::

    threads ──▶ a turn for each project ──▶ a few children
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
from collections import Counter
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


_PROJECT: contextvars.ContextVar[str] = contextvars.ContextVar("project", default="")


@contextlib.contextmanager
def on_behalf_of(project: str) -> Iterator[None]:
    """A project for which this thread asks its questions meanwhile."""
    token = _PROJECT.set(project)
    try:
        yield
    finally:
        _PROJECT.reset(token)


class ChildProcess:
    """One child of a module that ends with ``serve``; for one thread at a time."""

    def __init__(self, module: str) -> None:
        self._module = module
        self._child: subprocess.Popen[bytes] | None = None

    def ask(self, line: bytes, allowance: Allowance, seconds: float) -> bytes:
        """The line that it answers; empty where it takes longer or dies of the question."""
        child = self._child = self._child if self._child and self._child.poll() is None else self._start()
        with allowance.spent():
            found = _answer(child, line, min(seconds, allowance.left))
        if not found:
            self.stop()
        return found

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


@dataclass(eq=False)
class Asker:
    """A thread that waits for a child, for a project."""

    project: str


class Children:
    """A few children of one module, for many threads. Projects take turns, and none has all children at a time: one
    whose questions go on and on keeps no other from an answer. The second child is started when the first is busy.
    """

    def __init__(self, module: str, number: int = 2) -> None:
        self._changed = threading.Condition()
        self._free = [ChildProcess(module) for _ in range(number)]
        self._all = tuple(self._free)
        self._most_of_one = max(1, number - 1)
        self._at_work: Counter[str] = Counter()
        self._waiting: list[Asker] = []
        self._turns: dict[str, int] = {}
        self._turn = 0

    def ask(self, question: Mapping[str, Any], seconds: float) -> dict[str, Any] | None:
        """The answer, or ``None`` where the child takes longer or dies of the question, or no time is left."""
        line = json.dumps(question).encode() + b"\n"
        allowance = _ALLOWANCE.get() or Allowance(seconds)
        if min(seconds, allowance.left) <= 0:
            return None
        with self._taken(_PROJECT.get()) as child:
            found = child.ask(line, allowance, seconds)
        return json.loads(found) if found else None

    @contextlib.contextmanager
    def _taken(self, project: str) -> Iterator[ChildProcess]:
        """A child for one question, when it is the project's turn."""
        asker = Asker(project)
        with self._changed:
            self._waiting.append(asker)
            self._changed.wait_for(lambda: self._next() is asker)
            self._waiting.remove(asker)
            child = self._free.pop()  # the one that was used last: it is there already
            self._at_work[project] += 1
            self._turn += 1
            self._turns[project] = self._turn
            self._changed.notify_all()
        try:
            yield child
        finally:
            with self._changed:
                self._free.append(child)
                self._at_work[project] -= 1
                self._at_work += Counter()  # leaves out those at nought
                if not self._at_work and not self._waiting:
                    self._turns.clear()
                self._changed.notify_all()

    def _next(self) -> Asker | None:
        """Who gets the next child: of the projects that may have one, that whose turn was longest ago."""
        if not self._free:
            return None
        eligible = (asker for asker in self._waiting if self._at_work[asker.project] < self._most_of_one)
        return min(eligible, key=lambda asker: self._turns.get(asker.project, 0), default=None)

    def stop(self) -> None:
        """End the children; the next question starts another."""
        for child in self._all:
            child.stop()


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
